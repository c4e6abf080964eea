"""Moodle: its grading worksheet, and the names of files that it takes as feedback."""

from resnet_lesson.grading.batch.gradebook_layout import Layout
from resnet_lesson.grading.submissions.exports import Origin


def layout(rows: list[list[str]], column: str) -> Layout | None:
    """Where things stand in a grading worksheet; None if it is not of Moodle.

    "Last modified (grade)" stays: by it Moodle knows whether somebody has graded since.
    """
    header = rows[0]
    if header[0] != "Identifier" or "Grade" not in header:
        return None
    places = {name.lower(): i for i, name in enumerate(header)}
    most = places.get("maximum grade")
    return Layout(
        "moodle",
        1,
        header.index("Grade"),
        id=0,
        names=tuple(places[name] for name in ("full name",) if name in places),
        logins=tuple(places[name] for name in ("id number", "email address") if name in places),
        comment=places.get("feedback comments"),
        most=rows[1][most] if most is not None and len(rows) > 1 else "",
        open=places.get("grade can be changed"),
    )


def feedback_name(origin: Origin) -> str:
    """The name under which Moodle takes a page; empty if the submission is not of its export."""
    if origin.system != "moodle":
        return ""
    learner = origin.learner.replace("_", " ")  # Moodle looks for the number behind the first one
    return f"{learner}_{origin.id}_assignsubmission_file/feedback.html"
