"""The class report as a page: what to explain tomorrow, with the places drawn."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from resnet_lesson.figures import style
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.grading.report import teaching
from resnet_lesson.grading.report.class_statistics import SECONDS
from resnet_lesson.grading.report.messages import LAYERS, place_in_words
from resnet_lesson.grading.report.page import page, text
from resnet_lesson.grading.report.report_text import block_of, part
from resnet_lesson.graph.operations import Branch, Op, operations, with_places
from resnet_lesson.graph.places import Place
from resnet_lesson.html import in_words

WIDTH = 400  # of a drawing: beside the list of mistakes on a screen, alone on a phone
FIRST = 3  # mistakes named at the top
LISTED = 6  # mistakes of an exercise that are shown at once
BARS = 10
DETAILED = 2  # blocks of a network that are drawn from inside
_STYLE = """
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(135px, 1fr)); gap: .75rem;
  margin: 1.25rem 0; }
.tiles div { background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  padding: .7rem .9rem; }
.tiles strong { display: block; font-size: 1.6rem; line-height: 1.2; }
.beside { display: grid; grid-template-columns: minmax(0, 400px) minmax(0, 1fr); gap: 1.5rem;
  align-items: start; }
.beside.short .drawn { position: sticky; top: 1rem; }
.drawn figure { margin: 0 0 1rem; }
figcaption { font-size: .95rem; margin-bottom: .4rem; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; margin: .5rem 0;
  list-style: none; font-size: .95rem; }
.legend svg { display: inline-block; vertical-align: -2px; margin-right: .3rem; }
.mistakes, .first { padding: 0; margin: 0; list-style: none; }
.mistakes > li { border-top: 1px solid var(--line); padding: .9rem 0; }
.mistakes > li:first-child { border-top: 0; padding-top: 0; }
.first li { margin: .9rem 0; }
.count { font-weight: 600; }
.track { display: block; height: 8px; border-radius: 4px; background: var(--line); margin: .3rem 0;
  overflow: hidden; }
.track i { display: block; height: 100%; background: var(--wrong); }
.students { overflow-wrap: anywhere; padding-left: 1.2rem; margin: .3rem 0; }
.columns { display: flex; align-items: flex-end; gap: 3px; margin: 1rem 0 0; padding: 0;
  list-style: none; }
.columns li { flex: 1; text-align: center; font-size: .9rem; min-width: 0; }
.columns i { display: block; background: var(--bar); border-radius: 3px 3px 0 0; }
.columns span { display: block; border-top: 1px solid var(--muted); color: var(--muted);
  padding-top: .2rem; white-space: nowrap; }
