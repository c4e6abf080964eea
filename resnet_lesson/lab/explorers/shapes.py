"""The explorer of shapes: what a convolutional block makes of its input, and what that costs."""

from math import log2
from typing import Any

from matplotlib import rc_context
from matplotlib.patches import Polygon, Rectangle

from resnet_lesson.figures import style
from resnet_lesson.figures.charts import SETTINGS, Chart
from resnet_lesson.graph.places import Place
from resnet_lesson.lab.explorers.panel import Control, Explorer

WINDOW = 3
FILTERS = {
    f"{narrow}, {narrow}, {4 * narrow}": (narrow, narrow, 4 * narrow) for narrow in (64, 128, 256)
}
COLUMNS = (0, 3.2, 6.4, 9.6)  # where the input and the results of the three convolutions stand
LANES = {"main": 3.1, "shortcut": 0}


def explore_shapes() -> Explorer:
    """The explorer of the shapes in a convolutional block: its input, filters and stride."""
    controls = [
        Control("size", "Input size", {f"{n}×{n}": n for n in (7, 8, 15, 28, 56)}, 15),
        Control("channels", "Input channels", {str(n): n for n in (64, 256, 512)}, 256),
        Control("filters", "Filters", FILTERS, (128, 128, 512)),
        Control("s", "Stride", {"1": 1, "2": 2, "3": 3}, 2),
    ]
    return Explorer(controls, draw)


def convolutions(size: int, channels: int, filters: tuple[int, int, int], s: int) -> dict[str, Any]:
    """What the block's four convolutions hand on and cost: place → `graph.costs.Cost`.

    Args:
        size, channels: of the input.
        filters, s: of the block.
    """
    from resnet_lesson.blocks import convolutional_block
    from resnet_lesson.graph.costs import costs
    from resnet_lesson.graph.tracing import trace

    shape = (size, size, channels)
    series = trace(convolutional_block, shape, f=WINDOW, filters=list(filters), s=s)
    return {item.place: item for item in costs(series, shape) if item.kind == "conv"}


def draw(size: int, channels: int, filters: tuple[int, int, int], s: int) -> Chart:
    """The picture for one setting of the controls."""
    items = convolutions(size, channels, filters, s)
    entry = (size, size, channels)
    strides = {"main.1.conv": s, "shortcut.conv": s}
    with rc_context(SETTINGS):
        chart = Chart(9.6, 4.9, describe(entry, items))
        axes = chart.subplots()
        for lane, height in LANES.items():
            path = [item for place, item in items.items() if Place.parse(place).path == lane]
            steps = COLUMNS[1:] if lane == "main" else COLUMNS[-1:]
            _tensor(axes, 0, height, entry, size)
            before: float = COLUMNS[0]
            for column, item in zip(steps, path, strict=True):
                window = WINDOW if item.place == "main.2.conv" else 1
                _arrow(axes, before, column, height, window, strides.get(item.place, 1), item)
                _tensor(axes, column, height, item.shape, size)
                before = column
        axes.text(-0.7, LANES["main"] + 1.35, "Main path", weight="bold")
        axes.text(-0.7, LANES["shortcut"] + 1.35, "Shortcut", weight="bold")
        axes.set(xlim=(-0.8, 10.9), ylim=(-1.2, 4.8), aspect="equal")
        axes.set_axis_off()
    return chart


def _tensor(axes, x, y, shape, size):
    """A box: its face grows with the pixels, its depth with the logarithm of the channels."""
    side, depth = max(1.4 * shape[0] / size, 0.12), 0.06 * log2(shape[2])
    left, low = x - side / 2, y - side / 2
    right, top = left + side, low + side
    corners = [
        [(left, top), (left + depth, top + depth), (right + depth, top + depth), (right, top)],
        [(right, low), (right + depth, low + depth), (right + depth, top + depth), (right, top)],
    ]
    for points in corners:
        axes.add_patch(Polygon(points, facecolor=style.LINE, edgecolor=style.BLUE))
    fill, edge = style.KINDS["conv"]
    axes.add_patch(Rectangle((left, low), side, side, facecolor=fill, edgecolor=edge))
    axes.text(x, y - 1.1, "×".join(map(str, shape)), ha="center", weight="bold")


def _arrow(axes, before, after, y, window, stride, item):
    """An arrow between two tensors, labelled with the convolution and its cost."""
    start, end = before + 1.3, after - 0.85
    axes.annotate("", (end, y), (start, y), arrowprops={"arrowstyle": "->", "color": style.INK})
    middle = (start + end) / 2
    axes.text(middle, y + 0.15, f"{window}×{window}, stride {stride}", ha="center", fontsize=8.5)
    cost = f"{item.parameters / 1e3:,.0f} k weights\n{item.macs / 1e6:,.1f} M products"
    axes.text(middle, y - 0.15, cost, ha="center", va="top", fontsize=8.5, color=style.MUTED)


def describe(entry: tuple[int, int, int], items: dict[str, Any]) -> str:
    """The picture in words."""
    shapes = {place: "×".join(map(str, item.shape)) for place, item in items.items()}
    *narrow, last = (text for place, text in shapes.items() if Place.parse(place).group)
    weights = sum(item.parameters for item in items.values())
    products = sum(item.macs for item in items.values()) / 1e6
    projection = items["shortcut.conv"]
    return (
        f"{'×'.join(map(str, entry))} comes in. The main path makes {', then '.join(narrow)}, then "
        f"{last}; the shortcut makes {shapes['shortcut.conv']}, so the two can be added. The four "
        f"convolutions have {weights:,} weights, {projection.parameters / weights:.0%} of them in "
        f"the projection, and multiply {products:,.1f} million times."
    )
