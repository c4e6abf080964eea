"""The recipe that trains a ResNet-50 on a thousand small photographs within ten epochs.

What makes so short a training work:

- Adam, its learning rate warmed up during one epoch, then lowered along a cosine (`compile_for`).
- Images moved a little and mirrored at random (`augment`). A mirrored hand is the other hand, and
  both hands occur in the data: the digit stays the same.
- Labels smoothed a little (Szegedy et al. 2016, section 7): no answer has to be quite certain.
- Moving statistics of batch normalization that keep up with the weights (`fitting_momentum`).
"""

import math
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import keras
import numpy as np

from resnet_lesson.networks import ResNet50
from resnet_lesson.signs import load_signs, normalise, one_hot
from resnet_lesson.training_progress import display_for

PEAK_LEARNING_RATE = 2e-3
LABEL_SMOOTHING = 0.1
USUAL_MOMENTUM = 0.9
INITIAL_SHARE = 0.01


class TrainingError(ValueError):
    """Says in one line why a training cannot start or go on."""

    def _render_traceback_(self):
        """What a notebook shows instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class History:
    """What happened in a training: one number an epoch in each of the first five.

    Attributes:
        loss: mean cross-entropy of the training batches, with smoothed labels.
        train_accuracy: share of the moved training images told right, by batch statistics.
        test_accuracy: share of the test images told right, in inference mode.
        learning_rate: at the end of the epoch.
        seconds: spent on the epoch's training steps and its test.
        images_per_second: trained, without the first step (it builds the graph) and the tests.
    """

    loss: tuple[float, ...] = ()
    train_accuracy: tuple[float, ...] = ()
    test_accuracy: tuple[float, ...] = ()
    learning_rate: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    images_per_second: float = 0.0


def train(model, signs, epochs=10, batch_size=32, seed=0):
    """Trains a model of one's own on the signs, and measures it after every epoch.

    The model is compiled anew, so a training starts from the model's present weights with a fresh
    optimizer. Nothing is drawn from the global random state. The `momentum` of the model's
    BatchNormalization layers is changed during the training and then set back. A notebook shows a
    bar and the curves, a terminal a bar of text.

    Arguments:
        model: a Keras model from images ``(N, 64, 64, 3)`` in [0, 1] to probabilities ``(N, 6)``.
        signs: what `load_signs` returns; images ``uint8``.
        epochs: integer, how often each training image is seen.
        batch_size: integer, images a step; what does not fill a batch waits for the next epoch.
        seed: integer, decides on the order of the images and how they are moved.

    Returns:
        A `History`.

    Raises:
        TrainingError: the model does not fit the data, a number is out of range, or the loss is
            no longer a number.
    """
    batch_size = _checked(model, signs, epochs, batch_size)
    steps = len(signs.train_labels) // batch_size
    clock = _Clock()
    history = History()
    with (
        temporary_momentum(model, fitting_momentum(epochs * steps)),
        display_for(epochs, epochs * steps) as shown,
    ):
        compile_for(model, steps, epochs)
        for epoch in range(epochs):
            loss, accuracy = _one_epoch(model, signs, batch_size, (seed, epoch), clock, shown)
            history = _extended(history, model, signs, loss, accuracy, clock)
            shown.epoch(history)
    return history


def _one_epoch(model, signs, batch_size, seed, clock, shown):
    """Trains on every image once, in an order of its own; returns mean loss and mean accuracy."""
    rng = np.random.default_rng(seed)
    count = len(signs.train_labels) // batch_size * batch_size
    measured = []
    for batch in rng.permutation(len(signs.train_labels))[:count].reshape(-1, batch_size):
        images = augment(normalise(signs.train_images[batch]), rng)
        labels = one_hot(signs.train_labels[batch], len(signs.classes))
        with clock.step(batch_size):
            logs = model.train_on_batch(images, labels, return_dict=True)
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                f"the loss became {logs['loss']} at step {clock.steps}, so the weights are lost; "
                "build the model anew, and look for a missing BatchNormalization or a log of zero"
            )
        measured.append((logs["loss"], logs["accuracy"]))
        shown.step(logs["loss"])
    return np.mean(measured, axis=0)


def _extended(history, model, signs, loss, accuracy, clock):
    test_accuracy = accuracy_of(model, signs.test_images, signs.test_labels)
    return History(
        (*history.loss, float(loss)),
        (*history.train_accuracy, float(accuracy)),
        (*history.test_accuracy, test_accuracy),
        (*history.learning_rate, float(model.optimizer.learning_rate)),
        (*history.seconds, clock.lap()),
        clock.images_per_second,
    )


def compile_for(model, steps, epochs):
    """Compiles a model with the recipe's loss, optimizer and learning rates.

    Arguments:
        model: a Keras model that gives probabilities.
        steps: integer, steps an epoch.
        epochs: integer.

    Sources: Adam, Kingma and Ba (2015); cosine, Loshchilov and Hutter (2017), equation 5; warm-up,
    Goyal et al. (2017), section 2.2.
    """
    warmup = min(steps, epochs * steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=PEAK_LEARNING_RATE / (warmup + 1),
        warmup_target=PEAK_LEARNING_RATE,
        warmup_steps=warmup,
        decay_steps=epochs * steps - warmup,
        alpha=0.01,
    )
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=LABEL_SMOOTHING),
        metrics=["accuracy"],
        jit_compile=False,  # XLA compiles for half a minute and is no faster on a processor
    )


def augment(images, rng):
    """Moves, turns, scales and mirrors images at random, each by its own amount.

    Arguments:
        images: float32 ``(N, H, W, C)``.
        rng: a `numpy.random.Generator`.

    Returns:
        float32 array ``(N, H, W, C)``; what comes in from outside repeats the edge.
    """
    height, width = images.shape[1:3]
    count = len(images)
    angle = rng.uniform(-0.17, 0.17, count)  # radians; ten degrees
    scale = rng.uniform(0.9, 1.1, count)
    mirror = rng.choice([-1.0, 1.0], count)
    shift = rng.uniform(-0.06, 0.06, (2, count)) * [[width], [height]]  # pixels
    a, b = scale * np.cos(angle), scale * np.sin(angle)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    # Rows of [x'; y'] = [a0 a1; b0 b1] [x; y] + [a2; b2], about the middle of the image.
    a0, a1, b0, b1 = mirror * a, -mirror * b, b, a
    a2 = middle_x - a0 * middle_x - a1 * middle_y + shift[0]
    b2 = middle_y - b0 * middle_x - b1 * middle_y + shift[1]
    none = np.zeros(count)
    transform = np.stack([a0, a1, a2, b0, b1, b2, none, none], axis=1).astype("float32")
    moved = keras.ops.image.affine_transform(images, transform, fill_mode="nearest")
    return keras.ops.convert_to_numpy(moved)


def fitting_momentum(steps):
    """The momentum of moving statistics that suits a training of so many steps.

    After n steps the share momentum**n of the initial statistics (mean 0, variance 1) remains in
    the moving ones. Keras's default 0.99 leaves 71 % of them after an epoch of 34 steps, and lags a
    hundred steps behind weights that change quickly. 0.9 lags ten steps; where even that leaves
    more than one hundredth, because the steps are very few, it is less.

    Arguments:
        steps: integer, all steps of the training.

    Returns:
        Float between 0 and 0.9.
    """
    return min(USUAL_MOMENTUM, INITIAL_SHARE ** (1 / steps))


@contextmanager
def temporary_momentum(model, momentum):
    """Gives all BatchNormalization layers of a model another momentum, and the old one at the end.

    Arguments:
        model: a Keras model; layers inside its layers are found too.
        momentum: float in [0, 1).
    """
    # Keras has no public way to list layers at every depth.
    layers = [
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = momentum
    try:
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
            layer.momentum = old
        model.train_function = None  # the graph that was built holds the temporary momentum


def probabilities(model, images, batch_size=32):
    """The model's answer to images, in inference mode.

    Arguments:
        model: a Keras model from ``(N, 64, 64, 3)`` in [0, 1] to probabilities.
        images: ``uint8 (m, 64, 64, 3)``.
        batch_size: integer; every batch is filled up to it, so that one graph serves all.

    Returns:
        float32 array ``(m, classes)``.
    """
    answers = []
    for start in range(0, len(images), batch_size):
        batch = normalise(images[start : start + batch_size])
        missing = batch_size - len(batch)
        filled = np.pad(batch, ((0, missing), (0, 0), (0, 0), (0, 0)))
        answers.append(model.predict_on_batch(filled)[: len(batch)])
    return np.concatenate(answers)


def accuracy_of(model, images, labels):
    """The share of images that a model tells right in inference mode, from 0 to 1."""
    return float(np.mean(probabilities(model, images).argmax(axis=1) == labels))


def save(model, path):
    """Writes a model with its weights and its optimizer's state into one file.

    Arguments:
        model: a Keras model.
        path: the file, whose name ends in ``.keras``; an older file of that name is replaced.

    Raises:
        TrainingError: another ending, or the file cannot be written.
    """
    path = Path(path).expanduser()
    if path.suffix != ".keras":
        raise TrainingError(f"{path} does not end in .keras; give a name such as signs.keras")
    beside = path.with_name(f".{path.stem}.{os.getpid()}.keras")
    try:
        model.save(beside)
        beside.replace(path)
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written ({error.strerror or error}); "
            "give a folder that exists and that you may write to"
        ) from None
    finally:
        with suppress(OSError):
            beside.unlink()


def load(path):
    """Reads a model that `save` or Keras's ``model.save`` has written.

    Arguments:
        path: the ``.keras`` file.

    Returns:
        A Keras model.

    Raises:
        TrainingError: there is no such file, or Keras cannot read a model from it.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise TrainingError(f"{path} is no file; give one that was saved, such as signs.keras")
    try:
        return keras.models.load_model(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise TrainingError(f"{path} holds no model that Keras can read: {reason}") from error


def run(data=None, epochs=10):
    """Trains the reference ResNet-50 from its initial weights; what the command line does.

    Arguments:
        data: folder with the two HDF5 files, as `load_signs` takes it; None for your data, or the
            drawn default.
        epochs: integer.

    Returns:
        dict with ``epochs``, ``seconds`` (of training and tests), ``images_per_second``,
        ``train_accuracy`` and ``test_accuracy`` (from 0 to 1, in inference mode, on images that are
        not moved) and ``precision``, in which the network computes.

    Raises:
        SignsError: the data cannot be used.
        TrainingError: as `train`.
    """
    signs = load_signs(data)
    model = ResNet50(input_shape=signs.train_images.shape[1:], classes=len(signs.classes))
    history = train(model, signs, epochs=epochs)
    return {
        "epochs": len(history.loss),
        "seconds": round(sum(history.seconds), 1),
        "images_per_second": round(history.images_per_second, 1),
        "train_accuracy": accuracy_of(model, signs.train_images, signs.train_labels),
        "test_accuracy": history.test_accuracy[-1],
        "precision": model.compute_dtype,
    }


def _checked(model, signs, epochs, batch_size):
    """Refuses what cannot be trained; returns the batch size that fits the data."""
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < 1:
            raise TrainingError(f"{name} is {value!r}; give a whole number of 1 or more")
    image, answer = signs.train_images.shape[1:], (len(signs.classes),)
    pairs = ("takes", "input_shape", image), ("gives", "output_shape", answer)
    for verb, attribute, need in pairs:
        have = getattr(model, attribute, (None, *need))[1:]  # a subclass may not know its shapes
        known = [size if found is None else found for found, size in zip_longest(have, need)]
        if known != list(need):
            raise TrainingError(
                f"the model {verb} {have} for one image, the data need {need}; "
                f"build it with input_shape={image} and classes={answer[0]}"
            )
    return min(batch_size, len(signs.train_labels))


class _Clock:
    """Times the steps of a training; the first one builds the graph and is left out of the rate."""

    def __init__(self):
        self.steps = 0
        self._images, self._seconds = 0, 0.0
        self._lap = time.perf_counter()

    @contextmanager
    def step(self, images):
        start = time.perf_counter()
        yield
        self.steps += 1
        if self.steps > 1:
            self._images += images
            self._seconds += time.perf_counter() - start

    def lap(self):
        """Seconds since the last lap, or since the start."""
        now = time.perf_counter()
        seconds, self._lap = now - self._lap, now
        return seconds

    @property
    def images_per_second(self):
        return self._images / self._seconds if self._seconds else 0.0
