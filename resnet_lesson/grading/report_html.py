"""A report as HTML: verdict, findings, and the learner's block drawn beside the expected one."""

import re
from html import escape

from resnet_lesson.figures import style
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.grading.messages import place_in_words
from resnet_lesson.graph import Branch, operations, split_network

COLOURS = {"passed": "#00684b", "failed": "#a63c00", "error": "#a63c00", "not_attempted": "#57606a"}
# JupyterLab's theme where there is one, plain colours elsewhere.
BOX = (
    "border-left:5px solid {colour};padding:.5em 1em;margin:.3em 0;"
    "background:var(--jp-layout-color1,#fff);color:var(--jp-ui-font-color0,#1b1f24);"
    "font-family:var(--jp-content-font-family,sans-serif);line-height:1.5;max-width:60em"
)


def report_html(report):
    """The report as one HTML element without outside assets.

    Arguments:
        report: `resnet_lesson.grading.report.Report`.

    Returns:
        HTML text; everything that comes from the learner is escaped.
    """
    parts = [f"<strong>{escape(report.headline())}</strong>"]
    parts += [f"<p>{escape(line)}</p>" for line in (report.advice, *report.notes) if line]
    if report.findings:
        items = "".join(_finding(finding) for finding in report.findings)
        parts.append(f'<ol style="margin:.4em 0;padding-left:1.4em">{items}</ol>')
    verdict = report.verdict
    for picture in drawings(report):
        parts.append(f'<div style="max-width:900px;margin:.4em 0">{picture}</div>')
    if verdict is not None and not report.passed:
        parts.append(_values(verdict.values))
    looks = BOX.format(colour=COLOURS[report.status])
    return f'<div style="{looks}">{"".join(parts)}</div>'


def _finding(finding):
    return finding_item(finding.where, finding.what, finding.message)


def finding_item(where, what, message):
    """A finding as an item of a list: its place, its kind, and the message."""
    place = "" if where == "submission" else f"<code>{escape(where)}</code> · "
    kind = escape(what.replace("_", " "))
    return f"<li>{place}<em>{kind}</em><br>{in_words(message)}</li>"


def in_words(message):
    """A message as HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(message))


def drawings(report, width=style.WIDTH):
    """Draws the attempt's block, or the part of its network, and the expected one.

    Arguments:
        report: `resnet_lesson.grading.report.Report`.
        width: the width of each picture.

    Returns:
        List of two SVG pictures; empty where there is nothing to compare.
    """
    verdict = report.verdict
    if verdict is None or report.passed or not (verdict.run and verdict.differences):
        return []
    marks = {d.where: d.what.replace("_", " ") for d in verdict.differences}
    also = {where: d.what.replace("_", " ") for d in verdict.differences for where in d.also}
    marks = {**also, **marks}
    root = verdict.differences[0].where
    yours, expected = part(verdict.run.series, root), part(verdict.expected, root)
    if not yours or not expected:
        return []
    missing = {
        where for d in verdict.differences if d.what == "missing" for where in (d.where, *d.also)
    }
    extra = {
        where for d in verdict.differences if d.what == "extra" for where in (d.where, *d.also)
    }
    name = f" ({place_in_words(block_of(root))})" if block_of(root) else ""
    of_yours = {w: m for w, m in marks.items() if w not in missing}
    of_expected = {w: _right(m) for w, m in marks.items() if w not in extra}
    return [
        _drawing(yours, f"Yours{name}", of_yours, width),
        _drawing(expected, f"Expected{name}", of_expected, width),
    ]


def _right(mark):
    return "✓ expected here" if mark == "missing" else f"✓ {mark}"


def _drawing(series, title, marks, width):
    here = {op.place for op in operations(series)}
    shown = {where: mark for where, mark in marks.items() if where in here}
    words = ", ".join(f"{place_in_words(where)}: {mark}" for where, mark in shown.items())
    said = f"{title}. Marked: {words or 'nothing'}."
    return diagram(series, title, said, shown, width=width)


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


def _values(places):
    if not places:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(place.where)}</code></td><td>{place.verdict}</td>"
        f"<td>{place.difference:.1e}</td></tr>"
        for place in places
    )
    head = "<tr><th>place</th><th>values</th><th>largest difference</th></tr>"
    return (
        "<details><summary>Values at each place (same weights put into both)</summary>"
        f"<table>{head}{rows}</table></details>"
    )
