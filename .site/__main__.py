"""Makes pages of the solved notebooks and of the instructors' page: ``python .site FOLDER``."""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TO_REPOSITORY = re.compile(r"\[([^]]+)\]\(\.\./([^)#]*)[^)]*\)")


def collect(folder):
    """Copies what the pages are made of to where Sphinx and the notebooks' links look for it.

    Args:
        folder: path of an empty folder.

    Returns:
        Path of the folder in it that holds the pages' sources.
    """
    sources = folder / "notebooks/solutions"
    shutil.copytree(ROOT / "notebooks/solutions", sources, ignore=_all_but_notebooks)
    shutil.copytree(ROOT / "images", folder / "images")
    page = (ROOT / ".github/INSTRUCTORS.md").read_text(encoding="utf-8")
    page = TO_REPOSITORY.sub(r"\1 (`\2`)", page)  # what the pages have none of
    (sources / "instructors.md").write_text(page, encoding="utf-8")
    (sources / "_toc.yml").write_text("\n".join(table_of_contents(sources)), encoding="utf-8")
    return sources


def table_of_contents(folder):
    """Lines of YAML: the pages in their order, with the numbers that the texts call them by."""
    first, *others = sorted(folder.glob("*.ipynb"))
    yield f"root: {first.stem}\nentries:"
    for path in others:
        title = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"]).splitlines()[0]
        yield f"  - file: {path.stem}"
        yield f"    title: {json.dumps(path.stem[:2] + title.removeprefix('#'))}"
    yield "  - file: instructors"


def _all_but_notebooks(folder, names):
    return [name for name in names if not name.endswith(".ipynb")]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        pages = collect(Path(scratch))
        sys.exit(main(["-c", str(HERE), str(pages), *sys.argv[1:]]))
