"""The expected graph and the attempt's, place by place: as lines of text, and for a table."""

from resnet_lesson.figures import labels
from resnet_lesson.graph.operations import Branch, operations, split_network
from resnet_lesson.html import shown

COLUMNS = ("place", "expected", "yours", "values")


def table(verdict):
    """Expected and found operations of the part that holds the root cause, one line a place.

    Args:
        verdict: `resnet_lesson.grading.judge.judge.Verdict` of an attempt that is not right.

    Returns:
        List of lines; ``✗`` marks the places that differ. Empty if nothing was traced.
    """
    found = rows(verdict)
    if not found:
        return []
    head = ("", *COLUMNS[:3], "values" if verdict.values else "")
    cells = [head, *(("✗" if wrong else " ", *row) for wrong, *row in found)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return [_line(row, widths) for row in cells]


def rows(verdict):
    """The same as data.

    Returns:
        List of ``(wrong, place, expected, yours, values)``, the first a boolean, the others texts.
    """
    if not (verdict.run and verdict.differences):
        return []
    root = verdict.differences[0].where
    expected, found = part(verdict.expected, root), part(verdict.run.series, root)
    if not expected or not found:
        return []
    wrong = {where for d in verdict.differences for where in (d.where, *d.also)}
    values = {place.where: place for place in verdict.values}
    late = {d.where: f", {d.got}" for d in verdict.differences if d.what == "order"}
    yours = {op.place: op for op in operations(found)}
    wanted = {op.place: op for op in operations(expected)}
    listed = []
    for place in [*wanted, *(place for place in yours if place and place not in wanted)]:
        want, have = _words(wanted.get(place)), _words(yours.get(place))
        short = place.removeprefix(f"{block_of(root)}.")
        same = "the same" if want == have and place not in late else have + late.get(place, "")
        listed.append((place in wrong, shown(short, 80), want, same, _value(values.get(place))))
    return listed


def _words(op):
    return shown(", ".join(labels.lines(op)), 80) if op else "—"


def _value(place):
    if place is None:
        return ""
    off = "" if place.verdict == "exact" else f" ({place.difference:.2g})"
    return f"{place.verdict}{off}"


def _line(row, widths):
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]]).rstrip()


def block_of(where):
    """The network's block that a place belongs to, such as ``"stage3.block1"``, or ``""``."""
    parts = where.split(".")
    return ".".join(parts[:2]) if where.startswith("stage") and len(parts) > 1 else ""


def part(series, where):
    """The part of a graph that holds a place: a block, or a network's stem or head."""
    if sum(isinstance(item, Branch) for item in series) < 2 and not where.startswith(
        ("stage", "stem", "head")
    ):
        return series
    stem, units, head = split_network(series)
    if where.startswith("stem"):
        return stem
    if where.startswith("head"):
        return head
    for unit in units:
        if any(
            op.place.startswith(f"{block_of(where)}.") for op in operations(unit.series)
        ) and block_of(where):
            return unit.series
    return ()
