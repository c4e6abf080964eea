"""Grades submissions: each is observed in a child process of its own and judged outside it."""

import hashlib
import json
import queue
import re
import secrets
import threading
import time
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

from resnet_lesson.errors import GradingError
from resnet_lesson.exercises import Exercise
from resnet_lesson.exercises.variants import PUBLISHED, exercises_of
from resnet_lesson.grading.judge.by_kind import judged
from resnet_lesson.grading.judge.hidden_images import hidden_images
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.judge.suspicion import hands_in_reference, remarks
from resnet_lesson.grading.judge.validation import contradiction, is_unfounded
from resnet_lesson.grading.judge.variant import with_variant
from resnet_lesson.grading.observe.calling import free_by_source
from resnet_lesson.grading.report.report import Report, report
from resnet_lesson.grading.sandbox.observation_bytes import (
    ObservationError,
    from_bytes,
    joined,
)
from resnet_lesson.grading.sandbox.protocol import (
    ANSWERED,
    CRASHED,
    FORGED,
    UNPROTECTED,
    Job,
    Outcome,
)
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.collect import Submission
from resnet_lesson.grading.submissions.reader import Reader
from resnet_lesson.grading.submissions.reading import Reading, in_one_line

TIMEOUT = 120.0  # seconds for an exercise
MEMORY = 6144  # MiB of address space; TensorFlow with a ResNet-50 takes 2.6 GiB
REFERENCE_LIMITS = (600.0, 1 << 14)  # seconds, MiB
LOOK = "please look at it yourself"
LOST_NAME = re.compile(r"name '(\w+)' is not defined|`(\w+)` was to come from")


@dataclass(frozen=True)
class Graded:
    """What came of one submission.

    Attributes:
        result: in the form of ``grade --json``.
        reports: one an exercise, with their graphs.
    """

    result: dict[str, Any]
    reports: tuple[Report, ...]


