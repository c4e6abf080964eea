"""Finds the ImageNet weights of ResNet-50 and the names of its classes, where they can be had."""

import json
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.paths import printable
from resnet_lesson.progress_bar import notice
from resnet_lesson.weights.download import CLASS_INDEX, RESNET50, DownloadError, fetch
from resnet_lesson.weights.transfer import WeightsError


def find_weights(path: str | Path | None = None) -> Path | None:
    """Finds a file with the ImageNet weights of ResNet-50.

    They are looked for in this order: ``path``; the file that the environment variable
    ``RESNET_LESSON_WEIGHTS`` names; the lesson's cache folder; the network (100 MB, once).
    Under ``RESNET_LESSON_QUICK=1`` only ``path`` counts.

    Args:
        path: a ``.h5`` or ``.weights.h5`` file, or None.

    Returns:
        Path of the file; None if there is none, and then one line says why.

    Raises:
        WeightsError: ``path``, or the file that the variable names, does not exist.
    """
    named = path or (None if settings.quick() else settings.value(settings.WEIGHTS))
    if named:
        file = Path(named).expanduser()
        if not file.is_file():
            source = "" if path else f"{settings.WEIGHTS}: "
            raise WeightsError(f"{source}{printable(file)} is no file; give a .h5 file of weights")
        return file
    return _fetched(RESNET50, "going on with made weights")


def class_names() -> list[str] | None:
    """The names of the 1000 classes of ImageNet in their order; None if they cannot be had."""
    file = _fetched(CLASS_INDEX, "going on with the numbers of the classes")
    if file is None:
        return None
    index = json.loads(file.read_text(encoding="utf-8"))
    return [index[str(number)][1] for number in range(len(index))]


def _fetched(published, otherwise):
    """The file, or None; it is not even asked for where things are to be quick."""
    if settings.quick():
        return None
    try:
        return fetch(published)
    except DownloadError as error:
        notice(f"{error}; {otherwise}")
        return None
