"""A border written out is read as "same" where it equals it, and only there."""

import pytest

from resnet_lesson.grading.judge.borders import with_implied_borders
from resnet_lesson.graph.operations import Op


def padded(side, border, window=3, stride=2, padding="valid"):
    """A border around a square map, and a convolution."""
    wide = side + 2 * border
    pad = Op("pad", {"padding": ((border, border), (border, border))}, (wide, wide, 4))
    settings = {"kernel_size": (window, window), "strides": (stride, stride), "padding": padding}
    return pad, Op("conv", settings, ())


@pytest.mark.parametrize(
    ("case", "implied"),
    [
        (padded(33, 1), True),
        (padded(32, 1), False),  # "same" adds a row below and none above
        (padded(32, 1, stride=1), True),
        (padded(65, 3, window=7), True),
        (padded(64, 3, window=7), False),
        (padded(33, 2), False),
        (padded(33, 1, padding="same"), False),
    ],
)
def test_a_border_is_read_as_same_only_where_both_agree(case, implied):
    series = with_implied_borders(case)
    assert [op.kind for op in series] == (["conv"] if implied else ["pad", "conv"])
    assert series[-1].attrs["padding"] == ("same" if implied else case[1].attrs["padding"])
