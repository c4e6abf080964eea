"""The top-level statements of a submission, and which of them a name needs."""

import ast
import re
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
NOTEBOOKS = re.compile(r"^ipynb\.fs\.(full|defs)\.")  # before the name of a notebook, as a module
MOST_STATEMENTS = 10_000  # of a cell or file; real ones have a few hundred
MOST_NODES = 200_000
FILLS_MODULE = "exec_module"  # a method of a loader, which changes what it is given
# Methods that change what a name stands for without giving it a new value.
CHANGES = {"append", "extend", "insert", "update", "setdefault", "add", "pop", "remove", "clear"}


@dataclass(frozen=True)
class Piece:
    """A statement's text, to be run in another process.

    Attributes:
        name: of the cell or file that it came from, as tracebacks show it.
        line: number of its first line there, from 1.
        module: the learner's own module that it belongs to; "" for what defines the answer.
    """

    text: str
    name: str
    line: int = 1
    module: str = ""


@dataclass(frozen=True)
class Statement:
    """A top-level statement.

    Attributes:
        binds: the names that it gives a value, or changes; "*" for all of a module.
        reads: the names that it takes from outside.
        sets: the global names that its function, once called, gives a value.
        ran: the cell's place in the order of execution; None if unknown.
    """

    node: ast.stmt
    piece: Piece
    binds: frozenset[str]
    reads: frozenset[str]
    sets: frozenset[str] = frozenset()
    ran: int | None = None

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, IMPORTS)

    @property
    def takes_over(self) -> bool:
        """True for ``block = passed(block)``: the answer that counts is in another notebook."""
        call = getattr(self.node, "value", None)
        return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "passed"


def statements(source: str, name: str, ran: int | None = None) -> list[Statement]:
    """The statements of one cell or file in plain Python.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is no Python, or not to be parsed.
    """
    tree = ast.parse(source)
    if len(tree.body) > MOST_STATEMENTS or any(islice(ast.walk(tree), MOST_NODES, None)):
        raise ValueError("it is too long to be read")
    nodes = [node for node in tree.body if not _is_for_scripts(node)]
    lines = [line.encode() for line in source.split("\n")]
    return [_statement(node, _piece(node, name, lines), ran) for node in nodes]


def _is_for_scripts(node):
    """True for ``if __name__ == "__main__":``, which runs where the file is started."""
    names = ast.walk(node.test) if isinstance(node, ast.If) else ()
    return any(isinstance(name, ast.Name) and name.id == "__name__" for name in names)


def _piece(node, name, lines):
    decorators = getattr(node, "decorator_list", ())
    first = min([node.lineno, *(d.lineno for d in decorators)])
    own = lines[first - 1 : node.end_lineno]
    own[-1] = own[-1][: node.end_col_offset]
    if not decorators:
        own[0] = own[0][node.col_offset :]
    return Piece(b"\n".join(own).decode(), name, first)


def _statement(node, piece, ran):
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
    return Statement(node, piece, frozenset(binds), frozenset(reads), frozenset(sets), ran)


def _changed(node):
    """The names whose parts a statement sets: ``names["a"] = 1``, ``Block.call = call``, ..."""
    if isinstance(node, ast.Expr):
        call = node.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            return set()
        targets = [call.func.value] if call.func.attr in CHANGES else []
        targets += call.args if call.func.attr == FILLS_MODULE else []
    else:
        targets = [*getattr(node, "targets", ()), *filter(None, [getattr(node, "target", None)])]
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def needed(
    everything: Sequence[Statement],
    names: Iterable[str],
    star_imports: Sequence[Statement] | None = None,
) -> list[Statement]:
    """The statements that names need: their definitions, and what those refer to, in order.

    Training, plots and other statements that no graded function refers to are left out.

    Args:
        star_imports: the statements whose ``import *`` are taken too; all if None.
    """
    # function → the global names that a call of it sets
    setters = {s.node.name: s.sets for s in everything if isinstance(s.node, DEFINITIONS)}
    binding: dict[str, list[int]] = {}
    for number, statement in enumerate(everything):
        for name in statement.binds | _set_by_call(statement, setters):
            binding.setdefault(name, []).append(number)
    chosen, left = set(), set(names)
    while left:
        for number in binding.pop(left.pop(), ()):
            if number not in chosen:
                chosen.add(number)
                left |= everything[number].reads
    ids = {id(s) for s in (everything if star_imports is None else star_imports)}
    always = {"*", "annotations"}  # `from module import *`, `from __future__ import annotations`
    chosen |= {
        n for n, s in enumerate(everything) if s.is_import and s.binds & always and id(s) in ids
    }
    return [everything[number] for number in sorted(chosen)]


def _set_by_call(statement, setters):
    """The global names that ``setup()``, a statement by itself, sets."""
    if not isinstance(statement.node, ast.Expr) or not isinstance(statement.node.value, ast.Call):
        return frozenset()
    return frozenset().union(*(setters.get(name, ()) for name in statement.reads))
