"""Putting an exercise's blank back into the learner's notebook; the code there is kept aside."""

import json
import os
import uuid
from contextlib import suppress
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.environment import python
from resnet_lesson.errors import LessonError
from resnet_lesson.exercises import all_exercises, no_such
from resnet_lesson.exercises.blanks import blank_source
from resnet_lesson.lab import record
from resnet_lesson.lab.backup import keep
from resnet_lesson.lab.hints import find
from resnet_lesson.lab.panel import Panel
from resnet_lesson.paths import NOTEBOOKS, write_atomically

RELOAD = "If the notebook is open in JupyterLab: File → Reload Notebook from Disk."


class ResetError(LessonError):
    """An exercise cannot be reset, and nothing was changed."""


def reset(exercise_id):
    """Says how to make an exercise blank again. A kernel cannot: JupyterLab holds the notebook.

    Args:
        exercise_id: the exercise, such as ``"identity_block"``.

    Returns:
        A `Panel`.
    """
    exercise = find(exercise_id)
    if isinstance(exercise, Panel):
        return exercise
    if settings.on_colab():
        return Panel(
            "File → Revision history brings back how the notebook was before. Or open the notebook "
            "anew by the button in its first line, and copy the exercise's cell from there.",
            f"To make {exercise.id} blank again",
        )
    command = python("-m", "resnet_lesson", "reset", exercise.id)
    return Panel(
        "1. Save this notebook: File → Save Notebook.\n"
        "2. Run this in a terminal in the notebook's folder, or with `!` before it in a cell:\n"
        f"   `{command}`\n"
        "3. File → Reload Notebook from Disk.\n\n"
        "Your code is kept in a file in the folder `kept`, and your points stay.",
        f"To make {exercise.id} blank again",
    )


def reset_exercise(exercise_id, notebook=None, points=False):
    """Makes an exercise of the learner's notebook blank again.

    What stands in its cell, or in its cells if it was split or copied, is kept in new files in the
    folder ``kept`` beside the notebook; what was shown below it and below its check is cleared.

    Args:
        exercise_id: the exercise, such as ``"identity_block"``.
        notebook: path of the notebook or of its folder; None looks here and in ``notebooks``.
        points: True to take its points and attempts out of the record too.

    Returns:
        One line: what was done, and where the code is.

    Raises:
        ResetError: there is no such exercise or notebook, or it cannot be read or written.
    """
    exercise = all_exercises().get(exercise_id)
    if exercise is None:
        raise ResetError(no_such(exercise_id))
    path = _notebook_of(exercise, notebook)
    blank = _blank_cell(exercise, path)
    before = _read(path)
    content = _parsed(before, path)
    codes = _put_blank(content["cells"], exercise, blank, path)
    if codes is None:
        said = f"{exercise.id} in {path} is blank already: nothing was written."
    else:
        kept = _replace(path, before, content, exercise, codes)
        where = f" Your code is in {' and '.join(map(str, kept))}." if kept else ""
        said = f"{exercise.id} in {path} is blank again.{where} {RELOAD}"
    return f"{said} {_say_points(exercise, points)}"


def _say_points(exercise, away):
    if not away:
        return "Your points stay."
    if record.remove(exercise.id):
        return "Its points are taken back."
    return "Your points stay, because their record cannot be written."


def _notebook_of(exercise, chosen):
    """The path of the learner's notebook."""
    name = f"{exercise.notebook}.ipynb"
    if chosen is None:
        places = Path(name), Path("notebooks", name)
        missing = (
            f"{name} is neither in this folder nor in its folder notebooks; go to the lesson's "
            "folder, or say where it is with --notebook PATH"
        )
    else:
        places = Path(chosen), Path(chosen, name)
        missing = f"{chosen} is not there, or no notebook; give the path of your {name}"
    for path in places:
        with suppress(OSError, ValueError):
            if path.is_file():
                break
    else:
        raise ResetError(missing)
    if path.resolve().parent.name == "solutions":
        raise ResetError(f"{path} is the lesson's solved form; give your own notebook")
    if not os.access(path, os.W_OK):
        raise ResetError(f"{path} is read-only; change that first")
    return path


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResetError(f"{path} cannot be read ({error.strerror})") from None


def _parsed(data, path):
    """A notebook's content: at least a list of cells, each with a source."""
    try:
        content = json.loads(data)
        for cell in content["cells"]:
            if not isinstance(cell["source"], str | list):
                raise TypeError("a source is a text, or a list of its lines")
            cell["source"] = "".join(cell["source"])
        return content
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ResetError(
            f"{path} is damaged, and no notebook any more; put it aside, and take the lesson's "
            f"own {path.name} again"
        ) from None


def _blank_cell(exercise, path):
    """The exercise's cell as the lesson hands it out, from the solved form of its notebook."""
    name = Path("solutions", f"{exercise.notebook}.ipynb")
    for solved in (NOTEBOOKS / name, path.parent / name):
        if not solved.is_file():
            continue
        for cell in _parsed(_read(solved), solved)["cells"]:
            if _grade_id(cell) == exercise.id:
                return {**cell, "source": blank_source(cell["source"])}
    raise ResetError(f"the lesson's {name} was not found; run this where the whole lesson is")


def _grade_id(cell):
    try:
        return cell["metadata"]["nbgrader"]["grade_id"]
    except (KeyError, TypeError):
        return None


def _put_blank(cells, exercise, blank, path):
    """Puts the blank where the exercise was.

    Returns:
        The codes that stood there; None if the blank did already.
    """
    graded = [cell for cell in cells if _grade_id(cell) == exercise.id]
    check = [cell for cell in cells if _grade_id(cell) == f"check_{exercise.id}"]
    if not graded + check:
        raise ResetError(
            f"{path} has no cell of {exercise.id}, neither for your code nor its check; put it "
            f"aside, and take the lesson's own {exercise.notebook}.ipynb again"
        )
    codes = [cell["source"] for cell in graded]
    if codes == [blank["source"]] and graded[0].get("cell_type") == "code":
        return None
    first = (graded or check)[0]
    fresh = {**blank, "outputs": [], "execution_count": None, "id": first.get("id")}
    if not graded:  # the learner has deleted it
        fresh["id"] = first.get("id") and uuid.uuid4().hex[:8]
    if not fresh["id"]:  # notebooks before format 4.5 have none
        del fresh["id"]
    for shown in check:
        shown.update(outputs=[], execution_count=None)
    cells.insert(cells.index(first), fresh)
    cells[:] = [cell for cell in cells if not any(cell is old for old in graded)]
    return [code for code in codes if code.strip() and code != blank["source"]]


def _replace(path, before, content, exercise, codes):
    """Keeps the codes in new files, then replaces the notebook; returns the files' paths."""
    for cell in content["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    try:
        # Not .py: when a folder is handed in, every .py file in it is graded.
        name, folder = f"{exercise.id}-{{}}.txt", path.parent / "kept"
        kept = [keep(code.encode("utf-8", "surrogatepass"), folder, name) for code in codes]
        if path.read_bytes() != before:
            raise ResetError(f"{path} was changed meanwhile; run the command again")
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise ResetError(
            f"{error.filename or path} cannot be written ({error.strerror}); {path} is as it was"
        ) from None
    return kept
