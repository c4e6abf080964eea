"""The rules for the lesson's English: spelling, one name for a thing, listed links.

    python tests/lint/texts.py

Beside this file lie the words that no dictionary has (``words.txt``), the names of things
(``terms.toml``) and the addresses of other people's pages (``links.toml``). Prints what breaks a
rule, one place a line, and ends with status 1 if there is any. Needs the extra ``dev``.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.paths import PACKAGE, ROOT, SOLVED, TESTS
from support.texts import cells_of

FOLDER = Path(__file__).parent
DOCUMENTS = ("README.md", "CHANGELOG.md", ".github/**/*.md", "notebooks/**/*.md")
# What learners and teachers read of the package; an entry that matches no file is a fault.
SPEAKING = (
    *("exercises/*.py", "lab/*.py", "lab/explorers/*.py", "grading/judge/*.py"),
    *("grading/report/*.py", "figures/gallery.py", "questions/*.toml"),
)
TEMPLATES = ("**/*.html", "**/*.j2", "**/*.jinja")
FIRST_DAY = date(2026, 11, 1)  # no link was listed before

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
FOR_TOOLS = re.compile(r"#!|# (noqa|fmt|type):")
OTHER_CODE = re.compile(r"^#!|[{;]\s*[\w-]+:.*?;|\[A-Z", re.DOTALL)  # shell, CSS, patterns
OF_TEMPLATES = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
ADDRESS = re.compile(r"https?://[^\s)\"'>`\\]+[^\s)\"'>`\\.,;:]")
NOT_PUBLISHED = re.compile(r"127\.0\.0\.1|localhost|www\.w3\.org/\d{4}/|[{\\]")
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
    """A text: where it stands, and its words."""

    where: str
    body: str


# ------------------------------------------------------------------------------------- the texts


def lesson_texts():
    """What learners and teachers read: documents, notebooks, questions, hints and messages."""
    for path in _files(ROOT, DOCUMENTS):
        yield Text(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    for path in SOLVED:
        yield from (Text(path.stem, body) for body in cells_of(path, "markdown"))
    for pattern in SPEAKING:
        paths = _files(PACKAGE, [pattern])
        assert paths, f"tests/lint/texts.py: no file is named {pattern}"
        yield from texts_in(paths)
    yield from texts_in(_files(PACKAGE, TEMPLATES))


def code_texts():
    """What all the Python code says; of the tests, which feed in odd strings, only the remarks."""
    for path in SOLVED:
        for source in cells_of(path, "code"):
            yield from (Text(path.stem, body) for body in prose_of_code(source))
    yield from texts_in(_files(PACKAGE, ["**/*.py"]))
    yield from texts_in(_files(TESTS, ["**/*.py"]), strings=False)


def texts_in(paths, strings=True):
    """The texts in files of Python, TOML and HTML."""
    for path in paths:
        where, source = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            yield from (Text(where, body) for body in prose_of_code(source, strings))
        elif path.suffix == ".toml":
            yield Text(where, source)
        else:
            html = BeautifulSoup(OF_TEMPLATES.sub(" ", source), "html.parser")
            for code in html(["style", "script"]):
                code.decompose()
            yield Text(where, html.get_text(" "))


def _files(folder, patterns):
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def prose_of_code(source, strings=True):
    """What code says to a reader: comments, docstrings, and strings of three words or more."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not FOR_TOOLS.match(token.string):
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED):
            yield ast.get_docstring(node) or ""
        elif strings and isinstance(node, ast.Constant) and _is_prose(node.value):
            yield node.value


def _is_prose(value):
    """Whether a constant is a text of three words or more, and no shell script or style sheet."""
    return isinstance(value, str) and len(value.split()) >= 3 and not OTHER_CODE.search(value)


def prose(body):
    """A text without code, formulas, addresses, names and the titles of works that it cites."""
    return NO_PROSE.sub(" ", CITED.sub(" ", body))


