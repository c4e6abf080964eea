"""Converts folders of photographs into the data of the lesson.

The folder holds ``0``, ``1``, ... ``5``, each with the images of that sign, or it holds ``train``
and ``test`` with these six in each.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from resnet_lesson.paths import counted, printable, unreadable
from resnet_lesson.progress_bar import progress_bar
from resnet_lesson.signs.files import is_there
from resnet_lesson.signs.images import read_image
from resnet_lesson.signs.schema import CLASSES, PARTS, SIZE, Signs, SignsError, all_classes

ENDINGS = {".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe", ".jpeg"}
ENDINGS |= {".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"}
_SEED = 0  # of the split and of the order: the same folder always gives the same files
_LAYOUT = "expected folders 0, 1, 2, 3, 4, 5 with images, or train and test with these six in each"


def convert_folder(folder: str | Path) -> tuple[Signs, Counter[str]]:
    """Reads images of hand signs from folders.

    Each image becomes 64x64 as `read_image` describes. With ``train`` and ``test`` the division is
    yours; do that if you have several pictures of one person, who should not be in both. Else one
    image in ten of each sign, chosen at random but always the same, is put aside for the test.

    In the folder of a sign, files are skipped that are hidden, in a subfolder, or whose ending is
    not that of an image; what lies beside the folders of the six signs is not looked at.

    Args:
        folder: holds ``0`` ... ``5``, or ``train`` and ``test`` that do.

    Returns:
        The signs, and how many files were skipped by ending ("hidden" or "in subfolders" for
        those).

    Raises:
        SignsError: a folder is missing or has no images, or an image cannot be read.
    """
    folder = Path(folder).expanduser()
    skipped: Counter[str] = Counter()
    divided = [part for part in PARTS if is_there(folder / part)]
    if len(divided) == 1:
        raise SignsError(f"{printable(folder)} holds {divided[0]} alone; {_LAYOUT}; add the other")
    if divided:
        parts = [_files_by_sign(folder / part, skipped) for part in PARTS]
    else:
        parts = _split(_files_by_sign(folder, skipped), folder)
    parts = [_shuffled(part) for part in parts]
    total = sum(map(len, parts))
    arrays: list[np.ndarray] = []
    with progress_bar("Reading images") as report:
        for part, before in zip(parts, (0, len(parts[0])), strict=True):
            images = np.empty((len(part), SIZE, SIZE, 3), np.uint8)
            for place, (path, _) in enumerate(part):
                report(before + place, total)
                images[place] = read_image(path)
            arrays += [images, np.array([digit for _, digit in part], np.int64)]
    return Signs._make([*arrays, all_classes()]), skipped


def _files_by_sign(folder, skipped):
    """For each sign the paths of its images, sorted by name; counts in ``skipped`` what is none."""
    entries = _listed(folder)
    missing = [str(digit) for digit in range(CLASSES) if str(digit) not in entries]
    if missing:
        content = ", ".join(map(printable, entries[:8])) or "nothing"
        raise SignsError(
            f"{printable(folder)} lacks {', '.join(missing)} (it holds {content}); {_LAYOUT}; "
            "name one folder for each sign"
        )
    return [_images_in(folder / str(digit), skipped) for digit in range(CLASSES)]


def _images_in(folder, skipped):
    images, others = [], Counter()
    for name in _listed(folder):
        ending = "hidden" if name.startswith(".") else os.path.splitext(name)[1].lower()
        if ending in _readable_endings():
            images.append(folder / name)
        elif not os.path.isdir(folder / name):
            others[ending or "no ending"] += 1
        elif not name.startswith("."):
            inside = sum(len(names) for _, _, names in os.walk(folder / name))
            others.update({"in subfolders": inside} if inside else {})
    if not images:
        kinds = f" among {counted(others.total(), 'file')} ({', '.join(others)})" if others else ""
        raise SignsError(
            f"{printable(folder)} has no images{kinds}; expected files such as .jpg or .png; "
            "add images of this sign, or convert those that are there"
        )
    skipped.update(others)
    return images


def _readable_endings():
    """Of the endings of images those that this installation of Pillow can read."""
    formats = Image.registered_extensions()
    return {ending for ending in ENDINGS if formats.get(ending) in Image.OPEN}


def _listed(folder):
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        raise SignsError(
            f"{printable(folder)} does not exist; {_LAYOUT}; correct the path"
        ) from None
    except NotADirectoryError:
        raise SignsError(f"{printable(folder)} is a file; {_LAYOUT}; give a folder") from None
    except (OSError, ValueError) as error:
        raise SignsError(unreadable(folder, error)) from None


def _split(files, folder):
    """Puts a tenth of each sign's images aside, one at least where there are two."""
    rng = np.random.default_rng(_SEED)
    train, test = [], []
    for paths in files:
        order = rng.permutation(len(paths))
        count = min(max(1, round(len(paths) / 10)), len(paths) - 1)
        test.append([paths[place] for place in sorted(order[:count])])
        train.append([paths[place] for place in sorted(order[count:])])
    if not any(test):
        raise SignsError(
            f"{printable(folder)} has one image of each sign, so none can be put aside for the "
            "test; expected two or more; add images"
        )
    return train, test


def _shuffled(files):
    """Pairs of path and digit, in an order that mixes the signs."""
    pairs = [(path, digit) for digit, paths in enumerate(files) for path in paths]
    return [pairs[place] for place in np.random.default_rng(_SEED).permutation(len(pairs))]
