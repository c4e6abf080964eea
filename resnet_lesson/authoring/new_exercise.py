"""The first form of a new exercise's notebook: its graded cell, its check and its help."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode, v4

from resnet_lesson.authoring.notebook_files import AuthoringError, write_notebook
from resnet_lesson.exercises import Exercise, all_exercises, no_such

HEADER = """\
| reading | working | exercises | points |
| --- | --- | --- | --- |
| 5 min | {minutes} min | 1: `{id}` | {points:g} |"""
TASK = """\
## Your turn: `{id}`

**{points:g} points · {minutes} minutes · difficulty 1 of 3**

Define `{id}({signature})`. {about}"""
STUCK = "### Stuck?\n\nRun the next cell. Each run shows one more hint."
AFTER = "### After you have tried\n\nThe next cell opens once you have checked an attempt."


def write_first_form(folder: Path, exercise_id: str) -> Path:
    """Writes the solved notebook that a new exercise begins with, and returns its path.

    Args:
        folder: the folder ``notebooks``.
        exercise_id: of an exercise that has no notebook yet.

    Raises:
        AuthoringError: there is no such exercise, or its notebook exists.
    """
    exercise = all_exercises().get(exercise_id)
    if exercise is None:
        raise AuthoringError(no_such(exercise_id))
    path = folder / "solutions" / f"{exercise.notebook}.ipynb"
    if path.exists():
        raise AuthoringError(f"{path} is there already; nothing was written")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_notebook(new_notebook(exercise), path)
    return path


def new_notebook(exercise: Exercise) -> NotebookNode:
    """A solved notebook to begin with, without outputs."""
    number, _, words = exercise.notebook.partition("-")
    reference = exercise.load_reference()
    about = (inspect.getdoc(reference) or "").partition("\n")[0]
    known = {**vars(exercise), "about": about}
    code = "from resnet_lesson import check, hint, progress, solution"
    notebook = v4.new_notebook()
    notebook.cells = [
        v4.new_markdown_cell(f"# {words.replace('-', ' ').capitalize()}", id="title"),
        v4.new_markdown_cell(HEADER.format(**known), id="header"),
        v4.new_code_cell(code, id="import-lesson"),
        v4.new_code_cell(f'progress("{number}")', id="progress-panel"),
        v4.new_markdown_cell(TASK.format(**known), id=f"task-{exercise.id}"),
        *graded_cells(exercise.id, exercise.points, reference),
        v4.new_markdown_cell(STUCK, id=f"stuck-{exercise.id}"),
        v4.new_code_cell(f'hint("{exercise.id}")', id=f"hint-{exercise.id}"),
        v4.new_markdown_cell(AFTER, id=f"after-trying-{exercise.id}"),
        v4.new_code_cell(f'solution("{exercise.id}")', id=f"solution-{exercise.id}"),
    ]
    return notebook


def graded_cells(name: str, points: float, reference: Callable) -> list[NotebookNode]:
    """The solved cell and its check, with the metadata that nbgrader and this lesson read.

    Args:
        name: the exercise's id.
        points: the most points of its check.
        reference: the function or class that the cell shows as its solution.
    """
    marks = {"schema_version": 3, "task": False}
    solved = {**marks, "grade": False, "grade_id": name, "locked": False, "solution": True}
    checked = {**marks, "grade": True, "grade_id": f"check_{name}", "locked": True}
    checked |= {"solution": False, "points": points}
    source = with_regions(textwrap.dedent(inspect.getsource(reference)))
    return [
        v4.new_code_cell(source, id=f"graded-{name}", metadata={"nbgrader": solved}),
        v4.new_code_cell(f"check({name})", id=f"check-{name}", metadata={"nbgrader": checked}),
    ]


def with_regions(source):
    """Code of one function or class; in it, what a learner writes lies between the two marks.

    That is a function's body, or each method's, without the docstring and imports at its start.
    """
    lines = source.splitlines()
    defined = ast.parse(source).body[0]
    methods = [defined] if isinstance(defined, ast.FunctionDef) else defined.body
    for method in reversed([node for node in methods if isinstance(node, ast.FunctionDef)]):
        first = next((node for node in method.body if not _is_given(node)), method.body[-1])
        indent = " " * first.col_offset
        lines.insert(method.end_lineno, f"{indent}### END SOLUTION")
        lines.insert(first.lineno - 1, f"{indent}### BEGIN SOLUTION")
    return "\n".join(lines)


def _is_given(node):
    """Whether a learner finds a statement in the blank form: a docstring or an import."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Import | ast.ImportFrom)
