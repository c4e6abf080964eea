"""Runs a submission's statements, in a child process, to get the names that they define."""

import __future__

import ast
import builtins
import importlib.abc
import importlib.machinery
import inspect
import linecache
import sys
from collections.abc import Sequence
from pathlib import Path

from resnet_lesson.grading.sandbox.import_hook import MissingDefinition
from resnet_lesson.grading.submissions.statements import (
    DEFINITIONS,
    IMPORTS,
    NOTEBOOKS,
    Piece,
)
from resnet_lesson.keras_internals import KERAS_2

# Keras 3 has the names of these older modules elsewhere.
KERAS_HOMES = (
    *("layers", "models", "initializers", "regularizers", "activations", "optimizers", "utils"),
    *("backend", "constraints"),
)
# Where a name is looked up that the submission uses and does not bring along.
KERAS_NAMES = ("layers", "models", "initializers", "activations", "regularizers", "constraints")
MODULES = {
    **{name: f"keras.{name}" for name in (*KERAS_NAMES, "ops", "losses", "optimizers", "utils")},
    **{"keras": "keras", "tf": "tensorflow", "np": "numpy"},
    # Keras's own backend module lacks most of what older code takes from there.
    **{"K": "tensorflow.keras.backend", "backend": "tensorflow.keras.backend"},
}
OTHER_FRAMEWORKS = {
    **{"torch": "PyTorch", "torchvision": "PyTorch", "flax": "JAX", "jax": "JAX"},
    **{"mxnet": "MXNet", "paddle": "PaddlePaddle"},
}
MAIN = "submission"


def load(pieces: Sequence[Piece]) -> tuple[dict, list[str]]:
    """Runs statements: the names that they define, and notes on what was left out.

    An import that fails is looked up where Keras 3 has the name, or else left out; so is a name
    that is used and comes from nowhere. No import replaces a definition of the learner's own. Notes
    may come in later, when the functions are called.
    """
    _cache_lines(pieces)
    submission = _Submission(pieces)
    namespace = {"__name__": MAIN, "__builtins__": submission.builtins}
    submission.run(submission.modules.get("", ()), namespace)
    return namespace, submission.notes


def write_modules(pieces: Sequence[Piece], folder: Path) -> None:
    """Writes the learner's own modules as files, for code that loads them by their paths."""
    modules: dict[str, list[str]] = {}
    for piece in pieces:
        modules.setdefault(piece.module, []).append(piece.text)
    for name, texts in modules.items():
        if name:
            path = folder.joinpath(*name.split(".")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(texts), "utf-8")


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


class _Submission(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import hook that serves the learner's own modules."""

    def __init__(self, pieces):
        self.modules, self.notes = {}, []
        self.builtins = _Builtins(self.notes)
        for piece in pieces:
            self.modules.setdefault(piece.module, []).append(piece)
        earlier = [finder for finder in sys.meta_path if isinstance(finder, _Submission)]
        for name, module in list(sys.modules.items()):
            if getattr(getattr(module, "__spec__", None), "loader", None) in earlier:
                del sys.modules[name]
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in earlier]
        sys.meta_path.insert(0, self)

    def _is_own(self, name):
        return name != "" and any(own == name or own.startswith(f"{name}.") for own in self.modules)

    def find_spec(self, fullname, path=None, target=None):
        """Finds a module of the learner's; called by Python's import."""
        if not self._is_own(fullname):
            return None
        is_package = any(own.startswith(f"{fullname}.") for own in self.modules)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def exec_module(self, module):
        """Runs a module of the learner's; called by Python's import."""
        module.__builtins__ = self.builtins
        self.run(self.modules.get(module.__name__, ()), vars(module))

    def run(self, pieces, namespace):
        flags = _future_flags(pieces)
        answer = _file(pieces[-1]) if pieces else ""  # what other files define comes before
        for piece in pieces:
            [node] = ast.parse("\n" * (piece.line - 1) + piece.text, piece.name).body
            if isinstance(node, IMPORTS):
                self._import(node, namespace)
                continue
            try:
                _execute(node, piece.name, flags, namespace)
                if isinstance(node, ast.ClassDef) and (piece.module or _file(piece) != answer):
                    self._prefer_keras(node.name, piece, namespace)
            except Exception as error:
                if isinstance(node, DEFINITIONS) and not piece.module:
                    raise
                left_out = ast.unparse(node).splitlines()[0][:60]
                self.notes.append(f"left out `{left_out}`: {type(error).__name__}: {error}")
                if not isinstance(node, DEFINITIONS):
                    for inner in (n for n in ast.walk(node) if isinstance(n, IMPORTS)):
                        self._import(inner, namespace)

    def _prefer_keras(self, name, piece, namespace):
        """Puts Keras's layer in the place of a helper module's own of that name.

        Courses hand out such modules with layers in which only older versions of Keras find all
        that they need.
        """
        theirs = getattr(importlib.import_module("keras.layers"), name, None)
        own = namespace[name]
        if inspect.isclass(theirs) and inspect.isclass(own) and not issubclass(own, theirs):
            namespace[name] = theirs
            note = f"`{name}` of {_file(piece)} was replaced by Keras's layer of that name."
            self.notes += [note] if note not in self.notes else []

    def _import(self, node, namespace):
        for alias in node.names:
            home = getattr(node, "module", None) or alias.name
            is_module = isinstance(node, ast.Import)
            bound = alias.asname or (alias.name.partition(".")[0] if is_module else alias.name)
            if _is_own_definition(bound, namespace):
                continue
            names = _imported(node, alias, namespace)
            if names is None:
                self.builtins.lost[bound] = home
                if namespace["__name__"] == MAIN:
                    missing = f"left out {alias.name} of {home}: it cannot be imported here"
                    self.notes.append(missing)
            for name, value in (names or {}).items():
                is_lost = isinstance(value, MissingDefinition) and namespace.get(name) is not None
                if not is_lost and not _is_own_definition(name, namespace):
                    namespace[name] = value


