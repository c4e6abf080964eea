"""The class report as a page: what to explain tomorrow, with the places drawn."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from urllib.parse import quote

from markupsafe import Markup

from resnet_lesson.figures import style
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.grading.report import teaching
from resnet_lesson.grading.report.class_statistics import SECONDS, ClassStatistics
from resnet_lesson.grading.report.messages import LAYERS, place_in_words
from resnet_lesson.grading.report.page import render_page
from resnet_lesson.grading.report.text import block_of, part
from resnet_lesson.graph.operations import Branch, Op, operations, with_places
from resnet_lesson.graph.places import Place

WIDTH = 400  # of a drawing: beside the list of mistakes on a screen, alone on a phone
FIRST = 3  # mistakes named at the top
LISTED = 6  # mistakes of an exercise that are shown at once
BARS = 10
DETAILED = 2  # blocks of a network that are drawn from inside
STATUSES = {
    "passed": "passed",
    "failed": "not right yet",
    "error": "could not be run",
    "not_attempted": "not attempted",
}


def class_page(
    statistics: ClassStatistics,
    graphs: dict,
    title: str = "Class report",
    learners: Iterable[dict] = (),
    page_of: Callable[[str], str] = lambda name: "",
) -> str:
    """A class's results as a page of HTML that needs nothing beside it.

    Args:
        statistics: of the class.
        graphs: from an exercise id to the series of its reference; an exercise that is not in it
            is reported without a drawing.
        title: text.
        learners: each one's result, in the form of ``grade --json``, for the list of learners.
        page_of: the name of the file with a learner's page; empty if there is none.

    Returns:
        HTML. All that comes from learners is escaped.
    """
    tallies = statistics.exercises.items()
    exercises = [_exercise(*item, graphs.get(item[0])) for item in tallies]
    for number, exercise in enumerate(exercises):
        exercise["number"] = number
    ranked = [
        (mistake, rank, exercise)
        for exercise in exercises
        for rank, mistake in enumerate(exercise["mistakes"])
    ]
    not_graded = [(name, mistake) for name, tally in tallies for mistake in tally.not_graded()]
    return render_page(
        "class_page.html.j2",
        title=title,
        statuses=STATUSES,
        statistics=statistics,
        full=statistics.points[statistics.max_points] if statistics.max_points else 0,
        stopped=sum(mistake.count for _, mistake in not_graded),
        first=sorted(ranked, key=lambda entry: -entry[0].count)[:FIRST],
        points=_points(statistics),
        exercises=exercises,
        not_graded=not_graded,
        times=_times(statistics),
        title_of=lambda mistake: teaching.title(mistake.where, mistake.what, mistake.message),
        tomorrow=lambda mistake: teaching.tomorrow(mistake.where, mistake.what),
        in_short=_in_short,
        edge=style.VERMILION,
        LISTED=LISTED,
        learners=learners,
        link_to=lambda name: quote(page_of(name), errors="surrogateescape"),
    )


def _exercise(name, tally, series):
    mistakes = tally.in_code()
    return {
        "id": name,
        "answers": tally.answers(),
        "rates": [
            (s, label, tally.statuses[s]) for s, label in STATUSES.items() if tally.statuses[s]
        ],
        "mistakes": mistakes,
        "figures": _figures(series, mistakes, name) if series and mistakes else [],
    }


def _points(statistics):
    """The bars of the points: ``(count, label, tip)``."""
    most = statistics.max_points or 1
    counts: Counter = Counter()
    for points, count in statistics.points.items():
        counts[min(int(points / most * BARS), BARS - 1)] += count
    edges = [f"{most * i / BARS:g}" for i in range(BARS + 1)]
    return [
        (counts[i], f"{low}+", f"from {low} to {high} points")
        for i, (low, high) in enumerate(pairwise(edges))
    ]


def _times(statistics):
    """The bars of the times: ``(count, label, tip)``."""
    labels = [f"<{SECONDS[0]:g}", *(f"{bound:g}+" for bound in SECONDS)]
    bars = zip(statistics.times, labels, strict=True)
    return [(count, label, f"{label} seconds") for count, label in bars]


def _in_short(value):
    """A value as the figures write it: 1×1 for (1, 1)."""
    return re.sub(r"^\((\d+), (\d+)\)$", r"\1×\2", value).replace("`", "")


def _figures(series, mistakes, name):
    """The exercise with its mistakes, and the blocks of a network that have most of them."""
    series = with_places(series)
    counts: Counter = Counter()
    for mistake in mistakes:
        counts[mistake.where] += mistake.count
    if sum(isinstance(item, Branch) for item in series) < 2:
        return [_figure(series, counts, name)]
    blocks: Counter = Counter()
    for where, count in counts.items():
        blocks[block_of(where) or where] += count
    figures = [_figure(series, blocks, name)]
    for block, _ in blocks.most_common():
        inside = {where: n for where, n in counts.items() if block_of(where) == block != where}
        if inside and block_of(block) and len(figures) <= DETAILED:
            title = f"Inside {place_in_words(block)}"
            figures.append(_figure(part(series, block), inside, title))
    return figures


def _figure(series, counts, title):
    """A legend, colour → numbers, and the drawing with its places in these colours."""
    description = "; ".join(f"{place_in_words(where)}: {n}" for where, n in counts.items())
    for where in counts:
        series = _with_extra(series, where)
    picture = diagram(
        series,
        title,
        f"Mistakes by place: {description}.",
        counts=counts,
        width=WIDTH,
        shapes=False,
    )
    most = max(counts.values())
    legend: dict[str, list[int]] = {}
    for number in range(1, most + 1):
        legend.setdefault(style.heat(number / most), []).append(number)
    return legend, Markup(picture)


def _with_extra(series, where):
    """The series with an empty box for what many have at a place where nothing belongs."""
    place = Place.parse(where)
    if not place.path or where in {op.place for op in operations(series)}:
        return series
    words = LAYERS.get(place.kind, place.kind), "too many"
    return _inserted(series, place, Op(place.kind, {"ghost": True, "lines": words}, (), where))


def _inserted(series, place, ghost):
    """The series with an operation behind the last one in the same group of the same path."""
    on_path = [
        i
        for i, item in enumerate(series)
        if isinstance(item, Op) and Place.parse(item.place).shares_path(place)
    ]
    if on_path:
        end = on_path[-1] + 1
        return (*series[:end], ghost, *series[end:])
    return tuple(_inserted_in(item, place, ghost) for item in series)


def _inserted_in(item, place, ghost):
    if not isinstance(item, Branch):
        return item
    if not item.shortcut and place.shares_path(Place.parse(item.merge.place).at("shortcut")):
        return replace(item, shortcut=(ghost,))
    main, shortcut = (_inserted(way, place, ghost) for way in (item.main, item.shortcut))
    return replace(item, main=main, shortcut=shortcut)
