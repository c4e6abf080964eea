"""Charts of what happens in training: curves, confusion, pictures with their labels.

Every function returns a `Chart`, a matplotlib figure that shows itself when it is the last value of
a cell, and that says in words what it shows (`chart.summary`, the picture's alternative text).
"""

import base64
import html
import io
from itertools import cycle

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import ListedColormap
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

    def __init__(self, width, height, summary):
        super().__init__(figsize=(width, height), dpi=110, layout="constrained")
        self.summary = summary

    def png(self):
        """The picture as the bytes of a PNG file."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()

    def html(self):
        """The picture with its alternative text, and below it the summary, read out when new."""
        return self.img() + status(self.summary)

    def img(self):
        """The picture as an element of HTML with its alternative text."""
        said = html.escape(self.summary)
        data = base64.b64encode(self.png()).decode()
        return f'<img alt="{said}" src="data:image/png;base64,{data}" style="max-width: 100%">'

    def _repr_mimebundle_(self, include=None, exclude=None):
        # Not as image/png: JupyterLab shows such pictures without alternative texts.
        return {"text/html": self.img(), "text/plain": self.summary}


def status(line):
    """A line of text as HTML; screen readers read it out when it comes."""
    return f'<p role="status" style="line-height: 1.4; max-width: 60em">{html.escape(line)}</p>'


def lines(series, xlabel, ylabel, title, log=False):
    """Draws one line a series, told apart by colour, dashes and marker.

    Args:
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
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
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


def curves(history):
    """Draws how loss and accuracy went, epoch by epoch.

    Args:
        history: has ``loss``, ``train_accuracy`` and ``test_accuracy``, one number an epoch each.

    Returns:
        A `Chart` with two parts, the loss and the accuracies in per cent.
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
            left.text(
                0.5, 0.5, "where the line ends,\nthe loss is no number", transform=left.transAxes
            )
    return chart


def _describe_curves(loss, percent):
    if len(loss) == 0:
        return "Training curves, before the end of the first epoch: empty."
    said = [f"{name} from {given[0]:.0f} to {given[-1]:.0f}" for name, given in percent.items()]
    first, last = (f"{x:.3g}" if np.isfinite(x) else "no number" for x in (loss[0], loss[-1]))
    tested = percent["test, inference mode"]
    return (
        f"Training curves, {_counted(len(loss), 'epoch')}. The loss goes from {first} to {last}. "
        f"Per cent right: {'; '.join(said)}, the most after epoch {np.argmax(tested) + 1}: "
        f"{max(tested):.0f}."
    )


def learning_rate(schedule, steps, epochs):
    """Draws the learning rate of every step of a training.

    Args:
        schedule: callable from the number of a step, from 0, to its learning rate, such as a
            `keras.optimizers.schedules.LearningRateSchedule`.
        steps: integer, steps an epoch.
        epochs: integer.

    Returns:
        A `Chart`.
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
    said = f"The learning rate, {_counted(epochs, 'epoch')} of {_counted(steps, 'step')}:"
    if min(rates) == max(rates):
        return f"{said} {rates[0]:.2g} throughout."
    parts = [f"from {rates[0]:.2g}"]
    if rates[0] < rates[peak]:
        parts.append(f"up to {rates[peak]:.2g} in {_counted(peak, 'step')}")
    if rates[-1] < rates[peak]:
        parts.append(f"down to {rates[-1]:.2g} at the end")
    return f"{said} {', '.join(parts)}."


