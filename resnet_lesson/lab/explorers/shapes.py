"""The explorer of shapes: what a convolutional block makes of its input, and what that costs."""

from typing import Any

from matplotlib import rc_context
from matplotlib.patches import Circle, Polygon, Rectangle

from resnet_lesson.figures import style
from resnet_lesson.figures.charts import SETTINGS, Chart
from resnet_lesson.graph.places import Place
from resnet_lesson.lab.explorers.panel import Control, Explorer

WINDOW = 3
FILTERS = {
    f"{narrow}, {narrow}, {4 * narrow}": (narrow, narrow, 4 * narrow) for narrow in (64, 128, 256)
}
COLUMNS = (0, 4.0, 7.2, 10.4)  # where the input and the results of the three convolutions stand
LANES = {"main": 3.3, "shortcut": 0}
MIDDLE, FORK, ADDITION = 1.65, 1.45, 13.0  # the height of input and addition; where they stand
DEEPEST = 0.8  # the drawn depth of the tensor with the most channels


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
    most = max(channels, *filters)
    with rc_context(SETTINGS):
        chart = Chart(9.6, 4.9, describe(entry, items))
        axes = chart.subplots()
        _tensor(axes, COLUMNS[0], MIDDLE, entry, size, most)
        _fork_and_addition(axes)
        for lane, height in LANES.items():
            path = [item for place, item in items.items() if Place.parse(place).path == lane]
            steps = COLUMNS[1:] if lane == "main" else COLUMNS[-1:]
            start = FORK
            for column, item in zip(steps, path, strict=True):
                window = WINDOW if item.place == "main.2.conv" else 1
                label = f"{window}×{window}, stride {strides.get(item.place, 1)}"
                _convolution(axes, start, column - 0.85, height, label, item)
                _tensor(axes, column, height, item.shape, size, most)
                start = column + 1.4
        for lane, name in (("main", "Main path"), ("shortcut", "Shortcut")):
            axes.text(FORK + 0.2, LANES[lane] + 0.7, name, weight="bold")
        axes.set(xlim=(-0.8, 13.5), ylim=(-1.3, 4.9), aspect="equal")
        axes.set_axis_off()
    return chart


def _fork_and_addition(axes):
    """The lines from the input into both paths, and from both paths to the addition."""
    ink: dict[str, Any] = {"color": style.INK, "linewidth": 1.2}
    lanes = list(LANES.values())
    axes.plot([COLUMNS[0] + 1.3, FORK], [MIDDLE, MIDDLE], **ink)
    axes.plot([FORK, FORK], lanes, **ink)
    for lane in lanes:
        axes.plot([COLUMNS[-1] + 1.4, ADDITION], [lane, lane], **ink)
        rim = MIDDLE + (0.28 if lane > MIDDLE else -0.28)
        _arrow(axes, (ADDITION, lane), (ADDITION, rim))
    axes.add_patch(Circle((ADDITION, MIDDLE), 0.28, facecolor=style.PAPER, edgecolor=style.INK))
    axes.text(ADDITION, MIDDLE, "+", ha="center", va="center", fontsize=14)


def _tensor(axes, x, y, shape, size, most):
    """A box: its face grows with the pixels, its depth with the channels."""
    side, depth = max(1.4 * shape[0] / size, 0.12), max(DEEPEST * shape[2] / most, 0.05)
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


def _convolution(axes, start, end, y, label, item):
    """An arrow from one tensor to the next, labelled with the convolution and its cost."""
    _arrow(axes, (start, y), (end, y))
    middle = (start + end) / 2
    axes.text(middle, y + 0.15, label, ha="center", fontsize=9)
    cost = f"{item.parameters / 1e3:,.0f} k weights\n{item.macs / 1e6:,.1f} M products"
    axes.text(middle, y - 0.15, cost, ha="center", va="top", fontsize=9, color=style.MUTED)


def _arrow(axes, start, end):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": style.INK})


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
