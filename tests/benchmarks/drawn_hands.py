"""How well a network that has learnt from drawn hands alone reads real photographs.

    python tests/benchmarks/drawn_hands.py --data DIR [--epochs N] [--seeds N ...]

Trains the lesson's ResNet50 on the drawn default with the lesson's recipe, and has it read all
images of DIR, the training and the test set of real signs in HDF5. They are only measured with.
Prints one line of figures: medians of the seeds, each of which decides on the first weights and on
the training. Where there are no real signs, it ends with one line and status 1.
"""

import argparse
import math
import statistics
import sys
import time

import numpy as np

from resnet_lesson.lab.tensorflow_log import load_tensorflow
from resnet_lesson.signs import SignsError, load_signs
from resnet_lesson.signs.drawn import drawn_signs


def real_signs(folder):
    """All images of a folder, ``(m, 64, 64, 3)``, and their labels ``(m,)``."""
    signs = load_signs(folder)
    images = np.concatenate([signs.train_images, signs.test_images])
    return images, np.concatenate([signs.train_labels, signs.test_labels])


def measured(seed, epochs, images, labels):
    """Seconds of training, accuracy on drawn test images, on real ones: of all, and per digit."""
    load_tensorflow()  # without its log lines
    import keras

    from resnet_lesson.networks import ResNet50
    from resnet_lesson.training import probabilities, train

    drawn = drawn_signs()
    keras.utils.set_random_seed(seed)
    model = ResNet50()
    start = time.perf_counter()
    history = train(model, drawn, epochs=epochs, seed=seed)
    seconds = time.perf_counter() - start
    right = probabilities(model, images).argmax(axis=1) == labels
    digits = [right[labels == digit].mean() for digit in drawn.classes]
    return seconds, history.test_accuracy[-1], right.mean(), *digits


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", metavar="DIR", required=True)
    parser.add_argument("--epochs", metavar="N", type=int, default=10)
    parser.add_argument("--seeds", metavar="N", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args(arguments)
    try:
        images, labels = real_signs(options.data)
    except SignsError as error:
        sys.exit(f"nothing was measured, for want of real signs: {error}")
    rows = [measured(seed, options.epochs, images, labels) for seed in options.seeds]
    seconds, drawn, real, *digits = map(statistics.median, zip(*rows, strict=True))
    if not (len(labels) and all(map(math.isfinite, (seconds, drawn, real, *digits)))):
        sys.exit("nothing was measured: a figure is no number")
    each = ", ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(digits))
    spread = f"{min(row[2] for row in rows):.1%} to {max(row[2] for row in rows):.1%}"
    print(
        f"drawn hands only, {options.epochs} epochs, {len(rows)} seeds: {real:.1%} ({spread}) of "
        f"{len(labels)} real images right ({each}), {drawn:.1%} of the drawn test images; "
        f"trained in {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
