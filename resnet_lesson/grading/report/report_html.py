"""A report as HTML: verdict, findings, and the learner's block drawn beside the expected one."""

from html import escape

from resnet_lesson.figures import style, svg
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.grading.report.messages import place_in_words
from resnet_lesson.grading.report.report_text import COLUMNS, block_of, part, rows
from resnet_lesson.graph.operations import operations
from resnet_lesson.html import fold, in_words, panel, scrolling, shown

WIDTH = 320  # of a drawing below a cell: two stand side by side, and one fits a narrow window
KINDS = {"not_attempted": "open"}  # the other verdicts are kinds of panels themselves
_PAIR = "display:flex;flex-wrap:wrap;gap:0.8em;margin:0.6em 0"
_PICTURE = "flex:0 1 auto;margin:0"
_CELL = "text-align:left;vertical-align:top;padding:0.2em 0.8em 0.2em 0"


def report_html(report):
    """The report as one HTML element without outside assets.

    Args:
        report: `resnet_lesson.grading.report.report.Report`.

    Returns:
        HTML text; everything that comes from the learner is escaped.
    """
    parts = [f"<p>{in_words(line)}</p>" for line in (report.advice, *report.notes) if line]
    if len(report.findings) > 1:
        parts.append("<p>Begin with the first: others may follow from it.</p>")
    items = "".join(finding_item(f.where, f.what, f.message) for f in report.findings)
    if items:
        parts.append(f'<ol style="margin:0.4em 0;padding-left:1.6em">{items}</ol>')
    pictures = [svg.themed(picture) for picture in drawings(report, WIDTH)]
    if pictures:
        pair = "".join(f'<figure style="{_PICTURE}">{picture}</figure>' for picture in pictures)
        parts.append(scrolling(f'<div style="{_PAIR}">{pair}</div>', "Drawings"))
    if report.verdict is not None and not report.passed:
        parts.append(_box_by_box(report.verdict))
    kind = KINDS.get(report.status, report.status)
    return panel(report.headline(), "".join(parts), kind)


def finding_item(where, what, message):
    """A finding as an item of a list: its place, its kind, and the message."""
    place = "" if where == "submission" else f"<code>{escape(shown(where, 200))}</code> · "
    kind = escape(shown(what, 100).replace("_", " "))
    return f"<li>{place}<em>{kind}</em><br>{in_words(message)}</li>"


def drawings(report, width=style.WIDTH):
    """Draws the attempt's block, or the part of its network, and the expected one.

    Args:
        report: `resnet_lesson.grading.report.report.Report`.
        width: the width of each picture.

    Returns:
        List of two SVG pictures; empty where there is nothing to compare.
    """
    verdict = report.verdict
    if verdict is None or report.passed or not (verdict.run and verdict.differences):
        return []
    root = verdict.differences[0].where
    yours, expected = part(verdict.run.series, root), part(verdict.expected, root)
    if not yours or not expected:
        return []
    marks = {where: d.what.replace("_", " ") for d in verdict.differences for where in d.also}
    marks |= {d.where: d.what.replace("_", " ") for d in verdict.differences}
    missing, extra = (_places(verdict, what) for what in ("missing", "extra"))
    of_yours = {w: m for w, m in marks.items() if w not in missing}
    of_expected = {w: _right(m) for w, m in marks.items() if w not in extra}
    name = f" ({place_in_words(block_of(root))})" if block_of(root) else ""
    return [
        _drawing(yours, f"Yours{name}", of_yours, width),
        _drawing(expected, f"Expected{name}", of_expected, width),
    ]


def _places(verdict, what):
    """The places of all differences of a kind."""
    return {w for d in verdict.differences if d.what == what for w in (d.where, *d.also)}


def _right(mark):
    return "✓ expected here" if mark == "missing" else f"✓ {mark}"


def _drawing(series, title, marks, width):
    here = {op.place for op in operations(series)}
    drawn = {where: mark for where, mark in marks.items() if where in here}
    words = ", ".join(f"{place_in_words(where)}: {mark}" for where, mark in drawn.items())
    said = f"{title}. Marked: {words or 'nothing'}."
    return diagram(series, title, said, drawn, width=width)


def _box_by_box(verdict):
    """What the drawings show, as a table, with how far the values are apart."""
    found = rows(verdict)
    if not found:
        return ""
    columns = COLUMNS if verdict.values else COLUMNS[:3]
    head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in columns)
    body = "".join(_row(wrong, cells[: len(columns)]) for wrong, *cells in found)
    about = "Expected and yours, box by box"
    said = "✗ marks what differs."
    if verdict.values:
        said += " Values: the largest difference, with the same weights put into both."
    caption = f'<caption style="text-align:left">{about}</caption>'
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    # Beside the table: a line within it is as wide as the table, and cut off in a narrow window.
    return fold("Box by box, in words", f"<p>{said}</p>{scrolling(table, about)}")


def _row(wrong, cells):
    place, *others = (escape(cell) for cell in cells)
    sign = "✗&nbsp;" if wrong else ""
    head = f'<th scope="row" style="{_CELL}">{sign}<code>{place}</code></th>'
    rest = "".join(f'<td style="{_CELL}">{cell}</td>' for cell in others)
    return f"<tr>{head}{rest}</tr>"
