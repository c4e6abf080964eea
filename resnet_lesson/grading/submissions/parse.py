"""Reads submissions, and picks from them the statements that a graded function needs."""

import ast
import json
import re
import symtable
import tokenize
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.submissions.collect import SubmissionError
from resnet_lesson.grading.submissions.statements import Piece, piece

PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
MAGIC = re.compile(r"\s*([%!?]|[\w.]+\s*=\s*[%!]|[\w.*]+\?\??\s*$)")
# Methods that change what a name stands for without giving it a new value.
CHANGES = {"append", "extend", "insert", "update", "setdefault", "add", "pop", "remove", "clear"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
CHAPTER = re.compile(r"\d\d-[a-z0-9-]+")  # the stem of a notebook of the lesson
TOO_DEEP = "it is nested too deeply"


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a submission.

    Attributes:
        node: `ast.stmt`.
        piece: its text, to be run elsewhere.
        binds: frozenset of the names that it gives a value, or changes; "*" for all of a module.
        reads: frozenset of the names that it takes from outside.
        sets: frozenset of the global names that its function, once called, gives a value.
        ran: the cell's place in the order of execution; None if unknown.
    """

    node: ast.stmt
    piece: Piece
    binds: frozenset
    reads: frozenset
    sets: frozenset = frozenset()
    ran: int | None = None

    @property
    def is_definition(self):
        """True for a function or a class."""
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_import(self):
        """True for an import."""
        return isinstance(self.node, IMPORTS)


@dataclass
class Source:
    """One file of a submission, read.

    Attributes:
        name: of the file.
        statements: list of `Statement`, in the order of the cells.
        errors: for each cell that is no valid Python, a line that says where and why.
    """

    name: str
    statements: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def defines(self):
        """The names that its own statements define; what it imports is not among them."""
        return {name for s in self.statements if not s.is_import for name in s.binds}


def read_source(file, data):
    """Reads one file.

    Args:
        file: `resnet_lesson.grading.submissions.collect.SourceFile`.
        data: its bytes.

    Returns:
        A `Source`.

    Raises:
        SubmissionError: it is no notebook, or no text.
    """
    source = Source(file.name)
    try:
        text = decoded(data)
        cells = _cells(text) if file.suffix == ".ipynb" else [(text, None)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = TOO_DEEP if isinstance(error, RecursionError) else _no_notebook(error)
        raise SubmissionError("syntax", f"{file.name} cannot be read: {why}") from None
    for number, (text, ran) in enumerate(cells, 1):
        name = f"{file.name}, cell {number}" if file.suffix == ".ipynb" else file.name
        try:
            source.statements += parse(text, f"<{name}>", ran)
        except (RecursionError, MemoryError):
            source.errors.append(f"{name}: {TOO_DEEP}")
        except (SyntaxError, ValueError) as error:
            at = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
            source.errors.append(f"{name}{at}: {getattr(error, 'msg', error)}")
    return source


def _no_notebook(error):
    if isinstance(error, json.JSONDecodeError):
        return f"it is no notebook: {error}"
    if isinstance(error, UnicodeError):
        return f"it is no text: {error}"
    return f"it is no notebook: {type(error).__name__}: {error}"


def decoded(data):
    """Text of unknown encoding: what a byte-order mark or a ``coding`` line says, UTF-8, Latin-1.

    Raises:
        ValueError: it is no text.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding)
    if data[:64].count(0) * 4 > len(data[:64]):
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    try:
        encoding = tokenize.detect_encoding(BytesIO(data).readline)[0]
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        return data.decode("latin-1")


def _cells(text):
    """``(source, execution count)`` of each code cell, of notebooks of format 3 to 4."""
    notebook = json.loads(text)
    if "cells" in notebook:
        cells = notebook["cells"]
    else:  # format 3 holds its cells in worksheets
        cells = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            ran = cell.get("execution_count", cell.get("prompt_number"))
            lines = cell.get("source", cell.get("input", ""))
            found.append(("".join(lines), ran if isinstance(ran, int) else None))
    return found


