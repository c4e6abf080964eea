"""The folders of the lesson, and files that are replaced whole or not at all."""

import importlib.metadata
import os
import sys
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from resnet_lesson import settings

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent  # in a checkout; else the folder that Python finds packages in
_APPLICATION = "resnet-lesson"


def _lesson_folder():
    """The folder that has ``notebooks`` and ``images``: the checkout, or where pip put them."""
    if not (PROJECT / "pyproject.toml").is_file():
        with suppress(importlib.metadata.PackageNotFoundError):
            for file in importlib.metadata.files(_APPLICATION) or ():
                if file.suffix == ".ipynb" and file.parent.name == "notebooks":
                    return Path(str(file.locate())).resolve().parents[1]
    return PROJECT


LESSON = _lesson_folder()
NOTEBOOKS = LESSON / "notebooks"
IMAGES = LESSON / "images"


def module_command(module, *arguments):
    """How to run a module, by its name, in a Python of its own.

    Files in the working folder, which is a learner's, do not stand in for modules there. Give it
    `search_path` as ``PYTHONPATH``.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def search_path():
    """Where this Python finds modules, but for the folder that it is in, as ``PYTHONPATH``."""
    left_out = {os.path.realpath(os.getcwd()), str(PROJECT)}
    places = [path for path in sys.path if path and os.path.realpath(path) not in left_out]
    return os.pathsep.join([*places, str(PROJECT)])


_TEXT = {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}


@contextmanager
def draft_of(path, ending=".tmp", own=True):
    """Gives a path beside ``path``; the file that is written there takes its place at the end.

    After an error ``path`` is as it was. Either way the draft is gone.

    Args:
        path: `pathlib.Path` of the file.
        ending: of the draft's name.
        own: whether the draft has a name that no other has. Without, it takes the place of the
            draft that a killed writer left; there must be one writer at a time.
    """
    mark = f".{uuid.uuid4().hex[:12]}" if own else ""
    draft = path.with_name(f"{path.name[:100]}{mark}{ending}")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def replacing(path, binary=False):
    """Opens a file so that ``path`` holds what it held before, or all that is written.

    A device or pipe is written to directly. Raises OSError if the file cannot be written.

    Args:
        path: of the file.
        binary: True for bytes, False for UTF-8 text.
    """
    kind, how = ("b", {}) if binary else ("", _TEXT)
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        with open(path, f"w{kind}", **how) as file:
            yield file
        return
    with draft_of(path) as draft, open(draft, f"x{kind}", **how) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_atomically(path, data):
    """Writes bytes by `replacing`."""
    with replacing(path, binary=True) as file:
        file.write(data)


def cache_folder():
    """The folder of ``RESNET_LESSON_CACHE``, or the user's cache folder."""
    from platformdirs import user_cache_path

    given = settings.value(settings.CACHE)
    folder = Path(given) if given else user_cache_path(_APPLICATION)
    return Path(os.path.expanduser(folder)).absolute()


def keras_models_folder():
    """Where ``keras.applications`` keeps the weights that it has downloaded."""
    home = os.path.expanduser("~")
    base = home if os.access(home, os.W_OK) else "/tmp"  # as Keras itself decides
    given = settings.value(settings.KERAS_HOME)
    return Path(os.path.expanduser(given or os.path.join(base, ".keras"))).absolute() / "models"


def user_data_folder():
    """The folder of what the user must not lose; None where there is no home folder."""
    from platformdirs import user_data_path

    try:
        folder = user_data_path(_APPLICATION)
    except RuntimeError:  # older versions return a path with a "~" instead
        return None
    return folder if folder.is_absolute() else None


def printable(path):
    """A path, or the name of a part of a file, as text that stays on one line."""
    text = str(path)
    return text if text.isprintable() else repr(text)


def counted(number, noun):
    """A number and a noun, such as "1 file" and "2 files"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def on_one_line(text):
    """Text of any origin as a terminal may show it: nothing in it moves a cursor or ends a line."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def unreadable(path, error):
    """Says in one line why a file cannot be read, and what to do.

    Args:
        path: of the file.
        error: the OSError, or another exception of a reader.
    """
    if isinstance(error, PermissionError):
        return (
            f"{printable(path)} may not be read (permission denied); "
            "change its permissions or give another file"
        )
    reason = getattr(error, "strerror", None) or error
    return f"{printable(path)} cannot be read: {reason}; give a file or folder that can"