class Grader:
    """Grades submissions: each is observed in the sandbox, and judged and reported here.

    Args:
        observer: has ``observe(job, timeout, memory)``, as
            `resnet_lesson.grading.sandbox.sandbox.Sandbox`; several threads call it at once.
        exercise_ids: the exercises to grade.
        seed: what the probes are chosen by; integer from 0 on.
        timeout: most seconds for one exercise of one submission.
        memory: most memory for it, in MiB.
        read: reads a submission; None to do it in processes of their own.
        variant: the variant of the exercises that is asked for.
    """

    def __init__(
        self,
        observer: Any,
        exercise_ids: Sequence[str],
        seed: int = 0,
        timeout: float = TIMEOUT,
        memory: int = MEMORY,
        read: Callable[[Submission], Reading] | None = None,
        variant: int = PUBLISHED,
    ):
        self.observer = observer
        self.exercise_ids = list(exercise_ids)
        self.seed = seed
        self.timeout = timeout
        self.memory = memory
        self.read = read
        self.variant = variant
        self.held_back = secrets.randbits(48)  # what no child can know before it has sent its graph
        self._references: dict[tuple[str, int], Observation] = {}
        self._locks = {name: threading.Lock() for name in exercise_ids}

    def grade(
        self, found: Sequence[Submission], jobs: int = 1, known: Container[str] = ()
    ) -> Iterator[tuple[int, str, Graded | None]]:
        """Grades submissions, several at a time.

        Args:
            found: the submissions.
            jobs: how many at a time.
            known: keys, see `key`, whose submissions are not graded again.

        Yields:
            ``(number, key, graded)`` as they are done; None if the key was known.

        Raises:
            GradingError: it cannot go on.
        """
        if self.read:
            yield from self._grade_all(found, jobs, known, self.read)
            return
        with Reader() as reader:
            yield from self._grade_all(found, jobs, known, reader.read)

    def _grade_all(self, found, jobs, known, read):
        left, lock = enumerate(found), threading.Lock()
        done: queue.Queue = queue.Queue(2 * jobs)
        ended = threading.Event()

        def work():
            while not ended.is_set():
                with lock:
                    number, submission = next(left, (None, None))
                if submission is None:
                    return
                try:
                    reading = read(submission)
                    key = self.key(reading)
                    done.put((number, key, None if key in known else self.grade_one(reading)))
                except BaseException as error:
                    done.put(error)
                    return

        # Daemons: a program that was interrupted does not wait for them.
        for _ in range(jobs):
            threading.Thread(target=work, daemon=True).start()
        try:
            for _ in range(len(found)):
                outcome = done.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        finally:
            ended.set()

    def key(self, reading: Reading) -> str:
        """What decides a result: name, contents, exercises, seed, limits, variant, version."""
        version = metadata.version("resnet-lesson")
        limits = [self.timeout, self.memory]
        asked = [self.exercise_ids, self.variant, self.seed]
        parts = [reading.name, reading.digest, *asked, version, limits]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def grade_one(self, reading: Reading) -> Graded:
        """Grades one submission. Nothing that is wrong with it is raised.

        Raises:
            GradingError: it cannot go on, whatever the submission.
        """
        reports, exercises = [], []
        for name in self.exercise_ids:
            graded, data = self._without_fail(reading, exercises_of(self.variant)[name])
            reports.append(graded)
            exercises.append(data)
        result = {
            "submission": reading.name,
            "points": sum(r.points for r in reports),
            "max_points": sum(r.max_points for r in reports),
            "problem": "; ".join(reading.problems[:5]),
            "exercises": exercises,
        }
        return Graded(result, tuple(reports))

    def _without_fail(self, reading, exercise: Exercise) -> tuple[Report, dict[str, Any]]:
        """The report of one exercise and its data: that of the failure where there is any."""
        try:
            graded = self._grade(reading, exercise)
            return graded, _data(graded)
        except GradingError:
            raise
        except Exception as error:  # nobody has foreseen it, and it must not end a class
            message = f"could not be graded ({type(error).__name__}): {LOOK}"
            verdict = Verdict(False, failure=Failure("unrecognised", message=message))
            graded = report(exercise, verdict, 0.0, self.seed)
            graded = replace(graded, for_instructor=(in_one_line(error),))
            return graded, _data(graded)

    def _grade(self, reading, exercise) -> Report:
        try:
            found, loss = attempt(reading.sources, exercise.id), reading.loss(exercise.id)
        except RecursionError:
            found, loss = None, "its code is nested too deeply"
        if found is None:
            failure = Failure("syntax", message=loss) if loss else Failure("not_attempted")
            verdict = Verdict(False, failure=failure, notes=reading.hints(exercise.id))
            return report(exercise, verdict, 0.0, self.seed)
        self.reference(exercise.id)  # made before the clock starts
        started = time.perf_counter()
        verdict = self._judge(found, exercise, reading.weights)
        lost_name = verdict.failure and LOST_NAME.search(verdict.failure.message)
        losses = reading.explanations(lost_name[1] or lost_name[2]) if lost_name else ()
        verdict = replace(verdict, notes=(*found.notes, *losses, *verdict.notes))
        seconds = round(time.perf_counter() - started, 2)
        graded = report(exercise, verdict, seconds, self.seed)
        if verdict.passed:
            return graded
        other = [_other_variant(number) for number in reading.variants() - {self.variant}]
        return replace(graded, for_instructor=(*other, *remarks(found.pieces)))

    def _judge(self, found, exercise, weights: bytes) -> Verdict:
        reference = self.reference(exercise.id)
        images, held_back = self._images(exercise), self.held_back
        job = Job(exercise.id, self.seed, found.pieces, False, images, weights, held_back)
        outcome = self._observe(job, self.timeout, self.memory)
        if outcome.what != ANSWERED:
            what = CRASHED if outcome.what == UNPROTECTED else outcome.what
            return Verdict(False, failure=Failure(what, message=outcome.message))
        try:
            observed = _observation(outcome)
            free = free_by_source(found.pieces, exercise)
            forged = contradiction(observed, reference, exercise.kind, free)
        except ObservationError:
            forged = "sent a forged result"
        if forged:  # only code that writes to our pipe by itself sends it
            return Verdict(False, failure=Failure(FORGED, message=forged))
        verdict = judged(exercise, observed, reference, self.seed)
        if verdict.passed:
            return verdict
        earns = report(exercise, verdict).points > 0 and not _shown_by_itself(verdict, exercise)
        if earns and is_unfounded(observed, reference, self.held_back):
            message = f"its values are not those of its graph: {LOOK}"
            return Verdict(False, failure=Failure("unrecognised", message=message))
        failure = hands_in_reference(verdict.failure, outcome.suspicions)
        if failure:
            return Verdict(False, failure=failure)

        def passes_as(variant):
            return judged(
                exercise, observed, self.reference(exercise.id, variant), self.seed
            ).passed

        return with_variant(verdict, exercise, passes_as)

    def _images(self, exercise) -> bytes:
        """The hidden images that a trained network is tried with, drawn once."""
        return hidden_images(self.seed)[0].tobytes() if exercise.goals else b""

    def _observe(self, job, timeout, memory) -> Outcome:
        """Tries again where a neighbour may have used up what the confinement needs."""
        for pause in (0.5, 2, None):
            try:
                outcome = self.observer.observe(job, timeout, memory)
            except OSError as error:
                raise GradingError(f"nothing can be run any more: {error}") from error
            if outcome.what != UNPROTECTED or pause is None:
                break
            time.sleep(pause)
        return outcome

    def reference(self, name: str, variant: int | None = None) -> Observation:
        """The reference's observation of an exercise, made once.

        Args:
            name: the exercise's id.
            variant: of the exercise; None for the one that is asked for.

        Raises:
            GradingError: it cannot be made.
        """
        with self._locks[name]:
            key = (name, self.variant if variant is None else variant)
            if key not in self._references:
                images, held_back = self._images(exercises_of(key[1])[name]), self.held_back
                job = Job(name, self.seed, (), True, images, held_back=held_back, variant=key[1])
                outcome = self._observe(job, *REFERENCE_LIMITS)
                if outcome.what != ANSWERED:
                    message = f"the reference of {name} could not be run: {outcome.message}"
                    raise GradingError(message)
                self._references[key] = _observation(outcome)
            return self._references[key]


def _other_variant(number):
    return f"its notebook is of variant {number}: --variant {number} grades it by that one"


def _shown_by_itself(verdict, exercise):
    """Whether what an attempt earns needs no graph: to claim it is no less work than to do it."""
    failure = verdict.failure.what if verdict.failure else ""
    ready_made = exercise.kind == "network" and failure == "ready_made"
    return exercise.kind in ("values", "trained") or ready_made


def _observation(outcome):
    """What an outcome's bytes say, or ObservationError."""
    return joined(from_bytes(outcome.answer), from_bytes(outcome.rest))


def _data(graded):
    """A report's data, which JSON can hold."""
    data = {**graded.to_dict(), "for_instructor": list(graded.for_instructor)}
    return json.loads(json.dumps(data))
