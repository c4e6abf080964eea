"""Answers that have passed in other notebooks: kept as text, run and checked again when asked for.

In another notebook an answer lives in another kernel. What it needs, its imports, blocks and
tables, is picked from the cells that ran, in the way in which `grade` picks it from a submission.
"""

import linecache
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from resnet_lesson.exercises import Exercise
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.source import Source
from resnet_lesson.lab import record

LONGEST = 100_000  # characters of what is kept for one exercise


def keep_answer(exercise: Exercise, names: Mapping[str, Any], passed: bool) -> None:
    """Keeps the cells' text that an answer needs if it has passed, and forgets it if not.

    Args:
        exercise: that was checked.
        names: the notebook's variables, with IPython's ``In``, the cells that ran.
        passed: whether it has passed.
    """
    text = _text_of(exercise.id, names) if passed else ""
    if len(text) <= LONGEST:
        record.keep_code(exercise.id, text)


def _text_of(name, names):
    cells = names.get("In")
    if not isinstance(cells, list):
        return ""
    source = Source("the cells that ran")
    for number, cell in enumerate(cells):
        source.add(str(cell), f"cell {number}", number)
    found = attempt([source], name)
    return "\n\n".join(piece.text for piece in found.pieces) + "\n" if found else ""


def kept_answer(exercise: Exercise) -> Callable | None:
    """The learner's answer as it passed, run anew; None if none is kept, or it does not run."""
    text = record.code().get(exercise.id, "")
    if not text:
        return None
    module = ModuleType(exercise.id)
    file = f"<your {exercise.id}>"
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    try:
        exec(compile(text, file, "exec"), vars(module))
    except Exception:
        return None
    return vars(module).get(exercise.id)
