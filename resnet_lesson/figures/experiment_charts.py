"""Charts of notebooks 09 and 10: single pairs, paths, loss surfaces, receptive fields, starts.

As in `resnet_lesson.figures.charts`, every function returns a `Chart`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from resnet_lesson.figures import style
from resnet_lesson.figures.charts import (
    DASHES,
    SETTINGS,
    Chart,
    look_of,
    mark_guessing,
    plot_lines,
)

SURFACE = "viridis"
LOSS_OF_GUESSING = float(np.log(6))  # each of six classes with the same probability


def scales(series: Mapping[str, Sequence[float]], ylabel: str, title: str) -> Chart:
    """Draws sizes layer by layer on a logarithmic axis.

    Args:
        series: label → positive numbers, from the image to the answer; the x axis goes from 0, the
            first layer, to 1, the last, so that networks of several depths compare.
        ylabel, title: what stands at the axis and above.
    """
    ratios = (f"{label}: {_power(values[0], values[-1])}" for label, values in series.items())
    with rc_context(SETTINGS):
        chart = Chart(6.8, 3.8, f"{title}. First over last: {'; '.join(ratios)}.")
        axes = chart.subplots()
        points = {name: (np.linspace(0, 1, len(y)), y) for name, y in series.items()}
        plot_lines(axes, points, markers=8)
        axes.set(ylabel=ylabel, title=title, yscale="log")
        axes.set_xticks([0, 0.5, 1], ["first layer", "middle", "last layer"])
        axes.legend()
    return chart


def _power(first, last):
    """A ratio in words that is the same on all machines: its order of magnitude."""
    return f"about 10^{round(float(np.log10(first / last)))}"


def removals(
    accuracies: Mapping[str, Sequence[float]], title: str, chance: float = 1 / 6, groups: int = 1
) -> Chart:
    """Draws, network by network, the accuracy that is left without each single pair.

    Args:
        accuracies: label → numbers from 0 to 1, one for each pair.
        title: what stands above.
        chance: marked as what guessing gives.
        groups: how many groups the pairs of each network form; lines part them.
    """
    words = (f"{k}: {min(v):.0%} to {max(v):.0%}" for k, v in accuracies.items())
    with rc_context(SETTINGS):
        chart = Chart(7.2, 0.9 + 1.6 * len(accuracies), f"{title}. {'; '.join(words)}.")
        rows = chart.subplots(len(accuracies), 1, squeeze=False)[:, 0]
        for number, (axes, (label, values)) in enumerate(
            zip(rows, accuracies.items(), strict=True)
        ):
            _removal_bars(axes, values, look_of(label, number))
            axes.axhline(100 * chance, color=style.INK, linestyle=":", linewidth=1.4)
            axes.set(ylim=(0, 105), ylabel="per cent right", title=label)
            size = len(values) / groups
            for group in range(1, groups):
                axes.axvline(size * group + 0.5, color=style.MUTED, linewidth=1.2)
        borders = "; a new group begins at each line" if groups > 1 else ""
        rows[-1].set_xlabel(f"the pair taken out{borders}; dots: chance")
    return chart


def _removal_bars(axes, values, look):
    """A bar for each pair, and its number: hollow bars for a plain network."""
    places = range(1, len(values) + 1)
    fill = look["color"] if look["linestyle"] == "-" else style.PAPER
    edges = {"edgecolor": look["color"], "linestyle": look["linestyle"], "linewidth": 1.4}
    axes.bar(places, [100 * value for value in values], color=fill, **edges)
    axes.set_xticks(places)
    axes.tick_params(axis="x", labelsize=9, length=0)
    axes.set_xlim(0.4, len(values) + 0.6)
    axes.grid(False, axis="x")


def starts(accuracies: Mapping[str, Any], every: int, title: str, chance: float = 1 / 6) -> Chart:
    """Draws how networks learn from several starts: the mean of their repetitions, and the spread.

    Args:
        accuracies: label → numbers from 0 to 1, a row for each repetition, a column for each
            measurement. Labels are such as "from scratch, 14 layers": the depth decides on the
            colour, and what stands before it, "pretrained", "head alone" or "from scratch", on the
            dashes.
        every: steps between two measurements.
        title: what stands above.
        chance: marked as what guessing gives.
    """
    rows = {label: 100 * np.asarray(values) for label, values in accuracies.items()}
    words = (f"{label} ends at {_mean_and_range(values[:, -1])}" for label, values in rows.items())
    with rc_context(SETTINGS):
        chart = Chart(6.8, 4.2, f"{title}. Per cent right: {'; '.join(words)}.")
        axes = chart.subplots()
        for label, values in rows.items():
            steps = every * np.arange(1, values.shape[1] + 1)
            look = _look_of_start(label)
            axes.plot(steps, values.mean(axis=0), label=label, markersize=4.5, lw=1.8, **look)
            spread = values.min(axis=0), values.max(axis=0)
            axes.fill_between(steps, *spread, color=look["color"], alpha=0.15, linewidth=0)
        axes.set(xlabel="steps", ylabel="per cent right", title=title, ylim=(0, 102))
        mark_guessing(axes, 100 * chance)
        chart.legend(loc="outside lower center", ncols=3)
    return chart


def _look_of_start(label):
    """As a residual network of that depth; dashed as a plain one where it starts from scratch."""
    start, _, depth = label.partition(", ")
    look = look_of(f"{'plain' if start == 'from scratch' else 'residual'}, {depth}", 0)
    return look | {"linestyle": DASHES[2], "marker": "x"} if start == "head alone" else look


def _mean_and_range(values):
    """A mean, and the lowest and highest number where there are several."""
    mean = f"{np.mean(values):.0f}"
    return f"{mean} ({min(values):.0f} to {max(values):.0f})" if len(values) > 1 else mean


def path_counts(counts: Sequence[int]) -> Chart:
    """Draws how many paths lead through 0, 1, 2 … main paths."""
    most = int(np.argmax(counts))
    total = sum(counts)
    summary = f"{total:,} paths through {len(counts) - 1} blocks; most take {most} of them."
    with rc_context(SETTINGS):
        chart = Chart(6.8, 3.2, summary)
        axes: Any = chart.subplots()
        axes.bar(range(len(counts)), [100 * count / total for count in counts], color=style.BLUE)
        axes.set(xlabel="main paths taken", ylabel="per cent of all paths")
        axes.set_title(f"{total:,} paths in all")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(False, axis="x")
    return chart


def surfaces(measured: Mapping[str, tuple], guess: float = LOSS_OF_GUESSING) -> Chart:
    """Draws loss surfaces side by side, seen from above, with one scale for all.

    Args:
        measured: label → what `resnet_lesson.experiments.loss_surface` returns. Colours are the
            powers of ten of the loss.
        guess: the loss of guessing; the line where the loss is as high is drawn dark.
    """
    shares = {k: np.mean(losses < guess) for k, (_, losses) in measured.items()}
    words = ", ".join(f"{label} {share:.0%}" for label, share in shares.items())
    powers = {k: np.log10(np.maximum(losses, 1e-3)) for k, (_, losses) in measured.items()}
    highest = np.ceil(min(9, max(1, np.max(list(powers.values())))))
    levels = np.arange(-3, highest + 0.5, 0.5)
    with rc_context({**SETTINGS, "axes.grid": False}):
        rows = -(-len(measured) // 2)
        chart = Chart(8, 3.5 * rows, f"Loss surfaces; below the loss of guessing: {words}.")
        panels = chart.subplots(rows, min(2, len(measured)), squeeze=False).flat
        for axes, (label, (places, _)) in zip(panels, measured.items(), strict=False):
            # The first direction's place is the row; contour wants it on the y axis.
            drawn = axes.contourf(
                places, places, powers[label], levels, cmap=SURFACE, extend="both"
            )
            line = np.log10(guess)
            axes.contour(places, places, powers[label], [line], colors=style.INK, linewidths=2)
            axes.plot(0, 0, marker="+", color="white", markersize=11, markeredgewidth=2)
            axes.set(title=f"{label}\n{shares[label]:.0%} of the area below guessing")
            axes.set_aspect("equal")
            axes.set(xlabel="along direction 2", ylabel="along direction 1")
        bar = chart.colorbar(drawn, ax=chart.axes, shrink=0.8, label="training loss")
        bar.set_ticks(list(levels[::2]), labels=[f"$10^{{{int(level)}}}$" for level in levels[::2]])
    return chart


def receptive_fields(
    maps: Mapping[str, Any], theory: Mapping[str, int], held: Mapping[str, int], title: str
) -> Chart:
    """Draws what an output sees, with the square that it can see and the one that it does see.

    Args:
        maps: label → float array ``(H, W)``, not negative. Colours are powers of ten, from the
            largest number down to a millionth.
        theory: label → side of the theoretical square, in pixels, odd.
        held: label → side of the square that holds 95 %, odd.
        title: what stands above.
    """
    sides = {label: (theory[label], held[label]) for label in maps}
    words = (f"{k}: can see {a}×{a} pixels, 95 % from {b}×{b}" for k, (a, b) in sides.items())
    with rc_context({**SETTINGS, "axes.grid": False}):
        chart = Chart(min(8.6, 1.4 + 3.1 * len(maps)), 3.9, f"{title}. {'; '.join(words)}.")
        panels = chart.subplots(1, len(maps), squeeze=False)[0]
        for axes, (label, values) in zip(panels, maps.items(), strict=True):
            shares = np.log10(np.maximum(values / np.max(values), 1e-6))
            drawn = axes.imshow(shares, cmap="cividis", vmin=-6, vmax=0)
            middle = [(side // 2) for side in values.shape]
            _square(axes, middle, theory[label], "--")
            _square(axes, middle, held[label], "-")
            axes.set_title(f"{label}\ndashed: {theory[label]} pixels, solid: {held[label]}")
            axes.set(xlim=(-0.5, values.shape[1] - 0.5), ylim=(values.shape[0] - 0.5, -0.5))
            axes.set(xticks=[], yticks=[])
        bar = chart.colorbar(
            drawn, ax=chart.axes, shrink=0.75, label="squared gradient, the largest is 1"
        )
        bar.set_ticks([-6, -4, -2, 0], labels=["$10^{-6}$", "$10^{-4}$", "$10^{-2}$", "1"])
        chart.supxlabel("dashed: what can be seen; solid: where 95 % come from", fontsize=10)
    return chart


def _square(axes, middle, side, dashes):
    """A white line with a dark rim, to be seen on every colour."""
    corner = [place - side / 2 for place in reversed(middle)]
    rim = withStroke(linewidth=4, foreground=style.INK)
    line = {"edgecolor": style.PAPER, "linestyle": dashes, "linewidth": 2}
    axes.add_patch(Rectangle(corner, side, side, fill=False, path_effects=[rim], **line))
