"""What one learner gets back: a page with points, findings and drawings."""

from resnet_lesson.grading.report.page import page, tag, text
from resnet_lesson.grading.report.report_html import drawings, finding_item
from resnet_lesson.html import in_words

NARROW = 400  # so that two drawings stand side by side on a screen, and one fits a phone
_STYLE = """
.pair { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0 .3rem; }
.pair > div { flex: 0 1 400px; min-width: 0; }
.findings { padding-left: 1.4rem; } .findings li { margin: .7rem 0; }
.total { font-size: 1.2rem; font-weight: 600; }
"""


def feedback_page(result, reports):
    """A learner's feedback as a page of HTML that needs nothing beside it.

    Args:
        result: dictionary of one submission in the form of ``grade --json``.
        reports: `resnet_lesson.grading.report.report.Report` objects of its exercises, for the
            drawings; those that are not there are left out.

    Returns:
        HTML text. All that comes from the learner is escaped.
    """
    drawn = {report.id: report for report in reports}
    name = result["submission"]
    total = f"{result['points']:g} of {result['max_points']:g} points"
    exercises = result["exercises"]
    rows = "".join(
        f'<tr><td><a href="#e{number}">{text(exercise["id"])}</a></td>'
        f"<td>{tag(exercise['status'])}</td>"
        f"<td>{exercise['points']:g} of {exercise['max_points']:g}</td></tr>"
        for number, exercise in enumerate(exercises)
    )
    head = "<tr><th>exercise</th><th>verdict</th><th>points</th></tr>"
    table = f'<div class="wide"><table>{head}{rows}</table></div>' if rows else _nothing()
    sections = "".join(
        _section(number, exercise, drawn.get(exercise["id"]))
        for number, exercise in enumerate(exercises)
    )
    body = f'<h1>{text(name)}</h1><p class="total">{total}</p>{table}{sections}'
    return page(f"Feedback: {name}", body, _STYLE)


def _nothing():
    return "<p>None of the exercises was found in this submission.</p>"


def _section(number, exercise, report):
    points = f"{exercise['points']:g} of {exercise['max_points']:g} points"
    parts = [f"<h2>{text(exercise['id'])}</h2><p>{tag(exercise['status'])} {points}</p>"]
    if exercise["status"] == "passed":
        parts.append("<p>Right for all inputs, settings and weights that were tried.</p>")
    if exercise["status"] == "not_attempted":
        parts.append("<p>There is no answer to this exercise in what was handed in.</p>")
    findings = exercise["findings"]
    if len(findings) > 1:
        parts.append('<p class="muted">Begin with the first: others may follow from it.</p>')
    items = "".join(finding_item(f["where"], f["what"], f["message"]) for f in findings)
    parts.append(f'<ol class="findings">{items}</ol>' if items else "")
    pictures = drawings(report, NARROW) if report else []
    pair = "".join(f"<div>{picture}</div>" for picture in pictures)
    parts.append(f'<div class="pair">{pair}</div>' if pair else "")
    parts += [f'<p class="muted">{in_words(note)}</p>' for note in exercise.get("notes", ())]
    return f'<section id="e{number}">{"".join(parts)}</section>'
