"""The report of one exercise: verdict, points and findings in words, as data."""

from dataclasses import asdict, dataclass, field, replace

from resnet_lesson.exercises import Exercise
from resnet_lesson.grading.judge.alignment import Difference
from resnet_lesson.grading.judge.catalogue import entry
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.judge.observation import Failure, Run
from resnet_lesson.grading.judge.variant import OTHER_VARIANT
from resnet_lesson.grading.report.exceptions import consequence, translate
from resnet_lesson.grading.report.messages import explain, sentence_case
from resnet_lesson.graph.operations import operations

ENOUGH = 16  # operations that a network has built before it raises: a stem and a block
EACH_FURTHER_KIND = 0.1  # of the points, beside what the root cause costs
SMALL = ("block", "layer", "values")  # kinds of exercise that ask for no whole network
WITHOUT_SHORTCUT = ("missing", "operands", "merge")
MANY = 4  # blocks that are missing, or without their shortcut: not this network any more
PLAIN_FORM = "This is the plain form of the block, from before BatchNorm."
HEADLINES = {
    "passed": "✓ {id}: passed",
    "failed": "✗ {id}: not right yet",
    "error": "✗ {id}: could not be run",
    "not_attempted": "○ {id}: not attempted yet",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, what, what was expected and found, and a message in words."""

    where: str
    what: str
    expected: str
    got: str
    message: str


@dataclass(frozen=True)
class Report:
    """What came of checking one exercise.

    Attributes:
        id: the exercise.
        status: "passed", "failed", "not_attempted" or "error".
        points, max_points: numbers.
        findings: the root cause first.
        seconds: how long the check took.
        advice: a line to show beside the verdict.
        notes: lines that tell without costing points.
        for_instructor: lines that the learner is not shown.
        verdict: for the drawings; None if nothing was run.
    """

    id: str
    status: str
    points: float
    max_points: float
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    advice: str = ""
    notes: tuple[str, ...] = ()
    for_instructor: tuple[str, ...] = ()
    verdict: Verdict | None = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        """True if the attempt is right."""
        return self.status == "passed"

    def to_dict(self) -> dict:
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

    def headline(self) -> str:
        """Verdict and points in one line."""
        verdict = HEADLINES[self.status].format(id=self.id)
        points = f", {self.points:g} of {self.max_points:g} points"
        return verdict + (points if self.max_points else "")


def report(exercise: Exercise, verdict: Verdict, seconds: float = 0.0, seed: int = 0) -> Report:
    """Turns a verdict into a report with points and messages.

    Args:
        exercise: what was asked for.
        verdict: what the judge decided.
        seconds: how long it took.
        seed: the one that it was observed with.
    """
    most, failure = exercise.points, verdict.failure
    result = Report(
        exercise.id, "passed", most, most, seconds=seconds, notes=verdict.notes, verdict=verdict
    )
    if verdict.passed:
        return result
    if failure and failure.what == "not_attempted":
        advice = "Fill in the cell above, run it, and run this check again."
        return replace(result, status="not_attempted", points=0.0, advice=advice)
    findings = [
        _finding(difference, _call(exercise, verdict.run, seed, difference.probe))
        for difference in verdict.differences
    ]
    if _is_plain_form(verdict):
        findings[0] = replace(findings[0], message=f"{PLAIN_FORM} {findings[0].message}")
    status, lost = "failed", 0.0
    if failure and failure.what == OTHER_VARIANT:
        lost = entry(failure.what).cost
    elif verdict.differences:
        lost = 1 - (1 - _lost(exercise, verdict)) * (_built(verdict) if failure else 1)
    elif failure:  # a network for images of one shape alone is right for these: not all is lost
        lost = entry(failure.what).cost if verdict.partly else 1.0
        status = "error" if entry(failure.what).could_not_run else status
    if failure and failure.what == OTHER_VARIANT:
        findings.insert(0, _failure_finding(failure, False))
    elif failure:
        findings.append(_failure_finding(failure, bool(findings)))
    points = round(2 * most * (1 - lost)) / 2
    return replace(result, status=status, points=points, findings=findings)


def _built(verdict):
    """Whether an attempt that raised has built enough to earn what it may: a share up to 1."""
    places = {op.place for op in operations(verdict.expected)}
    built = {op.place for op in operations(verdict.run.series) if op.node >= 0}
    return min(len(places & built) / min(len(places) / 2, ENOUGH), 1)


def _is_plain_form(verdict):
    """Whether nothing but every BatchNorm is missing."""
    norms = {op.place for op in operations(verdict.expected) if op.kind == "bn"}
    missing = [set(d.places) for d in verdict.differences if d.what == "missing"]
    return len(norms) > 1 and len(verdict.differences) == 1 and missing == [norms]


def _lost(exercise, verdict):
    """The share of the points that the differences cost."""
    differences = verdict.differences
    root = differences[0]
    if _kind(root) == "missing" and not _has_a_part(verdict):
        return 1.0
    others = {_kind(d) for d in differences} - {_kind(root)}
    return min(_cost(exercise, differences) + EACH_FURTHER_KIND * len(others), 1.0)


def _cost(exercise, differences):
    """What the root cause costs, or a shortcut that is missing beside it."""
    unjoined = [d for d in differences if d.place.kind == "add" and d.what in WITHOUT_SHORTCUT]
    unprojected = [d for d in differences if _lacks_projection(d)]
    decisive = (*unjoined, *unprojected, differences[0])[0]
    known = entry(decisive.what, decisive.where, decisive.got)
    if exercise.kind in SMALL:
        return known.cost
    if sum(len(d.places) for d in unjoined) >= MANY:
        return known.cost_of_many
    if not (unjoined or unprojected) and _missing_blocks(differences) > MANY:
        return entry("block_count").cost_of_many
    return known.cost_in_network


def _lacks_projection(difference):
    place = difference.place
    return (place.path, place.kind) == ("shortcut", "conv") and _kind(difference) == "missing"


def _kind(difference):
    return entry(difference.what).counts_as or difference.what


def _has_a_part(verdict):
    """Whether anything of what was asked for is there."""
    expected = {op.place for op in operations(verdict.expected)}
    return any(op.place in expected for op in operations(verdict.run.series))


def _missing_blocks(differences):
    """How many blocks too few a network has."""
    counts = [d for d in differences if d.what == "block_count"]
    return sum(max(int(d.expected) - int(d.got), 0) for d in counts)


def _call(exercise: Exercise, run: Run | None, seed: int, probe: int | None) -> dict:
    """The call that showed the difference: such as "f=3, filters=[4, 5, 7]", and what it left out.

    Nothing for the first call of a network: its settings are those that the figure shows.
    """
    probe = run.probe if run and probe is None else probe
    if not run or probe is None or (exercise.kind not in SMALL and probe == 0):
        return {}
    given = exercise.probes_for(seed)[probe].arguments
    called = ", ".join(f"{name}={value}" for name, value in given.items() if not callable(value))
    return {"called": called, "left_out": tuple(n for n in exercise.parameters if n not in given)}


def _finding(difference: Difference, call: dict) -> Finding:
    expected, got = _plain(difference.expected), _plain(difference.got)
    message = explain(difference, **call)
    return Finding(difference.where, difference.what, expected, got, message)


def _plain(value):
    return "" if value is None else str(value)


def _failure_finding(failure: Failure, follows: bool) -> Finding:
    if failure.error:
        got = f"{failure.error}: {failure.message.strip().splitlines()[0]}"
        message = consequence(failure) if follows else translate(failure)
        return Finding("submission", failure.what, "", got, message)
    message = f"{sentence_case(failure.message)}.".replace("?.", "?")
    return Finding(
        "submission", failure.what, "", failure.message, f"{message} {failure.hint}".strip()
    )
