"""One way to write a border of zeros, so that the other way to write it is no difference."""

from dataclasses import replace

from resnet_lesson.graph.operations import Branch, Op


def with_implied_borders(series):
    """A series in which ``padding="same"`` stands for the explicit borders that equal it.

    ``ZeroPadding2D`` and a convolution or pooling without padding compute what the same layer
    with ``padding="same"`` does, if the border has the size that "same" gives to maps of this size.
    (For max pooling that holds where nothing is negative, as behind a ReLU. Average pooling gives
    other values at its border; it is read alike, so that its kind is what differs.)

    Args:
        series: tuple of `Op` and `Branch`.

    Returns:
        The series, in which such a pair is one operation.
    """
    implied = []
    for item in series:
        if isinstance(item, Branch):
            paths = [with_implied_borders(path) for path in item.paths]
            item = Branch(paths[0], paths[1], item.merge, tuple(paths[2:]))
        elif implied and _is_same(implied[-1], item):
            implied.pop()
            item = replace(item, attrs={**item.attrs, "padding": "same"})
        implied.append(item)
    return tuple(implied)


def _is_same(pad, op):
    """Whether the first pads as "same" would, and the second is a layer that could pad so."""
    if not isinstance(pad, Op) or pad.kind != "pad" or "padding" not in pad.attrs:
        return False
    slides = op.kind == "conv" or "pool_size" in op.attrs
    if not slides or op.attrs["padding"] != "valid" or "dilation_rate" in op.attrs:
        return False
    if None in pad.shape:
        return False
    window = op.attrs["kernel_size" if op.kind == "conv" else "pool_size"]
    sides = zip(pad.attrs["padding"], pad.shape, window, op.attrs["strides"], strict=False)
    return all(border == _same(side - sum(border), w, s) for border, side, w, s in sides)


def _same(side, window, stride):
    """What "same" adds before and after a side of so many pixels."""
    total = max((-(-side // stride) - 1) * stride + window - side, 0)
    return total // 2, total - total // 2
