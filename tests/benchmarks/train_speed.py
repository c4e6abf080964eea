"""Images a second of whole training steps on 64×64 images, against named peers.

    python tests/benchmarks/train_speed.py [--rounds N] [--batch N] [--torch PYTHON]

Each figure comes from a process of its own; the peers take turns, and medians are printed. With
``--torch``, the path of a Python that has torch, PyTorch trains the same network. The last
lines are a table that says where the time of our step goes, and one line of figures. Ends with one
line and status 1 if a process prints no figure.
"""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import time

GFLOP = 1.85  # of one training step for one image: three times the forward pass
STEPS, WARM_UP = 8, 3


def seconds_of(step):
    """The median time of a step, after some that warm up."""
    for _ in range(WARM_UP):
        step()
    times = []
    for _ in range(STEPS):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def batch_of(size):
    import numpy as np

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (size, 64, 64, 3), "uint8")
    return images, np.eye(6, dtype="float32")[rng.integers(0, 6, size)]


def ours(size):
    """Seconds of our step, and of its parts: a dictionary."""
    import numpy as np
    import tensorflow as tf

    from resnet_lesson import training
    from resnet_lesson.networks import ResNet50
    from resnet_lesson.training.recipe import moved_bytes, random_moves
    from resnet_lesson.training.step import prepared, training_step

    images, labels = batch_of(size)
    moves = random_moves(np.random.default_rng(0), size, 64, 64)
    model = ResNet50()
    training.compile_for(model, 10, 10)
    with prepared(model, 0.9, training.fitting_precision()) as biases:
        step = training_step(model, moved_bytes, biases)
        whole = seconds_of(lambda: step((images, moves), labels)[0].numpy())
        idle = {id(bias) for bias in biases}
        weights = [v.value for v in model.trainable_variables if id(v) not in idle]

        @tf.function
        def forward(x):
            return model(x, training=True)

        @tf.function
        def gradients(x):
            with tf.GradientTape() as tape:
                loss = model.compute_loss(y=labels, y_pred=model(x, training=True))
            return tape.gradient(loss, weights)

        prepare = tf.function(moved_bytes)
        x = prepare(images, moves)
        parts = {
            "whole step": whole,
            "moving the images": seconds_of(lambda: prepare(images, moves).numpy()),
            "forward": seconds_of(lambda: forward(x).numpy()),
            "forward and backward": seconds_of(lambda: gradients(x)[0].numpy()),
        }
    return parts


