"""Submissions as tests write them down: files, zips and notebooks, and what is picked of them."""

import textwrap
import zipfile

import nbformat

from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.source import Source, parse

BLOCK = "def identity_block(X, f, filters, training=True, initializer=None):\n    return X\n"
BLANK = BLOCK.replace("return X", "# YOUR CODE HERE\n    raise NotImplementedError()")

FIVE, ONE = "def identity_block(): return 5", "def identity_block(): return 1"


def written(top, files):
    for name, content in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return top


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def notebook(*cells, counts=()):
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    for cell, count in zip(made, counts, strict=False):
        cell.execution_count = count
    return nbformat.writes(nbformat.v4.new_notebook(cells=made))


def names(path, **options):
    return {s.name: [f.name for f in s.files] for s in find_submissions([path], **options)}


def picked(name, *sources):
    """What an exercise gets of sources, each a name and a text; run, with the notes on it."""
    made = []
    for file, text in sources:
        source = Source(file)
        source.statements = parse(textwrap.dedent(text), f"<{file}>")
        made.append(source)
    found = attempt(made, name)
    namespace, notes = load(found.pieces)
    notes[:0] = found.notes
    return namespace[name], notes
