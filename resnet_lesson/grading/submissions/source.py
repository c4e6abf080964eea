"""Reads a file or notebook that was handed in: its cells, and the statements in them."""

import json
import re
import sys
import tokenize
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath

from resnet_lesson.grading.submissions.collect import SourceFile, SubmissionError
from resnet_lesson.grading.submissions.jupyter import Code, code_of_magic, python_of
from resnet_lesson.grading.submissions.statements import Statement, statements

TOO_DEEP = "it is nested too deeply"
# What Python 3.12 added to the language, and what the parser of 3.11 says of it.
NEWER = re.compile(r"\s*(type\s+\w+(\[.*\])?\s*=|(async\s+)?def\s+\w+\[|class\s+\w+\[)")
CONFLICT = re.compile(r"(<<<<<<<|>>>>>>>) ")
BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


# What else a file is, by how it begins.
SIGNATURES = {
    b"PK\x03\x04": "a zip, or a document of an office program",
    b"\x1f\x8b": "a compressed file",
    b"%PDF": "a PDF",
    b"{\\rtf": "a document of a word processor",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"version https:": "a pointer to a file that Git LFS keeps",
}


@dataclass(frozen=True)
class LostCell:
    """A cell, or a file, that does not run.

    Attributes:
        place: file, cell and line.
        reason: why it does not run, in words.
        text: what it says.
    """

    place: str
    reason: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"

    def defines(self, name: str) -> bool:
        """Whether it would define a name, if it ran."""
        definition = rf"^[^\w#\n]*((def|class)[ \t]+{name}\b|{name}[ \t]*=)"
        return bool(re.search(definition, self.text, re.MULTILINE))

    def brings(self, name: str) -> bool:
        """Whether it would define or import a name, if it ran."""
        imported = rf"^[^\w#\n]*(from[ \t].+)?import[ \t(].*(\b{re.escape(name)}\b|\*)"
        return self.defines(re.escape(name)) or bool(re.search(imported, self.text, re.MULTILINE))


@dataclass
class Source:
    """A file of a submission, read.

    Attributes:
        statements: in the order of the cells.
        lost: cells that are no valid Python, or no code cells.
        files: what its cells write to files by ``%%writefile``.
    """

    name: str
    statements: list[Statement] = field(default_factory=list)
    lost: list[LostCell] = field(default_factory=list)
    files: list["Source"] = field(default_factory=list)

    def defined_names(self) -> set[str]:
        """The names that its own statements define; what it imports or takes over is not."""
        own = (s for s in self.statements if not (s.is_import or s.takes_over))
        return {name for statement in own for name in statement.binds}

    def add(self, text: str, place: str, ran: int | None = None) -> None:
        """Adds the statements of a cell, or of the whole file."""
        try:
            codes = list(python_of(text))
            if not codes:
                magic = text.split()[0]
                self.lost.append(LostCell(place, f"`{magic}` hands it to another program", text))
            for code in codes:
                source = self._file(code.file) if code.file else self
                source.statements += _statements(code, f"<{place}>", ran)
        except (RecursionError, MemoryError):
            self.lost.append(LostCell(place, TOO_DEEP, text))
        except SyntaxError as error:
            at = f", line {error.lineno}" if error.lineno else ""
            self.lost.append(LostCell(place + at, _syntax_reason(error, text), text))
        except ValueError as error:
            self.lost.append(LostCell(place, str(error), text))

    def _file(self, name):
        path = str(PurePosixPath(self.name).parent / name)
        if path not in [file.name for file in self.files]:
            self.files.append(Source(path))
        return next(file for file in self.files if file.name == path)


def _statements(code, name, ran):
    padded = "\n" * (code.first_line - 1) + code.text
    parsed = []
    for statement in statements(padded, name, ran):
        magic = code_of_magic(statement.node)
        inner = Code(magic, first_line=statement.piece.line) if magic is not None else None
        if inner:
            parsed += _statements(inner, name, ran)
        elif not statement.piece.text.startswith("get_ipython()."):
            parsed.append(statement)
    return parsed


def _syntax_reason(error, text):
    """What the parser says, or why it says it."""
    lines = text.splitlines()
    conflict = next((n for n, line in enumerate(lines, 1) if CONFLICT.match(line)), None)
    if conflict:
        return f"a merge conflict was left in line {conflict}: keep one of the two versions"
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    if sys.version_info < (3, 12) and (NEWER.match(line) or error.msg.startswith("f-string: ")):
        here = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return f"{error.msg} (Python {here} grades; newer versions may accept this line)"
    return error.msg


