"""The lesson's texts and the README's commands, read off their files."""

import ast
import io
import json
import re
import shlex
import sys
import tokenize
from dataclasses import dataclass

import mistune
from support.paths import CONTRIBUTING, INSTRUCTORS, PACKAGE, README, ROOT, SOLVED

QUESTIONS = sorted((PACKAGE / "questions").glob("*.toml"))
# Modules whose texts a learner meets while learning.
SPEAKING = ("exercises/*.py", "lab/*.py", "grading/messages.py", "figures/gallery.py")
TO_HTML = mistune.create_markdown(escape=False, plugins=["table"])
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
FOR_TOOLS = re.compile(r"#!|# (noqa|fmt|type):")
OTHER_CODE = re.compile(r"^#!|[{;]\s*[\w-]+:.*?;|\[A-Z", re.DOTALL)  # shell, CSS, patterns
ADDRESS = re.compile(r"https?://[^\s)\"'>`\\]+[^\s)\"'>`\\.,;:]")
CITED = re.compile(r"\[[^\]]*\]\(\s*https?://[^)]*\)")
NO_PROSE = re.compile(
    r"^(?P<fence>```|~~~).*?^(?P=fence)"  # code
    r"|``.+?``|`[^`\n]*`|\$[^$]+\$|<[^>]+>"  # code, formulas, elements of HTML
    r"|\]\([^)]*\)|https?://\S+"  # where links lead
    r"|[\w./-]*[\\/_@][\w./-]*|\w+\.\w[\w.]*"  # paths and names
    r"|(?<!\S)--?[a-z][\w-]*",  # options of commands
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Text:
    """One text: where it stands, and its words."""

    where: str
    body: str


def readme_command(module):
    """The command at the end of the README's line that runs a module, for this Python: a list."""
    line = re.search(rf"^\S.*-m {module} .*$", README, re.MULTILINE)[0]
    _, *arguments = shlex.split(line.rpartition("&&")[2])
    return [sys.executable, *arguments]


def cells_of(path, kind):
    """The sources of a notebook's cells of one kind."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def said_in(source, strings=True):
    """What Python code says to a reader: comments, docstrings, strings of three words or more."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not FOR_TOOLS.match(token.string):
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED):
            yield ast.get_docstring(node) or ""
        elif strings and isinstance(node, ast.Constant) and is_prose(node.value):
            yield node.value


def is_prose(value):
    """Whether a constant is a text of three words or more, and no shell script or style sheet."""
    return isinstance(value, str) and len(value.split()) >= 3 and not OTHER_CODE.search(value)


def lesson_texts():
    """What learners and teachers read: pages, notebooks, questions, hints and messages."""
    yield Text("README.md", README)
    yield Text("INSTRUCTORS.md", INSTRUCTORS)
    yield Text("CONTRIBUTING.md", CONTRIBUTING)
    for path in SOLVED:
        yield from (Text(path.stem, body) for body in cells_of(path, "markdown"))
    for path in QUESTIONS:
        yield Text(path.name, path.read_text(encoding="utf-8"))
    for pattern in SPEAKING:
        yield from _modules(sorted((ROOT / "resnet_lesson").glob(pattern)))


def code_texts():
    """What all the Python code says; of the tests, which feed in odd strings, only the remarks."""
    for path in SOLVED:
        for source in cells_of(path, "code"):
            yield from (Text(path.stem, body) for body in said_in(source))
    yield from _modules(sorted(ROOT.glob("resnet_lesson/**/*.py")))
    yield from _modules(sorted(ROOT.glob("tests/**/*.py")), strings=False)


def _modules(paths, strings=True):
    for path in paths:
        where = path.relative_to(ROOT).as_posix()
        source = path.read_text(encoding="utf-8")
        yield from (Text(where, body) for body in said_in(source, strings))


def prose(body):
    """A text without code, formulas, addresses, names and the titles of works that it cites."""
    return NO_PROSE.sub(" ", CITED.sub(" ", body))
