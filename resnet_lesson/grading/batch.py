"""Grades submissions: each is observed in a child process of its own and judged outside it."""

import time
from dataclasses import replace

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading import sandbox, submissions, wire
from resnet_lesson.grading.judge import Verdict, judge
from resnet_lesson.grading.observe import Failure, Observation, failure_of, observe
from resnet_lesson.grading.report import report

TIMEOUT = 120.0  # seconds for an exercise
MEMORY = 6144  # MiB of address space; TensorFlow with a ResNet-50 takes 2.6 GiB


class Grader:
    """Grades submissions, one after another.

    Arguments:
        exercise_ids: the exercises to grade; None for those that any of the submissions defines.
        timeout: most seconds for one exercise of one submission.
        memory: most memory for it, in MiB.
    """

    def __init__(self, exercise_ids=None, timeout=TIMEOUT, memory=MEMORY):
        self.exercise_ids = exercise_ids
        self.timeout = timeout
        self.memory = memory
        self._references = {}

    def grade(self, found):
        """Grades submissions.

        Arguments:
            found: list of `resnet_lesson.grading.submissions.Submission`.

        Yields:
            For each submission a dictionary in the form of ``grade --json``.
        """
        read = [(submission, *_read(submission)) for submission in found]
        defined = set().union(*(submissions.defined_names(s) for _, s, _ in read))
        chosen = self.exercise_ids or [e for e in all_exercises() if e in defined]
        for submission, statements, failure in read:
            reports = [self._grade(statements, failure, name) for name in chosen]
            yield {
                "submission": submission.name,
                "points": sum(r.points for r in reports),
                "max_points": sum(r.max_points for r in reports),
                "exercises": [r.to_dict() for r in reports],
            }

    def _grade(self, statements, failure, name):
        exercise = all_exercises()[name]
        started = time.perf_counter()
        if name in submissions.defined_names(statements):
            verdict = self._judge(statements, exercise)
        else:
            verdict = Verdict(False, failure=failure or Failure("not_attempted"))
        return report(exercise, verdict, round(time.perf_counter() - started, 2))

    def _judge(self, statements, exercise):
        outcome = sandbox.run(
            lambda: wire.to_bytes(_observe(statements, exercise)), self.timeout, self.memory
        )
        if outcome.what != "answered":
            return Verdict(False, failure=self._ended(outcome))
        try:
            observed = wire.from_bytes(outcome.answer)
        except wire.WireError:
            # Only code that writes to our pipe by itself sends anything else.
            return Verdict(False, failure=Failure("tampering", message="sent a forged result"))
        try:
            return judge(observed, self._reference(exercise))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            said = f"could not be judged ({type(error).__name__}): please look at it yourself"
            return Verdict(False, failure=Failure("unrecognised", message=said))

    def _ended(self, outcome):
        said = {
            "timeout": f"was not done after {self.timeout:g} seconds: is there an endless loop?",
            "memory": f"needed more than {self.memory} MiB of memory",
            "crashed": "ended the process that ran it",
        }
        return Failure(outcome.what, message=said[outcome.what])

    def _reference(self, exercise):
        if exercise.id not in self._references:
            outcome = sandbox.run(
                lambda: wire.to_bytes(observe(exercise.load_reference(), exercise)), 600, 1 << 20
            )
            if outcome.what != "answered":
                raise RuntimeError(f"the reference of {exercise.id} could not be run: {outcome}")
            self._references[exercise.id] = wire.from_bytes(outcome.answer)
        return self._references[exercise.id]


def _read(submission):
    """Statements, and what to say of an exercise that they do not define."""
    try:
        statements, errors = submissions.read_statements(submission)
    except submissions.SubmissionError as error:
        return [], Failure(error.what, message=str(error))
    return statements, Failure("syntax", message="; ".join(errors)) if errors else None


def _observe(statements, exercise):
    """Loads what an exercise needs and observes it; runs in the child."""
    try:
        wanted = submissions.needed(statements, {exercise.id})
        namespace, notes = submissions.load(wanted)
    except Exception as error:
        return Observation(failure=failure_of(error, _nothing))
    observed = observe(namespace.get(exercise.id), exercise)
    return replace(observed, notes=(*notes, *observed.notes))


def _nothing():
    """Stands for a function that could not be defined."""
