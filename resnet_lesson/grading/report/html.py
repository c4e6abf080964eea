"""A report as HTML: verdict, findings, and the learner's block drawn beside the expected one."""

from collections import defaultdict

from markupsafe import Markup

from resnet_lesson.figures import style, svg
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.grading.report.messages import heading, place_in_words
from resnet_lesson.grading.report.report import Report
from resnet_lesson.grading.report.text import COLUMNS, attempt_part, block_of, part, rows
from resnet_lesson.graph.operations import operations
from resnet_lesson.html import render

ABSENT = ("missing", "unused")  # from the attempt's graph
# Of a drawing below a cell, as narrow as the lesson's own layout allows: two stand side by side,
# beside JupyterLab's list of files too.
WIDTH, GAP, LEAST = 540, 12, 0.71
# Of the same drawing in a narrow window, layer below layer; text of 9 pixels needs this share.
NARROW, LEAST_OF_NARROW = 300, 0.76


def report_html(report: Report) -> Markup:
    """A `Report` as one HTML element without outside assets.

    Everything in it that comes from the learner is escaped.
    """
    verdict = None if report.passed else report.verdict
    return render(
        "report.html.j2",
        report=report,
        heading=heading,
        pictures=list(
            zip(
                _themed(report, WIDTH, LEAST),
                _themed(report, NARROW, LEAST_OF_NARROW),
                strict=True,
            )
        ),
        rows=rows(verdict) if verdict else (),
        columns=COLUMNS if verdict and verdict.values else COLUMNS[:3],
    )


def _themed(report, width, least):
    return [Markup(svg.themed(picture, least)) for picture in drawings(report, width)]


def drawings(report: Report, width: int = style.WIDTH) -> list[Markup]:
    """Draws the attempt's block, or the part of its network, and the expected one.

    Returns:
        Two SVG pictures of that width; none where there is nothing to compare.
    """
    verdict = report.verdict
    if verdict is None or report.passed or not (verdict.run and verdict.differences):
        return []
    root = verdict.differences[0].where
    yours, expected = attempt_part(verdict), part(verdict.expected, root)
    if not yours or not expected:
        return []
    name = f" ({place_in_words(block_of(root))})" if block_of(root) else ""
    return [
        _drawing(yours, f"Yours{name}", _marks(verdict, ABSENT), width),
        _drawing(expected, f"Expected{name}", _marks(verdict, ("extra",), right=True), width),
    ]


def _marks(verdict, absent, right=False):
    """What is the matter at each place of a drawing, but for what is absent from it."""
    kinds = defaultdict(list)
    for difference in verdict.differences:
        for where in difference.places:
            if difference.what not in absent and difference.what not in kinds[where]:
                kinds[where].append(difference.what)
    words = dict.fromkeys(ABSENT, "needed") if right else {}
    sign = "✓ " if right else ""
    return {
        where: sign + ", ".join(words.get(what, what.replace("_", " ")) for what in whats)
        for where, whats in kinds.items()
        if whats
    }


def _drawing(series, title, marks, width):
    places = {op.place for op in operations(series)}
    drawn = {where: mark for where, mark in marks.items() if where in places}
    words = ", ".join(f"{place_in_words(where)}: {mark}" for where, mark in drawn.items())
    description = f"{title}. Marked: {words or 'nothing'}."
    return Markup(diagram(series, title, description, drawn, width=width, gap=GAP))