def _file(piece):
    return piece.name.strip("<>").partition(", cell ")[0]


def _execute(node, file, flags, namespace):
    """Runs a statement; without the types of parameters, where a library of theirs is not here."""
    try:
        code = compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)
        exec(code, namespace)
    except ImportError:
        annotations = __future__.annotations.compiler_flag
        if not isinstance(node, DEFINITIONS) or flags & annotations:
            raise
        _execute(node, file, flags | annotations, namespace)


def _is_own_definition(name, namespace):
    value = namespace.get(name)
    is_definition = inspect.isfunction(value) or inspect.isclass(value)
    return is_definition and value.__module__ == namespace["__name__"]


def _future_flags(pieces):
    flags = 0
    for piece in pieces:
        if "__future__" in piece.text:
            for name in __future__.all_feature_names:
                feature = getattr(__future__, name)
                flags |= feature.compiler_flag if name in piece.text else 0
    return flags


def _imported(node, alias, namespace):
    """The names that one imported name brings, as a dictionary; None if it cannot be had."""
    home = NOTEBOOKS.sub("", getattr(node, "module", None) or "")
    alias = ast.alias(NOTEBOOKS.sub("", alias.name), alias.asname)
    full = home or alias.name
    if full.partition(".")[0] in OTHER_FRAMEWORKS:
        return None
    own = alias.asname or alias.name
    if not full.startswith(KERAS_2):  # which is no Keras 3, and still there
        single = ast.Import([alias])
        if isinstance(node, ast.ImportFrom):
            # The learner's first file is in no package: its siblings are found as modules.
            level = node.level if namespace.get("__package__") else 0
            single = ast.ImportFrom(home, [alias], level) if home or level else single
        code = ast.fix_missing_locations(ast.Module([single], []))
        scope = {k: v for k, v in namespace.items() if k.startswith("__")}
        dunder = set(scope)
        try:
            exec(compile(code, "<import>", "exec"), scope)
            return {name: value for name, value in scope.items() if name not in dunder}
        except Exception:
            pass
    value = _in_keras_3(full, alias.name)
    if value is None:
        return None
    if alias.name == "*":
        return {name: v for name, v in vars(value).items() if name[0] != "_"}
    return {own if home or alias.asname else own.split(".")[0]: value}


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


class _Builtins(dict):
    """Python's built-in names, and those that a submission uses and does not bring along.

    Courses supply them in helper modules that are not handed in.

    Attributes:
        lost: name → the module from which it could not be imported.
    """

    def __init__(self, notes):
        super().__init__(vars(builtins), display=_display, get_ipython=_Shell)
        self.notes = notes
        self.lost = {}

    def __missing__(self, name):
        home = self.lost.get(name, "")
        framework = self._framework(home)
        if not framework:
            source, value = _of_keras(name)
            if source:
                self[name] = value
                self.notes.append(f"`{name}` is never imported: it was taken from `{source}`.")
                return value
            if not home and "*" in self.lost:
                framework = self._framework(self.lost["*"])
        if framework:
            raise ImportError(
                f"this is written with {framework}, and `{name}` is part of it: "
                "the exercise asks for Keras"
            )
        if home:
            raise ImportError(f"`{name}` was to come from `{home}`, which was not handed in")
        raise KeyError(name)

    def _framework(self, module):
        return OTHER_FRAMEWORKS.get(module.partition(".")[0])


def _of_keras(name):
    """``(home, value)`` of a name that Keras has, or TensorFlow or NumPy under its usual name."""
    if name in MODULES:
        return MODULES[name], importlib.import_module(MODULES[name])
    for part in KERAS_NAMES if not name.startswith("_") else ():
        home = importlib.import_module(f"keras.{part}")
        if hasattr(home, name) and name not in ("get", "serialize", "deserialize"):
            return home.__name__, getattr(home, name)
    return "", None


class _Shell:
    """IPython's shell, by which magics and shell lines are run: here they do nothing."""

    def getoutput(self, command):
        return []

    def __getattr__(self, name):
        return _display


def _display(*_, **__):
    """Does nothing, as there is nothing to display on."""
