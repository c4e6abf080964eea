"""The explorer of receptive fields: what one output can see of an image, and what it does see."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from resnet_lesson.experiments.receptive_field import share_inside, theoretical_size
from resnet_lesson.figures.charts import Chart
from resnet_lesson.figures.experiment_charts import receptive_fields
from resnet_lesson.lab.explorers.panel import Control, Explorer

MARGIN = 4


def explore_receptive_field() -> Explorer:
    """Pairs of convolutions, their windows and strides, and the pixels that reach one output.

    The numbers are computed: the expected squared gradient over random weights, no activations.
    """
    controls = [
        Control("pairs", "Pairs in each group", {str(n): n for n in range(1, 7)}, 3),
        Control("groups", "Groups, each at half the size", {"1": 1, "2": 2, "3": 3}, 1),
        Control("window", "Window", {"1×1": 1, "3×3": 3, "5×5": 5}, 3),
    ]
    return Explorer(controls, draw)


def draw(pairs: int, groups: int, window: int) -> Chart:
    """The picture for one setting of the controls: plain and residual side by side."""
    layers = layers_of(pairs, groups, window)
    theory = theoretical_size(layers)
    maps = {
        label: expected_map(pairs, groups, window, shortcuts)
        for label, shortcuts in (("plain", False), ("residual", True))
    }
    held = {label: share_inside(values) for label, values in maps.items()}
    title = f"{2 * pairs * groups} layers of {window}×{window}"
    framed = {label: np.pad(values, MARGIN) for label, values in maps.items()}
    return receptive_fields(framed, dict.fromkeys(maps, theory), held, title)


def layers_of(pairs: int, groups: int, window: int) -> list[tuple[int, int]]:
    """The (window, stride) of every layer; each group but the first begins with stride 2."""
    strides = [
        2 if group and not layer else 1 for group in range(groups) for layer in range(2 * pairs)
    ]
    return [(window, stride) for stride in strides]


def expected_map(pairs: int, groups: int, window: int, shortcuts: bool) -> np.ndarray:
    """The mean squared gradient of one output with respect to each pixel, over random weights.

    Through a convolution whose weights have mean zero, mean squares pass like the signal itself
    through a window of equal numbers; along a shortcut they stay where they are. Main path and
    shortcut count alike, as after a norm.

    Args:
        pairs, groups, window: see `layers_of`.
        shortcuts: whether each pair has a shortcut. Where a group begins, it takes every second
            pixel.

    Source: after Luo et al. (2016), section 2, who follow the squares through plain stacks.
    """
    layers = layers_of(pairs, groups, window)
    squares = np.ones((1, 1))
    for position in range(len(layers) - 2, -1, -2):
        through = squares
        for size, stride in reversed(layers[position : position + 2]):
            through = _spread(_apart(through, stride), size)
        if shortcuts:
            around = _apart(squares, layers[position][1])
            margin = (len(through) - len(around)) // 2
            through = through + np.pad(around, margin)
        squares = through / through.sum()
    return squares


def _apart(squares, stride):
    """The same numbers at every stride-th place, zeros between them."""
    side = (len(squares) - 1) * stride + 1
    wide = np.zeros((side, side))
    wide[::stride, ::stride] = squares
    return wide


def _spread(squares, window):
    """Each number shared out evenly over a window around it."""
    squares = np.pad(squares, window - 1)
    for axis in (0, 1):
        squares = sliding_window_view(squares, window, axis).mean(axis=-1)
    return squares
