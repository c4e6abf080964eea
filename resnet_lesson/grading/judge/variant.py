"""Says of an attempt that fails in a variant whether it answers another one."""

from collections.abc import Callable
from dataclasses import replace

from resnet_lesson.exercises import Exercise
from resnet_lesson.exercises.variants import PUBLISHED, changes_of, variants
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.judge.observation import Failure

OTHER_VARIANT = "variant"


def with_variant(verdict: Verdict, exercise: Exercise, passes_as: Callable[[int], bool]) -> Verdict:
    """A verdict that says what the variant asks for, and names the one that was answered instead.

    Args:
        verdict: of the attempt, judged by the exercise's own variant.
        exercise: what was asked for.
        passes_as: whether the same attempt passes in the variant of a number.
    """
    if verdict.passed or not exercise.variant or not verdict.differences:
        return verdict
    asks = f"in variant {exercise.variant}, {changes_of(exercise.id, exercise.variant)['asks']}"
    for number in {PUBLISHED, *variants()} - {exercise.variant}:
        if passes_as(number):
            of = (
                f"variant {number} of the exercise" if number else "the exercise as it is published"
            )
            return replace(verdict, failure=Failure(OTHER_VARIANT, message=f"answers {of}; {asks}"))
    return replace(verdict, notes=(*verdict.notes, f"{asks[0].upper()}{asks[1:]}."))
