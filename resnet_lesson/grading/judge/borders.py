"""One way to write a border of zeros, so that the other way to write it is no difference."""

from dataclasses import replace

from resnet_lesson.graph.operations import Branch, Op, Series


def with_implied_borders(series: Series, lenient: bool = False) -> Series:
    """A series in which ``padding="same"`` stands for the explicit borders that equal it.

    ``ZeroPadding2D`` and a convolution or pooling without padding compute what the same layer
    with ``padding="same"`` does, if the border has the size that "same" gives to maps of this size.
    (For max pooling that holds where nothing is negative, as behind a ReLU. Average pooling gives
    other values at its border; it is read alike, so that its kind is what differs.)

    Args:
        series: the graph.
        lenient: True takes an even border of half a window for "same", too. Maps of an even side
            would need another, and have one only because of an earlier mistake.
    """
    implied: list[Op | Branch] = []
    for item in series:
        if isinstance(item, Branch):
            paths = [with_implied_borders(path, lenient) for path in item.paths]
            item = Branch(paths[0], paths[1], item.merge, tuple(paths[2:]))
        elif implied and _is_same(implied[-1], item, lenient):
            implied.pop()
            item = replace(item, attrs={**item.attrs, "padding": "same"})
        implied.append(item)
    return tuple(implied)


def without_idle_padding(series: Series, shape: tuple = ()) -> Series:
    """A series in which "same" that adds nothing to maps of this size is "valid".

    Args:
        series: the graph.
        shape: of what it reads, empty if unknown.
    """
    result: list[Op | Branch] = []
    for item in series:
        if isinstance(item, Branch):
            paths = [without_idle_padding(path, shape) for path in item.paths]
            item = Branch(paths[0], paths[1], item.merge, tuple(paths[2:]))
        elif item.attrs.get("padding") == "same" and _is_idle(item, shape):
            item = replace(item, attrs={**item.attrs, "padding": "valid"})
        result.append(item)
        shape = item.merge.shape if isinstance(item, Branch) else item.shape
    return tuple(result)


def with_free_padding(series: Series) -> Series:
    """A series of the reference in which a pooling layer that may pad as it likes says so.

    It is what maps of the right size leave free. An attempt that has maps of another size, because
    of an earlier mistake, is not wrong once more for that.
    """
    result: list[Op | Branch] = []
    shape: tuple = ()
    for item in series:
        if isinstance(item, Op) and "pool_size" in item.attrs and _is_idle(item, shape):
            item = replace(item, attrs={**item.attrs, "free": ("padding",)})
        result.append(item)
        shape = item.merge.shape if isinstance(item, Branch) else item.shape
    return tuple(result)


def _is_idle(item, shape):
    """Whether "same" adds nothing to a map of this shape."""
    if not shape or None in shape:
        return False
    sides = zip(shape, _window(item), item.attrs["strides"], strict=False)
    return all(same_padding(*side) == (0, 0) for side in sides)


def _is_same(pad, op, lenient):
    """Whether the first pads as "same" would, and the second is a layer that could pad so."""
    if not isinstance(pad, Op) or pad.kind != "pad" or "padding" not in pad.attrs:
        return False
    slides = op.kind == "conv" or "pool_size" in op.attrs
    if not slides or op.attrs["padding"] != "valid" or "dilation_rate" in op.attrs:
        return False
    if None in pad.shape:
        return False
    window = _window(op)
    sides = zip(pad.attrs["padding"], pad.shape, window, op.attrs["strides"], strict=False)
    exact = all(border == same_padding(side - sum(border), w, s) for border, side, w, s in sides)
    halves = tuple(((w - 1) // 2, (w - 1) // 2) for w in window)
    return exact or (lenient and pad.attrs["padding"] == halves)


def _window(op):
    return op.attrs["kernel_size" if op.kind == "conv" else "pool_size"]


def same_padding(side: int, window: int, stride: int) -> tuple[int, int]:
    """What "same" adds before and after a side of so many pixels."""
    total = max((-(-side // stride) - 1) * stride + window - side, 0)
    return total // 2, total - total // 2
