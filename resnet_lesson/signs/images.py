"""Reads an image of any size and kind, such as a photograph from a phone, for the network."""

import warnings
from contextlib import nullcontext, suppress
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from resnet_lesson.paths import printable, unreadable
from resnet_lesson.signs.schema import SIZE, SignsError

# It comes with encoders under the GPL, so it is not a requirement; where it is there, it is used.
with suppress(ImportError):
    from pillow_heif import register_heif_opener

    register_heif_opener()

WHOLE = (0, 0, 100, 100)
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def read_image(source: Any, part: tuple = WHOLE) -> np.ndarray:
    """Reads an image of any size and kind, the whole of it fitted into uint8 ``(64, 64, 3)``.

    The camera's note which way is up is obeyed, transparent parts become white, grey becomes RGB,
    and of several frames the first is taken. The aspect is kept and nothing is cut off, as a finger
    may be at the edge: the longer side becomes 64, and the rest is filled with the median colour of
    the edge beside it.

    Args:
        source: a file that Pillow can read, or one that is open for reading bytes and has a
            ``name``. HEIC is read where the package ``pillow-heif`` is installed.
        part: left, top, right and bottom of the part to take, in per cent of the upright image.

    Raises:
        SignsError: the file cannot be read as an image, or there is no such part.
    """
    name = printable(source.name if hasattr(source, "read") else source)
    part = _checked_part(part)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large or oddly tagged images that can be read
            with Image.open(source) as image:
                # Large JPEG files are read 8 times faster.
                image.draft(None, (_enough(part, 0), _enough(part, 1)))
                ImageOps.exif_transpose(image, in_place=True)
                return _fitted(_resizable(image), part)
    except SignsError as error:
        raise SignsError(f"{name} {error}") from None
    except Image.DecompressionBombError:
        raise SignsError(
            f"{name} has too many pixels; expected at most 170 million; scale it down"
        ) from None
    except PermissionError as error:
        raise SignsError(unreadable(source, error)) from None
    except MemoryError:
        raise SignsError(f"{name} does not fit into memory; scale it down") from None
    except Exception:
        # Pillow's decoders answer damaged files with many kinds of exceptions (SyntaxError,
        # struct.error, IndexError, ...); whichever it is, this file is not an image.
        raise SignsError(f"{name} {_why_unreadable(source)}") from None


def _checked_part(part):
    try:
        left, top, right, bottom = (float(number) for number in part)
    except (TypeError, ValueError):
        left = right = top = bottom = 0.0
    if not (0 <= left < right <= 100 and 0 <= top < bottom <= 100):
        raise SignsError(
            f"part is {part!r}; expected left, top, right and bottom in per cent of the picture, "
            "each from 0 to 100; give such as (20, 0, 80, 100)"
        )
    return left, top, right, bottom


def _enough(part, axis):
    """So many pixels of a side that the part has four times as many as are wanted."""
    return min(round(4 * SIZE * 100 / (part[axis + 2] - part[axis])), 2**16)


def _why_unreadable(source):
    """What is wrong with a file that Pillow does not read, and what to do."""
    kind = _kind_by_content(source)
    if kind == "HEIC" and "HEIF" not in Image.OPEN:
        return (
            "is a HEIC photograph, which cannot be read here; save or send it as JPEG (on an "
            "iPhone: Settings, Camera, Formats, Most Compatible), or pip install pillow-heif"
        )
    if kind == "AVIF" and "AVIF" not in Image.OPEN:
        return "is an AVIF image, which cannot be read here; save it as JPEG or PNG"
    return (
        f"cannot be read as {'a whole ' + kind if kind else 'an'} image; "
        "expected a whole JPEG, PNG or such; replace or remove it"
    )


def _kind_by_content(source):
    """ "HEIC" or "AVIF" where the file's first bytes say so, whatever its name; else None.

    Source: ISO/IEC 23008-12 (HEIF), annex B and 10: brands in the box ``ftyp``.
    """
    try:
        with nullcontext(source) if hasattr(source, "read") else open(source, "rb") as file:
            file.seek(0)
            start = file.read(64)
    except (OSError, ValueError):
        return None
    if start[4:8] != b"ftyp":
        return None
    brands = {start[place : place + 4] for place in range(8, len(start), 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIC" if brands & _HEIC_BRANDS else None


def _resizable(image):
    """The image in a mode that resizing mixes rightly: RGB, or RGBA if parts are transparent."""
    if image.mode.startswith(("I", "F")):  # Pillow's own conversion would clip at 255
        image = Image.fromarray(_in_eight_bits(np.asarray(image, np.float64), image.mode))
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_eight_bits(values, mode):
    """Grey values as uint8: from 0 to 1 if they are fractions, else of the fewest bits they fit."""
    least, most = values.min(), values.max()
    fits = (255, 4095, 65535) if mode.startswith("I") else (1, 255, 4095, 65535)
    white = next((white for white in fits if most <= white), None)
    if not least >= 0 or white is None:
        raise SignsError(
            f"holds numbers from {least:g} to {most:g}; expected fractions from 0 to 1, or 8, 12 "
            "or 16 bits; scale them, and save it anew"
        )
    return (values * 255 / white).round().astype(np.uint8)


def _fitted(image, part):
    box = [share * side / 100 for share, side in zip(part, image.size * 2, strict=True)]
    sides = box[2] - box[0], box[3] - box[1]
    width, height = (max(1, round(SIZE * side / max(sides))) for side in sides)
    image = image.resize((width, height), Image.Resampling.LANCZOS, box)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    pixels = np.asarray(image)
    for axis in (0, 1):
        before = (SIZE - pixels.shape[axis]) // 2
        after = SIZE - pixels.shape[axis] - before
        first, last = pixels.take([0], axis), pixels.take([-1], axis)
        strips = [_strip(first, before, axis), pixels, _strip(last, after, axis)]
        pixels = np.concatenate(strips, axis)
    return pixels


def _strip(edge, thickness, axis):
    """So many rows or columns of the median colour of an edge."""
    colour = np.median(edge.reshape(-1, 3), axis=0).round().astype(np.uint8)
    shape = [edge.shape[0], edge.shape[1], 3]
    shape[axis] = thickness
    return np.broadcast_to(colour, shape)
