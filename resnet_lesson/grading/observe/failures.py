"""Exceptions as data: what was raised, at which line, and after which operations."""

import ast
import inspect
import linecache
import re
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import TypeGuard

import keras

from resnet_lesson.exercises.blanks import BLANK
from resnet_lesson.grading.judge.observation import Failure
from resnet_lesson.grading.observe.hints import hint
from resnet_lesson.grading.observe.probes import reweighted
from resnet_lesson.graph.composites import inside, is_composite
from resnet_lesson.graph.following import TraceError
from resnet_lesson.graph.operations import operations
from resnet_lesson.graph.tracing import Trace
from resnet_lesson.graph.unused import unused, with_other_path
from resnet_lesson.keras_internals import arguments_of, is_computed


def failure_of(error: BaseException, function: Callable) -> Failure:
    """An exception in plain data, with the line of the learner's ``function`` that raised it.

    An unfilled blank (``raise NotImplementedError()``) is "not_attempted".
    """
    own = _file_of(function)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == own]
    last = frames[-1] if frames else None
    number = last.lineno or 0 if last else 0
    line = linecache.getline(last.filename, number).strip() if last else ""
    if isinstance(error, NotImplementedError) and "NotImplementedError" in line:
        if not _is_left_over(error, own, number):
            return Failure("not_attempted")
        message = "it still stands beside your answer: delete this line"
        return Failure("exception", type(error).__name__, message, line, number)
    what = "memory" if _is_of_memory(error) else "exception"
    return Failure(what, type(error).__name__, _text(error), line, number, hint(error, function))


def _is_left_over(error, own, number):
    """True if an answer stands beside the blank's ``raise NotImplementedError()``.

    The blank is a comment and that line, with nothing in between and an empty line below.
    """
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__) if f.f_code.co_filename == own]
    try:
        first = frames[-1].f_code.co_firstlineno
        lines = inspect.getsource(frames[-1].f_code).splitlines()
        [function] = ast.parse(textwrap.dedent("\n".join(lines))).body
    except (OSError, SyntaxError, ValueError):
        return False
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    places = [place for place, s in enumerate(body) if s.lineno + first - 1 == number]
    if not places or len(body) == 1:
        return False
    row = number - first
    above, below = lines[row - 1].strip(), "".join(lines[row + 1 : row + 2]).strip()
    return above != BLANK[0] or below != "" or places == [0]


def unfilled_line(function: Callable) -> tuple[int, str]:
    """The number and text of the first line ``X = None`` that a template left; else ``(0, "")``.

    What follows reads that None, or there is another such line: so it is no first value.
    """
    try:
        lines, first = inspect.getsourcelines(inspect.unwrap(function))
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError, ValueError, TypeError):
        return 0, ""
    for node in ast.walk(tree):
        body = node.body if isinstance(node, ast.FunctionDef) else []
        for place, statement in enumerate(body):
            if _is_none(statement) and _is_read(statement.targets[0], body[place + 1 :]):
                row = statement.lineno - 1
                return max(first, 1) + row, lines[row].strip()
    return 0, ""


def _is_none(statement: ast.AST) -> TypeGuard[ast.Assign]:
    return isinstance(statement, ast.Assign) and ast.unparse(statement.value) == "None"


def _is_read(target, following):
    """Whether the statements go on with a variable as it is, and do not ask whether it is None."""
    for statement in following:
        same = [n for n in ast.walk(statement) if ast.unparse(n) == ast.unparse(target)]
        if same:
            is_asked = isinstance(statement, (ast.If, ast.For, ast.While, ast.With, ast.Try))
            reads = any(isinstance(n.ctx, ast.Load) for n in same)
            return _is_none(statement) or (reads and not is_asked)
    return False


def _is_of_memory(error):
    """True for what Python, TensorFlow and the system raise where memory is used up."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return True
    of_system = isinstance(error, (OSError, ImportError))
    return of_system and re.search("Cannot allocate memory|failed to map segment", str(error))


def _file_of(function):
    """The name of the file that a function or a class was written in, None if unknown."""
    if inspect.isclass(function):
        methods = [m for m in vars(function).values() if inspect.isfunction(m)]
        function = methods[0] if methods else None
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code.co_filename if code else None


def _text(error):
    """An exception's text, without what Keras puts around that of an exception in `call`."""
    text = str(error)
    if text.startswith("Exception encountered when calling"):
        inside = re.search(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL)
        text = inside[1] if inside else text
    return text.rpartition("Error encountered:")[2].strip() or type(error).__name__


def until(run, error, source, call):
    """A run with the graph up to the operation that raised, read off the exception's frames.

    Args:
        call: the attempt's `resnet_lesson.grading.observe.calling.Call`.
    """
    calls = list(_calls(error))
    # Of a layer made of layers the one inside that raised.
    failed = next((c for c in calls if not is_composite(c[0])), calls[0] if calls else None)
    if failed is None:
        return run
    source = source if source is not None else _first_input(failed[1][0])
    in_build = _lead_back(calls[: calls.index(failed) + 1], source)
    try:
        trace = Trace(None, source, failed=failed, known_layers=call.layers)
        trace = trace if in_build else with_other_path(trace)
    except TraceError:
        return run
    for op in operations(trace.series):
        if in_build and op.attrs.get("training", True) is None:
            del op.attrs["training"]  # while building, no mode is known
    call.keep(run, reweighted(trace, None if run.separate else run.training))
    return replace(run, series=trace.series, unused=() if in_build else unused(trace))


def _calls(error):
    """The operations that were being called, ``(operation, symbolic tensors)``, outermost first."""
    step = error.__traceback__
    while step is not None:
        names, name = step.tb_frame.f_locals, step.tb_frame.f_code.co_name
        operation = names.get("self")
        if name in ("__call__", "symbolic_call") and isinstance(operation, keras.Operation):
            arguments = [value for key, value in names.items() if key != "self"]
            tensors = [t for t in keras.tree.flatten(arguments) if keras.utils.is_keras_tensor(t)]
            if tensors:
                yield operation, list({id(t): t for t in tensors}.values())
        step = step.tb_next


def _lead_back(calls, source):
    """Joins the inputs that composites make for themselves in `build` to what they were given.

    Returns True if there are any.
    """
    given, any_inner = source, False
    for operation, (tensor, *_) in calls:
        start = _first_input(tensor)
        if start is not source:
            start.computed_inside, any_inner = given, True
        given = tensor if is_composite(operation) else given
    return any_inner


def _first_input(tensor):
    """The input that a tensor was computed from."""
    while True:
        if inside(tensor) is not None:
            tensor = inside(tensor)
            continue
        read = arguments_of(tensor).keras_tensors if is_computed(tensor) else ()
        if not read:
            return tensor
        tensor = read[0]
