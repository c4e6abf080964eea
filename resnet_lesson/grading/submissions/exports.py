"""What a name in a course system's export of all submissions says of who handed it in."""

import re
from dataclasses import dataclass

# A folder or file of Moodle's, and a file of Canvas's with the numbers of learner and attachment.
MOODLE = re.compile(r"(?P<learner>.+)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
CANVAS = re.compile(
    r"(?i:(?P<early_mark>late_)?)(?P<learner>[^_]+?)(?i:(?P<late_mark>_late)?)"
    r"_(?P<id>\d{2,}|(?i:(?<=anon_)|(?<=anon_late_))[A-Za-z0-9]+)_\d{2,}_(?P<file>.+)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Origin:
    """Where a submission comes from.

    Attributes:
        system: "canvas", "moodle" or "" for none that is known.
        learner: the learner's name.
        id: the learner's number in the course system; letters and digits of an anonymous one.
        late: whether the system marks the submission as late.
        name: of the folder (Moodle) or file (Canvas) in the export, by which the system knows it.
    """

    system: str = ""
    learner: str = ""
    id: str = ""
    late: bool = False
    name: str = ""


def origin(submission) -> Origin:
    """Where a `Submission` comes from, as far as the name in the export tells."""
    name = submission.exported_as
    for system, pattern in (("moodle", MOODLE), ("canvas", CANVAS)):
        if match := pattern.fullmatch(name):
            groups = match.groupdict()
            late = bool(groups.get("early_mark") or groups.get("late_mark"))
            return Origin(system, match["learner"], match["id"], late, name)
    return Origin(learner=submission.name.rpartition("/")[2])
