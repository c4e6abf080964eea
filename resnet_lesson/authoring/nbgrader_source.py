"""The solved notebooks as nbgrader makes an assignment of them."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from resnet_lesson.authoring.find_the_bug import buggy_source, mistake_of
from resnet_lesson.authoring.notebook_files import place_of, read_notebook, write_notebook
from resnet_lesson.paths import IMAGES


def write_nbgrader_source(folder: Path, paths: Iterable[Path]) -> None:
    """Writes an assignment's notebooks and figures, as nbgrader takes them.

    nbgrader empties the graded cells by itself. It knows nothing of the cells that ask to find a
    mistake, so these hold the mistake already.

    Args:
        folder: of the assignment, within the folder ``source`` of a course.
        paths: of the solved notebooks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        notebook = read_notebook(path)
        for number, cell in enumerate(notebook.cells):
            bug = mistake_of(cell, place_of(cell, number, path.name))
            if bug:
                cell.source = buggy_source(*bug)
                cell.outputs, cell.execution_count = [], None
            elif cell.cell_type == "markdown":
                cell.source = cell.source.replace("../../images/", "images/")
        write_notebook(notebook, folder / path.name)
    shutil.copytree(IMAGES, folder / "images", dirs_exist_ok=True)
