"""From solved notebooks, the source, to the learner's: `python -m resnet_lesson.authoring`.

Every solved notebook is executed in a fresh kernel and stored with its outputs; the learner's form
is generated from it, executed and stored likewise. A second run changes nothing.
"""

import argparse
import copy
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from resnet_lesson import settings
from resnet_lesson.authoring.new_exercise import new_notebook
from resnet_lesson.authoring.notebook_environment import isolate
from resnet_lesson.errors import LessonError
from resnet_lesson.exercises import all_exercises, no_such
from resnet_lesson.exercises.blanks import blank_source
from resnet_lesson.paths import write_atomically
from resnet_lesson.progress_bar import WIDGET_VIEW

UNCOMPARED = "nbval-ignore-output"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_SECONDS = 3600


class AuthoringError(LessonError):
    """A notebook that cannot be generated or executed."""


class _RunningPython(KernelSpecManager):
    """Starts the Python that runs this module, whatever kernels the user has registered."""

    def get_kernel_spec(self, kernel_name):
        return self.kernel_spec_class(resource_dir=RESOURCES, **get_kernel_dict())


def read_notebook(path):
    """Reads a notebook and normalises what is no content: format version, metadata, cell ids.

    Args:
        path: path of the ``.ipynb`` file.

    Returns:
        A `nbformat.NotebookNode`.

    Raises:
        AuthoringError: the file is missing or is not a version 4 notebook.
    """
    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
        for number, cell in enumerate(stored["cells"]):
            if "id" not in cell:
                seed = f"{number} {''.join(cell['source'])}"
                cell["id"] = hashlib.sha256(seed.encode()).hexdigest()[:8]
        stored |= {"nbformat": 4, "nbformat_minor": 5, "metadata": METADATA}
        return nbformat.reads(json.dumps(stored), as_version=4)
    except (OSError, ValueError, KeyError, TypeError, nbformat.ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise AuthoringError(f"{path}: not a notebook of format 4 ({reason})") from error


def write_notebook(notebook, path):
    """Stores a notebook unless the file says the same already.

    Args:
        notebook: a `nbformat.NotebookNode`.
        path: path of the file; it is replaced in one step.

    Returns:
        True if the file was written.
    """
    text = nbformat.writes(notebook) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_atomically(path, text.encode())
    return True


def learners_form(solved, name):
    """The learner's notebook, without outputs: blanks instead of solutions, links one folder up.

    Args:
        solved: the solved notebook, a `nbformat.NotebookNode`.
        name: what to call the notebook in an error.

    Returns:
        A new `nbformat.NotebookNode`.

    Raises:
        AuthoringError: a graded cell has no region, or a region stands where nothing is graded.
    """
    blank = copy.deepcopy(solved)
    for number, cell in enumerate(blank.cells):
        if cell.cell_type != "code":
            cell.source = cell.source.replace("../../", "../")
            continue
        cell.outputs, cell.execution_count = [], None
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
        raise AuthoringError(f"{_place(name, number, cell)}: {problem}")
    return blank


def execute(notebook, folder, name, quick=True):
    """Runs all cells in a fresh kernel and leaves their outputs in the notebook, made comparable.

    Args:
        notebook: a `nbformat.NotebookNode`, changed in place.
        folder: path of the kernel's working folder.
        name: what to call the notebook in an error.
        quick: True shortens long experiments and trainings.

    Raises:
        AuthoringError: a cell raised, wrote to stderr, or took too long, or the kernel died.
    """
    with tempfile.TemporaryDirectory(prefix="resnet-lesson-authoring-") as scratch:
        environment = settings.with_changes({})
        isolate(environment, scratch, quick)
        client = NotebookClient(
            notebook,
            km=AsyncKernelManager(kernel_spec_manager=_RunningPython()),
            resources={"metadata": {"path": str(folder)}},
            timeout=CELL_SECONDS,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
        )
        shown = {}
        with client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
            for number, cell in enumerate(notebook.cells):
                try:
                    client.execute_cell(cell, number)
                except (CellTimeoutError, DeadKernelError) as error:
                    reason = str(error).partition("\n")[0]
                    raise AuthoringError(f"{_place(name, number, cell)}: {reason}") from error
                _refuse_faults(cell, _place(name, number, cell))
                shown[cell.id] = copy.deepcopy(cell.get("outputs"))
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what later cells have changed is not what nbval compares
            cell.outputs = shown[cell.id]
    _normalise(notebook)


def _place(name, number, cell):
    first_line = cell.source.strip().partition("\n")[0]
    return f"{name}, cell {number + 1} (id {cell.id}, `{first_line[:50]}`)"


def _refuse_faults(cell, place):
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            reason = " ".join(output.evalue.split())
            raise AuthoringError(f"{place} raised {output.ename}: {reason}")
        if output.output_type == "stream" and output.name == "stderr":
            raise AuthoringError(f"{place} wrote to stderr: {' '.join(output.text.split())}")


def _normalise(notebook):
    notebook.metadata = nbformat.from_dict(METADATA)
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
            # A view without its model is an error message in JupyterLab; the other forms remain.
            output.get("data", {}).pop(WIDGET_VIEW, None)
        if UNCOMPARED in cell.metadata.get("tags", ()):
            cell.outputs = [output for output in cell.outputs if has_picture(output)]


def has_picture(output):
    """Whether an output of a cell shows a picture, whatever its format."""
    data = output.get("data", {})
    drawn = re.search(r"<(svg|img)\b", "".join(data.get("text/html", "")))
    return bool(drawn) or any(form.startswith("image/") for form in data)


def _keep_uncompared(notebook, earlier):
    """Takes the pictures of uncompared cells from an earlier form, where it has any."""
    pictures = {cell.id: cell.outputs for cell in earlier.cells if cell.get("outputs")}
    for cell in notebook.cells:
        if UNCOMPARED in cell.metadata.get("tags", ()):
            cell.outputs = copy.deepcopy(pictures.get(cell.id, cell.outputs))


def author(solved_path, full=False):
    """Executes and stores a solved notebook, and the learner's notebook made from it, not executed.

    Trained pictures (cells tagged ``nbval-ignore-output``) are made anew only if ``full``: a
    shortened training shows little. The learner's notebook holds no outputs: they would answer
    what it asks the learner to predict.

    Args:
        solved_path: path of the notebook in ``solutions/``; the learner's lies one folder up.
        full: True runs the long experiments at their real length.

    Returns:
        List of the paths whose files have changed.

    Raises:
        AuthoringError: as `read_notebook`, `learners_form` and `execute`.
    """
    stored = read_notebook(solved_path)
    learners_form(stored, solved_path.name)  # before the long work: it finds slips early
    solved = copy.deepcopy(stored)
    execute(solved, solved_path.parent, f"solutions/{solved_path.name}", quick=not full)
    if not full:
        _normalise(stored)
        _keep_uncompared(solved, stored)
    changed = [solved_path] if write_notebook(solved, solved_path) else []

    return changed + write_blank(solved_path)


def write_blank(solved_path):
    """Writes the learner's notebook from its solved form; returns a list of its path if it changed.

    Args:
        solved_path: path of the notebook in ``solutions/``; the learner's lies one folder up.

    Raises:
        AuthoringError: as `read_notebook` and `learners_form`.
    """
    path = solved_path.parent.parent / solved_path.name
    blank = learners_form(read_notebook(solved_path), solved_path.name)
    return [path] if write_notebook(blank, path) else []


def out_of_step(folder):
    """Says where the learner's notebooks are not what their solved forms generate; runs nothing.

    Args:
        folder: path of the folder ``notebooks``.

    Returns:
        List of one-line messages, empty if all is in step.
    """
    folder = Path(folder)
    names = {path.name for path in folder.glob("*.ipynb")}
    solved = {path.name: path for path in sorted((folder / "solutions").glob("*.ipynb"))}
    said = [f"{folder / name}: has no solved form" for name in sorted(names - solved.keys())]
    for name, path in solved.items():
        try:
            expected = learners_form(read_notebook(path), name)
            found = read_notebook(folder / name)
        except AuthoringError as error:
            said.append(str(error))
            continue
        if expected.cells != found.cells:
            said.append(f"{folder / name}: not what {path} generates; run the authoring again")
    return said


def _chosen(folder, names):
    """The solved notebooks that are meant by names such as ``02`` or ``02-identity-block``."""
    paths = sorted((folder / "solutions").glob("*.ipynb"))
    if not paths:
        raise AuthoringError(
            f"no notebooks in {folder / 'solutions'}: "
            "run this at the root of the repository or give --folder"
        )
    for name in names:
        if not any(path.name.startswith(Path(name).name) for path in paths):
            known = ", ".join(path.stem for path in paths)
            raise AuthoringError(f"no solved notebook {name}; there are: {known}")
    stems = tuple(Path(name).name for name in names) or ("",)
    return [path for path in paths if path.name.startswith(stems)]


def _first_form(folder, exercise_id):
    """Writes the solved notebook that a new exercise begins with, and returns its path."""
    exercise = all_exercises().get(exercise_id)
    if exercise is None:
        raise AuthoringError(no_such(exercise_id))
    path = folder / "solutions" / f"{exercise.notebook}.ipynb"
    if path.exists():
        raise AuthoringError(f"{path} is there already; nothing was written")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_notebook(new_notebook(exercise), path)
    return path


def main(arguments=None):
    """The command line; returns the exit status: 0 done, 1 a notebook failed, 2 bad usage."""
    parser = argparse.ArgumentParser(prog="python -m resnet_lesson.authoring", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks, such as 02; else all")
    parser.add_argument("--folder", type=Path, default=Path("notebooks"), help="default: notebooks")
    parser.add_argument("--full", action="store_true", help="long experiments at their real length")
    parser.add_argument("--check", action="store_true", help="compare the two forms; run nothing")
    parser.add_argument(
        "--blank", action="store_true", help="write the learner's forms; run nothing"
    )
    parser.add_argument("--new", metavar="EXERCISE", help="write the first form of its notebook")
    options = parser.parse_args(arguments)
    try:
        if options.new:
            print("wrote", _first_form(options.folder, options.new))
            return 0
        paths = _chosen(options.folder, options.names)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 2
    failures = out_of_step(options.folder) if options.check else []
    for path in [] if options.check else paths:
        try:
            changed = write_blank(path) if options.blank else author(path, options.full)
            print(path.stem, "changed" if changed else "unchanged", flush=True)
        except AuthoringError as error:
            failures.append(str(error))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0
