"""Moodle: its grading worksheet, and the names of files that it takes as feedback."""

import re

from resnet_lesson.grading.batch.gradebook_layout import Layout
from resnet_lesson.grading.submissions.exports import Origin

PARTICIPANT = re.compile(r"[^\W\d]\D*\d+")  # "Participant 12", in any language
NUMBER = re.compile(r"\d+([.,]\d+)?")


def layout(rows: list[list[str]], column: str) -> Layout | None:
    """Where things stand in a grading worksheet; None if it is not of Moodle.

    "Last modified (grade)" stays: by it Moodle knows whether somebody has graded since.
    """
    header = rows[0]
    if header[0] != "Identifier" or "Grade" not in header:
        return _in_another_language(rows[1:])
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


def _in_another_language(learners):
    """The worksheet in the language of whoever exported it: its columns are told by what they hold.

    Comments, whose column nothing marks, stay empty.
    """
    if not learners or not all(PARTICIPANT.fullmatch(row[0]) for row in learners):
        return None
    columns = list(zip(*learners, strict=False))
    most = [
        i
        for i in range(3, len(columns))
        if len(set(columns[i])) == 1
        and NUMBER.fullmatch(columns[i][0])
        and all(cell in ("", "-") or NUMBER.fullmatch(cell) for cell in columns[i - 1])
    ]
    if len(most) != 1:
        return None
    addresses = tuple(i for i, cells in enumerate(columns) if any("@" in cell for cell in cells))
    points, most_points = most[0] - 1, columns[most[0]][0]
    return Layout("moodle", 1, points, id=0, names=(1,), logins=addresses, most=most_points)


def feedback_name(origin: Origin) -> str:
    """The name under which Moodle takes a page; empty if the submission is not of its export."""
    if origin.system != "moodle":
        return ""
    learner = origin.learner.replace("_", " ")  # Moodle looks for the number behind the first one
    return f"{learner}_{origin.id}_assignsubmission_file/feedback.html"
