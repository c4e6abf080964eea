"""Training on the signs: the recipe, the step, files, and what a learner sees of it."""

import math
import time
import zlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from numbers import Real

import keras
import numpy as np
import tensorflow as tf

from resnet_lesson.hardware import PRECISIONS, fitting_precision
from resnet_lesson.networks import ResNet50
from resnet_lesson.signs import Signs, load_signs, normalise, one_hot
from resnet_lesson.signs.schema import PARTS, checked_labels
from resnet_lesson.training.checkpoints import (
    TrainingError,
    read_checkpoint,
    whole_number,
    write_checkpoint,
)
from resnet_lesson.training.devices import (
    leads,
    lost_workers_in_words,
    same_for_all,
    strategy_for,
    strategy_of,
)
from resnet_lesson.training.display import QuietDisplay, display_for
from resnet_lesson.training.recipe import (
    compile_for,
    fitting_momentum,
    moved,
    random_moves,
)
from resnet_lesson.training.step import prepared, training_step


@dataclass(frozen=True)
class History:
    """What happened in a training: one number an epoch in each of the first five.

    Attributes:
        loss: mean cross-entropy of the training batches, with smoothed labels.
        train_accuracy: share of the moved training images told right, by batch statistics.
        test_accuracy: share of the test images told right, in inference mode and full precision.
        learning_rate: at the end of the epoch.
        seconds: spent on the epoch's training steps and its test.
        images_per_second: trained, without the first step (it builds the graph) and the tests.
        precision: in which the steps were computed, "float32" or "mixed_bfloat16".
    """

    loss: tuple[float, ...] = ()
    train_accuracy: tuple[float, ...] = ()
    test_accuracy: tuple[float, ...] = ()
    learning_rate: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    images_per_second: float = 0.0
    precision: str = "float32"


def train(
    model,
    signs,
    epochs=10,
    batch_size=32,
    seed=0,
    precision=None,
    target=None,
    checkpoint=None,
):
    """Trains a model of one's own on the signs, and measures it after every epoch.

    The model is compiled anew, so a training starts from the model's present weights with a fresh
    optimizer. Nothing is drawn from the global random state. What makes the steps quick (see
    `resnet_lesson.training.step`) is undone at the end: the model's layers are as they were
    written. A notebook shows a bar and the curves, a terminal a bar of text.

    A model that was built in ``strategy.scope()``, as `strategy_for` gives one, is trained on all
    devices of the strategy, and comes out as from one device. Several workers each make the same
    call; the first of them shows the bar and writes the checkpoint, which all of them must reach.

    Args:
        model: a Keras model from images ``(N, 64, 64, 3)`` in [0, 1] to probabilities ``(N, 6)``.
        signs: what `load_signs` returns; images ``uint8``.
        epochs: integer, how often each training image is seen.
        batch_size: integer, images a step, of all devices together; what does not fill a batch
            waits for the next epoch.
        seed: integer, decides on the order of the images and how they are moved.
        precision: "float32", "mixed_bfloat16", or None for what is faster on this machine.
        target: share of the test images, from 0 to 1; training ends after the epoch that reaches
            it. None trains all epochs.
        checkpoint: file, its name ending in ``.h5``, written after every epoch. If it is there
            already, the training that wrote it goes on. None writes none.

    Returns:
        A `History`.

    Raises:
        TrainingError: the model does not fit the data, an argument is out of range, memory is out,
            the checkpoint is of another training or cannot be written, or the loss is no longer a
            number; then the model has the weights of the last epoch that went well.
    """
    _check_options(precision, target)
    signs = _checked_signs(signs)
    _check_model(model, signs)
    strategy = strategy_of(model)
    epochs, seed = whole_number("epochs", epochs, 1), whole_number("seed", seed, 0)
    batch_size = _fitting(batch_size, signs, strategy.num_replicas_in_sync)
    steps = len(signs.train_labels) // batch_size
    settings = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
    settings["images with the checksum"] = _checksum(signs)
    with strategy.scope(), lost_workers_in_words():
        compile_for(model, steps, epochs)
        # Builds the model, and the graph that tests it, before its layers are prepared.
        _check_answers(probabilities(model, signs.test_images[:32]))
        precision = precision or fitting_precision()
        history = _history_so_far(checkpoint, model, settings, strategy)
        history = history or History(precision=precision)
        clock = _Clock()
        show = display_for if leads(strategy) else QuietDisplay
        making = _prepared_step(model, signs, batch_size, epochs * steps, precision)
        with making as (step, precision), show(epochs, epochs * steps) as shown:
            if history.loss:
                shown.resume(len(history.loss) * steps, history)
            for epoch in range(len(history.loss), epochs):
                if _reached(history, target):
                    break
                measured = _one_epoch(model, step, signs, batch_size, (seed, epoch), clock, shown)
                history = _extended(history, model, signs, *measured, clock, precision)
                shown.epoch(history)
                if leads(strategy):
                    write_checkpoint(checkpoint, model, settings, asdict(history))
    return history