def _counted(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"


def confusion(matrix, classes):
    """Draws how often each sign was taken for each.

    Args:
        matrix: integers ``(n, n)``; row i, column j counts images of class i that were called j.
        classes: the n names.

    Returns:
        A `Chart`; its summary names the most frequent mistake.
    """
    matrix = np.asarray(matrix)
    with rc_context({**SETTINGS, "axes.grid": False}):
        chart = Chart(4.8, 4.6, _describe_confusion(matrix, classes))
        axes = chart.subplots()
        # The darkest blues are left out: dark figures can be read on all others.
        axes.imshow(matrix, cmap="Blues", vmin=0, vmax=max(1, 1.7 * matrix.max()))
        for (row, column), count in np.ndenumerate(matrix):
            axes.text(
                column,
                row,
                str(count) if count else "·",
                ha="center",
                va="center",
                color=style.INK,
                fontweight="bold" if row == column else "normal",
            )
        axes.set(xlabel="the network says", ylabel="the sign is", title=f"{_wrong(matrix)} wrong")
        axes.set_xticks(range(len(classes)), classes)
        axes.set_yticks(range(len(classes)), classes)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return chart


def _wrong(matrix):
    return f"{matrix.sum() - np.trace(matrix)} of {matrix.sum()}"


def _describe_confusion(matrix, classes):
    said = f"Confusion matrix: {_wrong(matrix)} images wrong."
    missing = [str(classes[row]) for row in np.flatnonzero(matrix.sum(axis=1) == 0)]
    if missing and matrix.any():
        said += f" There is no image of {', '.join(missing)}."
    mistakes = matrix - np.diag(np.diag(matrix))
    if not mistakes.any():
        return said
    row, column = np.unravel_index(mistakes.argmax(), matrix.shape)
    most = _counted(mistakes.max(), "time")
    return f"{said} Most often a {classes[row]} was taken for a {classes[column]}: {most}."


def sign_grid(images, labels, predicted=None, probabilities=None, columns=6):
    """Shows images with their labels, and with the network's answers if these are given.

    Args:
        images: ``uint8 (m, H, W, 3)``; a few dozen at most.
        labels: m integers.
        predicted: m integers; an image whose answer is wrong is crossed in its title and framed.
        probabilities: m numbers from 0 to 1, of the answer that was given.
        columns: integer, images in a row.

    Returns:
        A `Chart`.
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
    said = [_caption(n, labels, predicted, probabilities)[2:] for n in range(len(labels))]
    wrong = [words for words, a, b in zip(said, labels, predicted, strict=True) if a != b]
    right = [words for words, a, b in zip(said, labels, predicted, strict=True) if a == b]
    parts = [
        f"{name}: {'; '.join(some)}" for name, some in (("Wrong", wrong), ("Right", right)) if some
    ]
    return f"{len(labels)} signs and the network's answers, {len(wrong)} wrong. {'. '.join(parts)}."


def one_hot_picture(images, labels, classes=6):
    """Shows under each image its label as a column of zeros with a single one.

    Args:
        images: ``uint8 (m, H, W, 3)``; up to about eight.
        labels: m integers from 0 to ``classes`` - 1.
        classes: integer, the length of a column.

    Returns:
        A `Chart`.
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
        colour = style.PAPER if hot else style.INK
        weight = "bold" if hot else "normal"
        axes.text(0, row, int(hot), ha="center", va="center", color=colour, weight=weight)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.hlines(np.arange(classes - 1) + 0.5, -0.5, 0.5, color=style.MUTED, linewidth=0.6)
    axes.spines[:].set(visible=True, color=style.MUTED)


def shares(values, title, chance=None):
    """Draws shares, such as accuracies, as bars.

    Args:
        values: dict from name to a number from 0 to 1.
        title: string.
        chance: number from 0 to 1, marked as what guessing gives; None marks nothing.

    Returns:
        A `Chart`.
    """
    with rc_context(SETTINGS):
        chart = Chart(7.2, 0.9 + 0.36 * len(values), describe_shares(values, title))
        axes = chart.subplots()
        draw_shares(axes, values, title)
        if chance is not None:
            axes.axvline(100 * chance, color=style.INK, linestyle="--", linewidth=1)
            axes.set_xlabel("per cent; the dashed line is chance")
    return chart


def draw_shares(axes, values, title):
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


def describe_shares(values, title):
    """The bars of `shares` in words."""
    bars = (f"{name}: {100 * number:.0f} %" for name, number in values.items())
    return f"{title}. {'; '.join(bars)}."
