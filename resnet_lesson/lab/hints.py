"""Hints one at a time, and the solution after an attempt."""

from collections import Counter

from resnet_lesson.exercises import Exercise
from resnet_lesson.exercises.source import with_short_docstring
from resnet_lesson.exercises.variants import reference_source
from resnet_lesson.html import shown
from resnet_lesson.lab import record
from resnet_lesson.lab.panel import Panel
from resnet_lesson.lab.variant import chosen_exercises

_hints_given: Counter[str] = Counter()


def find(exercise_id: object) -> Exercise | Panel:
    """The exercise, or a `Panel` that says which there are; its function is taken for its name."""
    exercises = chosen_exercises()
    name = getattr(exercise_id, "__name__", exercise_id)
    if isinstance(name, str) and name in exercises:
        return exercises[name]
    known = ", ".join(f"`{known}`" for known in exercises)
    return Panel(
        f"The exercises are: {known}.", shown(f"There is no exercise {name!r}", 100), "error"
    )


def hint(exercise_id: str) -> Panel:
    """Shows one more step of help at each call; the steps before it are folded.

    After the last step it says the last again, and where the solution is.

    Args:
        exercise_id: the exercise, such as ``"identity_block"``.
    """
    exercise = find(exercise_id)
    if isinstance(exercise, Panel):
        return exercise
    steps = exercise.hints
    number = min(_hints_given[exercise.id], len(steps) - 1)
    _hints_given[exercise.id] += 1
    after = "Run this cell again for the next one."
    if number == len(steps) - 1:
        after = (
            f'That was the last one. After trying, `solution("{exercise.id}")` shows a solution.'
        )
    titles = [f"Hint {i + 1} of {len(steps)}" for i in range(len(steps))]
    before = zip(titles, steps[:number], strict=False)
    return Panel(f"{steps[number]}\n\n{after}", titles[number], before=before)


def solution(exercise_id: str) -> Panel:
    """Shows a solution and explains it, once an attempt has been checked.

    Args:
        exercise_id: the exercise, such as ``"identity_block"``.
    """
    exercise = find(exercise_id)
    if isinstance(exercise, Panel):
        return exercise
    if not record.read().get(exercise.id, {}).get("attempts"):
        return Panel(
            f"Fill in the cell, run `check({exercise.id})`, then open the solution here. "
            f'`hint("{exercise.id}")` helps you on.',
            "Try first",
            "open",
        )
    code = with_short_docstring(reference_source(exercise))
    return Panel(f"```python\n{code}\n```\n\n{exercise.explanation}", "A solution")
