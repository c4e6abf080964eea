"""Where the repository's files are."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "resnet_lesson"
TESTS = ROOT / "tests"
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = NOTEBOOKS / "solutions"
BLANK = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
SOLVED = sorted(SOLUTIONS.glob("*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTRUCTORS = (ROOT / ".github/INSTRUCTORS.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github/CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The classic assignment's photographs, which are not part of the repository.
REAL_SIGNS = ROOT.parent / "shared" / "data"
