"""Checking an attempt in the learner's own notebook."""

import contextlib
import inspect
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.exercises.variants import exercises_of, reference_of
from resnet_lesson.grading.judge.by_kind import judged
from resnet_lesson.grading.judge.hidden_images import hidden_images
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.judge.variant import with_variant
from resnet_lesson.grading.observe.observe import Material, observe
from resnet_lesson.grading.report.report import Finding, report
from resnet_lesson.grading.submissions.borrowed import uses_reference
from resnet_lesson.grading.submissions.reading import looks_like
from resnet_lesson.lab import record
from resnet_lesson.lab.earlier_answers import keep_answer, kept_answer
from resnet_lesson.lab.last_run import is_of_an_older_cell
from resnet_lesson.lab.progress import refresh, standings, whats_next
from resnet_lesson.lab.shown_report import ShownReport
from resnet_lesson.lab.tensorflow_log import stderr_closed
from resnet_lesson.lab.variant import chosen_exercises

_passed: dict = {}  # exercise id → the function whose check has passed in this kernel


def check(attempt, exercise=None):
    """Checks an attempt at an exercise and says where and how it differs from the specification.

    Args:
        attempt: the function or class that the exercise asks for, such as ``identity_block``.
        exercise: the exercise's id, for a function of any name that is not the answer: it is
            checked in the same way, and no points are recorded.

    Returns:
        A `resnet_lesson.grading.report.report.Report`: verdict, points and findings; JupyterLab
        draws it. The best points go into the learner's record, and what the notebook shows of the
        progress follows. It never raises, and leaves random state as it was.
    """
    practice = exercise is not None
    names = sys._getframe(1).f_globals
    exercise = chosen_exercises().get(exercise) if practice else _exercise_of(attempt, names)
    if exercise is None:
        return _unknown(attempt)
    if is_of_an_older_cell(attempt, exercise.id, names):
        return _stale(exercise)
    started = time.perf_counter()
    graded = settings.run_by_nbgrader()  # then one line on stderr takes all points
    try:
        with stderr_closed() if graded else contextlib.nullcontext():
            verdict = _verdict(attempt, exercise)
        result = ShownReport.of(report(exercise, verdict, time.perf_counter() - started))
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        result = _broken(exercise, error, time.perf_counter() - started)
    if practice:
        found = f"You have found the mistake in this `{exercise.id}`." if result.passed else ""
        return replace(result, points=0.0, max_points=0.0, advice=found)
    if result.status != "not_attempted":
        _keep(exercise, attempt, result, names)
    return replace(result, advice=whats_next(exercise)) if result.passed else result


def _verdict(attempt, exercise):
    if uses_reference(attempt, exercise.load_reference()):
        said = f"hands in the lesson's own {exercise.id}, or calls it: write it yourself"
        return Verdict(False, failure=Failure("reference", message=said))
    observed = observe(attempt, exercise, 0, _material(exercise))

    def verdict_of(variant):
        needed = not observed.failure  # else nothing is compared, and the verdict is there at once
        reference = _reference(exercise.id, variant) if needed else Observation()
        return judged(exercise, observed, reference)

    verdict = verdict_of(exercise.variant)
    return with_variant(verdict, exercise, lambda variant: verdict_of(variant).passed)


@cache
def _reference(exercise_id, variant):
    exercise = exercises_of(variant)[exercise_id]
    material = _material(exercise)
    return observe(
        reference_of(exercise), exercise, 0, material and replace(material, weights=None)
    )


def _material(exercise):
    """What a network that the learner has trained is tried with: hidden images, saved weights."""
    if exercise.goals is None:
        return None
    file = Path(exercise.weights_file)
    return Material(hidden_images(0)[0], file.read_bytes() if file.is_file() else b"")


def _exercise_of(attempt, names):
    """The exercise that an object answers, by its own name or the notebook's."""
    exercises = chosen_exercises()
    own = getattr(attempt, "__name__", None)
    if isinstance(own, str) and own in exercises:
        return exercises[own]
    if attempt is None:
        return None
    return next((e for name, e in exercises.items() if names.get(name) is attempt), None)


