"""Runs a submission's statements to get the names that they define."""

import ast
import builtins
import importlib
import linecache
from collections.abc import Sequence

from resnet_lesson.grading.sandbox.import_hook import Absent
from resnet_lesson.grading.submissions.statements import Piece

# Keras 3 has the names of these older modules elsewhere.
KERAS_HOMES = ("layers", "models", "initializers", "regularizers", "optimizers", "utils", "backend")


def load(pieces: Sequence[Piece]) -> tuple[dict, list[str]]:
    """Runs statements: the names that they define, and notes on what was left out.

    An import that fails is looked up where Keras 3 has the name, or else left out. One of the
    lesson's answers leaves a definition of the learner's own in place.
    """
    _cache_lines(pieces)
    namespace = {"__name__": "submission", "__builtins__": builtins}
    notes: list[str] = []
    for piece in pieces:
        [node] = ast.parse("\n" * (piece.line - 1) + piece.text, piece.name).body
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _import(node, namespace, notes)
            continue
        try:
            exec(compile(ast.Module([node], []), piece.name, "exec"), namespace)
        except Exception as error:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                raise
            left_out = ast.unparse(node).splitlines()[0][:60]
            notes.append(f"left out `{left_out}`: {type(error).__name__}: {error}")
    return namespace, notes


def _cache_lines(pieces):
    """Lets tracebacks show the learner's lines."""
    sources = {}
    for piece in pieces:
        lines = sources.setdefault(piece.name, [])
        own = piece.text.splitlines(keepends=True)
        lines += ["\n"] * (piece.line - 1 + len(own) - len(lines))
        lines[piece.line - 1 : piece.line - 1 + len(own)] = own
    for name, lines in sources.items():
        linecache.cache[name] = (len(lines), None, lines, name)


def _import(node, namespace, notes):
    for alias in node.names:
        single = type(node)(
            **{**{f: getattr(node, f, None) for f in node._fields}, "names": [alias]}
        )
        name = alias.asname or alias.name.split(".")[0]
        own = namespace.get(name)
        try:
            code = compile(ast.fix_missing_locations(ast.Module([single], [])), "<import>", "exec")
            exec(code, namespace)
        except Exception:
            module = getattr(node, "module", None) or alias.name
            value = _in_keras_3(module, alias.name)
            if value is None:
                notes.append(f"left out {alias.name} of {module}: it cannot be imported here")
            elif alias.name == "*":
                namespace.update({k: v for k, v in vars(value).items() if k[0] != "_"})
            else:
                namespace[name] = value
        if isinstance(namespace.get(name), Absent) and own is not None:
            namespace[name] = own


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