def read_source(file: SourceFile, data: bytes) -> Source:
    """Reads one file.

    Raises:
        SubmissionError: it is no notebook, or no text.
    """
    source = Source(file.name)
    start = data[:64].lstrip().lower()
    if not data.strip():
        raise SubmissionError("syntax", f"{file.name} is empty")
    for signature, kind in SIGNATURES.items():
        if start.startswith(signature.lower()):
            what = "notebook" if file.suffix == ".ipynb" else "Python file"
            raise SubmissionError("syntax", f"{file.name} is no {what} but {kind}")
    try:
        text = decode(data)
        is_notebook = file.suffix == ".ipynb" and not _is_code(text)
        cells = _cells(text) if is_notebook or _is_misnamed_notebook(text) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = _reason(error, data)
        raise SubmissionError("syntax", f"{file.name} cannot be read: {reason}") from None
    if cells is None:
        source.add(text, file.name)
    for number, (kind, text, ran) in enumerate(cells or (), 1):
        place = f"{file.name}, cell {number}"
        if kind == "code":
            source.add(text, place, ran)
        else:
            reason = f"it is a {kind} cell, which does not run: make it a code cell"
            source.lost.append(LostCell(place, reason, text))
    return source


def _is_code(text):
    """Whether what is called a notebook holds Python code."""
    is_json = text.lstrip().startswith("{")
    return not is_json and bool(re.search(r"^(def|class) \w", text, re.MULTILINE))


def _is_misnamed_notebook(text):
    if not text.lstrip().startswith("{") or '"cells"' not in text:
        return False
    try:
        return isinstance(json.loads(text).get("cells"), list)
    except ValueError:
        return False


def _reason(error, data):
    if isinstance(error, RecursionError):
        return TOO_DEEP
    lines = data[: 1 << 20].splitlines()
    conflict = next((n for n, line in enumerate(lines, 1) if line.startswith(b"<<<<<<< ")), None)
    if conflict:
        return f"a merge conflict was left in line {conflict}"
    if b"docs.google.com" in data[:1000] or b'"doc_id"' in data[:1000]:
        return "it is a link to Google Drive: download the notebook itself"
    if isinstance(error, json.JSONDecodeError):
        return f"it is no notebook: {error}"
    if isinstance(error, UnicodeError):
        return f"it is no text: {error}"
    if isinstance(error, (KeyError, TypeError, AttributeError)):
        return "it is no notebook: it has no cells"
    return f"it is no notebook: {error}"


def decode(data: bytes) -> str:
    """Text of unknown encoding: what a byte-order mark or a ``coding`` line says, UTF-8, Latin-1.

    Raises:
        ValueError: it is no text, or names an encoding that is none.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding)
    if data[:64].count(0) * 4 > len(data[:64]):
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    try:
        return data.decode(tokenize.detect_encoding(BytesIO(data).readline)[0])
    except UnicodeDecodeError:
        return data.decode("latin-1")
    except (SyntaxError, LookupError) as error:
        # Python runs no file that names an encoding which is none, or none of text.
        if isinstance(error, LookupError) or "unknown encoding" in str(error):
            problem = "an encoding is named that Python has not; delete that line"
            raise UnicodeError(problem) from None
        return data.decode("latin-1")


def _cells(text):
    """``(kind, source, execution count)`` of each cell, whatever the notebook's version."""
    notebook = json.loads(text)
    if "worksheets" in notebook:
        import nbformat  # slow to import, for the few notebooks of an older format

        older = {"nbformat": 3, "metadata": {}, **notebook}
        try:
            notebook = nbformat.convert(nbformat.from_dict(older), 4)
        except nbformat.ValidationError as error:
            raise ValueError(error) from None
    cells = notebook["cells"]
    if cells and not any(isinstance(cell, dict) for cell in cells):
        raise TypeError
    return [_cell(cell) for cell in cells]


def _cell(cell):
    if not isinstance(cell, dict):
        return "damaged", str(cell), None
    kind, source, ran = (cell.get(key) for key in ("cell_type", "source", "execution_count"))
    text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    text = text.encode(errors="replace").decode()  # half a character, which no file can hold
    kind = {"markdown": "Markdown"}.get(kind, kind or "damaged")
    return kind, text, ran if isinstance(ran, int) else None


def parse(text: str, name: str, ran: int | None = None) -> list[Statement]:
    """The statements of one cell or file, notebook magics left out; none of another language.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is no Python, or not to be parsed.
    """
    return [s for code in python_of(text) for s in _statements(code, name, ran)]