def _history_so_far(checkpoint, model, settings, strategy):
    """What the checkpoint says, which the model goes on from; None if there is nothing."""
    # Workers make variables together: also one that finds no checkpoint, before it says so.
    model.optimizer.build(model.trainable_variables)
    history = read_checkpoint(checkpoint, model, settings)
    if not same_for_all(strategy, len(history["loss"]) if history else 0):
        raise TrainingError(
            f"the workers do not read the same checkpoint {checkpoint}; "
            "give a file in a folder that all of them share"
        )
    return History(**history) if history else None


def _reached(history, target):
    return target is not None and history.test_accuracy and history.test_accuracy[-1] >= target


@contextmanager
def _prepared_step(model, signs, batch_size, steps, precision):
    """The compiled step, and its precision: float32 where a model's layers cannot do with less."""
    momentum = fitting_momentum(steps)
    images = (batch_size, *signs.train_images.shape[1:])
    moves, labels = (batch_size, 8), (batch_size, len(signs.classes))
    given = tf.TensorSpec(images, "uint8"), tf.TensorSpec(moves)
    if precision != "float32":
        with prepared(model, momentum, precision):
            step = training_step(model, _moved_images)
            try:
                step.get_concrete_function(given, tf.TensorSpec(labels))
            except (TypeError, ValueError, tf.errors.OpError):
                precision = "float32"
            else:
                yield step, precision
                return
    with prepared(model, momentum):
        yield training_step(model, _moved_images), precision


def _moved_images(images, moves):
    return moved(tf.cast(images, "float32") / 255, moves)


def _one_epoch(model, step, signs, batch_size, seed, clock, shown):
    """Trains on every image once, in an order of its own; returns mean loss and mean accuracy."""
    rng = np.random.default_rng(seed)
    size = signs.train_images.shape[1:3]
    count = len(signs.train_labels) // batch_size * batch_size
    good = [weight.numpy() for weight in model.weights]
    measured = []
    for batch in rng.permutation(len(signs.train_labels))[:count].reshape(-1, batch_size):
        given = signs.train_images[batch], random_moves(rng, batch_size, *size)
        labels = one_hot(signs.train_labels[batch], len(signs.classes))
        with clock.step(batch_size), _memory_errors_in_words(batch_size):
            loss, accuracy = (float(number) for number in step(given, labels))
        if not math.isfinite(loss):
            raise _lost(model, good, f"the loss became {loss}", clock.steps)
        measured.append((loss, accuracy))
        shown.step(loss)
    # The loss of a step is that of the weights before it: the last step has not been judged yet.
    if not all(np.isfinite(weight.numpy()).all() for weight in model.weights):
        raise _lost(model, good, "weights became infinite or no numbers", clock.steps)
    return np.mean(measured, axis=0)


def _lost(model, good, what, step):
    """Gives a model its good weights back; returns the error that says why."""
    for weight, value in zip(model.weights, good, strict=True):
        weight.assign(value)
    return TrainingError(
        f"{what} at step {step}; the model has the weights from before this epoch again. "
        "Look for a missing BatchNormalization or a log of zero"
    )


@contextmanager
def _memory_errors_in_words(batch_size):
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError):
        raise TrainingError(
            f"there is not enough memory for a step of {batch_size} images; "
            f"give a smaller batch_size, such as {max(batch_size // 2, 1)}"
        ) from None


def _extended(history, model, signs, loss, accuracy, clock, precision):
    test_accuracy = accuracy_of(model, signs.test_images, signs.test_labels)
    return History(
        (*history.loss, float(loss)),
        (*history.train_accuracy, float(accuracy)),
        (*history.test_accuracy, test_accuracy),
        (*history.learning_rate, float(model.optimizer.learning_rate)),
        (*history.seconds, clock.lap()),
        clock.images_per_second,
        precision,
    )


