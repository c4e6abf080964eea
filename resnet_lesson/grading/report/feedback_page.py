"""What one learner gets back: a page with points, findings and drawings."""

from collections.abc import Iterable

from resnet_lesson.grading.report.html import drawings
from resnet_lesson.grading.report.messages import heading
from resnet_lesson.grading.report.page import render_page
from resnet_lesson.grading.report.report import Report

NARROW = 400  # so that two drawings stand side by side on a screen, and one fits a phone
VERDICTS = {  # by status, where there is nothing else to read
    "passed": "Right for all inputs, settings and weights that were tried.",
    "not_attempted": "There is no answer to this exercise in what was handed in.",
}


def feedback_page(result: dict, reports: Iterable[Report]) -> str:
    """A learner's feedback as a page of HTML that needs nothing beside it.

    Args:
        result: one submission's in the form of ``grade --json``.
        reports: of its exercises, for the drawings; those that are not there are left out.

    Returns:
        HTML. All that comes from the learner is escaped.
    """
    pictures = {report.id: drawings(report, NARROW) for report in reports}
    known = {"verdicts": VERDICTS, "heading": heading, "pictures": pictures}
    return render_page("feedback_page.html.j2", result=result, **known)
