"""HDF5 files opened for reading: whatever is wrong with one is told in one line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from resnet_lesson.errors import LessonError
from resnet_lesson.paths import printable, unreadable

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_AGAIN = "get or write the file again"


@contextmanager
def opened(
    path: str | Path, error: type[LessonError], otherwise: str = _AGAIN
) -> Iterator[h5py.File]:
    """An open HDF5 file, for a context that reads it.

    Args:
        path: of the file.
        error: what to raise if it cannot be read.
        otherwise: what to do about a file of another kind.
    """
    name = printable(path)
    _check_start(path, error, otherwise)
    try:
        with h5py.File(path, "r") as file:
            yield file
    except LessonError:
        raise
    except BlockingIOError:
        raise error(
            f"{name} is open for writing elsewhere; expected a closed file; "
            "close it there, or restart that kernel"
        ) from None
    except MemoryError:
        raise error(f"{name} does not fit into memory; give a smaller file") from None
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as problem:
        what = "truncated" if "truncated" in str(problem) else "damaged or truncated"
        size = os.path.getsize(path) if os.path.exists(path) else 0
        raise error(
            f"{name} is {what} ({size} bytes are there); expected a whole HDF5 file; {_AGAIN}"
        ) from None


def _check_start(path, error, otherwise):
    name = printable(path)
    if os.path.isdir(path):
        raise error(f"{name} is a folder; expected an HDF5 file; give the file in it")
    try:
        with open(path, "rb") as file:
            start = file.read(len(_SIGNATURE))
    except (FileNotFoundError, NotADirectoryError):
        raise error(f"{name} does not exist; expected an HDF5 file; correct the path") from None
    except (OSError, ValueError) as problem:
        raise error(unreadable(path, problem)) from None
    if not start:
        raise error(f"{name} is empty (0 bytes); expected an HDF5 file; {_AGAIN}")
    # A file cut inside the signature counts as truncated, and one with a user block is good.
    if not _SIGNATURE.startswith(start) and not h5py.is_hdf5(path):
        raise error(f"{name} is not an HDF5 file (it starts with {start!r}); {otherwise}")
