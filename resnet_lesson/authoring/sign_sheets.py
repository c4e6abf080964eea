"""Draws the images that come with the package, and writes them as sheets of small pictures.

WebP keeps a picture in 400 bytes, a twentieth of its pixels'. What it loses is less than what two
photographs of one hand differ by: a network that learned from the sheets read as many photographs
as one that learned from the drawings.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from resnet_lesson.paths import write_atomically
from resnet_lesson.signs import drawn
from resnet_lesson.signs.hands.others import draw_others
from resnet_lesson.signs.hands.parallel import COUNT, SEED, draw
from resnet_lesson.signs.hands.variety import VARIED
from resnet_lesson.signs.schema import NO_SIGN, SIZE

QUALITY = 80
MEASURED = 240  # varied test images
VARIED_SEED = SEED + 1  # else each would be a variation of a plain one


def write_sheets() -> list[Path]:
    """Draws all sheets anew, writes them, and writes their digest into the code that reads them."""
    index, paths = {}, []
    for name, images, labels in _drawings():
        paths.append(drawn.FOLDER / f"{name}.webp")
        data = _encoded(images)
        write_atomically(paths[-1], data)
        index[name] = {"digest": drawn.digest_of(data), "labels": "".join(map(_letter, labels))}
    text = json.dumps(index, indent=1) + "\n"
    write_atomically(drawn.FOLDER / drawn.INDEX, text.encode())
    code = Path(drawn.__file__)
    line = f'DIGEST = "{drawn.digest_of(text.encode())}"'
    source = re.sub('^DIGEST = ".*"$', line, code.read_text("utf-8"), flags=re.MULTILINE)
    write_atomically(code, source.encode())
    return paths


def _drawings() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The sheets: name, images, labels."""
    plain = draw(COUNT, SEED)
    yield drawn.TRAIN, plain.train_images, plain.train_labels
    yield drawn.TEST, plain.test_images, plain.test_labels
    varied = draw(drawn.IN_A_SHEET * len(drawn.VARIED), VARIED_SEED, VARIED)
    for number, name in enumerate(drawn.VARIED):
        part = slice(number * drawn.IN_A_SHEET, (number + 1) * drawn.IN_A_SHEET)
        yield name, varied.train_images[part], varied.train_labels[part]
    yield drawn.VARIED_TEST, varied.test_images[:MEASURED], varied.test_labels[:MEASURED]
    others = draw_others(drawn.IN_A_SHEET, VARIED_SEED)
    yield drawn.OTHERS, others, np.full(len(others), NO_SIGN)


def _letter(label):
    return "-" if label == NO_SIGN else str(label)


def _encoded(images):
    """The bytes of a sheet; what its last row lacks is black."""
    missing = -len(images) % drawn.COLUMNS
    images = np.pad(images, ((0, missing), (0, 0), (0, 0), (0, 0)))
    rows = images.reshape(-1, drawn.COLUMNS, SIZE, SIZE, 3).swapaxes(1, 2)
    file = io.BytesIO()
    sheet = Image.fromarray(rows.reshape(-1, drawn.COLUMNS * SIZE, 3))
    sheet.save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()
