"""Trained models and interrupted trainings, as files."""

import json
import numbers
import os
import re
from pathlib import Path
from typing import Any

import h5py
import keras

from resnet_lesson.errors import LessonError
from resnet_lesson.paths import draft_of


class TrainingError(LessonError, ValueError):
    """A training cannot start or go on."""


def whole_number(name: str, value: Any, least: int) -> int:
    """An argument as an ``int``.

    Raises:
        TrainingError: it is no whole number from ``least`` on.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < least:
        raise TrainingError(f"{name} is {value!r}; give a whole number of {least} or more")
    return int(value)


def save(model: keras.Model, path: str | Path) -> None:
    """Writes a model with its weights and its optimizer's state into one file.

    Args:
        model: a Keras model.
        path: the file, whose name ends in ``.keras``; an older file of that name is replaced.

    Raises:
        TrainingError: another ending, or the file cannot be written.
    """
    path = _file(path)
    if path.suffix != ".keras":
        raise TrainingError(f"{path} does not end in .keras; give a name such as signs.keras")
    try:
        with draft_of(path, ending=".keras") as draft:  # Keras writes to no other ending
            model.save(draft)
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written ({_reason(error)}); "
            "give a folder that exists and that you may write to"
        ) from None


def load(path: str | Path) -> keras.Model:
    """Reads a model that `save` or Keras's ``model.save`` has written in a ``.keras`` file.

    Raises:
        TrainingError: there is no such file, or Keras cannot read a model from it.
    """
    path = _file(path)
    if not path.is_file():
        raise TrainingError(f"{path} is no file; give one that was saved, such as signs.keras")
    try:
        return keras.models.load_model(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise TrainingError(f"{path} holds no model that Keras can read: {reason}") from error


def write_checkpoint(
    path: str | Path | None, model: keras.Model, settings: dict, history: dict
) -> None:
    """Writes all that a training needs to go on: weights, optimizer's state, what happened so far.

    Args:
        path: the file; None writes nothing. It is replaced whole or not at all.
        model: a compiled Keras model.
        settings: of the training, as plain data.
        history: what happened, as plain data.

    Raises:
        TrainingError: the file cannot be written.
    """
    if path is None:
        return
    path = _file(path)
    try:
        with draft_of(path, own=False) as draft, h5py.File(draft, "w") as file:
            file.attrs["settings"] = json.dumps(settings)
            file.attrs["history"] = json.dumps(history)
            for number, variable in enumerate(_state(model)):
                file[str(number)] = variable.numpy()
    except OSError as error:
        raise TrainingError(
            f"the checkpoint {path} cannot be written ({_reason(error)}); the model keeps its "
            "weights; give a file in a folder that you may write to, with room for 300 MB"
        ) from None


def read_checkpoint(path: str | Path | None, model: keras.Model, settings: dict) -> dict | None:
    """Puts a model into the state that a checkpoint holds; returns the checkpoint's history.

    Args:
        path: the file; None, or a file that is not there, changes nothing and gives None.
        model: a compiled Keras model of the same form.
        settings: must be the one that was written.

    Raises:
        TrainingError: the file is no checkpoint, or of another training.
    """
    if path is None:
        return None
    path = _file(path)
    if not path.parent.is_dir():
        raise TrainingError(f"{path.parent} is no folder; give a checkpoint in one that exists")
    if not os.access(path.parent, os.W_OK):
        raise TrainingError(
            f"the checkpoint {path} cannot be written; give one in a folder that you may write to"
        )
    if not path.exists():
        return None
    model.optimizer.build(model.trainable_variables)
    state = _state(model)
    try:
        with h5py.File(path) as file:
            written = json.loads(file.attrs["settings"])
            shapes = [file[str(number)].shape for number in range(len(file))]
            if written != settings or shapes != [tuple(variable.shape) for variable in state]:
                raise TrainingError(
                    f"the checkpoint {path} is of another training "
                    f"({_difference(written, settings)}); remove it, or give another file"
                )
            for number, variable in enumerate(state):
                variable.assign(file[str(number)][()])
            return json.loads(file.attrs["history"])
    except (OSError, KeyError, ValueError) as error:
        if isinstance(error, TrainingError):
            raise
        raise TrainingError(
            f"{path} is no checkpoint that can be read; remove it, or give another file"
        ) from None


def _state(model):
    # Not model.weights: those leave out how far the random numbers of a Dropout are.
    return [*model.variables, *model.optimizer.variables]


def _difference(written, settings):
    pairs = ((name, written.get(name), value) for name, value in settings.items())
    differing = [f"{name} {old}, not {new}" for name, old, new in pairs if old != new]
    return "; ".join(differing) or "a model of another form"


def _file(path: str | Path) -> Path:
    """A path as `pathlib.Path`.

    Raises:
        TrainingError: it can be none.
    """
    try:
        file = Path(path).expanduser()
        file.exists()
    except (TypeError, RuntimeError, OSError) as error:
        raise TrainingError(f"{path!r} is no name of a file ({_reason(error)})") from None
    return file


def _reason(error):
    """Why a file cannot be had, in a few words; HDF5 says them in the middle of many lines."""
    reason = re.search(r"error message = '([^']*)'", str(error))
    return getattr(error, "strerror", None) or (
        reason[1] if reason else str(error).partition("\n")[0]
    )
