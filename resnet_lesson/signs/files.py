"""The two HDF5 files of hand signs: what must be in them, reading, writing, checking.

``train_signs.h5`` holds ``train_set_x (m, 64, 64, 3)`` uint8, ``train_set_y (m,)`` whole numbers
from 0 to 5 and ``list_classes (6,)``; ``test_signs.h5`` holds the same with ``test`` for ``train``.
This is the layout that the classic data set is known by.
"""

import io
import os
from pathlib import Path

import h5py
import numpy as np

from resnet_lesson.hdf5 import opened
from resnet_lesson.paths import counted, printable, unreadable, write_atomically
from resnet_lesson.signs.schema import (
    CLASSES,
    CONVERT,
    PARTS,
    SIZE,
    Signs,
    SignsError,
    all_classes,
    check_image_form,
    check_label_form,
    checked_part,
)

FILES = {part: f"{part}_signs.h5" for part in PARTS}

_OTHERWISE = f"get or write the file again, or {CONVERT}"


def is_there(path: str | Path) -> bool:
    """True if something is at ``path``, a broken link included.

    Raises:
        SignsError: if the system refuses to say.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise SignsError(unreadable(path, error)) from None
    return True


def read_part(path: str | Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 ``(m, 64, 64, 3)`` and labels int64 ``(m,)`` of a part, "train" or "test".

    Raises:
        SignsError: the file is missing, unreadable, not HDF5, damaged, or holds something else.
    """
    with opened(path, SignsError, _OTHERWISE) as file:
        x, y, classes = _datasets(file, path, part)
        # The form is checked before anything is read: a wrong file may be a very large one.
        check_image_form(x.shape, x.dtype, f"{printable(path)}: {x.name[1:]}")
        check_label_form(y.shape, y.dtype, f"{printable(path)}: {y.name[1:]}", CLASSES)
        _check_classes(classes, path)
        images, labels = x[...], y[...]
    return checked_part(images, labels, printable(path), part)


def _datasets(file, path, part):
    names = (f"{part}_set_x", f"{part}_set_y", "list_classes")
    missing = [name for name in names if not isinstance(file.get(name), h5py.Dataset)]
    if missing:
        content = ", ".join(printable(name) for name in list(file)[:8]) or "nothing"
        raise SignsError(
            f"{printable(path)} lacks {' and '.join(missing)} (it holds {content}); "
            f"expected {', '.join(names)}; rename the data sets, or {CONVERT}"
        )
    return [file[name] for name in names]


def _check_classes(classes, path):
    if classes.shape == (CLASSES,) and classes.dtype.kind in "iuf":
        values = classes[...]
        if (values == all_classes()).all():
            return
        content = values.tolist()
    else:
        content = f"dtype {classes.dtype} and shape {classes.shape}"
    raise SignsError(
        f"{printable(path)}: list_classes is {content}; expected {all_classes().tolist()}; "
        "keep the digits 0 to 5 alone"
    )


def read_signs(path: str | Path) -> Signs:
    """Reads training and test images.

    Args:
        path: the folder with ``train_signs.h5`` and ``test_signs.h5``, or one of these files (the
            other is taken from beside it).

    Raises:
        SignsError: in one line, what is wrong with ``path`` or with a file.
    """
    folder = _folder(path)
    missing = [name for name in FILES.values() if not is_there(folder / name)]
    if missing:
        raise SignsError(
            f"{printable(folder)} lacks {' and '.join(missing)}; "
            f"expected both {' and '.join(FILES.values())}; put them there, or write them with "
            "`python -m resnet_lesson signs --output DIR`"
        )
    train, test = (read_part(folder / FILES[part], part) for part in PARTS)
    return Signs(*train, *test, all_classes())


def _folder(path):
    expected = f"a folder with {FILES['train']} and {FILES['test']}, or one of these files"
    try:
        if not os.fsdecode(path):
            raise TypeError  # Path("") would be the working folder
        path = Path(os.fsdecode(path)).expanduser()
    except (TypeError, RuntimeError) as error:
        reason = "" if isinstance(error, TypeError) else f" ({error})"
        raise SignsError(f"path is {path!r}{reason}; expected {expected}") from None
    if not is_there(path):
        raise SignsError(f"{printable(path)} does not exist; expected {expected}; correct the path")
    if os.path.isdir(path):
        return path
    if path.name not in FILES.values():
        raise SignsError(
            f"{printable(path)} is neither a folder nor one of the two files; expected {expected}; "
            "rename the file or give its folder"
        )
    return path.parent


def check_signs(path: str | Path) -> str:
    """Checks one HDF5 file of signs; says how many images of each sign it holds.

    Args:
        path: the file. Named ``train_signs.h5`` or ``test_signs.h5`` it must hold that part; with
            another name its keys tell which part it holds.

    Raises:
        SignsError: in one line, the first thing that is wrong.
    """
    path = Path(path)
    named = [part for part in PARTS if path.name == FILES[part]]
    lines = []
    for part in named or _parts_in(path):
        _, labels = read_part(path, part)
        counts = np.bincount(labels, minlength=CLASSES)
        signs = ", ".join(f"{digit}: {count}" for digit, count in enumerate(counts))
        lines.append(f"{counted(len(labels), f'{part} image')} ({signs})")
    return f"{printable(path)}: good, {' and '.join(lines)}"


def _parts_in(path):
    with opened(path, SignsError, _OTHERWISE) as file:
        return [part for part in PARTS if f"{part}_set_x" in file] or PARTS[:1]


def encode(**parts: tuple) -> bytes:
    """The bytes of an HDF5 file with ``train=(images, labels)``, ``test=(images, labels)`` or both.

    The same arrays always give the same bytes. Each block carries a checksum, so that a damaged
    file is noticed when it is read.
    """
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for part, (images, labels) in parts.items():
            blocks = (min(len(images), 60), SIZE, SIZE, 3)
            file.create_dataset(f"{part}_set_x", data=images, chunks=blocks, fletcher32=True)
            file.create_dataset(f"{part}_set_y", data=labels, fletcher32=True)
        file["list_classes"] = all_classes()
    return memory.getvalue()


def write_signs(folder: str | Path, signs: Signs) -> list[Path]:
    """Writes ``train_signs.h5`` and ``test_signs.h5`` into a folder, and returns their paths.

    Args:
        folder: where to; it is made if need be, and older files of these names are replaced.
        signs: `Signs`.

    Raises:
        SignsError: the arrays are not as they should be (nothing is written then), or the folder
            cannot be written.
    """
    where = "signs to write"
    train = checked_part(signs.train_images, signs.train_labels, where, "train")
    test = checked_part(signs.test_images, signs.test_labels, where, "test")
    folder = make_folder(folder)
    paths = [folder / FILES[part] for part in PARTS]
    try:
        for path, data in zip(paths, (encode(train=train), encode(test=test)), strict=True):
            write_atomically(path, data)
    except OSError as error:
        raise SignsError(
            f"{printable(folder)} cannot be written ({error.strerror or error}); "
            "give another folder"
        ) from None
    return paths


def make_folder(folder: str | Path) -> Path:
    """Makes a folder to write signs into, and returns its path.

    Raises:
        SignsError: it cannot be made, or nothing can be written in it.
    """
    reason: object = "permission denied"
    try:
        path = Path(folder).expanduser()
        path.mkdir(parents=True, exist_ok=True)
        if os.access(path, os.W_OK):
            return path
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
    raise SignsError(f"{printable(folder)} cannot be written ({reason}); give another folder")
