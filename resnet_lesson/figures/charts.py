"""Charts of what happens in training: curves, confusion, pictures with their labels.

Every function returns a `Chart`, a matplotlib figure that shows itself when it is the last value of
a cell, and that says in words what it shows (`chart.summary`, the picture's alternative text).
"""

import io
from itertools import cycle

from matplotlib import rc_context
from matplotlib.figure import Figure

from resnet_lesson.figures import style

COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.INK)
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 2, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")
SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": style.INK,
    "axes.edgecolor": style.MUTED,
    "axes.labelcolor": style.INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#d8dee4",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": style.MUTED,
    "ytick.color": style.MUTED,
    "legend.frameon": False,
    "figure.facecolor": style.PAPER,
    "axes.facecolor": style.PAPER,
}


class Chart(Figure):
    """A figure that a notebook shows once (pyplot does not know it), with a description."""

    def __init__(self, width, height, summary=""):
        super().__init__(figsize=(width, height), dpi=110, layout="constrained")
        self.summary = summary

    def png(self):
        """The picture as the bytes of a PNG file."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"image/png": self.png(), "text/plain": "<Chart>"}
        return data, {"image/png": {"alt": self.summary}}


def lines(series, xlabel, ylabel, title, log=False):
    """Draws one line a series, told apart by colour, dashes and marker.

    Arguments:
        series: dict from label to a list of numbers; the x axis counts from 1.
        xlabel, ylabel, title: strings.
        log: True for a logarithmic y axis.

    Returns:
        A `Chart`.
    """
    with rc_context(SETTINGS):
        chart = Chart(6.8, 3.8, _describe_lines(series, ylabel, title))
        _draw_lines(chart.subplots(), series, xlabel, ylabel, title, log)
    return chart


def _draw_lines(axes, series, xlabel, ylabel, title, log=False):
    looks = zip(cycle(COLOURS), cycle(DASHES), cycle(MARKERS), strict=False)
    for (label, values), (colour, dashes, marker) in zip(series.items(), looks, strict=False):
        steps = range(1, len(values) + 1)
        spacing = max(1, len(values) // 10)
        axes.plot(
            steps,
            values,
            label=label,
            color=colour,
            linestyle=dashes,
            marker=marker,
            markevery=spacing,
            markersize=4.5,
            linewidth=1.8,
        )
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    axes.xaxis.get_major_locator().set_params(integer=True)
    if log:
        axes.set_yscale("log")
    if len(series) > 1:
        axes.legend()


def _describe_lines(series, ylabel, title):
    parts = [
        f"{label} goes from {values[0]:.3g} to {values[-1]:.3g}"
        for label, values in series.items()
        if len(values)
    ]
    return f"{title}. {ylabel}: {'; '.join(parts)}."
