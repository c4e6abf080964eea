"""Checks of a training's model, data and options; each refusal is one line."""

import math
import zlib
from itertools import zip_longest
from numbers import Real
from typing import Any

import keras
import numpy as np

from resnet_lesson.hardware import PRECISIONS
from resnet_lesson.signs import Signs
from resnet_lesson.signs.schema import PARTS, checked_labels
from resnet_lesson.training.checkpoints import TrainingError, whole_number


def check_options(precision: Any, target: Any, learning_rate: Any) -> None:
    """Refuses a precision that there is not, a target that is no share, and a rate that is none."""
    if precision not in (None, *PRECISIONS):
        raise TrainingError(f"precision is {precision!r}; choose one of {', '.join(PRECISIONS)}")
    if target is not None and not (isinstance(target, Real) and 0 <= float(target) <= 1):
        raise TrainingError(f"target is {target!r}; give a share from 0 to 1, such as 0.97")
    if not (isinstance(learning_rate, Real) and 0 < float(learning_rate) < math.inf):
        raise TrainingError(f"learning_rate is {learning_rate!r}; give a number such as 0.001")


def checked_signs(signs: Any) -> Signs:
    """The signs with arrays of NumPy and whole labels, whatever holds them."""
    if not isinstance(signs, Signs):
        raise TrainingError(f"signs is a {type(signs).__name__}; give what load_signs returns")
    arrays: dict[str, np.ndarray] = {}
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
        arrays |= {f"{part}_images": images, f"{part}_labels": labels}
    return type(signs)(**signs._asdict() | arrays)  # `_replace` would drop the further images


def checksum(signs: Signs) -> str:
    """Tells data apart, so that no training goes on with others than it began with."""
    total = 0
    for array in signs[:4]:
        total = zlib.crc32(np.ascontiguousarray(array).data, total)
    return f"{total:08x}"


def check_probabilities(answers: np.ndarray) -> None:
    """Refuses what a model without a softmax gives."""
    if answers.min() < 0 or answers.max() > 1.01:  # by more than bfloat16 rounds
        raise TrainingError(
            f"the model gives numbers from {answers.min():.3g} to {answers.max():.3g}, the recipe "
            'needs probabilities; give its last layer activation="softmax"'
        )


def check_model(model: Any, signs: Signs) -> None:
    """Refuses a model of other images or classes than those of the data."""
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


def fitting_batch(batch_size: Any, signs: Signs, devices: int) -> int:
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
