"""Reads a file or notebook that was handed in: its cells, and the statements in them."""

import json
import re
import tokenize
from dataclasses import dataclass, field
from io import BytesIO

from resnet_lesson.grading.submissions.collect import SourceFile, SubmissionError
from resnet_lesson.grading.submissions.statements import Statement, statements

PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
MAGIC = re.compile(r"\s*([%!?]|[\w.]+\s*=\s*[%!]|[\w.*]+\?\??\s*$)")
TOO_DEEP = "it is nested too deeply"
BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass
class Source:
    """A file of a submission, read.

    Attributes:
        statements: in the order of the cells.
        errors: for each cell that is no valid Python, a line that says where and why.
    """

    name: str
    statements: list[Statement] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def defined_names(self) -> set[str]:
        """The names that its own statements define; what it imports is not among them."""
        return {name for s in self.statements if not s.is_import for name in s.binds}


def read_source(file: SourceFile, data: bytes) -> Source:
    """Reads one file.

    Raises:
        SubmissionError: it is no notebook, or no text.
    """
    is_notebook = file.suffix == ".ipynb"
    source = Source(file.name)
    try:
        text = decode(data)
        cells = _code_cells(text) if is_notebook else [(text, None)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SubmissionError("syntax", f"{file.name} cannot be read: {_reason(error)}") from None
    for number, (text, ran) in enumerate(cells, 1):
        name = f"{file.name}, cell {number}" if is_notebook else file.name
        try:
            source.statements += parse(text, f"<{name}>", ran)
        except (RecursionError, MemoryError):
            source.errors.append(f"{name}: {TOO_DEEP}")
        except SyntaxError as error:
            at = f", line {error.lineno}" if error.lineno else ""
            source.errors.append(f"{name}{at}: {error.msg}")
        except ValueError as error:
            source.errors.append(f"{name}: {error}")
    return source


def _reason(error):
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if isinstance(error, json.JSONDecodeError):
        return f"it is no notebook: {error}"
    if isinstance(error, UnicodeError):
        return f"it is no text: {error}"
    return f"it is no notebook: {type(error).__name__}: {error}"


def decode(data: bytes) -> str:
    """Text of unknown encoding: what a byte-order mark or a ``coding`` line says, UTF-8, Latin-1.

    Raises:
        ValueError: it is no text.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding)
    if data[:64].count(0) * 4 > len(data[:64]):
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    try:
        return data.decode(tokenize.detect_encoding(BytesIO(data).readline)[0])
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return data.decode("latin-1")


def _code_cells(text):
    """``(source, execution count)`` of each code cell, whatever the notebook's version."""
    notebook = json.loads(text)
    if "cells" not in notebook:
        import nbformat  # slow to import, for the few notebooks of an older format

        older = {"nbformat": 3, "metadata": {}, **notebook}
        try:
            notebook = nbformat.convert(nbformat.from_dict(older), 4)
        except nbformat.ValidationError as error:
            raise ValueError(error) from None
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    counts = [cell.get("execution_count") for cell in code]
    return [
        ("".join(cell.get("source", "")), count if isinstance(count, int) else None)
        for cell, count in zip(code, counts, strict=True)
    ]


def parse(text: str, name: str, ran: int | None = None) -> list[Statement]:
    """The statements of one cell or file, notebook magics left out; none of another language.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is no Python, or not to be parsed.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].strip().startswith("%%"):
        if lines[first].split()[0] not in PYTHON_MAGICS:
            return []
        lines[first] = ""
    try:
        return statements("\n".join(lines), name, ran)
    except SyntaxError:
        # A magic becomes a blank line, so that line numbers stay those that the learner sees.
        lines = ["" if MAGIC.match(line) else line for line in lines]
        return statements("\n".join(lines), name, ran)
