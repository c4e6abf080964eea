"""A report as plain text: the expected graph and the attempt's, place by place."""

from resnet_lesson.figures import labels
from resnet_lesson.grading.report_html import block_of, part
from resnet_lesson.graph import operations


def table(verdict):
    """Expected and found operations of the part that holds the root cause, one line a place.

    Arguments:
        verdict: `resnet_lesson.grading.judge.Verdict` of an attempt that is not right.

    Returns:
        List of lines; ``✗`` marks the places that differ. Empty if nothing was traced.
    """
    if not (verdict.run and verdict.differences):
        return []
    root = verdict.differences[0].where
    expected, found = part(verdict.expected, root), part(verdict.run.series, root)
    if not expected or not found:
        return []
    wrong = {where for d in verdict.differences for where in (d.where, *d.also)}
    values = {place.where: place for place in verdict.values}
    yours = {op.place: op for op in operations(found)}
    wanted = {op.place: op for op in operations(expected)}
    rows = [("", "place", "expected", "yours", "values" if values else "")]
    for place in [*wanted, *(place for place in yours if place and place not in wanted)]:
        want, have = _words(wanted.get(place)), _words(yours.get(place))
        mark = "✗" if place in wrong else " "
        short = place.removeprefix(f"{block_of(root)}.")
        same = "the same" if want == have else have
        rows.append((mark, short, want, same, _value(values.get(place))))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [_line(row, widths) for row in rows]


def _words(op):
    return ", ".join(labels.lines(op)) if op else "—"


def _value(place):
    return f"{place.verdict} ({place.difference:.0e})" if place else ""


def _line(row, widths):
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]]).rstrip()
