"""Training on the signs, epoch by epoch."""

import math
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from resnet_lesson.hardware import fitting_precision
from resnet_lesson.networks import ResNet50
from resnet_lesson.signs import Signs, load_signs, one_hot
from resnet_lesson.signs.schema import NO_SIGN
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
from resnet_lesson.training.evaluation import accuracy_of, probabilities
from resnet_lesson.training.history import Clock, History
from resnet_lesson.training.inputs import (
    check_model,
    check_options,
    check_probabilities,
    checked_signs,
    checksum,
    fitting_batch,
)
from resnet_lesson.training.recipe import (
    PEAK_LEARNING_RATE,
    compile_for,
    fitting_momentum,
    moved_bytes,
    random_moves,
)
from resnet_lesson.training.step import compiled_step


def train(
    model: keras.Model,
    signs: Signs,
    epochs: int = 10,
    batch_size: int = 32,
    seed: int = 0,
    precision: str | None = None,
    target: float | None = None,
    checkpoint: str | Path | None = None,
    learning_rate: float = PEAK_LEARNING_RATE,
) -> History:
    """Trains a model on the signs, and measures it after every epoch.

    The model is compiled anew, so a training starts from the model's present weights with a fresh
    optimizer. Nothing is drawn from the global random state. What makes the steps fast (see
    `resnet_lesson.training.step`) is undone at the end: the model's layers are as they were
    written. A notebook shows a bar and the curves, a terminal a bar of text.

    A model that was built in ``strategy.scope()``, as `strategy_for` gives one, is trained on all
    devices of the strategy, and comes out as from one device. Several workers each make the same
    call; the first of them shows the bar and writes the checkpoint, which all of them must reach.

    Args:
        model: a Keras model from images ``(N, 64, 64, 3)`` in [0, 1] to probabilities ``(N, 6)``.
        signs: what `load_signs` returns; images ``uint8``.
        epochs: how often each training image is seen. An epoch takes the images of
            ``signs.further`` besides, of which the drawn default has some.
        batch_size: images a step, of all devices together; what does not fill a batch
            waits for the next epoch.
        seed: decides on the order of the images and how they are moved.
        precision: "float32", "mixed_bfloat16", or None for what is faster on this machine.
        target: share of the test images, from 0 to 1; training ends after the epoch that reaches
            it. None trains all epochs.
        checkpoint: file, its name ending in ``.h5``, written after every epoch. If it is there
            already, the training that wrote it goes on. None writes none.
        learning_rate: the highest, which the warm-up leads to.

    Raises:
        TrainingError: the model does not fit the data, an argument is out of range, memory is out,
            the checkpoint is of another training or cannot be written, or the loss is no longer a
            number; then the model has the weights of the last epoch that went well.
    """
    check_options(precision, target, learning_rate)
    signs = checked_signs(signs)
    check_model(model, signs)
    strategy = strategy_of(model)
    epochs, seed = whole_number("epochs", epochs, 1), whole_number("seed", seed, 0)
    batch_size = fitting_batch(batch_size, signs, strategy.num_replicas_in_sync)
    settings = {
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "learning rate": float(learning_rate),
        "images with the checksum": checksum(signs),
    }
    steps = (len(signs.train_labels) + signs.further_count) // batch_size
    show, clock = display_for if leads(strategy) else QuietDisplay, Clock()
    with (
        strategy.scope(),
        lost_workers_in_words(),
        show(epochs, epochs * steps) as display,
        ExitStack() as changes,
    ):
        with display.preparing():
            compile_for(model, steps, epochs, learning_rate)
            # Builds the model, and the graph that tests it, before its layers are changed.
            check_probabilities(probabilities(model, signs.test_images[:32]))
            history = _history_so_far(checkpoint, model, settings, strategy)
            shapes = _shapes_of_a_batch(signs, batch_size)
            momentum = fitting_momentum(epochs * steps)
            precision = precision or fitting_precision()
            making = compiled_step(model, moved_bytes, shapes, momentum, precision)
            step, used = changes.enter_context(making)
        if history.loss:
            display.resume(len(history.loss) * steps, history)
        for epoch in range(len(history.loss), epochs):
            if history.reaches(target):
                break
            numbers = _one_epoch(model, step, signs, batch_size, (seed, epoch), clock, display)
            history = _extended(history, model, signs, numbers, clock, used)
            display.epoch(history)
            if leads(strategy):
                write_checkpoint(checkpoint, model, settings, asdict(history))
    return history


