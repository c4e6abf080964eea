"""The lesson's texts and the README's commands, read off their files."""

import json
import re
import shlex
import sys

import mistune
from support.paths import README

TO_HTML = mistune.create_markdown(escape=False, plugins=["table"])


def readme_command(module):
    """The command at the end of the README's line that runs a module, for this Python: a list."""
    line = re.search(rf"^python3 -m venv .*-m {module}\b.*$", README, re.MULTILINE)[0]
    _, *arguments = shlex.split(line.rpartition("&&")[2])
    return [sys.executable, *arguments]


def cells_of(path, kind):
    """The sources of a notebook's cells of one kind."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]
