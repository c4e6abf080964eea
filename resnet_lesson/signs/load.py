"""The data of the lesson: hand signs for the digits 0 to 5, found, read, made ready for training.

The files are described in `resnet_lesson.signs.files`, the drawn default in
`resnet_lesson.signs.drawn`, the conversion of photographs in `resnet_lesson.signs.folders`.
"""

from pathlib import Path
from typing import Any

import numpy as np

from resnet_lesson import settings
from resnet_lesson.signs.drawn import drawn_signs
from resnet_lesson.signs.files import FILES, is_there, read_signs
from resnet_lesson.signs.schema import CLASSES, Signs, SignsError, checked_labels

FOLDER = "datasets"


def load_signs(path: str | Path | None = None) -> Signs:
    """Loads the hand signs: yours if there are any, else drawn ones.

    They are looked for in this order:

    1. ``path``, if given;
    2. the environment variable ``RESNET_LESSON_SIGNS``;
    3. ``datasets/`` in the working folder, which is the notebook's own folder;
    4. the drawn default: 1080 training and 120 test images, and further ones for
       `resnet_lesson.training.train` (see ``Signs.further``).

    What is found first counts: if it cannot be used, that is an error and nothing else is tried.

    Args:
        path: the folder with ``train_signs.h5`` and ``test_signs.h5``, or one of these files.

    Returns:
        ``Signs(train_images, train_labels, test_images, test_labels, classes)``: uint8
        ``(m, 64, 64, 3)``, int64 ``(m,)``, the same for the test, int64 ``(6,)``.

    Raises:
        SignsError: in one line, what was given, what is expected and what to do.
    """
    if path is not None:
        return read_signs(path)
    named = settings.value(settings.SIGNS)
    if named:
        try:
            return read_signs(named)
        except SignsError as error:
            raise SignsError(f"{settings.SIGNS}: {error}") from None
    if any(is_there(Path(FOLDER, name)) for name in FILES.values()):
        return read_signs(FOLDER)
    return drawn_signs()


def one_hot(labels: Any, classes: int = CLASSES) -> np.ndarray:
    """One-hot rows of class numbers, float32 ``(m, classes)``: all 0 but a 1 at the class.

    Args:
        labels: whole numbers from 0 to ``classes - 1``, shape ``(m,)``, ``(1, m)`` or ``(m, 1)``.
        classes: how many there are, 1 at least.

    Raises:
        SignsError: labels of another shape or type, or out of range.
    """
    whole = isinstance(classes, int | np.integer) and not isinstance(classes, bool)
    if not whole or classes < 1:
        raise SignsError(f"classes is {classes!r}; expected a whole number from 1")
    return np.eye(classes, dtype=np.float32)[checked_labels(labels, "labels", classes)]


def normalise(images: Any) -> np.ndarray:
    """Brings pixels from 0…255 to 0…1, as float32 of the same shape.

    Args:
        images: whole numbers from 0 to 255, shape ``(m, H, W, 3)``, or ``(H, W, 3)`` for one image.

    Raises:
        SignsError: another shape or type (images that are normalised already, say), or values
            beyond 0 to 255.
    """
    images = np.asarray(images)
    if images.dtype.kind not in "iu":
        raise SignsError(
            f"images have dtype {images.dtype}; expected whole numbers from 0 to 255 (uint8); "
            "give the images as load_signs returns them, not normalised already"
        )
    if images.ndim not in (3, 4) or images.shape[-1] != 3:
        raise SignsError(
            f"images have shape {images.shape}; expected (m, H, W, 3), or (H, W, 3) for one image"
        )
    if images.dtype != np.uint8 and images.size and not 0 <= images.min() <= images.max() <= 255:
        raise SignsError(
            f"images hold values from {images.min()} to {images.max()}; expected 0 to 255"
        )
    return images.astype(np.float32) / np.float32(255)
