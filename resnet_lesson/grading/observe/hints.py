"""What the learner's code shows of a cause: a name misspelt, no `self`, an early `return`."""

import ast
import builtins
import difflib
import inspect
import textwrap
import traceback
from collections.abc import Callable
from itertools import pairwise

from resnet_lesson.grading.submissions.borrowed import with_helpers

# What the first parameter of a method is called where `self` has been forgotten.
NOT_SELF = {"X", "x", "input", "inputs", "filters", "f", "input_shape", "input_tensor", "X_input"}
METHODS = ("__init__", "build", "call", "get_config")


def hint(error: BaseException, function: Callable) -> str:
    """One sentence on the cause of an exception; empty where nothing more is known.

    Args:
        error: what was raised.
        function: the learner's function or class.
    """
    if isinstance(error, UnboundLocalError):
        return ""
    if isinstance(error, NameError) and error.name:
        return _of_name(error)
    if isinstance(error, AttributeError) and error.name and error.obj is not None:
        near = _near(error.name, [n for n in dir(error.obj) if not n.startswith("_")])
        meant = f"Did you mean `{near}`?" if near else ""
        if isinstance(function, type) and isinstance(error.obj, function):
            kept = f"Only what is stored as `self.{error.name}`, in `__init__` say, is there later."
            return f"{meant} {kept}".strip()
        return meant
    return of_methods(function) if isinstance(error, (TypeError, NotImplementedError)) else ""


def _of_name(error):
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    owner = frame.f_locals.get("self")
    if owner is not None and hasattr(owner, error.name):
        return f"`self.{error.name}` exists: is `self.` missing?"
    method = frame.f_code.co_name
    if owner is not None and error.name == "training":
        return f"`{method}` has no parameter of that name: add `training=None` to its `def` line."
    if owner is not None and error.name in inspect.signature(type(owner).__init__).parameters:
        return f"`__init__` is given it, `{method}` is not: store it there as `self.{error.name}`."
    names = [*frame.f_locals, *frame.f_globals, *dir(builtins)]
    names = [name for name in names if not name.startswith("_") and not _is_exception(name)]
    near = _near(error.name, names)
    return f"Did you mean `{near}`?" if near else ""


def _is_exception(name):
    value = getattr(builtins, name, None)
    return inspect.isclass(value) and issubclass(value, BaseException)


def _near(name, names):
    """The name that is most like another one, or None."""
    alike = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    by_case = {other.lower().replace("_", ""): other for other in names}
    return by_case.get(name.lower().replace("_", "")) or next(iter(alike), None)


def of_methods(function: Callable) -> str:
    """What is wrong with the head of a class's method, in words; empty if nothing is."""
    if not inspect.isclass(function):
        return ""
    methods = {name: m for name, m in vars(function).items() if inspect.isfunction(m)}
    for name in ("__init__", "call"):
        near = _near(name.strip("_"), [other for other in methods if other not in METHODS])
        others = [other for other in methods if not other.startswith("_") and other not in METHODS]
        near = near or (others[0] if name == "call" and len(others) == 1 else "")
        if name not in methods and near:
            return f"Keras calls `{name}`, and there is none, but `{near}`."
    for name in METHODS:
        if name in methods:
            first = next(iter(inspect.signature(methods[name]).parameters), None)
            if first is None or first in NOT_SELF:
                return f"`{name}` lacks `self`, which is the first parameter of every method."
    return ""


def early_return(attempt: Callable) -> str:
    """Which `return` of an attempt ends it before lines that follow, in words; empty if none does.

    Args:
        attempt: a function or class; its own helpers are read as well.
    """
    for function in with_helpers(attempt):
        try:
            lines, start = inspect.getsourcelines(function)
            tree = ast.parse(textwrap.dedent("".join(lines)))
        except (OSError, TypeError, SyntaxError, RecursionError):
            continue
        said = _early_return(tree, max(start, 1) - 1)
        if said:
            return said
    return ""


def _early_return(tree, above):
    for node in ast.walk(tree):
        for body in (getattr(node, field, None) for field in ("body", "orelse")):
            statements = body if isinstance(body, list) else []
            for statement, after in pairwise(statements):
                if isinstance(statement, ast.Return):
                    line, first = (above + s.lineno for s in (statement, after))
                    return f"line {first} never runs: line {line} returns before it"
        if isinstance(node, (ast.For, ast.While)) and isinstance(node.body[-1], ast.Return):
            line, loop = above + node.body[-1].lineno, above + node.lineno
            return f"line {line} returns in the first round of the loop in line {loop}"
    return ""
