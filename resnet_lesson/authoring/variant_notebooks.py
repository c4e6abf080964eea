"""The notebooks of a variant: other constants in the exercises, and texts to match."""

import copy
import shutil
from pathlib import Path

from nbformat import NotebookNode, v4

from resnet_lesson.authoring.learner_notebooks import learners_form
from resnet_lesson.authoring.notebook_files import AuthoringError, read_notebook, write_notebook
from resnet_lesson.exercises import Exercise
from resnet_lesson.exercises.variants import changed, changes_of, exercises_of
from resnet_lesson.paths import IMAGES

FIRST = "import-lesson"  # the cell that every notebook begins its code with
CHOICE = "\nfrom resnet_lesson import use_variant\n\nuse_variant({variant})"
NOTICE = """

**Variant {variant}.** Published solutions do not fit here: in this variant, {asks}. After the
exercise the notebook goes on with the published version, whose numbers its texts explain."""


def variant_form(solved: NotebookNode, stem: str, variant: int) -> NotebookNode:
    """A solved notebook as a variant asks for it; without outputs where it differs.

    Args:
        solved: the solved notebook.
        stem: its name, such as "04-resnet50".
        variant: the number of the variant; 0 changes nothing.

    Raises:
        LessonError: there is no such variant, or a text that it changes is not in the notebook.
    """
    notebook = copy.deepcopy(solved)
    asked = exercises_of(variant).values()
    varied = [e for e in asked if e.variant and e.notebook == stem]
    for exercise in varied:
        _vary(notebook, exercise)
    if varied:
        _cell(notebook, FIRST, stem).source += CHOICE.format(variant=variant)
    return notebook


def _vary(notebook, exercise: Exercise):
    changes = changes_of(exercise.id, exercise.variant)
    for cell_id, pairs in changes["cells"].items():
        cell = _cell(notebook, cell_id, exercise.notebook)
        cell.source = changed(cell.source, pairs, f"cell {cell_id} of {exercise.notebook}")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    heading = f"## Your turn: `{exercise.id}`"
    for place, cell in enumerate(notebook.cells):
        if cell.source.startswith(heading):
            cell.source += NOTICE.format(variant=exercise.variant, asks=changes["asks"])
        if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise.id:
            graded = place
    if "before" in changes:
        table = v4.new_code_cell(changes["before"].strip(), id=f"variant-{exercise.id}")
        notebook.cells.insert(graded, table)


def _cell(notebook, cell_id, stem):
    for cell in notebook.cells:
        if cell.id == cell_id:
            return cell
    raise AuthoringError(f"{stem} has no cell {cell_id}, which a variant changes")


def write_variant(folder: Path, solutions: Path, variant: int) -> list[Path]:
    """Writes the learners' notebooks of a variant, and the figures that they show.

    Args:
        folder: where to; it gets the folders ``notebooks`` and ``images``.
        solutions: the folder of the solved notebooks, which are the source.
        variant: the number of the variant.

    Raises:
        LessonError: as `variant_form`; or there are notebooks in the folder already.
    """
    target = folder / "notebooks"
    if target.exists() and any(target.iterdir()):
        raise AuthoringError(f"{target} is not empty; give a new folder")
    forms = {}
    for path in sorted(solutions.glob("*.ipynb")):
        solved = variant_form(read_notebook(path), path.stem, variant)
        forms[target / path.name] = learners_form(solved, path.name)
    target.mkdir(parents=True, exist_ok=True)
    for path, form in forms.items():
        write_notebook(form, path)
    shutil.copytree(IMAGES, folder / "images", dirs_exist_ok=True)
    return list(forms)