def _unknown(attempt):
    got = (
        attempt
        if isinstance(attempt, str)
        else getattr(attempt, "__name__", type(attempt).__name__)
    )
    expected = ", ".join(chosen_exercises())
    message = (
        f"check got {got!r}, but needs the function itself, without quotes or call: "
        f"one of {expected}."
    )
    alike = [
        name
        for name, exercise in chosen_exercises().items()
        if callable(attempt)
        and inspect.isclass(attempt) == (exercise.kind in ("layer", "model"))
        and looks_like(str(got), name)
    ]
    if alike:
        message = f"`{got}` looks like {' or '.join(alike)}: give it that name to have it checked."
    finding = Finding("submission", "wrong_type", expected, str(got), message)
    return ShownReport(str(got), "error", 0.0, 0.0, [finding])


def _stale(exercise):
    said = f"the cell that defines {exercise.id} failed when it last ran"
    message = (
        f"{said[:1].upper()}{said[1:]}, so Python still has the one from before. Correct that "
        "cell, run it, and run this check again."
    )
    finding = Finding("submission", "exception", "", said, message)
    return ShownReport(exercise.id, "error", 0.0, exercise.points, [finding])


def _broken(exercise, error, seconds):
    stopped = isinstance(error, KeyboardInterrupt)
    said = "the check was interrupted" if stopped else f"{type(error).__name__}: {error}"
    message = f"The check could not be finished: {said}. Run the cell again."
    finding = Finding("submission", "exception", "", said, message)
    return ShownReport(exercise.id, "error", 0.0, exercise.points, [finding], seconds)


def _keep(exercise, attempt, result, names):
    if result.passed:
        _passed[exercise.id] = attempt
    else:
        _passed.pop(exercise.id, None)
    record.add(exercise.id, result.points)
    with contextlib.suppress(Exception):  # a front end that is gone must not take the report along
        keep_answer(exercise, names, result.passed)
        refresh()


def trusted(attempt):
    """The learner's own function once its check has passed, the reference until then.

    Later cells use it, so that a notebook goes on while an exercise is still open. Prints which it
    is.

    Args:
        attempt: the function that an exercise asks for, checked in this kernel or not.

    Returns:
        A function of the exercise's signature.

    Raises:
        ValueError: if ``attempt`` belongs to no exercise.
    """
    exercise = _exercise_of(attempt, sys._getframe(1).f_globals)
    if exercise is None:
        raise ValueError(_unknown(attempt).findings[0].message.replace("check", "trusted", 1))
    if exercise.variant:
        print(f"Going on with the published {exercise.id}, whose numbers this notebook explains.")
        return exercise.load_reference()
    if _passed.get(exercise.id) is attempt:
        print(f"Going on with your own {exercise.id}.")
        return attempt
    print(f"Going on with the lesson's {exercise.id}, until yours has passed its check.")
    return exercise.load_reference()


def passed(lessons):
    """The learner's answer to an exercise of any notebook, or the lesson's if none has passed.

    An answer that passed in another notebook is run from its text and checked again. Prints which
    it is.

    Args:
        lessons: the lesson's function, such as ``ResNet50``, or its name.

    Returns:
        A function of the exercise's signature.

    Raises:
        ValueError: if ``lessons`` belongs to no exercise.
    """
    name = getattr(lessons, "__name__", lessons)
    exercise = chosen_exercises().get(name) if isinstance(name, str) else None
    if exercise is None:
        raise ValueError(_unknown(lessons).findings[0].message.replace("check", "passed", 1))
    found = None if exercise.variant else _passed.get(exercise.id) or kept_answer(exercise)
    if found is not None and _passes(found, exercise):
        print(f"Going on with your own {exercise.id}.")
        return found
    why = f"none of yours has passed in notebook {exercise.notebook[:2]}"
    passed_once = {row.id for row in standings(record.read()) if row.passed}
    if found is not None or record.code().get(exercise.id) or exercise.id in passed_once:
        why = f"yours of notebook {exercise.notebook[:2]} no longer passes: check it there again"
    if exercise.variant:
        why = "this notebook explains its numbers"
    print(f"Going on with the lesson's {exercise.id}: {why}.")
    return exercise.load_reference()


def _passes(attempt, exercise):
    if _passed.get(exercise.id) is attempt:
        return True
    try:
        return _verdict(attempt, exercise).passed
    except Exception:
        return False
