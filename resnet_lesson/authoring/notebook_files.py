"""Notebooks as files, and the cells in them."""

import hashlib
import re
from pathlib import Path

import nbformat

from resnet_lesson.errors import LessonError
from resnet_lesson.paths import write_atomically

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

UNCOMPARED = "nbval-ignore-output"  # the tag of a cell whose outputs nbval does not compare


class AuthoringError(LessonError):
    """A notebook that cannot be generated or executed; the message is one line."""


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Reads a notebook of any format as the newest, with the lesson's metadata.

    Cells of formats that have no ids get ids that depend on their text alone.

    Raises:
        AuthoringError: the file is missing or is no notebook.
    """
    try:
        notebook = nbformat.reader.reads(Path(path).read_text(encoding="utf-8"))
        older = notebook.nbformat < 4
        notebook = nbformat.convert(notebook, 4)
        for number, cell in enumerate(notebook.cells):
            if older or "id" not in cell:
                text = f"{number} {cell.source}"
                cell.id = hashlib.sha256(text.encode()).hexdigest()[:8]
        notebook.update(nbformat_minor=5, metadata=nbformat.from_dict(METADATA))
        nbformat.validate(notebook)
        return notebook
    except (OSError, ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise AuthoringError(f"{path}: not a notebook ({reason})") from error


def write_notebook(notebook: nbformat.NotebookNode, path: Path) -> bool:
    """Stores a notebook unless the file has the same content; returns whether it was written."""
    text = nbformat.writes(notebook) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_atomically(path, text.encode())
    return True


def place_of(cell: nbformat.NotebookNode, number: int, name: str) -> str:
    """Where a cell is, for a message: its notebook's name, its number, id and first line."""
    first_line = cell.source.strip().partition("\n")[0]
    return f"{name}, cell {number + 1} (id {cell.id}, `{first_line[:50]}`)"


def has_picture(output: nbformat.NotebookNode) -> bool:
    """Whether an output of a cell shows a picture, whatever its format."""
    data = output.get("data", {})
    drawn = re.search(r"<(svg|img)\b", "".join(data.get("text/html", "")))
    return bool(drawn) or any(form.startswith("image/") for form in data)
