"""Turns what a notebook's cells say into plain Python, as IPython reads them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Cell magics that run another language, or nothing that defines names here.
OTHER_LANGUAGES = {
    *("bash", "cmd", "sh", "script", "system", "sx", "powershell", "perl", "ruby", "R", "julia"),
    *("html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "sql", "cython"),
    *("python", "python2", "python3", "pypy"),
}
# Commands that IPython takes without a percent sign.
AUTOMAGIC = re.compile(
    r"(\s*)(pip|conda|mamba|cd|ls|ll|pwd|mkdir|rmdir|cp|mv|rm|cat|less|man|run|time|timeit|prun|"
    r"load_ext|reload_ext|autoreload|matplotlib|env|who|whos|reset|tensorflow_version)\b"
    r"(?!\s*[=(.,\[:])"
)
COLAB_COMMENT = "# Commented out IPython magic to ensure Python compatibility."


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
    while lines[first].startswith("%%") or lines[first].strip().startswith("%%"):
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
    return "\n".join(lines)


def _transformed(text):
    """Magics, shell lines and questions as IPython's own input transformer writes them."""
    from IPython.core.inputtransformer2 import TransformerManager, leading_empty_lines

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
    except SyntaxError:
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
            command = AUTOMAGIC.match(lines[number]) if number < len(lines) else None
            if not command:
                break
            lines[number] = f"{command[1]}pass"
    return "\n".join(lines)


def code_of_cell_magic(node: ast.stmt) -> str | None:
    """The code in ``get_ipython().run_cell_magic("time", "", code)``, as exports write it."""
    call = getattr(node, "value", None)
    if not isinstance(node, ast.Expr) or not isinstance(call, ast.Call):
        return None
    if getattr(call.func, "attr", "") != "run_cell_magic" or len(call.args) != 3:
        return None
    name, _, code = (getattr(argument, "value", None) for argument in call.args)
    return code if isinstance(code, str) and name not in OTHER_LANGUAGES else None
