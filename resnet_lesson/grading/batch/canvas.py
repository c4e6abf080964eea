"""Canvas: its exported gradebook, and the names of files that it takes as feedback."""

import re
from pathlib import PurePath

from resnet_lesson.grading.batch.gradebook_layout import Layout, chosen
from resnet_lesson.grading.submissions.exports import Origin

ASSIGNMENT = re.compile(r"(.+) \(\d+\)")


def layout(rows: list[list[str]], column: str) -> Layout | None:
    """Where things stand in a gradebook; None if it is not of Canvas.

    Above the learners there are one to three rows that are not of learners; the last of them has
    the most points that each assignment gives.
    """
    header = rows[0]
    if header[:2] != ["Student", "ID"]:
        return None
    assignments = {i: name for i, name in enumerate(header) if ASSIGNMENT.fullmatch(name)}
    points = chosen(assignments, column, lambda head: ASSIGNMENT.sub(r"\1", head))
    first = next((i + 1 for i, row in enumerate(rows) if row[0].strip() == "Points Possible"), 1)
    logins = [i for i, name in enumerate(header) if name in ("SIS User ID", "SIS Login ID")]
    most = rows[first - 1][points] if first > 1 else ""
    return Layout("canvas", first, points, id=1, names=(0,), logins=tuple(logins), most=most)


def feedback_name(origin: Origin) -> str:
    """The name under which Canvas takes a page; empty if the submission is not of its export.

    Canvas reads the numbers of the learner and of the file that was handed in off the name.
    """
    return f"{PurePath(origin.name).stem}.html" if origin.system == "canvas" else ""
