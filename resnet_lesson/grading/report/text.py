"""A report as text, with the expected graph and the attempt's beside it, place by place."""

import textwrap
from dataclasses import replace
from math import isfinite

from resnet_lesson.figures import labels
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.report.messages import heading
from resnet_lesson.grading.report.report import Report
from resnet_lesson.graph.operations import (
    Branch,
    Series,
    map_operations,
    operations,
    split_network,
)
from resnet_lesson.graph.places import Place
from resnet_lesson.html import shown

UNBUILT = "…"  # what is still to be built is the learner's to find, the first of it apart
COLUMNS = ("place", "expected", "yours", "values")


def report_text(report: Report) -> str:
    """The report as lines of text."""
    lines = [shown(report.headline(), 300)]
    for finding in report.findings:
        lines.append(shown(f"  {heading(finding.where, finding.what)}", 300))
        message = shown(finding.message)
        lines += textwrap.wrap(message, 92, initial_indent="    ", subsequent_indent="    ")
    lines += [f"  {shown(line)}" for line in (report.advice, *report.notes) if line]
    if report.verdict is not None and not report.passed:
        lines += [f"  {line}" for line in table(report.verdict)]
    return "\n".join(lines)


def table(verdict: Verdict) -> list[str]:
    """Expected and found operations of the part that holds the root cause, one line a place.

    ``✗`` marks the places that differ. Empty if the verdict has no graph to show.
    """
    listed = rows(verdict)
    if not listed:
        return []
    head = ("", *COLUMNS[:3], "values" if verdict.values else "")
    cells = [head, *(("✗" if wrong else " ", *row) for wrong, *row in listed)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return [_line(row, widths) for row in cells]


def rows(verdict: Verdict) -> list[tuple]:
    """The same as data: ``(wrong, place, expected, yours, values)``, a boolean and four texts."""
    if not (verdict.run and verdict.differences):
        return []
    root = verdict.differences[0].where
    graphs = part(verdict.expected, root), attempt_part(verdict)
    if not all(graphs):
        return []
    wrong = {where for d in verdict.differences for where in d.places}
    values = {place.where: place for place in verdict.values}
    other = {d.where: f", {d.got}" for d in verdict.differences if d.what in ("order", "operands")}
    expected, yours = ({op.place: op for op in operations(graph)} for graph in graphs)
    listed = []
    for place in [*expected, *(place for place in yours if place and place not in expected)]:
        want, have = _words(expected.get(place)), _words(yours.get(place))
        short = place.removeprefix(f"{block_of(root)}.")
        if not yours.get(place) and place != root:
            want = UNBUILT
        same = "the same" if want == have and place not in other else have + other.get(place, "")
        listed.append((place in wrong, shown(short, 80), want, same, _value(values.get(place))))
    return listed


def _words(op):
    return shown(", ".join(labels.lines(op)), 80) if op else "—"


def _value(place):
    if place is None:
        return ""
    if not isfinite(place.difference):
        return "different shape"
    off = "" if place.verdict == "exact" else f" ({place.difference:.2g})"
    return f"{place.verdict}{off}"


def _line(row, widths):
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]]).rstrip()


def block_of(where: str) -> str:
    """The network's block that a place belongs to, such as ``"stage3.block1"``, or ``""``."""
    return str(Place.parse(where).unit)


def attempt_part(verdict: Verdict) -> Series:
    """The part of the attempt's graph that holds the root cause.

    An addition that joins wrongly stands for none of ours. Here it bears the place where ours is.
    """
    root = verdict.differences[0].where
    wrong = iter(
        where
        for difference in verdict.differences
        if difference.what in ("operands", "merge")
        for where in difference.places
        if block_of(where) == block_of(root)
    )

    def placed(op):
        joins = op.kind in ("add", "merge") and not op.place
        return replace(op, place=next(wrong, "")) if joins else op

    return map_operations(placed, part(verdict.run.series, root)) if verdict.run else ()


def part(series: Series, where: str) -> Series:
    """The part of a graph that holds a place: a block, or a network's stem or head."""
    place = Place.parse(where)
    if sum(isinstance(item, Branch) for item in series) < 2 and not place.in_network:
        return series
    stem, units, head = split_network(series)
    if place.in_network and not place.stage:
        return stem if place.path == "stem" else head
    for unit in units:
        places = (Place.parse(op.place) for op in operations(unit.series))
        if place.block and any(other.unit == place.unit for other in places):
            return unit.series
    return ()
