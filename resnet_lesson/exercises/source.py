"""The source of a reference, as it is shown to learners."""

import ast
import inspect
import textwrap
from typing import Any


def source_of(reference: Any) -> str:
    """The source of a function or class, of its docstring the first line only."""
    return with_short_docstring(textwrap.dedent(inspect.getsource(reference)).rstrip())


def with_short_docstring(source: str) -> str:
    """The source of a definition, of its docstring the first line only."""
    [definition] = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
    docstring = definition.body[0]
    assert docstring.end_lineno is not None
    lines = source.splitlines()
    first, *rest = lines[docstring.lineno - 1 : docstring.end_lineno]
    lines[docstring.lineno - 1 : docstring.end_lineno] = [first + '"""' if rest else first]
    return "\n".join(lines)
