"""The drawn default: hand signs that come with the package, as sheets of small pictures.

A sheet is a WebP file with 36 pictures in a row. ``plain-train`` and ``plain-test`` hold the 1080
training images and 120 test images that `resnet_lesson.signs.load_signs` returns. ``varied-1`` to
``varied-9`` hold drawings that differ more from each other, and ``others`` drawings of no sign;
trainings take them besides. ``varied-test`` is for measuring how sure a network may be. All are
written by ``python -m resnet_lesson.authoring --signs``.
"""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from resnet_lesson.paths import printable
from resnet_lesson.signs.schema import SIZE, Signs, SignsError, all_classes

FOLDER = Path(__file__).parent / "sheets"
INDEX = "index.json"
# Of the index, which holds those of the sheets. It stands here and not in a file so that pictures
# of trainings, which carry a digest of this code, are known to be of other images than today's.
DIGEST = "ddff2b41e7a9cf29"

COLUMNS = 36
IN_A_SHEET = 1080
TRAIN, TEST = "plain-train", "plain-test"
VARIED = tuple(f"varied-{number}" for number in range(1, 10))
VARIED_AN_EPOCH = 3  # sheets
LIGHT = 0.7, 1.1
VARIED_TEST, OTHERS = "varied-test", "others"
OTHERS_AN_EPOCH = IN_A_SHEET * VARIED_AN_EPOCH // len(VARIED)  # all others are seen as often


class DrawnSigns(Signs):
    """The drawn default. Each epoch of a training takes further, more varied drawings besides.

    Among them are some that show none of the signs; their label is `schema.NO_SIGN`. In the first
    epoch the plain images stand in for the varied ones: a network that begins with what is easy
    needs fewer steps (Bengio et al., *Curriculum Learning*, 2009). All are darker or brighter each
    time.
    """

    @property
    def further_count(self) -> int:
        return VARIED_AN_EPOCH * IN_A_SHEET + OTHERS_AN_EPOCH

    def further(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        first = (epoch - 1) * VARIED_AN_EPOCH
        names = [VARIED[n % len(VARIED)] for n in range(first, first + VARIED_AN_EPOCH)]
        names = names if epoch else [TRAIN] * VARIED_AN_EPOCH
        images, labels = zip(*map(read_sheet, [*names, OTHERS]), strict=True)
        first = epoch * OTHERS_AN_EPOCH % IN_A_SHEET
        others = slice(first, first + OTHERS_AN_EPOCH)
        images, labels = [*images[:-1], images[-1][others]], [*labels[:-1], labels[-1][others]]
        return _in_other_light(np.concatenate(images), epoch), np.concatenate(labels)

    def _replace(self, /, **changes):
        return Signs(*self)._replace(**changes)  # a choice of images is all that there is


def _in_other_light(images, seed):
    """The images, each in a light of its own: up to a third darker, or a little brighter."""
    levels, rng = np.arange(256), np.random.default_rng(seed)
    for image in images:
        light = rng.uniform(*LIGHT)
        image[:] = (levels * light).clip(0, 255).astype(np.uint8)[image]
    return images


def drawn_signs() -> DrawnSigns:
    """The drawn default: 1080 training and 120 test images, and what belongs to them.

    Raises:
        SignsError: a file of the package is missing or damaged.
    """
    return DrawnSigns(*read_sheet(TRAIN), *read_sheet(TEST), all_classes())


def read_sheet(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 ``(m, 64, 64, 3)`` and labels int64 ``(m,)`` of a sheet.

    Raises:
        SignsError: a file of the package is missing or damaged.
    """
    entry = json.loads(_read(INDEX, DIGEST))[name]
    labels = np.array(["012345".find(digit) for digit in entry["labels"]])
    with Image.open(io.BytesIO(_read(f"{name}.webp", entry["digest"]))) as sheet:
        pixels = np.asarray(sheet.convert("RGB"))
    rows = pixels.reshape(-1, SIZE, COLUMNS, SIZE, 3).swapaxes(1, 2)
    return rows.reshape(-1, SIZE, SIZE, 3)[: len(labels)], labels


def _read(name, digest):
    """A file of the package, exactly as it was written."""
    path = FOLDER / name
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise SignsError(
            f"{printable(path)} cannot be read ({reason}); install the lesson again"
        ) from None
    if digest_of(data) != digest:
        raise SignsError(f"{printable(path)} is damaged; install the lesson again")
    return data


def digest_of(data: bytes) -> str:
    """What tells the bytes of a file from those of any other."""
    return hashlib.sha256(data).hexdigest()[:16]
