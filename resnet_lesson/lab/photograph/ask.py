"""A photograph of your own hand: what the network sees of it, what it answers, where it looked."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context

from resnet_lesson.figures import style
from resnet_lesson.figures.charts import SETTINGS, Chart, describe_shares, draw_shares
from resnet_lesson.lab.photograph.certainty import LEAST, LEAST_OF_SIGNS, certainty_of
from resnet_lesson.lab.photograph.occlusion import covering, enlarged, place_of
from resnet_lesson.lab.photograph.panel import Upload
from resnet_lesson.paths import printable
from resnet_lesson.signs import SignsError
from resnet_lesson.signs.hands import draw_hand
from resnet_lesson.signs.images import WHOLE, read_image
from resnet_lesson.signs.schema import SIZE

_GIVE = "give the name of an image file, such as my-hand.jpg"
_NONE = "no sign"
_DIGIT, _SEED = 3, 20151210  # the data are drawn from other seeds


def see(path: Any = None, part: tuple = WHOLE) -> np.ndarray:
    """What the network sees of a photograph: uint8 ``(64, 64, 3)``.

    Args:
        path: a file that Pillow can read, of any size and kind; it is fitted as
            `resnet_lesson.signs.images.read_image` says. None draws a hand that is not in the
            data.
        part: left, top, right and bottom of the part to take, in per cent of the photograph.

    Raises:
        SignsError: no such file, no image, or no such part.
    """
    if path is None:
        return draw_hand(_DIGIT, np.random.default_rng(_SEED))
    try:
        path = Path(os.path.expanduser(path))
    except TypeError:
        raise SignsError(f"a photograph is not {type(path).__name__}; {_GIVE}") from None
    if path.is_dir():
        raise SignsError(f"{printable(path)} is a folder; {_GIVE}")
    if not path.is_file():
        looked = printable(path.parent.resolve())
        raise SignsError(f"{printable(path)} is not there; looked in {looked}; {_GIVE}")
    return read_image(path, part)


def ask(model: Any, image: np.ndarray, classes: Sequence = range(6)) -> Chart:
    """Shows a picture, where the network looked, and what it answers, in inference mode.

    The probabilities are corrected by a temperature (see `resnet_lesson.lab.photograph.certainty`).
    The network does not know where the picture more probably shows none of the signs (see
    `resnet_lesson.lab.photograph.recognition`), or where no answer is probable enough.

    Args:
        model: a Keras model from images ``(N, 64, 64, 3)`` in [0, 1] to probabilities.
        image: ``uint8 (64, 64, 3)``, as `see` returns it.
        classes: the names of the classes.

    Raises:
        SignsError: the image is not one of `see`, or the network has not so many classes.
    """
    array = isinstance(image, np.ndarray)
    if not array or image.dtype != "uint8" or image.shape != (SIZE, SIZE, 3):
        what = f"{image.dtype} {image.shape}" if array else type(image).__name__
        raise SignsError(
            f"the image is {what}, not pixels from 0 to 255 as uint8 {(SIZE, SIZE, 3)}; "
            "give what see returns, such as see('my-hand.jpg')"
        )
    certainty = certainty_of(model)
    answer, falls = covering(model, image, certainty.temperature)
    if len(classes) != len(answer):
        raise SignsError(
            f"the network tells {len(answer)} classes apart, and {len(classes)} names are given; "
            "give one for each"
        )
    shares = {str(name): share for name, share in zip(classes, answer, strict=True)}
    known = answer.max() >= (LEAST_OF_SIGNS if certainty.sign else LEAST)
    if certainty.sign:
        sign = certainty.sign(image)
        shares = {name: share * sign for name, share in shares.items()} | {_NONE: 1 - sign}
        known = known and answer.max() * sign >= 1 - sign
    verdict = f"answers {list(shares)[answer.argmax()]}" if known else "does not know"
    summary = describe_shares(shares, f"The network {verdict}")
    with rc_context({**SETTINGS, "axes.grid": False}):
        chart = Chart(9, 3, f"{summary} {_describe(answer, falls)}")
        seen, looked, answered = chart.subplots(1, 3, width_ratios=(1, 1, 1.2))
        seen.imshow(image, interpolation="nearest")
        _draw_map(looked, image, falls)
        for axes, words in ((seen, "what the network sees"), (looked, "what it looked at")):
            axes.set_axis_off()
            axes.set_title(words)
        draw_shares(answered, shares, "what it answers" if known else "it does not know")
        if known:
            answered.get_yticklabels()[answer.argmax()].set_fontweight("bold")
    return chart


def upload(model: Any, classes: Sequence = range(6)) -> Upload:
    """Lets one choose or take a photograph, and shows what `ask` shows of it.

    Where there are no widgets, it says how to give the photograph's path instead.

    Args:
        model, classes: as in `ask`.
    """
    return Upload(lambda file, part: ask(model, read_image(file, part), classes))


def _draw_map(axes, image, falls):
    """The picture, darker where covering changes less, with a line at half of the most."""
    shares = enlarged(falls, *image.shape[:2])
    axes.imshow((image * (0.35 + 0.65 * shares[:, :, np.newaxis])).astype("uint8"))
    if falls.any():
        for colour, thickness in ((style.INK, 3.5), (style.YELLOW, 1.8)):
            axes.contour(shares, [0.5], colors=colour, linewidths=thickness)


def _describe(answer, falls):
    if not falls.any():
        return "No place decides alone: whichever is covered, the answer stays as probable."
    least = 100 * (answer.max() - falls.max())
    return (
        f"It looked most at what is {place_of(falls)}: with a place covered, the probability falls "
        f"to {least:.0f} %."
    )