def probabilities(model, images, batch_size=32):
    """The model's answer to images, in inference mode.

    Args:
        model: a Keras model from ``(N, 64, 64, 3)`` in [0, 1] to probabilities.
        images: ``uint8 (m, 64, 64, 3)``.
        batch_size: integer; every batch is filled up to it, so that one graph serves all.

    Returns:
        float32 array ``(m, classes)``.

    Raises:
        TrainingError: the model gives several arrays, or a dict.
    """
    answers = []
    for start in range(0, len(images), batch_size):
        batch = normalise(images[start : start + batch_size])
        missing = batch_size - len(batch)
        filled = np.pad(batch, ((0, missing), (0, 0), (0, 0), (0, 0)))
        answer = model.predict_on_batch(filled)
        if not isinstance(answer, np.ndarray):
            raise TrainingError(
                f"the model gives a {type(answer).__name__} of {len(answer)}, the data need one "
                "array of probabilities; let it return that alone"
            )
        answers.append(answer[: len(batch)])
    return np.concatenate(answers)


def accuracy_of(model, images, labels):
    """The share of images that a model tells right in inference mode, from 0 to 1."""
    return float(np.mean(probabilities(model, images).argmax(axis=1) == labels))


def run(data=None, epochs=10, devices=None, **options):
    """Trains the reference ResNet-50 from its initial weights; what the command line does.

    Args:
        data: folder with the two HDF5 files, as `load_signs` takes it; None for your data, or the
            drawn default.
        epochs: integer.
        devices: integer, how many to train on, as `strategy_for` takes it.
        **options: further arguments of `train`.

    Returns:
        dict with ``epochs``, ``seconds`` (of training and tests), ``images_per_second``,
        ``train_accuracy`` and ``test_accuracy`` (from 0 to 1, in inference mode, on images that are
        not moved) and ``precision``, in which the network was trained. None from all but the first
        of several workers.

    Raises:
        SignsError: the data cannot be used.
        TrainingError: as `train`.
    """
    strategy = strategy_for(devices)  # first of all, while devices can still be chosen
    signs = load_signs(data)
    with strategy.scope():
        model = ResNet50(input_shape=signs.train_images.shape[1:], classes=len(signs.classes))
    history = train(model, signs, epochs=epochs, **options)
    measured = {
        "epochs": len(history.loss),
        "seconds": round(sum(history.seconds), 1),
        "images_per_second": round(history.images_per_second, 1),
        "train_accuracy": accuracy_of(model, signs.train_images, signs.train_labels),
        "test_accuracy": history.test_accuracy[-1],
        "precision": history.precision,
    }
    return measured if leads(strategy) else None


def _check_options(precision, target):
    if precision not in (None, *PRECISIONS):
        raise TrainingError(f"precision is {precision!r}; choose one of {', '.join(PRECISIONS)}")
    if target is not None and not (isinstance(target, Real) and 0 <= target <= 1):
        raise TrainingError(f"target is {target!r}; give a share from 0 to 1, such as 0.97")


def _checked_signs(signs):
    """The signs with arrays of NumPy and whole labels, whatever holds them."""
    if not isinstance(signs, Signs):
        raise TrainingError(f"signs is a {type(signs).__name__}; give what load_signs returns")
    arrays = []
    for part in PARTS:
        images, labels = (np.asarray(getattr(signs, f"{part}_{of}")) for of in ("images", "labels"))
        labels = checked_labels(labels, f"{part}_labels", len(signs.classes))
        if (
            images.dtype != "uint8"
            or images.ndim != 4
            or len(images) != len(labels)
            or not labels.size
        ):
            raise TrainingError(
                f"{part}_images is {images.dtype} {images.shape} for {len(labels)} labels; give "
                "uint8 (m, height, width, 3), as many as labels and one at least"
            )
        arrays += [images, labels]
    return Signs(*arrays, signs.classes)


def _checksum(signs):
    """Tells data apart, so that no training goes on with others than it began with."""
    total = 0
    for array in signs[:4]:
        total = zlib.crc32(np.ascontiguousarray(array), total)
    return f"{total:08x}"


def _check_answers(answers):
    if answers.min() < 0 or answers.max() > 1.01:  # by more than bfloat16 rounds
        raise TrainingError(
            f"the model gives numbers from {answers.min():.3g} to {answers.max():.3g}, the recipe "
            'needs probabilities; give its last layer activation="softmax"'
        )


def _check_model(model, signs):
    if not isinstance(model, keras.Model):
        raise TrainingError(
            f"the model is a {type(model).__name__}; give a Keras model, such as ResNet50()"
        )
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


def _fitting(batch_size, signs, devices):
    """The batch size that fits the data and the devices."""
    batch_size = whole_number("batch_size", batch_size, 1)
    if batch_size % devices:
        raise TrainingError(
            f"a batch of {batch_size} images cannot be divided among {devices} devices; "
            f"give a batch_size such as {-(-batch_size // devices) * devices}"
        )
    fitting = min(batch_size, len(signs.train_labels) // devices * devices)
    if not fitting:
        raise TrainingError(
            f"{len(signs.train_labels)} training images are too few for {devices} devices"
        )
    return fitting


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
