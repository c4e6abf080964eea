"""Charts of what happens in training: curves, confusion, pictures with their labels.

Every function returns a `Chart`, a matplotlib figure that shows itself when it is the last value of
a cell, and that says in words what it shows (`chart.summary`, the picture's alternative text).
"""

import base64
import html
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from resnet_lesson.figures import style
from resnet_lesson.paths import counted

COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.INK)
# A network of the experiments has the colour and the marker of its depth, up to so many layers.
DEPTHS = ((12, style.GREEN, "o"), (30, style.BLUE, "s"), (math.inf, style.VERMILION, "^"))
NETWORK = re.compile(r"(plain|residual)(?:, (\d+) layers)?")
PLAIN_DASHES = (0, (4, 2))
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 2, 2)))
LONGEST_NAME = 12  # letters of a class that a chart has room for
MARKERS = ("o", "s", "^", "D", "v", "P")
READABLE = "34em"  # how wide a chart is at least, where the window is narrower
SETTINGS: dict[Any, Any] = {
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

    def __init__(self, width: float, height: float, summary: str):
        super().__init__(figsize=(width, height), dpi=110, layout="constrained")
        self.summary = summary

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()

    def html(self) -> str:
        """The picture with its alternative text, and below it the summary, read out when new."""
        return self.img() + status(self.summary)

    def img(self) -> str:
        """The picture as an element of HTML with its alternative text."""
        words, data = html.escape(self.summary), base64.b64encode(self.png()).decode()
        # In a narrow window it is scrolled: smaller still, its words could not be read.
        least = f"min({self.get_figwidth() * self.dpi:.0f}px, {READABLE})"
        look = f"max-width: 100%; min-width: {least}"
        return f'<img alt="{words}" src="data:image/png;base64,{data}" style="{look}">'

    def _repr_mimebundle_(self, include=None, exclude=None):
        # Not as image/png: JupyterLab shows such pictures without alternative texts.
        return {"text/html": self.img(), "text/plain": self.summary}


def status(line: str) -> str:
    """A line of text as HTML; screen readers read it out when it comes."""
    return f'<p role="status" style="line-height: 1.4; max-width: 60em">{html.escape(line)}</p>'


def lines(
    series: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    title: str,
    log: bool = False,
    chance: float | None = None,
) -> Chart:
    """Draws one line a series, in a colour, dashes and markers of its own.

    Args:
        series: label → numbers; the x axis counts from 1. Labels such as "plain, 20 layers" decide
            on colour and dashes, as `look_of` says.
        xlabel, ylabel, title: what stands at the axes and above.
        log: whether the y axis is logarithmic.
        chance: marked as what guessing gives; None marks nothing.
    """
    with rc_context(SETTINGS):
        chart = Chart(6.8, 3.8, _describe_lines(series, ylabel, title))
        axes = chart.subplots()
        _draw_lines(axes, series, xlabel, ylabel, title, log)
        if chance is not None:
            mark_guessing(axes, chance)
    return chart


def mark_guessing(axes: Any, chance: float) -> None:
    """Marks on the y axis what guessing gives; the word is beside the plot, where no line runs."""
    axes.axhline(chance, color=style.MUTED, linestyle=":", linewidth=1.4)
    right_edge = axes.get_yaxis_transform()
    axes.text(1.01, chance, "guessing", transform=right_edge, ha="left", va="center")


def _draw_lines(axes, series, xlabel, ylabel, title, log=False):
    plot_lines(axes, {name: (range(1, len(y) + 1), y) for name, y in series.items()}, markers=10)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if log:
        axes.set_yscale("log")
    if len(series) > 1:
        axes.legend()


def plot_lines(axes: Any, series: Mapping[str, tuple[Any, Sequence[float]]], markers: int) -> None:
    """Plots lines, label → ``(x, y)``, each with about so many markers."""
    for number, (label, (x, y)) in enumerate(series.items()):
        spacing = max(1, len(y) // markers)
        look = look_of(label, number)
        axes.plot(x, y, label=label, markevery=spacing, markersize=4.5, lw=1.8, **look)


def look_of(label: str, number: int) -> dict[str, Any]:
    """Colour, dashes and marker of a line.

    The label of a network, such as "plain, 20 layers", decides: the depth on the colour, dashes
    and hollow markers mean plain. Any other line has those of its number in the chart.
    """
    network = NETWORK.fullmatch(label)
    if network is None:
        looks = (COLOURS, DASHES, MARKERS)
        colour, dashes, marker = (each[number % len(each)] for each in looks)
        return {"color": colour, "linestyle": dashes, "marker": marker}
    kind, depth = network[1], int(network[2] or 20)
    colour, marker = next((c, m) for most, c, m in DEPTHS if depth <= most)
    if kind == "residual":
        return {"color": colour, "linestyle": "-", "marker": marker}
    hollow = {"markerfacecolor": style.PAPER, "markeredgecolor": colour}
    return {"color": colour, "linestyle": PLAIN_DASHES, "marker": marker, **hollow}


def _describe_lines(series, ylabel, title):
    parts = [
        f"{label} goes from {values[0]:.3g} to {values[-1]:.3g}"
        for label, values in series.items()
        if len(values)
    ]
    return f"{title}. {ylabel}: {'; '.join(parts)}."


def curves(history: Any) -> Chart:
    """Draws the loss and the accuracies in per cent, epoch by epoch.

    Args:
        history: has ``loss``, ``train_accuracy`` and ``test_accuracy``, one number an epoch each.
    """
    percent = {
        "training": [100 * value for value in history.train_accuracy],
        "test, inference mode": [100 * value for value in history.test_accuracy],
    }
    with rc_context(SETTINGS):
        chart = Chart(8.6, 3.4, _describe_curves(history.loss, percent))
        left, right = chart.subplots(1, 2, sharex=True)
        _draw_lines(left, {"training": history.loss}, "epoch", "cross-entropy", "Training loss")
        _draw_lines(right, percent, "epoch", "per cent right", "Accuracy")
        left.set_ylim(bottom=0)
        right.set_ylim(0, 102)
        if not np.all(np.isfinite(history.loss)):
            note = "where the line ends,\nthe loss is no number"
            left.text(0.5, 0.5, note, transform=left.transAxes)
    return chart


def _describe_curves(loss, percent):
    if len(loss) == 0:
        return "Training curves, before the end of the first epoch: empty."
    ranges = [f"{name} from {y[0]:.0f} to {y[-1]:.0f}" for name, y in percent.items()]
    first, last = (f"{x:.3g}" if np.isfinite(x) else "no number" for x in (loss[0], loss[-1]))
    tested = percent["test, inference mode"]
    return (
        f"Training curves, {counted(len(loss), 'epoch')}. The loss goes from {first} to {last}. "
        f"Per cent right: {'; '.join(ranges)}, the most after epoch {np.argmax(tested) + 1}: "
        f"{max(tested):.0f}."
    )


def learning_rate(schedule: Callable[[int], Any], steps: int, epochs: int) -> Chart:
    """Draws the learning rate of every step of a training.

    Args:
        schedule: gives the learning rate of a step by its number, from 0, such as a
            `keras.optimizers.schedules.LearningRateSchedule`.
        steps: of an epoch.
        epochs: of the training.
    """
    rates = [float(schedule(step)) for step in range(steps * epochs)]
    passed = np.arange(len(rates)) / steps
    peak = int(np.argmax(rates))
    with rc_context(SETTINGS):
        chart = Chart(6.8, 3.4, _describe_rates(rates, steps, epochs))
        axes = chart.subplots()
        axes.plot(passed, rates, color=style.BLUE, linewidth=1.8)
        axes.plot(passed[peak], rates[peak], marker="o", color=style.BLUE)
        axes.annotate(
            f"{rates[peak]:.2g}", (passed[peak], rates[peak]), (8, 2), textcoords="offset points"
        )
        axes.set(xlabel="epochs passed", ylabel="learning rate", title="The learning rate")
        axes.set(xlim=(0, epochs), ylim=(0, 1.12 * rates[peak]))
    return chart


def _describe_rates(rates, steps, epochs):
    peak = int(np.argmax(rates))
    subject = f"The learning rate, {counted(epochs, 'epoch')} of {counted(steps, 'step')}:"
    if min(rates) == max(rates):
        return f"{subject} {rates[0]:.2g} throughout."
    parts = [f"from {rates[0]:.2g}"]
    if rates[0] < rates[peak]:
        parts.append(f"up to {rates[peak]:.2g} in {counted(peak, 'step')}")
    if rates[-1] < rates[peak]:
        parts.append(f"down to {rates[-1]:.2g} at the end")
    return f"{subject} {', '.join(parts)}."


def confusion(matrix: Any, classes: Sequence) -> Chart:
    """Draws how often each sign was taken for each; the summary names the most frequent mistake.

    Args:
        matrix: integers ``(n, n)``; row i, column j counts images of class i that were called j.
        classes: the n names.
    """
    matrix = np.asarray(matrix)
    with rc_context({**SETTINGS, "axes.grid": False}):
        chart = Chart(4.8, 4.6, _describe_confusion(matrix, classes))
        axes = chart.subplots()
        # The darkest blues are left out: dark figures can be read on all others.
        axes.imshow(matrix, cmap="Blues", vmin=0, vmax=max(1, 1.7 * matrix.max()))
        for (row, column), count in np.ndenumerate(matrix):
            weight = "bold" if row == column else "normal"
            _write(axes, column, row, str(count) if count else "·", style.INK, weight)
        axes.set(xlabel="the network says", ylabel="the sign is", title=f"{_wrong(matrix)} wrong")
        names = [_shortened(str(name)) for name in classes]
        tilt = 45 if max(map(len, names)) > 4 else 0
        axes.set_xticks(range(len(names)), names, rotation=tilt)
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return chart


def _shortened(name):
    """A name of a class, cut where it would leave no room for the chart."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _write(axes, x, y, words, colour, weight):
    axes.text(x, y, words, ha="center", va="center", color=colour, weight=weight)


def _wrong(matrix):
    return f"{matrix.sum() - np.trace(matrix)} of {matrix.sum()}"


def _describe_confusion(matrix, classes):
    summary = f"Confusion matrix: {_wrong(matrix)} images wrong."
    missing = [str(classes[row]) for row in np.flatnonzero(matrix.sum(axis=1) == 0)]
    if missing and matrix.any():
        summary += f" There is no image of {', '.join(missing)}."
    mistakes = matrix - np.diag(np.diag(matrix))
    if not mistakes.any():
        return summary
    row, column = np.unravel_index(mistakes.argmax(), matrix.shape)
    most = counted(mistakes.max(), "time")
    return f"{summary} Most often a {classes[row]} was taken for a {classes[column]}: {most}."


def sign_grid(
    images: np.ndarray,
    labels: Sequence[int],
    predicted: Sequence[int] | None = None,
    probabilities: Sequence[float] | None = None,
    columns: int = 6,
) -> Chart:
    """Shows images with their labels, and with the network's answers where there are any.

    Args:
        images: ``uint8 (m, H, W, 3)``; a few dozen at most.
        labels: of the images.
        predicted: the network's answers; a wrong one is crossed in the image's title and framed.
        probabilities: of these answers.
        columns: images in a row.
    """
    rows = max(1, -(-len(images) // columns))
    with rc_context(SETTINGS):
        chart = Chart(1.3 * columns, 1.55 * rows, _describe_grid(labels, predicted, probabilities))
        places = list(chart.subplots(rows, columns, squeeze=False).flat)
        for axes in places:
            axes.set_axis_off()
        for number, (axes, image) in enumerate(zip(places, images, strict=False)):
            axes.imshow(image)
            wrong = predicted is not None and predicted[number] != labels[number]
            axes.set_title(_caption(number, labels, predicted, probabilities), loc="center")
            if wrong:
                _frame(axes)
    return chart


def _caption(number, labels, predicted, probabilities):
    if predicted is None:
        return str(labels[number])
    sure = "" if probabilities is None else f", {probabilities[number]:.0%}"
    if predicted[number] == labels[number]:
        return f"✓ {labels[number]}{sure}"
    return f"✗ {labels[number]} as {predicted[number]}{sure}"


def _frame(axes):
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=style.VERMILION, linewidth=3)


def _describe_grid(labels, predicted, probabilities):
    if predicted is None:
        return f"{len(labels)} signs: {', '.join(map(str, labels))}."
    captions = [_caption(n, labels, predicted, probabilities)[2:] for n in range(len(labels))]
    wrong = [words for words, a, b in zip(captions, labels, predicted, strict=True) if a != b]
    right = [words for words, a, b in zip(captions, labels, predicted, strict=True) if a == b]
    parts = [
        f"{name}: {'; '.join(some)}" for name, some in (("Wrong", wrong), ("Right", right)) if some
    ]
    return f"{len(labels)} signs and the network's answers, {len(wrong)} wrong. {'. '.join(parts)}."


def one_hot_picture(images: np.ndarray, labels: Sequence[int], classes: int = 6) -> Chart:
    """Shows under each image its label as a column of zeros with a single one.

    Args:
        images: ``uint8 (m, H, W, 3)``; up to about eight.
        labels: from 0 to ``classes`` - 1.
        classes: the length of a column.
    """
    with rc_context({**SETTINGS, "axes.grid": False}):
        summary = "; ".join(f"the label {y} has its 1 in row {y}" for y in labels)
        chart = Chart(1.25 * len(images), 3.9, f"One-hot labels: {summary}.")
        above, below = chart.subplots(2, len(images), squeeze=False, height_ratios=(1, 2))
        for axes, image, label in zip(above, images, labels, strict=True):
            axes.imshow(image)
            axes.set_axis_off()
            axes.set_title(f"label {label}", loc="center")
        for place, (axes, label) in enumerate(zip(below, labels, strict=True)):
            _draw_one_hot(axes, label, classes)
            if place == 0:
                axes.set_yticks(range(classes), [f"class {number}" for number in range(classes)])
    return chart


def _draw_one_hot(axes, label, classes):
    column = np.zeros((classes, 1))
    column[label] = 1
    axes.imshow(column, cmap=ListedColormap([style.PAPER, style.BLUE]), vmin=0, vmax=1)
    for row in range(classes):
        hot = row == label
        looks = (style.PAPER, "bold") if hot else (style.INK, "normal")
        _write(axes, 0, row, int(hot), *looks)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.hlines(np.arange(classes - 1) + 0.5, -0.5, 0.5, color=style.MUTED, linewidth=0.6)
    axes.spines[:].set(visible=True, color=style.MUTED)


def shares(values: Mapping[str, float], title: str, chance: float | None = None) -> Chart:
    """Draws shares, such as accuracies, as bars.

    Args:
        values: name → number from 0 to 1.
        title: what stands above.
        chance: marked as what guessing gives; None marks nothing.
    """
    with rc_context(SETTINGS):
        chart = Chart(7.2, 0.9 + 0.36 * len(values), describe_shares(values, title))
        axes = chart.subplots()
        draw_shares(axes, values, title)
        if chance is not None:
            axes.axvline(100 * chance, color=style.INK, linestyle="--", linewidth=1)
            axes.set_xlabel("per cent; the dashed line is chance")
    return chart


def draw_shares(axes: Any, values: Mapping[str, float], title: str) -> None:
    """Draws the bars of `shares` into given axes."""
    numbers = list(values.values())
    places = range(len(numbers))
    bars = axes.barh(places, [100 * number for number in numbers], color=style.BLUE, height=0.7)
    axes.bar_label(bars, [f"{number:.0%}" for number in numbers], padding=3)
    axes.set_yticks(places, values.keys())
    axes.set(xlim=(0, 112), xlabel="per cent", title=title)
    axes.set_xticks(range(0, 101, 20))
    axes.invert_yaxis()
    axes.grid(False, axis="y")


def describe_shares(values: Mapping[str, float], title: str) -> str:
    """The bars of `shares` in words."""
    bars = (f"{name}: {100 * number:.0f} %" for name, number in values.items())
    return f"{title}. {'; '.join(bars)}."
