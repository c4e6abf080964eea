"""A photograph of your own hand: what the network sees of it, and what it answers."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context

from resnet_lesson.figures.charts import SETTINGS, Chart, describe_shares, draw_shares
from resnet_lesson.hands import draw_hand
from resnet_lesson.signs import SignsError
from resnet_lesson.signs.folders import read_image
from resnet_lesson.training import probabilities

_DIGIT, _SEED = 3, 20151210  # the data are drawn from other seeds


def see(path=None):
    """What the network sees of a photograph.

    Arguments:
        path: a file that Pillow can read, of any size and kind; it is fitted as
            `resnet_lesson.signs.folders.read_image` says. None draws a hand that is not in the
            data.

    Returns:
        uint8 ``(64, 64, 3)``.

    Raises:
        SignsError: no such file, or no image.
    """
    if path is None:
        return draw_hand(_DIGIT, np.random.default_rng(_SEED))
    path = Path(path).expanduser()
    if not path.is_file():
        what = (
            "is a folder" if path.is_dir() else f"is not there; looked in {path.parent.resolve()}"
        )
        raise SignsError(f"{path} {what}; give an image file, such as my-hand.jpg")
    return read_image(path)


def ask(model, image, classes=range(6)):
    """Shows a picture beside the network's answer to it, in inference mode.

    Arguments:
        model: a Keras model from images ``(N, 64, 64, 3)`` in [0, 1] to probabilities.
        image: ``uint8 (64, 64, 3)``, as `see` returns it.
        classes: the names of the classes.

    Returns:
        A `Chart`; the name of the most probable class is bold.
    """
    answer = probabilities(model, image[np.newaxis])[0]
    shares = {str(name): share for name, share in zip(classes, answer, strict=True)}
    with rc_context(SETTINGS):
        chart = Chart(7.6, 2.9, describe_shares(shares, "The network's answer"))
        left, right = chart.subplots(1, 2, width_ratios=(1, 1.5))
        left.imshow(image, interpolation="nearest")
        left.set_axis_off()
        left.set_title("what the network sees")
        draw_shares(right, shares, "what it answers")
        right.get_yticklabels()[answer.argmax()].set_fontweight("bold")
    return chart