def stock(size):
    """Seconds of a step in stock Keras's `fit`, its own ResNet-50."""
    import keras
    import numpy as np

    images, labels = batch_of(size * (STEPS + WARM_UP))
    model = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classes=6)
    model.compile("adam", "categorical_crossentropy")
    times = []

    class Clock(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            times.append(time.perf_counter() - self.start)

    images = images.astype(np.float32) / 255
    model.fit(images, labels, batch_size=size, callbacks=[Clock()], verbose=0)
    return statistics.median(times[WARM_UP:])


def matrix_product():
    """GFLOP/s of a bfloat16 matrix product on the same cores."""
    import tensorflow as tf

    n = 4096
    a, b = (tf.cast(tf.random.normal((n, n)), tf.bfloat16) for _ in range(2))
    return 2 * n**3 / seconds_of(lambda: tf.matmul(a, b)[0, 0].numpy()) / 1e9


TORCH = """
import statistics, sys, time
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, into, f1, f3, s):
        super().__init__()
        sizes = (into, f1, 1, s), (f1, f1, 3, 1), (f1, f3, 1, 1)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, k, s, k // 2) for a, b, k, s in sizes)
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for _, b, _, _ in sizes)
        self.short = None
        if into != f3:
            self.short = nn.Sequential(nn.Conv2d(into, f3, 1, s), nn.BatchNorm2d(f3))

    def forward(self, x):
        y = x
        for i in range(3):
            y = self.norms[i](self.convs[i](y))
            y = torch.relu(y) if i < 2 else y
        return torch.relu(y + (x if self.short is None else self.short(x)))

def resnet50():
    stem = nn.Conv2d(3, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2)
    blocks, into = [], 64
    for f1, s, count in ((64, 1, 3), (128, 2, 4), (256, 2, 6), (512, 2, 3)):
        for i in range(count):
            blocks.append(Block(into, f1, 4 * f1, s if i == 0 else 1))
            into = 4 * f1
    return nn.Sequential(*stem, *blocks, nn.AvgPool2d(2), nn.Flatten(), nn.Linear(2048, 6))

size, compiled = int(sys.argv[1]), sys.argv[2] == "compiled"
model = resnet50().to(memory_format=torch.channels_last).train()
answer = torch.compile(model) if compiled else model
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
x = torch.rand(size, 3, 64, 64).to(memory_format=torch.channels_last)
y = torch.randint(0, 6, (size,))
def step():
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16):
        loss = torch.nn.functional.cross_entropy(answer(x), y)
    loss.backward()
    optimizer.step()
    loss.item()
times = []
for _ in range(11):
    start = time.perf_counter(); step(); times.append(time.perf_counter() - start)
print(statistics.median(times[3:]))
"""


def in_its_own_process(arguments):
    """The figures that a program prints in its last line: a number, or a dictionary of numbers."""
    done = subprocess.run(arguments, capture_output=True, text=True)
    lines = (done.stderr if done.returncode else done.stdout).strip().splitlines() or ["no figure"]
    figures = None if done.returncode else decoded(lines[-1])
    numbers = list(figures.values()) if isinstance(figures, dict) else [figures]
    if not all(isinstance(n, float) and math.isfinite(n) and n > 0 for n in numbers):
        sys.exit(f"nothing was measured: {arguments[0]}: {lines[-1]}")
    return figures


def decoded(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def measure(what, size):
    """One figure, printed: runs in a process of its own."""
    if what == "ours":
        parts = ours(size)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({**parts, "peak memory in GiB": peak}))
    elif what == "stock":
        print(stock(size))
    else:
        print(matrix_product())


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=rounds, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--torch", metavar="PYTHON")
    parser.add_argument("--measure", choices=("ours", "stock", "product"))
    options = parser.parse_args(arguments)
    if options.measure:
        return measure(options.measure, options.batch)
    mine = [sys.executable, __file__, "--batch", str(options.batch), "--measure"]
    peers = {name: [*mine, name] for name in ("ours", "stock", "product")}
    if options.torch:
        for name in ("eager", "compiled"):
            peers[f"torch {name}"] = [options.torch, "-c", TORCH, str(options.batch), name]
    figures_of = {name: [] for name in peers}
    for _ in range(options.rounds):
        for name, arguments in peers.items():
            figures_of[name].append(in_its_own_process(arguments))
    report(figures_of, options.batch)


def rounds(text):
    """An argument that is a number of rounds."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError("nothing is measured in no round")
    return int(text)


def report(figures_of, batch):
    """Prints the table of our step's parts and the line of figures."""
    parts = figures_of.pop("ours")
    median = {name: statistics.median(part[name] for part in parts) for name in parts[0]}
    product = statistics.median(figures_of.pop("product"))
    whole = median["whole step"]
    backward = median["forward and backward"] - median["forward"]
    rest = whole - median["moving the images"] - median["forward and backward"]
    rows = {
        "moving the images": median["moving the images"],
        "forward": median["forward"],
        "backward": backward,
        "optimizer, and what is left": rest,
        "whole step": whole,
    }
    for name, seconds in rows.items():
        print(f"{name:<28}{1000 * seconds:8.0f} ms{seconds / whole:8.0%}")
    rate = batch / whole
    figures = [f"ours {rate:.0f} images/s"]
    for name, seconds in figures_of.items():
        peer = batch / statistics.median(seconds)
        figures.append(f"{name} {peer:.0f} (ratio {rate / peer:.2f})")
    share = rate * GFLOP / product
    figures.append(f"{share:.0%} of a bfloat16 matrix product's {product:.0f} GFLOP/s")
    figures.append(f"{median['peak memory in GiB']:.1f} GiB")
    print(f"batch {batch}: " + ", ".join(figures))


if __name__ == "__main__":
    main()
