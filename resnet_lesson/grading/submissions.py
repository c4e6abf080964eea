"""Finds submissions and reads from them what the graded functions need."""

import ast
import importlib
import json
import linecache
import os
import symtable
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".ipynb", ".py")
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
# Keras 3 has the names of these older modules elsewhere.
KERAS_HOMES = ("layers", "models", "initializers", "regularizers", "optimizers", "utils", "backend")


class SubmissionError(ValueError):
    """A submission cannot be read; ``what`` is the finding's kind."""

    def __init__(self, what, message):
        super().__init__(message)
        self.what = what


@dataclass(frozen=True)
class Submission:
    """What one learner handed in.

    Attributes:
        name: how the result is called: a path relative to what was given.
        files: the files that belong to it.
    """

    name: str
    files: tuple


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a submission, and where it came from."""

    node: ast.stmt
    source: str  # name that tracebacks show


def find_submissions(paths):
    """The submissions that paths stand for.

    Arguments:
        paths: notebooks, ``.py`` files, or folders: each file in a folder is a submission, and each
            subfolder with such files is one learner's.

    Returns:
        List of `Submission`, in the order of the paths, sorted within a folder.

    Raises:
        FileNotFoundError, PermissionError: a path cannot be read.
        ValueError: a file is of another kind, or a folder holds no submission.
    """
    found = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = [s for entry in sorted(os.scandir(path), key=_by_name) for s in _entry(entry)]
            if not inside:
                raise ValueError(f"{path}: no notebook or .py file in this folder")
            found += inside
        elif path.suffix not in SUFFIXES and path.exists():
            raise ValueError(f"{path}: expected a notebook, a .py file or a folder")
        else:
            with open(path, "rb"):
                found.append(Submission(path.name, (path,)))
    return found


def _by_name(entry):
    return entry.name


def _entry(entry):
    if entry.name.startswith((".", "__")):
        return
    path = Path(entry.path)
    if entry.is_dir():
        files = tuple(sorted(p for p in path.rglob("*") if _is_source(p, path)))
        if files:
            yield Submission(entry.name, files)
    elif path.suffix in SUFFIXES:
        yield Submission(entry.name, (path,))


def _is_source(file, top):
    hidden = any(part.startswith((".", "__")) for part in file.relative_to(top).parts)
    return file.is_file() and file.suffix in SUFFIXES and not hidden


def read_statements(submission):
    """The top-level statements of a submission, notebook magics left out.

    Returns:
        ``(statements, errors)``: a list of `Statement` in the order of files and cells, and for
        each cell that is no valid Python a line that says where and why.

    Raises:
        SubmissionError: a file cannot be read.
    """
    statements, errors = [], []
    for path in submission.files:
        try:
            text = path.read_bytes().decode("utf-8-sig")
            sources = _cells(text) if path.suffix == ".ipynb" else [text]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SubmissionError("syntax", f"{path.name} cannot be read: {error}") from None
        for number, source in enumerate(sources, 1):
            name = f"{path.name}, cell {number}" if path.suffix == ".ipynb" else path.name
            try:
                statements += _parse(source, f"<{name}>")
            except (SyntaxError, ValueError) as error:
                at = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
                errors.append(f"{name}{at}: {getattr(error, 'msg', error)}")
    return statements, errors


def _cells(text):
    notebook = json.loads(text)
    cells = notebook["cells"] if "cells" in notebook else _old_cells(notebook)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return ["".join(cell.get("source", cell.get("input", ""))) for cell in code]


def _old_cells(notebook):
    """Notebooks of format 3 hold their cells in worksheets."""
    return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]


def _parse(source, name):
    lines = source.replace("\r\n", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in PYTHON_MAGICS:
        return []  # a cell in another language
    # A magic becomes a blank line, so that line numbers stay those that the learner sees.
    lines = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines]
    text = "\n".join(lines)
    nodes = ast.parse(text).body
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return [Statement(node, name) for node in nodes]


def defined_names(statements):
    """The names that functions, classes and assignments of these statements define."""
    return {name for s in statements for name in _binds(s.node) if not _is_import(s.node)}


def needed(statements, names):
    """The statements that these names need: their definitions, and what those refer to, in order.

    Training, plots and other statements that no graded function refers to are left out.
    """
    wanted, chosen = set(names), set()
    growing = True
    while growing:
        growing = False
        for number, statement in enumerate(statements):
            if number in chosen or not _binds(statement.node) & wanted:
                continue
            chosen.add(number)
            wanted |= _reads(statement.node)
            growing = True
    stars = {n for n, s in enumerate(statements) if "*" in _binds(s.node)}
    return [statements[number] for number in sorted(chosen | stars)]


def _is_import(node):
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _reads(node):
    """The names that a statement takes from outside, without those local to its functions."""
    tables = [symtable.symtable(ast.unparse(node), "<statement>", "exec")]
    names = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        names |= {s.get_name() for s in table.get_symbols() if s.is_global() or top}
    return names


def _binds(node):
    """The names that a statement gives a value."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if _is_import(node):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    if isinstance(node, (ast.If, ast.Try)):
        inner = [*node.body, *node.orelse, *getattr(node, "finalbody", [])]
        inner += [n for handler in getattr(node, "handlers", []) for n in handler.body]
        return set().union(*(_binds(n) for n in inner))
    return set()


def load(statements):
    """Runs statements and returns what they define.

    An import that fails is looked up where Keras 3 has the name, or else left out.

    Returns:
        ``(namespace, notes)``: a dictionary, and lines that say what was left out.
    """
    namespace = {"__name__": "submission", "__builtins__": __builtins__}
    notes = []
    for statement in statements:
        if _is_import(statement.node):
            _import(statement.node, namespace, notes)
            continue
        try:
            code = compile(ast.Module([statement.node], []), statement.source, "exec")
            exec(code, namespace)
        except Exception as error:
            if isinstance(statement.node, (ast.FunctionDef, ast.ClassDef)):
                raise
            names = ", ".join(sorted(_binds(statement.node)))
            notes.append(f"left out {names}: {type(error).__name__}: {error}")
    return namespace, notes


def _import(node, namespace, notes):
    for alias in node.names:
        single = type(node)(
            **{**{f: getattr(node, f, None) for f in node._fields}, "names": [alias]}
        )
        try:
            code = compile(ast.fix_missing_locations(ast.Module([single], [])), "<import>", "exec")
            exec(code, namespace)
        except Exception:
            module = getattr(node, "module", None) or alias.name
            name = alias.asname or alias.name.split(".")[0]
            value = _in_keras_3(module, alias.name)
            if value is None:
                notes.append(f"left out {alias.name} of {module}: it cannot be imported here")
            elif alias.name == "*":
                namespace.update({k: v for k, v in vars(value).items() if k[0] != "_"})
            else:
                namespace[name] = value


def _in_keras_3(module, name):
    """What an older Keras module's name stands for today, or None."""
    parts = module.split(".")
    if "keras" not in parts:
        return None
    keras = importlib.import_module("keras")
    rest = parts[parts.index("keras") + 1 :]
    home = next((getattr(keras, part) for part in rest if part in KERAS_HOMES), None)
    if name == "*" or name == module:
        return home or keras
    homes = [home, *(getattr(keras, known) for known in KERAS_HOMES), keras]
    return next((getattr(h, name) for h in homes if h is not None and hasattr(h, name)), None)
