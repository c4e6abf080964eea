"""Grades submissions: each is observed in a child process of its own and judged outside it."""

import hashlib
import json
import queue
import re
import threading
import time
from dataclasses import dataclass, replace
from importlib import metadata

from resnet_lesson.errors import GradingError
from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import Verdict, judge
from resnet_lesson.grading.judge.observation import Failure
from resnet_lesson.grading.judge.suspicion import hands_in_reference, is_whole, remarks
from resnet_lesson.grading.report.report import report
from resnet_lesson.grading.sandbox import observation_bytes, sandbox
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.reading import read

TIMEOUT = 120.0  # seconds for an exercise
MEMORY = 6144  # MiB of address space; TensorFlow with a ResNet-50 takes 2.6 GiB
FOR_THE_REFERENCE = (600.0, 1 << 14)  # seconds, MiB
UNCONFINED = "unprotected"
LOST_NAME = re.compile(r"name '(\w+)' is not defined|`(\w+)` was to come from")


@dataclass(frozen=True)
class Graded:
    """What came of one submission.

    Attributes:
        result: dictionary in the form of ``grade --json``.
        reports: tuple of `resnet_lesson.grading.report.report.Report`, with their graphs.
    """

    result: dict
    reports: tuple


class Grader:
    """Grades submissions.

    Args:
        observer: has ``observe(job, timeout, memory)``, as
            `resnet_lesson.grading.sandbox.sandbox.Sandbox`; several threads call it at once.
        exercise_ids: the exercises to grade.
        seed: what the probes are chosen by; integer from 0 on.
        timeout: most seconds for one exercise of one submission.
        memory: most memory for it, in MiB.
    """

    def __init__(self, observer, exercise_ids, seed=0, timeout=TIMEOUT, memory=MEMORY):
        self.observer = observer
        self.exercise_ids = list(exercise_ids)
        self.seed = seed
        self.timeout = timeout
        self.memory = memory
        self._references = {name: None for name in exercise_ids}
        self._locks = {name: threading.Lock() for name in exercise_ids}

    def grade(self, found, jobs=1, known=()):
        """Grades submissions, several at a time.

        Args:
            found: list of `resnet_lesson.grading.submissions.collect.Submission`.
            jobs: how many at a time.
            known: container of keys, see `key`, whose submissions are not graded again.

        Yields:
            ``(place, key, graded)`` as they are done: the number in ``found``, the key, and a
            `Graded`, or None if the key was known.

        Raises:
            GradingError: it cannot go on.
        """
        left, lock = enumerate(found), threading.Lock()
        done, ended = queue.Queue(2 * jobs), threading.Event()

        def work():
            while not ended.is_set():
                with lock:
                    place, submission = next(left, (None, None))
                if submission is None:
                    return
                try:
                    reading = read(submission)
                    key = self.key(reading)
                    done.put((place, key, None if key in known else self.grade_one(reading)))
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

    def key(self, reading):
        """What decides a result: name, contents, exercises, seed, limits, the lesson's version."""
        version = metadata.version("resnet-lesson")
        limits = [self.timeout, self.memory]
        parts = [reading.name, reading.digest, self.exercise_ids, self.seed, version, limits]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def grade_one(self, reading):
        """Grades one submission.

        Args:
            reading: `Reading`.

        Returns:
            A `Graded`.
        """
        reports = tuple(self._grade(reading, name) for name in self.exercise_ids)
        result = {
            "submission": reading.name,
            "points": sum(r.points for r in reports),
            "max_points": sum(r.max_points for r in reports),
            "problem": "; ".join(reading.problems[:5]),
            "exercises": [
                {**r.to_dict(), "for_instructor": list(r.for_instructor)} for r in reports
            ],
        }
        return Graded(result, reports)

    def _grade(self, reading, name):
        loss = reading.loss(name)
        failure = Failure("syntax", message=loss) if loss else Failure("not_attempted")
        try:
            found = attempt(reading.sources, name)
        except RecursionError:
            found, failure = None, Failure("syntax", message="its code is nested too deeply")
        if found:
            self.reference(name)  # made before the clock starts
        started = time.perf_counter()
        for_instructor = ()
        if found:
            verdict = self._judge(found, name)
            lost_name = verdict.failure and LOST_NAME.search(verdict.failure.message)
            losses = reading.explanations(lost_name[1] or lost_name[2]) if lost_name else ()
            verdict = replace(verdict, notes=(*found.notes, *losses, *verdict.notes))
            for_instructor = () if verdict.passed else remarks(found.pieces)
        else:
            verdict = Verdict(False, failure=failure)
        seconds = round(time.perf_counter() - started, 2)
        graded = report(all_exercises()[name], verdict, seconds, self.seed)
        return replace(graded, for_instructor=for_instructor)

    def _judge(self, found, name):
        reference = self.reference(name)
        outcome = self._observe(sandbox.Job(name, self.seed, found.pieces))
        if outcome.what != "answered":
            what = "crashed" if outcome.what == UNCONFINED else outcome.what
            return Verdict(False, failure=Failure(what, message=outcome.message))
        try:
            observed = observation_bytes.from_bytes(outcome.answer)
        except observation_bytes.ObservationError:
            # Only code that writes to our pipe by itself sends anything else.
            return Verdict(False, failure=Failure("tampering", message="sent a forged result"))
        try:
            if not is_whole(observed, reference):
                return Verdict(False, failure=Failure("tampering", message="left calls out"))
            verdict = judge(observed, reference)
        except Exception as error:  # of an observation that nobody has foreseen
            said = f"could not be judged ({type(error).__name__}): please look at it yourself"
            return Verdict(False, failure=Failure("unrecognised", message=said))
        failure = (
            None if verdict.passed else hands_in_reference(verdict.failure, outcome.suspicions)
        )
        return Verdict(False, failure=failure) if failure else verdict

    def _observe(self, job):
        """Tries again where a neighbour may have used up what the confinement needs."""
        for pause in (0.5, 2, None):
            outcome = self.observer.observe(job, self.timeout, self.memory)
            if outcome.what != UNCONFINED or pause is None:
                return outcome
            time.sleep(pause)

    def reference(self, name):
        """The reference's observation of an exercise, made once.

        Raises:
            GradingError: it cannot be made.
        """
        with self._locks[name]:
            if self._references[name] is None:
                job = sandbox.Job(name, self.seed, reference=True)
                outcome = self.observer.observe(job, *FOR_THE_REFERENCE)
                if outcome.what != "answered":
                    said = f"the reference of {name} could not be run: {outcome.message}"
                    raise GradingError(said)
                self._references[name] = observation_bytes.from_bytes(outcome.answer)
            return self._references[name]
