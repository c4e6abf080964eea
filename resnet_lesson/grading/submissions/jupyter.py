"""Turns what a notebook's cells say into plain Python, as IPython reads them."""

import ast
import functools
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Cell magics that run another language, or nothing that defines names here.
OTHER_LANGUAGES = {
    *("bash", "cmd", "sh", "script", "system", "sx", "powershell", "perl", "ruby", "R", "julia"),
    *("html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "sql", "cython"),
    *("python", "python2", "python3", "pypy"),
}
# Commands of extensions, which IPython itself does not list.
OF_EXTENSIONS = {
    *("aimport", "autoreload", "autosave", "lprun", "memit", "tensorboard", "tensorflow_version"),
}
COMMAND = re.compile(r"(\s*)(\w+)(?=\s|$)(?!\s*[=,(\[])")
COLAB_COMMENT = "# Commented out IPython magic to ensure Python compatibility."
IN_A_BLOCK = re.compile(r"# [ \t]+%")  # a magic that Colab made a comment of: a block may need it


@dataclass(frozen=True)
class Code:
    """Python code of a cell, or of a file that a cell writes.

    Attributes:
        file: the name of the file that the cell writes; "" for code that it runs.
        first_line: the number of its first line in the cell.
    """

    text: str
    file: str = ""
    first_line: int = 1


def python_of(source: str) -> Iterator[Code]:
    """The Python code of a cell or file, magics and shell lines taken out; none if it runs none.

    Line numbers stay those that the learner sees.
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    if COLAB_COMMENT in text:
        text = _uncommented(text)
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    while lines[first].strip().startswith("%%"):
        magic, *arguments = lines[first].strip()[2:].split() or [""]
        if magic in ("writefile", "file") and arguments:
            yield Code("\n".join(lines[first + 1 :]), arguments[-1], first + 2)
            return
        if magic in OTHER_LANGUAGES or magic.startswith("!"):
            return
        lines[first] = ""
        first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    text = "\n".join(lines)
    yield Code(text if _is_python(text) else _without_commands(_transformed(text)))


def _is_python(text):
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _uncommented(text):
    """A file that Colab exported, with the cells that it made comments of."""
    lines = text.split("\n")
    inside = False
    for number, line in enumerate(lines):
        after_mark = number > 0 and lines[number - 1].strip() == COLAB_COMMENT
        inside = line.startswith("# %%") if after_mark else inside and line.startswith("#")
        if inside:
            lines[number] = "" if after_mark else line[2:]
        elif IN_A_BLOCK.match(line):
            lines[number] = line[2:]
    return "\n".join(lines)


def _transformed(text):
    """Magics, shell lines and questions as IPython's own input transformer writes them."""
    from IPython.core.inputtransformer2 import (
        TRANSFORM_LOOP_LIMIT,
        TransformerManager,
        leading_empty_lines,
    )

    # IPython gives up on a cell with more, after it has read the whole of it for each.
    if (
        sum(line.lstrip().startswith(("%", "!")) for line in text.split("\n"))
        > TRANSFORM_LOOP_LIMIT
    ):
        return text

    class Manager(TransformerManager):
        def do_one_token_transform(self, lines):
            changed, new = super().do_one_token_transform(lines)
            if len(new) < len(lines):  # it joins lines that go on
                same = (n for n, (a, b) in enumerate(zip(lines, new, strict=False)) if a != b)
                place = next(same, len(new) - 1) + 1
                new[place:place] = ["\n"] * (len(lines) - len(new))
            return changed, new

    manager = Manager()
    manager.cleanup_transforms.remove(leading_empty_lines)
    blank = len(text) - len(text.lstrip("\n"))
    try:
        return text[:blank] + manager.transform_cell(text[blank:])
    except (SyntaxError, RuntimeError):  # the latter where it gives up
        return text


def _without_commands(text):
    """The text with `pass` in place of commands that IPython takes without a percent sign."""
    lines = text.split("\n")
    for _ in lines:
        try:
            ast.parse("\n".join(lines))
            break
        except SyntaxError as error:
            number = (error.lineno or 1) - 1
            command = COMMAND.match(lines[number]) if number < len(lines) else None
            if not command or command[2] not in _commands():
                break
            lines[number] = f"{command[1]}pass"
    return "\n".join(lines)


@functools.cache
def _commands():
    """The commands that IPython takes without a percent sign."""
    from IPython.core import alias, magics

    classes = [
        value for value in (getattr(magics, n) for n in dir(magics)) if inspect.isclass(value)
    ]
    names = {name for c in classes for name in getattr(c, "magics", {}).get("line", ())}
    return names | {name for name, _ in alias.default_aliases()} | OF_EXTENSIONS


def code_of_magic(node: ast.stmt) -> str | None:
    """The Python code that a statement hands to a magic, which runs it.

    Such as ``get_ipython().run_cell_magic("time", "", code)``, as exports write it.
    """
    call = getattr(node, "value", None)
    if not isinstance(node, ast.Expr) or not isinstance(call, ast.Call):
        return None
    given = [getattr(argument, "value", None) for argument in call.args]
    match getattr(call.func, "attr", ""), given:
        case "run_cell_magic", [name, _, str(code)] if name not in OTHER_LANGUAGES:
            return code
        case "run_line_magic", ["time", str(code)]:  # the only one that keeps what the line binds
            return code
    return None
