"""Finds the ImageNet weights of ResNet-50 and the names of its classes, where they can be had."""

import json
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.paths import printable
from resnet_lesson.progress_bar import notice
from resnet_lesson.weights.download import (
    CLASS_INDEX,
    RESNET50,
    RESNET50_NOTOP,
    DownloadError,
    fetch,
    kept_by_keras,
)
from resnet_lesson.weights.transfer import WeightsError


def find_weights(path: str | Path | None = None) -> Path | None:
    """Finds a file with the ImageNet weights of ResNet-50.

    They are looked for in this order: ``path``; the file that the environment variable
    ``RESNET_LESSON_WEIGHTS`` names; Keras's own folder, ``~/.keras/models`` or that of
    ``KERAS_HOME``; the lesson's cache folder; the network (100 MB, once); Keras's folder again, for
    the file without classifier. Under ``RESNET_LESSON_QUICK=1`` only ``path`` counts.

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
    return _fetched(RESNET50, "going on without them", RESNET50_NOTOP)


def class_names() -> list[str] | None:
    """The names of the 1000 classes of ImageNet in their order; None if they cannot be had."""
    file = _fetched(CLASS_INDEX, "going on with the numbers of the classes")
    if file is None:
        return None
    index = json.loads(file.read_text(encoding="utf-8"))
    return [index[str(number)][1] for number in range(len(index))]


def _fetched(published, otherwise, substitute=None):
    """The file, or what Keras has in its place, or None; nothing is looked for to be quick."""
    if settings.quick():
        return None
    if kept := kept_by_keras(published):
        return kept
    try:
        return fetch(published)
    except DownloadError as error:
        kept = kept_by_keras(substitute) if substitute else None
        if not kept:
            notice(f"{error}; {otherwise}")
        return kept