def parse(text, name, ran=None):
    """The statements of one cell or file, notebook magics left out.

    Args:
        text: the source.
        name: of the cell or file, as tracebacks show it.
        ran: the cell's place in the order of execution, or None.

    Returns:
        List of `Statement`; none for a cell in another language.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is no Python, or not to be parsed.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").split("\n")
    first = next((line for line in lines if line.strip()), "").strip()
    if first.startswith("%%"):
        if first.split()[0] not in PYTHON_MAGICS:
            return []
        lines[next(n for n, line in enumerate(lines) if line.strip())] = ""
    try:
        nodes = ast.parse("\n".join(lines)).body
    except SyntaxError:
        # A magic becomes a blank line, so that line numbers stay those that the learner sees.
        lines = ["" if MAGIC.match(line) else line for line in lines]
        nodes = ast.parse("\n".join(lines)).body
    return [_statement(node, piece(node, name, lines), ran) for node in nodes]


def _statement(node, text, ran):
    """Finds out which names a statement binds and reads."""
    top = symtable.symtable(ast.unparse(node), "<statement>", "exec")
    binds = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    reads, sets, tables = {s.get_name() for s in top.get_symbols()}, set(), top.get_children()
    while tables:
        table = tables.pop()
        tables = [*tables, *table.get_children()]
        symbols = table.get_symbols()
        reads |= {s.get_name() for s in symbols if s.is_global()}
        sets |= {s.get_name() for s in symbols if s.is_declared_global() and s.is_assigned()}
    if not isinstance(node, DEFINITIONS):
        binds |= _changed(node)
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        binds.add("*")
    return Statement(node, text, frozenset(binds), frozenset(reads), frozenset(sets), ran)


def _changed(node):
    """The names whose parts a statement sets: ``names["a"] = 1``, ``Block.call = call``, ..."""
    if isinstance(node, ast.Expr):
        call = node.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            return set()
        targets = [call.func.value] if call.func.attr in CHANGES else []
    else:
        targets = [*getattr(node, "targets", ()), *filter(None, [getattr(node, "target", None)])]
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


@dataclass(frozen=True)
class Attempt:
    """What a submission holds for one exercise.

    Attributes:
        pieces: tuple of `resnet_lesson.grading.submissions.statements.Piece`, to be run in order.
        written: those that the learner wrote; of their own modules too.
        notes: lines that say which of several definitions counts.
    """

    pieces: tuple
    written: tuple
    notes: tuple = ()


def attempt(sources, name):
    """Picks what an exercise needs from a submission.

    Args:
        sources: list of `Source`, the files of one learner.
        name: the exercise's id.

    Returns:
        An `Attempt`, or None if no file defines it.
    """
    defining = [source for source in sources if name in source.defines()]
    if not defining:
        defining = [source for source in sources if _hands_in_import(source, name)]
    if not defining:
        return None
    chosen = max(defining, key=lambda source: _rank(source, name))
    own, notes = _that_count(chosen.statements)
    notes = [note for known, note in notes if known == name]
    if len(defining) > 1:
        names = ", ".join(source.name for source in defining)
        notes.insert(0, f"{name} is defined in {names}: that of {chosen.name} counts.")
    bound = {n for s in own for n in s.binds}
    others = [
        statement
        for source in sources
        if source is not chosen
        for statement in _that_count(source.statements)[0]
        if statement.is_import or not statement.binds & bound
    ]
    chosen_ones = needed([*others, *own], {name}, own)
    own_modules, pieces = _modules(chosen_ones, sources), [s.piece for s in chosen_ones]
    made = [_module_piece(name, content) for name, content in own_modules.items()]
    written = [piece for content in own_modules.values() for piece in content]
    return Attempt((*made, *pieces), (*written, *pieces), tuple(notes))


def _hands_in_import(source, name):
    """True if a file offers for an exercise an import under its name, and nothing else.

    The lesson's own notebooks import the blocks of earlier chapters: these are no answers.
    """
    stem = PurePosixPath(source.name).stem
    imported = any(s.is_import and name in s.binds for s in source.statements)
    if CHAPTER.fullmatch(stem):
        return imported and stem == all_exercises()[name].notebook
    return imported and not source.defines() & all_exercises().keys()


def _rank(source, name):
    """Of files that define an exercise: a filled one, the chapter's own, the last by name."""
    blank = all(_is_blank(s.node) for s in source.statements if s.is_definition and name in s.binds)
    own = PurePosixPath(source.name).stem == all_exercises()[name].notebook
    return (not blank, own, source.name)


def _is_blank(node):
    """True for a function whose body does nothing but raise NotImplementedError."""
    body = getattr(node, "body", [])
    body = body[1:] if body and isinstance(body[0], ast.Expr) else body
    return (
        len(body) == 1
        and isinstance(body[0], ast.Raise)
        and "NotImplementedError" in ast.dump(body[0])
    )