# -------------------------------------------------------------------------------------- spelling


@cache
def dictionary():
    """English as pyspellchecker knows it, mostly in American spelling."""
    from spellchecker import SpellChecker

    return SpellChecker()


def listed_words():
    """The words of our own list, in lower case."""
    lines = (FOLDER / "words.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def words_of(text):
    """The words of a text as a dictionary has them: in lower case, no abbreviations, no ’s."""
    for word in WORD.findall(prose(text.body)):
        word = re.sub(r"['’]s$", "", word)
        if len(word) > 1 and (word.islower() or word.istitle()):
            yield word.lower()


def misspelt(texts, known):
    """Words that neither the dictionary has nor our list: a set of (place, word)."""
    english, known = dictionary(), set(known)
    words = {(text.where, word) for text in texts for word in words_of(text)}
    return {(where, word) for where, word in words if word not in known and word not in english}


def misplaced(listed):
    """What is wrong with our own list of words."""
    if listed != sorted(set(listed)):
        yield "tests/lint/words.txt: not sorted, or a word stands twice"
    for word in listed:
        if word in dictionary():
            yield f"tests/lint/words.txt: the dictionary has {word}"


# ----------------------------------------------------------------------------------------- terms


@cache
def terms():
    """The table of terms: for each what to say, a pattern of what not to say, and where one may."""
    table = tomllib.loads((FOLDER / "terms.toml").read_text(encoding="utf-8"))["term"]
    return [
        (
            row["say"],
            re.compile(rf"(?i)(?<![\w-])(?:{'|'.join(row['not'])})(?![\w-])"),
            re.compile(row.get("but_in", r"(?!)")),
        )
        for row in table
    ]


def wrong_terms(texts):
    """What the table of terms forbids: list of (place, wrong name, right name)."""
    plain = [(text.where, " ".join(prose(text.body).split())) for text in texts]
    return [
        (where, match[0], say)
        for say, pattern, exempt in terms()
        for where, body in plain
        for match in pattern.finditer(body)
        if not exempt.search(where)
    ]


# ----------------------------------------------------------------------------------------- links


def listed_links():
    """The list of external links: from address to a dict with what it is and when it was seen."""
    return tomllib.loads((FOLDER / "links.toml").read_text(encoding="utf-8"))["link"]


def used_addresses(texts):
    """The addresses in texts and anywhere in the package's code: a set."""
    code = [path.read_text(encoding="utf-8") for path in PACKAGE.glob("**/*.py")]
    bodies = [*(text.body for text in texts), *code]
    addresses = {address for body in bodies for address in ADDRESS.findall(body)}
    return {address for address in addresses if not NOT_PUBLISHED.search(address)}


def wrong_links(listed, used):
    """What is wrong with the list of links, line by line."""
    for address in sorted(used - listed.keys()):
        yield f"tests/lint/links.toml: {address} is not listed"
    for address in sorted(listed.keys() - used):
        yield f"tests/lint/links.toml: {address} is used nowhere"
    for address, entry in listed.items():
        opened = entry.get("opened", entry["listed"])
        if set(entry) - {"what", "listed", "opened"} or len(entry["what"].split()) < 2:
            yield f"tests/lint/links.toml: {address}: wants what (in words) and listed"
        elif not FIRST_DAY <= entry["listed"] <= opened:
            yield f"tests/lint/links.toml: {address}: opened before it was listed"


def main():
    read = list(lesson_texts())
    every = [*read, *code_texts()]
    listed = listed_words()
    faults = [f"{where}: misspelt: {word}" for where, word in sorted(misspelt(every, listed))]
    faults += misplaced(listed)
    faults += [
        f"{where}: {wrong!r}: say {right!r}" for where, wrong, right in sorted(wrong_terms(read))
    ]
    faults += wrong_links(listed_links(), used_addresses(every))
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(every)} texts, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
