"""The report of one exercise: as data, as text, and as HTML for a notebook."""

import textwrap
from dataclasses import asdict, dataclass, field

from resnet_lesson import settings
from resnet_lesson.grading.report.exceptions import consequence, translate
from resnet_lesson.grading.report.messages import explain
from resnet_lesson.graph.operations import operations
from resnet_lesson.html import shown

# The share of the points that the root cause costs; each other kind of mistake costs a tenth more.
LOCAL = 0.3
COSTS = {"initializer": 0.1, "training": 0.2, "values": 0.7, "unrecognised": 0.7, "config": 0.2}
SMALL = ("block", "layer")  # kinds of exercise that ask for one block
WITHOUT_SHORTCUT = ("missing", "operands", "merge")
MANY = 4  # blocks that are missing, or without their shortcut: not this network any more
COULD_NOT_RUN = ("exception", "syntax", "import", "timeout", "memory", "crashed")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, what, what was expected and found, and a message in words."""

    where: str
    what: str
    expected: str
    got: str
    message: str


@dataclass(frozen=True, repr=False)
class Report:
    """What came of checking one exercise.

    Attributes:
        id: the exercise.
        status: "passed", "failed", "not_attempted" or "error".
        points, max_points: numbers.
        findings: list of `Finding`, the root cause first.
        seconds: how long the check took.
        advice: a line to show beside the verdict.
        notes: lines that tell without costing points.
        verdict: `resnet_lesson.grading.judge.judge.Verdict`, for the drawings; None if nothing was
            run.
    """

    id: str
    status: str
    points: float
    max_points: float
    findings: list = field(default_factory=list)
    seconds: float = 0.0
    advice: str = ""
    notes: tuple = ()
    verdict: object = None

    @property
    def passed(self):
        """True if the attempt is right."""
        return self.status == "passed"

    def to_dict(self):
        """The report as plain data, in the form that ``grade --json`` writes for an exercise."""
        return {
            "id": self.id,
            "status": self.status,
            "points": self.points,
            "max_points": self.max_points,
            "seconds": self.seconds,
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
        }

    def headline(self):
        """Verdict and points in one line."""
        words = {
            "passed": "✓ {id}: passed",
            "failed": "✗ {id}: not right yet",
            "error": "✗ {id}: could not be run",
            "not_attempted": "○ {id}: not attempted yet",
        }
        said = words[self.status].format(id=self.id)
        return f"{said}, {self.points:g} of {self.max_points:g} points"

    def __repr__(self):
        lines = [shown(self.headline(), 300)]
        for finding in self.findings:
            lines.append(shown(f"  {finding.where} · {finding.what}", 300))
            lines += textwrap.wrap(
                shown(finding.message), 92, initial_indent="    ", subsequent_indent="    "
            )
        lines += [f"  {shown(line)}" for line in (self.advice, *self.notes) if line]
        if self.verdict is not None and not self.passed:
            from resnet_lesson.grading.report.report_text import table

            lines += [f"  {line}" for line in table(self.verdict)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include=None, exclude=None):
        from resnet_lesson.grading.report.report_html import report_html

        text = repr(self)
        if settings.run_by_nbgrader():
            # nbgrader reads the partial credit off the plain text of a graded cell's result.
            text = f"{self.points:g}"
        return {"text/plain": text, "text/html": report_html(self)}


def report(exercise, verdict, seconds=0.0, seed=0):
    """Turns a verdict into a report with points and messages.

    Args:
        exercise: `resnet_lesson.exercises.Exercise`.
        verdict: `resnet_lesson.grading.judge.judge.Verdict`.
        seconds: how long it took.
        seed: the one that it was observed with.

    Returns:
        A `Report`.
    """
    most = exercise.points
    known = {"seconds": seconds, "notes": verdict.notes, "verdict": verdict}
    if verdict.passed:
        return Report(exercise.id, "passed", most, most, **known)
    failure = verdict.failure
    if failure and failure.what == "not_attempted":
        advice = "Fill in the cell above, run it, and run this check again."
        return Report(exercise.id, "not_attempted", 0.0, most, advice=advice, **known)
    called = _called(exercise, verdict.run, seed)
    findings = [_finding(difference, called) for difference in verdict.differences]
    if failure:
        findings.append(_failure_finding(failure, bool(findings)))
    if verdict.differences:
        lost = _lost(exercise, verdict)
    else:  # a network for images of one shape alone is right for these
        lost = LOCAL if failure.what == "shape" else 1.0
    points = round(2 * most * (1 - lost)) / 2
    stopped = not verdict.differences and failure.what in COULD_NOT_RUN
    return Report(exercise.id, "error" if stopped else "failed", points, most, findings, **known)


def _lost(exercise, verdict):
    differences = verdict.differences
    root = differences[0]
    if root.what == "missing" and not _has_a_part(verdict):
        return 1.0
    cost = COSTS.get(root.what, LOCAL)
    unjoined = [d for d in differences if d.where.endswith("add") and d.what in WITHOUT_SHORTCUT]
    if unjoined:
        most = exercise.kind in SMALL or sum(1 + len(d.also) for d in unjoined) >= MANY
        cost = 0.8 if most else 0.4
    elif any(d.where.endswith("shortcut.conv") and d.what == "missing" for d in differences):
        cost = 0.6 if exercise.kind in SMALL else 0.4
    elif _missing_blocks(differences) > MANY:
        cost = 0.8
    others = {d.what for d in differences} - {root.what}
    return min(cost + 0.1 * len(others), 1.0)


def _has_a_part(verdict):
    """Whether anything of what was asked for is there."""
    asked = {op.place for op in operations(verdict.expected)}
    return any(op.place in asked for op in operations(verdict.run.series))


def _missing_blocks(differences):
    """How many blocks too few a network has."""
    counts = [d for d in differences if d.what == "block_count"]
    return sum(max(int(d.expected) - int(d.got), 0) for d in counts)


def _called(exercise, run, seed):
    """The call that showed the difference, such as "f=3, filters=[4, 5, 7]".

    Nothing for the first call of a network: its settings are those that the figure shows.
    """
    if not run or (exercise.kind not in SMALL and run.probe == 0):
        return ""
    arguments = exercise.probes_for(seed)[run.probe].arguments
    return ", ".join(f"{name}={value}" for name, value in arguments.items() if not callable(value))


def _finding(difference, called):
    return Finding(
        difference.where,
        difference.what,
        _plain(difference.expected),
        _plain(difference.got),
        explain(difference, called),
    )


def _plain(value):
    return "" if value is None else str(value)


def _failure_finding(failure, follows):
    if failure.error:
        got = f"{failure.error}: {failure.message.strip().splitlines()[0]}"
        message = consequence(failure) if follows else translate(failure)
        return Finding("submission", failure.what, "", got, message)
    message = failure.message[:1].upper() + failure.message[1:]
    return Finding(
        "submission", failure.what, "", failure.message, f"{message}.".replace("?.", "?")
    )