def _shapes_of_a_batch(signs, batch_size):
    """What a step is given: images, how each is moved, and one-hot labels."""
    images = tf.TensorSpec((batch_size, *signs.train_images.shape[1:]), "uint8")
    moves = tf.TensorSpec((batch_size, 8))
    return (images, moves), tf.TensorSpec((batch_size, len(signs.classes)))


def _history_so_far(checkpoint, model, settings, strategy):
    """The history in the checkpoint, whose state the model takes over; empty if there is none."""
    # Workers make variables together: also one that finds no checkpoint, before it says so.
    model.optimizer.build(model.trainable_variables)
    history = read_checkpoint(checkpoint, model, settings)
    if not same_for_all(strategy, len(history["loss"]) if history else 0):
        raise TrainingError(
            f"the workers do not read the same checkpoint {checkpoint}; "
            "give a file in a folder that all of them share"
        )
    return History(**history) if history else History()


def _one_epoch(model, step, signs, batch_size, seed, clock, display):
    """Trains on every image once, in an order of its own; returns mean loss and mean accuracy."""
    rng = np.random.default_rng(seed)
    images, labels = _images_of(signs, epoch=seed[1])
    count = len(labels) // batch_size * batch_size
    good = [weight.numpy() for weight in model.weights]
    measured = []
    for batch in rng.permutation(len(labels))[:count].reshape(-1, batch_size):
        inputs = images[batch], random_moves(rng, batch_size, *images.shape[1:3])
        targets = _targets(labels[batch], len(signs.classes))
        with clock.step(batch_size), _memory_errors_in_words(batch_size):
            loss, accuracy = (float(number) for number in step(inputs, targets))
        if not math.isfinite(loss):
            raise _lost(model, good, f"the loss became {loss}", clock.steps)
        measured.append((loss, accuracy))
        display.step(loss)
    # The loss of a step is that of the weights before it: the last step has not been judged yet.
    if not all(np.isfinite(weight.numpy()).all() for weight in model.weights):
        raise _lost(model, good, "weights became infinite or no numbers", clock.steps)
    return np.mean(measured, axis=0)


def _images_of(signs, epoch):
    """The images and labels that an epoch takes."""
    if not signs.further_count:
        return signs.train_images, signs.train_labels
    images, labels = signs.further(epoch)
    return np.concatenate([signs.train_images, images]), np.append(signs.train_labels, labels)


def _targets(labels, classes):
    """One-hot rows ``(N, classes)``; where there is no sign to see, all classes are as probable."""
    return np.where(
        labels[:, np.newaxis] == NO_SIGN, np.float32(1 / classes), one_hot(labels.clip(0), classes)
    )


def _extended(history, model, signs, numbers, clock, precision):
    """The history with one epoch more, of which ``numbers`` are the mean loss and accuracy."""
    return history.with_epoch(
        *map(float, numbers),
        accuracy_of(model, signs.test_images, signs.test_labels),
        float(model.optimizer.learning_rate),
        clock.lap(),
        images_per_second=clock.images_per_second,
        precision=precision,
    )


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


def run(
    data: str | Path | None = None, epochs: int = 10, devices: int | None = None, **options: Any
) -> dict | None:
    """Trains the reference ResNet-50 from its initial weights, for the command line.

    Args:
        data: folder with the two HDF5 files, as `load_signs` takes it; None for your data, or the
            drawn default.
        epochs: how often each training image is seen.
        devices: how many to train on, as `strategy_for` takes it.
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