def _that_count(statements):
    """Leaves out definitions that another one of the same name has replaced.

    Of several the one that ran last counts; where no cell ran, the last one.

    Returns:
        ``(statements, notes)``: notes are ``(name, line)``.
    """
    dropped, notes = set(), []
    definitions = {}
    for place, statement in enumerate(statements):
        if statement.is_definition:
            definitions.setdefault(statement.node.name, []).append(place)
    for name, places in definitions.items():
        if len(places) < 2:
            continue
        winner = max(places, key=lambda place: (statements[place].ran or 0, place))
        ran = statements[winner].ran
        how = "which ran last" if ran is not None else "the last one"
        where = statements[winner].piece.name.strip("<>")
        line = statements[winner].piece.line
        notes.append(
            (name, f"{name} is defined {len(places)} times: {where}, line {line} counts, {how}.")
        )
        dropped |= {place for place in places if place != winner}
        if ran is not None:  # so is what was put in its place before it ran
            dropped |= {
                place
                for place, s in enumerate(statements)
                if place > winner and s.binds == {name} and (s.ran or 0) < ran
            }
    return [s for place, s in enumerate(statements) if place not in dropped], notes


def needed(statements, names, stars=None):
    """The statements that these names need: their definitions, and what those refer to, in order.

    Training, plots and other statements that no graded function refers to are left out.

    Args:
        statements: list of `Statement`.
        names: set of names.
        stars: those whose ``import *`` are taken too; all if None.

    Returns:
        List of `Statement`.
    """
    wanted, chosen = set(names), set()
    setters = {}  # function → the global names that a call of it sets
    for statement in statements:
        if isinstance(statement.node, DEFINITIONS) and statement.sets:
            setters[statement.node.name] = statement.sets
    binds = [s.binds | _set_by_call(s, setters) for s in statements]
    growing = True
    while growing:
        growing = False
        for number, statement in enumerate(statements):
            if number not in chosen and binds[number] & wanted:
                chosen.add(number)
                wanted |= statement.reads
                growing = True
    everywhere = statements if stars is None else stars
    ids = {id(statement) for statement in everywhere}
    chosen |= {n for n, s in enumerate(statements) if "*" in s.binds and id(s) in ids}
    return [statements[number] for number in sorted(chosen)]


def _set_by_call(statement, setters):
    """The global names that ``setup()``, a statement by itself, sets."""
    if not isinstance(statement.node, ast.Expr) or not isinstance(statement.node.value, ast.Call):
        return frozenset()
    return frozenset().union(*(setters.get(name, ()) for name in statement.reads))


def _modules(statements, sources, found=None, above=()):
    """A learner's own modules that these statements import, those that others import first.

    Returns:
        Dictionary from a module's name to the list of its `Piece`.
    """
    found = {} if found is None else found
    own = _by_module_name(sources)
    for statement in statements:
        if not statement.is_import:
            continue
        node = statement.node
        from_, names = getattr(node, "module", None), [alias.name for alias in node.names]
        for name in [from_, *(f"{from_}.{n}" for n in names)] if from_ else names:
            if name in own and name not in found and name not in above:
                content = _content(own[name])
                _modules(content, sources, found, (*above, name))
                found[name] = [s.piece for s in content]
    return found


def _content(source):
    """The statements of a module that define something."""
    own, _ = _that_count(source.statements)
    return needed(own, {name for s in own if s.is_definition for name in s.binds} | _constants(own))


def _constants(statements):
    """Names that stand for plain values."""
    plain = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Lambda, ast.Name)
    return {
        name
        for s in statements
        if isinstance(s.node, (ast.Assign, ast.AnnAssign)) and isinstance(s.node.value, plain)
        for name in s.binds
    }


def _by_module_name(sources):
    """A learner's ``.py`` files by the names under which one of them may import another."""
    named = {}
    for source in sources:
        if source.name.endswith(".py"):
            parts = PurePosixPath(source.name).with_suffix("").parts
            for start in range(len(parts)):
                named.setdefault(".".join(parts[start:]), source)
    return named


MODULE = """
import sys, types
name = {name!r}
module = types.ModuleType(name)
parts = name.split(".")
for end in range(1, len(parts)):
    package = sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(parts[end - 1]))
    package.__path__ = []
for text, source, line in {pieces!r}:
    try:
        exec(compile("\\n" * (line - 1) + text, source, "exec"), module.__dict__)
    except Exception:
        pass  # who needs the name misses it
sys.modules[name] = module
"""


def _module_piece(name, pieces):
    code = MODULE.format(name=name, pieces=[(p.text, p.name, p.line) for p in pieces])
    return Piece(f"exec({code!r}, {{}})", f"<{name}>", 1)
