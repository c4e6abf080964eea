"""Cells to find a mistake in: the reference in the solved form, an edit of it in the learner's."""

import ast
import inspect
import sys
from typing import Any

import nbformat

from resnet_lesson.authoring.notebook_files import AuthoringError
from resnet_lesson.exercises import Exercise, Mistake, all_exercises
from resnet_lesson.exercises.mistakes import mistaken_source
from resnet_lesson.exercises.source import source_of

NAME = "repaired"  # what the cell defines: the learner's own answer keeps its name
KEY = "find_the_bug"  # in a cell's metadata: the exercise, the place and the kind of the mistake


def bug_metadata(exercise: Exercise, mistake: Mistake) -> dict[str, Any]:
    """The metadata of a cell that asks to find this mistake."""
    named = {"exercise": exercise.id, "where": mistake.where, "what": mistake.what}
    return {"resnet_lesson": {KEY: named}}


def mistake_of(cell: nbformat.NotebookNode, place: str) -> tuple[Exercise, Mistake] | None:
    """The exercise and the mistake that a cell asks to find; None if it asks for none.

    Raises:
        AuthoringError: there is no such mistake.
    """
    named = cell.metadata.get("resnet_lesson", {}).get(KEY)
    if named is None:
        return None
    exercise = all_exercises().get(named["exercise"])
    for mistake in exercise.mistakes if exercise else ():
        if (mistake.where, mistake.what) == (named["where"], named["what"]):
            return exercise, mistake
    raise AuthoringError(f"{place}: no exercise has the mistake {dict(named)}")


def solved_source(exercise: Exercise) -> str:
    """What the cell holds once the mistake is repaired."""
    reference = exercise.load_reference()
    return _cell(reference, source_of(reference))


def buggy_source(exercise: Exercise, mistake: Mistake) -> str:
    """What the learner finds in the cell."""
    reference = exercise.load_reference()
    return _cell(reference, mistaken_source(reference, mistake))


def _cell(reference, source):
    name = reference.__name__
    head, _, body = source.partition(name)
    return f"{_imports(reference, source)}{head}{NAME}{body}"


def _imports(reference, source):
    """The lines that import what the source uses, as the reference's module does."""
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    module = ast.parse(inspect.getsource(sys.modules[reference.__module__]))
    lines = []
    for node in module.body:
        if isinstance(node, ast.ImportFrom):
            node.names = [alias for alias in node.names if alias.name in used]
            lines += [ast.unparse(node)] if node.names else []
    return "\n".join([*lines, "", "", ""]) if lines else ""
