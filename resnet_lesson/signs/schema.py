"""What hand signs are: their arrays, and the checks that every image and label passes."""

from typing import Any, NamedTuple

import numpy as np

from resnet_lesson.errors import LessonError

CLASSES = 6
SIZE = 64
NO_SIGN = -1  # the label of a further training image that shows none of the signs
PARTS = ("train", "test")
CONVERT = "convert your images with `python -m resnet_lesson signs --from-folder DIR`"


class SignsError(LessonError, ValueError):
    """Images or labels that cannot be used."""


class Signs(NamedTuple):
    """Hand signs for the digits 0 to 5: images to train on and images to test with.

    ``train_images`` uint8 ``(m, 64, 64, 3)``, red, green and blue from 0 to 255; ``train_labels``
    int64 ``(m,)``; ``test_images``; ``test_labels``; ``classes`` int64 ``(6,)``, the digits.

    The drawn default has ``further_count`` more images for each epoch of a training, which
    ``further`` gives; others have none.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    classes: np.ndarray

    @property
    def further_count(self) -> int:
        """How many images an epoch of a training takes besides the training images."""
        return 0

    def further(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """The images and labels that an epoch, counted from 0, takes besides.

        The label of an image that shows none of the signs is `NO_SIGN`.
        """
        return self.train_images[:0], self.train_labels[:0]


def all_classes() -> np.ndarray:
    """The six digits, int64 ``(6,)``."""
    return np.arange(CLASSES, dtype=np.int64)


def checked_labels(values: Any, name: str, classes: int = CLASSES) -> np.ndarray:
    """Class numbers as the lesson uses them: int64 ``(m,)``.

    Args:
        values: whole numbers from 0 to ``classes - 1``, shape ``(m,)``, ``(1, m)`` or ``(m, 1)``,
            in any integer type. Floating-point values are taken if each is a whole number, because
            spreadsheets and older tools store labels so.
        name: what to call them in a message.
        classes: how many there are.

    Raises:
        SignsError: wrong type, shape or range.
    """
    values = np.asarray(values)
    check_label_form(values.shape, values.dtype, name, classes)
    values = values.reshape(-1)
    wrong = ~((values >= 0) & (values < classes))
    if values.dtype.kind == "f":
        wrong |= values != np.floor(values)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise SignsError(
            f"{name}: {int(wrong.sum())} of {len(values)} labels are wrong, the first is "
            f"{values[first]} at position {first}; expected whole numbers from 0 to {classes - 1}; "
            "correct these labels"
        )
    return values.astype(np.int64)


def check_label_form(shape: Any, dtype: Any, name: str, classes: int) -> None:
    """Raises SignsError unless labels have a shape and dtype that can be read as class numbers."""
    if dtype.kind not in "iuf":
        raise SignsError(
            f"{name} has dtype {dtype}; expected integers from 0 to {classes - 1}; "
            "store the class numbers as integers"
        )
    flat = shape is not None and (len(shape) == 1 or (len(shape) == 2 and 1 in shape))
    if not flat:
        advice = "give one class number an image"
        if shape is not None and len(shape) == 2 and shape[1] == classes:
            advice = "these look one-hot: store labels.argmax(axis=1)"
        raise SignsError(f"{name} has shape {shape}; expected (m,) or (1, m); {advice}")


def check_image_form(shape: Any, dtype: Any, name: str) -> None:
    """Raises SignsError unless images are uint8 ``(m, 64, 64, 3)``."""
    if dtype != np.uint8:
        raise SignsError(
            f"{name} has dtype {dtype}; expected uint8, values from 0 to 255; "
            "store the images before they are normalised"
        )
    if shape is None or len(shape) != 4 or tuple(shape[1:]) != (SIZE, SIZE, 3):
        raise SignsError(f"{name} has shape {shape}; expected (m, {SIZE}, {SIZE}, 3); {CONVERT}")


def checked_part(images: Any, labels: Any, where: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images with their labels, validated: uint8 ``(m, 64, 64, 3)`` and int64 ``(m,)``.

    ``where`` names the source in a message (a file, say), ``part`` is "train" or "test".

    Raises:
        SignsError: wrong dtype, shape or range, lengths that differ, or no image at all.
    """
    images = np.asarray(images)
    check_image_form(images.shape, images.dtype, f"{where}: {part}_set_x")
    labels = np.asarray(labels)
    check_label_form(labels.shape, labels.dtype, f"{where}: {part}_set_y", CLASSES)
    if len(images) != labels.size:
        raise SignsError(
            f"{where}: {part}_set_x holds {len(images)} images and {part}_set_y {labels.size} "
            "labels; expected as many labels as images; write the file again from matching lists"
        )
    if not len(images):
        raise SignsError(
            f"{where}: {part}_set_x is empty; expected one image at least; write it with images"
        )
    return images, checked_labels(labels, f"{where}: {part}_set_y")
