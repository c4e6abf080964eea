"""Hints one at a time, and the solution after an attempt."""

import ast
import inspect
import textwrap
from collections import Counter

from resnet_lesson.exercises import all_exercises
from resnet_lesson.lab import record

_hints_given = Counter()


class Note:
    """A short text for the learner: Markdown in a notebook, plain text elsewhere.

    Arguments:
        markdown: the text.
    """

    def __init__(self, markdown):
        self.markdown = markdown

    def __repr__(self):
        return self.markdown

    def _repr_markdown_(self):
        return self.markdown


def _find(exercise_id):
    """The exercise, or a `Note` that says which there are; its function is taken for its name."""
    exercises = all_exercises()
    name = getattr(exercise_id, "__name__", exercise_id)
    if isinstance(name, str) and name in exercises:
        return exercises[name]
    return Note(f"There is no exercise {name!r}. The exercises are: {', '.join(exercises)}.")


def hint(exercise_id):
    """Shows one more step of help at each call.

    Arguments:
        exercise_id: the exercise, such as ``"identity_block"``.

    Returns:
        A `Note`. After the last step it says the last again, and where the solution is.
    """
    exercise = _find(exercise_id)
    if isinstance(exercise, Note):
        return exercise
    steps = exercise.hints
    number = min(_hints_given[exercise.id], len(steps) - 1)
    _hints_given[exercise.id] += 1
    after = "Run this cell again for the next one."
    if number == len(steps) - 1:
        after = (
            f'That was the last one. After trying, `solution("{exercise.id}")` shows a solution.'
        )
    return Note(f"**Hint {number + 1} of {len(steps)}.** {steps[number]}\n\n{after}")


def solution(exercise_id):
    """Shows a solution and explains it, once an attempt has been checked.

    Arguments:
        exercise_id: the exercise, such as ``"identity_block"``.

    Returns:
        A `Note`.
    """
    exercise = _find(exercise_id)
    if isinstance(exercise, Note):
        return exercise
    if not record.read().get(exercise.id, {}).get("attempts"):
        return Note(
            f"Try first: fill in the cell, run `check({exercise.id})`, then open the solution "
            f'here. `hint("{exercise.id}")` helps you on.'
        )
    return Note(f"```python\n{_code(exercise.load_reference())}\n```\n\n{exercise.explanation}")


def _code(function):
    """The source of a function, of its docstring the first line only."""
    source = textwrap.dedent(inspect.getsource(function)).rstrip()
    docstring = ast.parse(source).body[0].body[0]
    lines = source.splitlines()
    first, *rest = lines[docstring.lineno - 1 : docstring.end_lineno]
    lines[docstring.lineno - 1 : docstring.end_lineno] = [first + '"""' if rest else first]
    return "\n".join(lines)
