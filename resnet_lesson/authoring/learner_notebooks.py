"""Learners' notebooks, generated from the solved ones."""

import copy
from collections.abc import Iterator
from pathlib import Path

import nbformat

from resnet_lesson.authoring.execution import execute, keep_uncompared, normalise
from resnet_lesson.authoring.find_the_bug import buggy_source, mistake_of, solved_source
from resnet_lesson.authoring.notebook_files import (
    AuthoringError,
    place_of,
    read_notebook,
    write_notebook,
)
from resnet_lesson.authoring.picture_sources import MADE_FROM, sign_pictures, stale_pictures
from resnet_lesson.exercises.blanks import blank_source


def learners_form(solved: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """The learner's notebook, without outputs: blanks instead of solutions, links one folder up.

    Args:
        solved: the solved notebook.
        name: what to call the notebook in an error.

    Raises:
        AuthoringError: a graded cell has no region, or a region stands where nothing is graded.
    """
    blank = copy.deepcopy(solved)
    for number, cell in enumerate(blank.cells):
        if cell.cell_type != "code":
            cell.source = cell.source.replace("../../", "../")
            continue
        cell.outputs, cell.execution_count = [], None
        cell.metadata.pop(MADE_FROM, None)
        bug = mistake_of(cell, place_of(cell, number, name))
        if bug:
            if cell.source != solved_source(bug[0]):
                problem = f"differs from the reference of {bug[0].id}, whose mistake it is to hold"
                raise AuthoringError(f"{place_of(cell, number, name)}: {problem}")
            cell.source = buggy_source(*bug)
            continue
        graded = cell.metadata.get("nbgrader", {}).get("solution", False)
        source = blank_source(cell.source)
        if graded and source == cell.source:
            problem = "graded, but has no ### BEGIN SOLUTION … ### END SOLUTION"
        elif "### BEGIN SOLUTION" in source or "### END SOLUTION" in source:
            problem = "### BEGIN SOLUTION and ### END SOLUTION do not come in pairs"
        elif not graded and source != cell.source:
            problem = "has a solution, but no nbgrader metadata that say so"
        else:
            cell.source = source
            continue
        raise AuthoringError(f"{place_of(cell, number, name)}: {problem}")
    return blank


def author(solved_path: Path, full: bool = False) -> bool:
    """Executes and stores a solved notebook, and writes the learner's notebook made from it.

    Trained pictures (cells tagged ``nbval-ignore-output``) are made anew only if ``full``: a
    shortened training shows little. The learner's notebook holds no outputs: they would answer
    what it asks the learner to predict.

    Args:
        solved_path: the notebook in ``solutions/``; the learner's lies one folder up.
        full: True runs the long experiments at their real length.

    Returns:
        Whether a file has changed.

    Raises:
        AuthoringError: as `read_notebook`, `learners_form` and `execute`.
    """
    stored = read_notebook(solved_path)
    learners_form(stored, solved_path.name)  # before the long work: it finds slips early
    solved = copy.deepcopy(stored)
    execute(solved, solved_path.parent, f"solutions/{solved_path.name}", quick=not full)
    kept: set[str] = set()
    if not full:
        normalise(stored)
        kept = keep_uncompared(solved, stored)
    sign_pictures(solved, kept)
    changed = write_notebook(solved, solved_path)
    return write_blank(solved_path) or changed


def write_blank(solved_path: Path) -> bool:
    """Writes the learner's notebook from its solved form; returns whether its file has changed.

    Raises:
        AuthoringError: as `read_notebook` and `learners_form`.
    """
    blank = learners_form(read_notebook(solved_path), solved_path.name)
    return write_notebook(blank, solved_path.parent.parent / solved_path.name)


def out_of_step(folder: Path) -> Iterator[str]:
    """Where learners' notebooks are not what their solved forms generate, and stale pictures.

    Args:
        folder: the folder ``notebooks``.

    Returns:
        One line for each, with what mends it.
    """
    solved = {path.name: path for path in sorted((folder / "solutions").glob("*.ipynb"))}
    for path in sorted(folder.glob("*.ipynb")):
        if path.name not in solved:
            yield f"{path}: has no solved form"
    for name, path in solved.items():
        try:
            solved_form = read_notebook(path)
            expected = learners_form(solved_form, name)
            yield from stale_pictures(solved_form, name)
            if expected.cells != read_notebook(folder / name).cells:
                yield f"{folder / name}: not what {path} generates; run the authoring again"
        except AuthoringError as error:
            yield str(error)