.rates { display: flex; height: 22px; gap: 2px; margin: .4rem 0; }
.rates i { display: block; border-radius: 3px; min-width: 3px; }
i.passed { background: var(--right); } i.failed { background: var(--wrong); }
i.error { background: var(--stopped); }
i.not_attempted { background: none; border: 2px dashed var(--open); }
@media (max-width: 860px) {
  .beside { grid-template-columns: minmax(0, 1fr); }
  .beside.short .drawn { position: static; }
}
@media (max-width: 600px) { .columns li { font-size: .8rem; } .columns { gap: 1px; } }
@media print { .beside { grid-template-columns: 300px 1fr; } }
"""
_STATUSES = {
    "passed": "passed",
    "failed": "not right yet",
    "error": "could not be run",
    "not_attempted": "not attempted",
}


def class_page(report, graphs, title="Class report"):
    """A class's results as a page of HTML that needs nothing beside it.

    Args:
        report: `resnet_lesson.grading.report.class_statistics.ClassReport`.
        graphs: dictionary from an exercise id to the series of its reference; an exercise that is
            not in it is reported without a drawing.
        title: text.

    Returns:
        HTML text. All that comes from learners is escaped.
    """
    body = [f"<h1>{text(title)}</h1>"]
    if not report.submissions:
        body.append("<section><p>No submissions were graded.</p></section>")
    else:
        body += [_tiles(report), _first(report), _points(report)]
        for number, (name, tally) in enumerate(report.exercises.items()):
            body.append(_exercise(number, name, tally, graphs.get(name), report.submissions))
        body += [_not_graded(report), _times(report)]
    return page(title, "\n".join(body), _STYLE)


def _tiles(report):
    full = report.points[report.max_points] if report.max_points else 0
    stopped = sum(
        mistake.count for tally in report.exercises.values() for mistake in tally.not_graded()
    )
    tiles = (
        (f"{report.submissions:,}", "submission" if report.submissions == 1 else "submissions"),
        (f"{report.median_points():g} of {report.max_points:g}", "points in the middle (median)"),
        (f"{full:,}", f"with all points ({_percent(full, report.submissions)})"),
        (f"{stopped:,}", "answers not judged place by place"),
    )
    cells = "".join(f"<div><strong>{number}</strong>{words}</div>" for number, words in tiles)
    return f'<div class="tiles">{cells}</div>'


def _first(report):
    """What to explain first: the most frequent mistakes of all exercises."""
    ranked = [
        (mistake, number, rank, name, _answers(tally))
        for number, (name, tally) in enumerate(report.exercises.items())
        for rank, mistake in enumerate(tally.in_code())
    ]
    ranked.sort(key=lambda entry: -entry[0].count)
    if not ranked:
        return (
            "<section><h2>To explain tomorrow</h2><p>No mistake was found that has a place in a "
            "block or network.</p></section>"
        )
    items = "".join(
        f'<li><a href="#m{number}-{rank}"><strong>{_title(mistake)}</strong></a>'
        f'<br><span class="count">{mistake.count:,} of {most:,}</span> in {text(name)}. '
        f"{in_words(teaching.tomorrow(mistake.where, mistake.what))}</li>"
        for mistake, number, rank, name, most in ranked[:FIRST]
    )
    return f'<section><h2>To explain tomorrow</h2><ol class="first">{items}</ol></section>'


def _title(mistake):
    return in_words(teaching.title(mistake.where, mistake.what, mistake.message))


def _answers(tally):
    return sum(tally.statuses.values()) - tally.statuses["not_attempted"]


def _points(report):
    most = report.max_points or 1
    bars = [0] * BARS
    for points, count in report.points.items():
        bars[min(int(points / most * BARS), BARS - 1)] += count
    edges = [f"{most * i / BARS:g}" for i in range(BARS + 1)]
    labels = [f"{low}+" for low in edges[:-1]]
    rows = [f"from {low} to {high} points" for low, high in pairwise(edges)]
    words = f"Submissions by points, of {report.max_points:g}; each bar from its number upwards."
    return f"<section><h2>Points</h2><p>{words}</p>{_columns(bars, labels, rows)}</section>"


def _columns(bars, labels, tips):
    """A bar chart, the number above and the label below each bar."""
    highest = max(bars) or 1
    items = "".join(
        f'<li title="{text(tip)}">{count or ""}<i style="height:{130 * count / highest:.0f}px"></i>'
        f"<span>{text(label)}</span></li>"
        for count, label, tip in zip(bars, labels, tips, strict=True)
    )
    return f'<ol class="columns">{items}</ol>'


def _exercise(number, name, tally, series, submissions):
    mistakes = tally.in_code()
    parts = [f"<h2>{text(name)}</h2>{_rates(tally, submissions)}"]
    if mistakes:
        listed = _listed(number, mistakes, _answers(tally))
        drawn = _drawn(series, mistakes, name) if series else ""
        kind = "beside short" if drawn.count("<figure>") == 1 else "beside"
        drawn = f'<div class="drawn">{drawn}</div>' if drawn else ""
        parts.append(f'<div class="{kind}">{drawn}{listed}</div>' if drawn else listed)
    return f"<section>{''.join(parts)}</section>"


def _rates(tally, submissions):
    bars, words = [], []
    for status, label in _STATUSES.items():
        count = tally.statuses[status]
        if count:
            said = f"{count:,} {label} ({_percent(count, submissions)})"
            bars.append(f'<i class="{status}" style="flex:{count}" title="{said}"></i>')
            words.append(f'<span class="{status}">{said}</span>')
    return f'<div class="rates" aria-hidden="true">{"".join(bars)}</div><p>{" · ".join(words)}</p>'


def _listed(number, mistakes, answers):
    items = [_mistake(number, i, mistake, answers) for i, mistake in enumerate(mistakes)]
    first, more = "".join(items[:LISTED]), "".join(items[LISTED:])
    rest = len(items) - LISTED
    noun = "kind" if rest == 1 else "kinds"
    rest = f"<details><summary>{rest} more {noun} of mistake, each less frequent</summary>"
    more = f'{rest}<ol class="mistakes">{more}</ol></details>' if more else ""
    return f'<div><ol class="mistakes">{first}</ol>{more}</div>'


def _mistake(number, rank, mistake, answers):
    share = 100 * mistake.count / max(answers, 1)
    found = _values(mistake.got)
    expected = _values(mistake.expected)
    values = f"Expected {expected}; found {found}." if expected and found else ""
    advice = in_words(teaching.tomorrow(mistake.where, mistake.what))
    return (
        f'<li id="m{number}-{rank}"><h3>{rank + 1}. {_title(mistake)}</h3>'
        f'<span class="count">{mistake.count:,} of {answers:,} answers</span> '
        f'<span class="muted"><code>{text(mistake.where)}</code> {text(mistake.what)}</span>'
        f'<span class="track"><i style="width:{share:.1f}%"></i></span>'
        f"<p>{values}</p><p><strong>Tomorrow:</strong> {advice}</p>"
        f"<details><summary>What they were told</summary><p>{in_words(mistake.message)}</p>"
        f"</details>{_students(mistake)}</li>"
    )


def _values(counter, most=3):
    """The most frequent values with their numbers, such as "`same` (12), `valid` (2)"."""
    told = [(_in_short(value), n) for value, n in counter.most_common(most) if value]
    if len(told) == 1 and len(counter) == 1:
        return f"<code>{text(told[0][0])}</code>"
    more = ", and others" if len(counter) > most else ""
    return ", ".join(f"<code>{text(value)}</code> ({count:,})" for value, count in told) + more


def _in_short(value):
    """A value as the figures write it: 1×1 for (1, 1)."""
    return re.sub(r"^\((\d+), (\d+)\)$", r"\1×\2", value).replace("`", "")


def _students(mistake):
    more = mistake.count - len(mistake.names)
    names = "".join(f"<li>{text(name)}</li>" for name in mistake.names)
    names += f"<li>and {more:,} more</li>" if more else ""
    noun = "student" if mistake.count == 1 else "students"
    return (
        f"<details><summary>{mistake.count:,} {noun}</summary>"
        f'<ul class="students">{names}</ul></details>'
    )


def _drawn(series, mistakes, name):
    series = with_places(series)
    counts = Counter()
    for mistake in mistakes:
        counts[mistake.where] += mistake.count
    if sum(isinstance(item, Branch) for item in series) < 2:
        return _figure(series, counts, name)
    blocks = Counter()
    for where, count in counts.items():
        blocks[block_of(where) or where] += count
    drawn = _figure(series, blocks, name)
    for block, _ in blocks.most_common():
        inside = {where: n for where, n in counts.items() if block_of(where) == block != where}
        if inside and block_of(block) and drawn.count("<figure>") <= DETAILED:
            drawn += _figure(part(series, block), inside, f"Inside {place_in_words(block)}")
    return drawn


def _figure(series, counts, title):
    """A block or network with its places coloured by how many went wrong there, and a legend."""
    said = "; ".join(f"{place_in_words(where)}: {n}" for where, n in counts.items())
    for where in counts:
        series = _with_extra(series, where)
    picture = diagram(
        series, title, f"Mistakes by place: {said}.", counts=counts, width=WIDTH, shapes=False
    )
    caption = "<figcaption>Number of students whose first mistake lies there:</figcaption>"
    return f"<figure>{caption}{_legend(max(counts.values()))}{picture}</figure>"


def _legend(most):
    ranges = {}
    for number in range(1, most + 1):
        ranges.setdefault(style.heat(number / most), []).append(number)
    items = "".join(
        f'<li><svg width="18" height="14" aria-hidden="true"><rect width="18" height="14" rx="3" '
        f'fill="{colour}" stroke="{style.VERMILION}"/></svg>'
        f"{numbers[0]:,}{f'–{numbers[-1]:,}' if len(numbers) > 1 else ''}</li>"
        for colour, numbers in ranges.items()
    )
    return f'<ul class="legend">{items}</ul>'


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


def _not_graded(report):
    parts = []
    for name, tally in report.exercises.items():
        for mistake in tally.not_graded():
            advice = teaching.tomorrow("submission", mistake.what)
            parts.append(
                f"<li><h3>{text(name)}: {text(mistake.what.replace('_', ' '))}</h3>"
                f'<span class="count">{mistake.count:,}</span> {advice}{_students(mistake)}</li>'
            )
    if not parts:
        return ""
    return (
        "<section><h2>Could not be graded, or not place by place</h2>"
        f'<ol class="mistakes">{"".join(parts)}</ol></section>'
    )


def _times(report):
    labels = [f"<{SECONDS[0]:g}", *(f"{bound:g}+" for bound in SECONDS)]
    tips = [f"{label} seconds" for label in labels]
    mean = report.seconds / report.submissions
    slowest = "".join(
        f"<li>{text(name)}: {seconds:.1f} s</li>"
        for seconds, name in sorted(report.slowest, reverse=True)
    )
    return (
        "<section><h2>Time to grade</h2><p>Submissions by seconds; each bar from its number "
        f"upwards. {mean:.1f} s a submission on average, {report.seconds:,.0f} s in all.</p>"
        f"{_columns(report.times, labels, tips)}"
        f"<details><summary>The slowest</summary><ul>{slowest}</ul></details></section>"
    )


def _percent(count, total):
    return f"{100 * count / total:.0f} %" if total else "0 %"
