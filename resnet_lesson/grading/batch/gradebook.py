"""A course system's own export of its marks, filled in so that it can be imported again.

Only the cells of points, and those of comments that are empty, change: all other bytes stay.
"""

import codecs
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.batch import blackboard, brightspace, canvas, moodle
from resnet_lesson.grading.batch.gradebook_layout import Layout
from resnet_lesson.grading.submissions.exports import Origin

ENCODINGS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
BOM = "\ufeff"
SYSTEMS = (canvas, moodle, blackboard, brightspace)


@dataclass(frozen=True)
class Cell:
    """A cell: what it says, and from where to where it stands in the file."""

    text: str
    start: int
    end: int


class Gradebook:
    """An exported gradebook.

    Args:
        path: of the file.
        column: the name of the column to fill in; empty where there is one alone.

    Raises:
        GradingError: the file cannot be read, is of no known system, or has several columns.
    """

    def __init__(self, path: str, column: str = ""):
        self.path = path
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise GradingError(f"--gradebook {path} cannot be read: {error.strerror}") from None
        self._encoding = _encoding(data)
        self._text = data.decode(self._encoding)
        first_line = self._text.partition("\n")[0]
        self._delimiter = max(",;\t", key=first_line.count)
        self._rows = _cells(self._text, self._delimiter)
        self.layout = self._layout(column)

    def _layout(self, column) -> Layout:
        rows = [[cell.text for cell in row] for row in self._rows]
        try:
            layouts = (system.layout(rows, column) for system in SYSTEMS if rows)
            if layout := next(filter(None, layouts), None):
                return layout
        except ValueError as error:
            raise GradingError(f"--gradebook {self.path}: {error}") from None
        raise GradingError(
            f"--gradebook {self.path} is neither a gradebook that Canvas, Blackboard or "
            "Brightspace has exported nor a grading worksheet of Moodle"
        )

    def filled(self, results: Iterable[tuple[Origin, dict]]) -> tuple[bytes, list[str]]:
        """The file's new content, and lines that say what was not filled in.

        Args:
            results: each submission's origin, and its result in the form of ``grade --json``.
        """
        index = _Index(self._rows[self.layout.first :], self.layout)
        changes: dict[Cell, str] = {}
        taken: dict[int, str] = {}
        notes, unmatched = [], []
        for origin, result in results:
            name = result["submission"]
            number = index.find(origin)
            if number is None:
                unmatched.append(name)
                continue
            if number in taken:
                notes.append(f"{name} and {taken[number]} are of one row: the first counts")
                continue
            taken[number] = name
            row = self._rows[self.layout.first + number]
            if not self._may_be_changed(row):
                notes.append(f"{name}: the points cannot be changed")
                continue
            changes |= self._changes(row, result)
            notes += self._other_scale(result, notes)
        if unmatched:
            notes.append(f"no row for {', '.join(unmatched)}")
        return self._with(changes), [f"--gradebook {self.path}: {note}" for note in notes]

    def _may_be_changed(self, row):
        return self.layout.open is None or row[self.layout.open].text.strip().lower() != "no"

    def _other_scale(self, result, notes):
        most = _number(self.layout.most)
        note = f"there are {result['max_points']:g} points to be had here, and {most:g} there"
        return [note] if most not in (0, result["max_points"]) and note not in notes else []

    def _changes(self, row, result):
        points = f"{result['points']:g}"
        if "," in self.layout.most:
            points = points.replace(".", ",")
        changes = {row[self.layout.points]: points}
        if self.layout.comment is not None and not row[self.layout.comment].text.strip():
            changes[row[self.layout.comment]] = _comment(result)
        return changes

    def _with(self, changes):
        text, end = [], 0
        for cell in sorted(changes, key=lambda cell: cell.start):
            quoted = self._text[cell.start : cell.end].startswith('"')
            new = changes[cell]
            if quoted or any(char in new for char in (self._delimiter, '"', "\n", "\r")):
                new = '"' + new.replace('"', '""') + '"'
            text += [self._text[end : cell.start], new]
            end = cell.end
        return "".join([*text, self._text[end:]]).encode(self._encoding)


def _encoding(data):
    for mark, name in ENCODINGS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _cells(text, delimiter):
    """The rows of a CSV file, as lists of `Cell`; empty lines are left out."""
    cell = re.compile(
        rf'(?P<quoted>"(?:[^"]|"")*")?(?P<plain>[^{delimiter}\r\n]*)(?P<end>{delimiter}|\r?\n|\r|$)'
    )
    rows: list[list[Cell]] = [[]]
    position = len(BOM) if text.startswith(BOM) else 0
    while position < len(text):
        match = cell.match(text, position)
        value = (match["quoted"] or "")[1:-1].replace('""', '"') + match["plain"]
        rows[-1].append(Cell(value, position, match.start("end")))
        position = match.end()
        if match["end"] != delimiter:
            rows.append([])
    if text.endswith(delimiter):
        rows[-1].append(Cell("", len(text), len(text)))
    return [row for row in rows if any(cell.text for cell in row)]


class _Index:
    """The rows of learners by all that names them."""

    def __init__(self, rows, layout):
        self.system = layout.system
        self._rows: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            texts = [cell.text.strip() for cell in row]
            ending = r"\d*$" if layout.system == "moodle" else r"\w*$"  # "Teilnehmer/in12"
            identifier = re.search(ending, "" if layout.id is None else texts[layout.id])
            for key in (
                ("id", identifier[0] if identifier else ""),
                *(("login", login) for i in layout.logins for login in _logins(texts[i])),
                *_names(" ".join(texts[i] for i in layout.names)),
            ):
                if key[1] and number not in self._rows[key]:
                    self._rows[key].append(number)

    def find(self, origin):
        """The number of a learner's row; None if there is none, or more than one."""
        plain = re.sub(r"\.(ipynb|py|zip)$", "", origin.learner, flags=re.I)
        by_login, by_name = [("login", login) for login in _logins(plain)], _names(plain)
        groups = [[("id", origin.id)]] if origin.system == self.system else [by_login, by_name]
        for keys in groups:
            rows = {row for key in keys if key[1] for row in self._rows.get(key, ())}
            if rows:
                return rows.pop() if len(rows) == 1 else None
        return None


def _logins(text):
    text = text.strip().removeprefix("#").casefold()  # which Brightspace sets before numbers
    return {text, text.partition("@")[0]}


def _names(text):
    """A name for comparison: its words run together, and in the order of the alphabet."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return [("name", "".join(words)), ("words", " ".join(sorted(words)))]


def _number(text):
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0.0


def _comment(result):
    lines = []
    for exercise in result["exercises"]:
        first = exercise["findings"][0]["message"] if exercise["findings"] else ""
        points = f"{exercise['points']:g} of {exercise['max_points']:g} points"
        lines.append(f"{exercise['id']}: {points}. {first}".strip())
    return "<br>".join(escape(line, quote=False).replace("\n", " ") for line in lines)
