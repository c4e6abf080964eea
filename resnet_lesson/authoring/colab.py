"""The learners' notebooks as Google Colab opens them.

They are made at a release, into the branch that Colab reads, and are not kept beside the others:
the first cell and the links need the address of the repository and the release, which a fork has of
its own, and each figure stands in them once more.
"""

import copy
import re
import tomllib
from importlib import resources
from pathlib import Path

import nbformat
from nbformat import v4

from resnet_lesson.authoring.learner_notebooks import learners_form
from resnet_lesson.authoring.notebook_files import AuthoringError, read_notebook, write_notebook
from resnet_lesson.authoring.variant_notebooks import variant_form
from resnet_lesson.errors import LessonError
from resnet_lesson.paths import IMAGES

COLAB = "https://colab.research.google.com/github"
BRANCH = "colab"  # of the repository; the notebooks lie at its top
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
IMAGE = re.compile(r"!\[(.*?)\]\(\.\./images/([\w-]+)\.svg\)", re.DOTALL)
NOTEBOOK = re.compile(r"\]\(([\w-]+\.ipynb)(?:#[^)]*)?\)")
INSTALL = """\
#@title Install the lesson: run this cell first, once a session {{ display-mode: "form" }}
# It adds packages to those of Colab, and changes none.
%pip install --quiet "resnet-lesson @ git+https://github.com/{repository}@{release}"
"""
SHOW = """\
#@title {caption} {{ display-mode: "form" }}
from IPython.display import SVG
from resnet_lesson.paths import IMAGES

SVG(IMAGES / "{name}.svg")"""


def colab_form(
    learners: nbformat.NotebookNode, stem: str, repository: str, release: str
) -> nbformat.NotebookNode:
    """A learner's notebook for Colab, which has neither our folders nor JupyterLab's menus.

    Args:
        learners: the learner's notebook.
        stem: its name, such as "02-identity-block".
        repository: owner and name on GitHub.
        release: the tag or branch that the first cell installs.

    Raises:
        AuthoringError: a text that has another form here has changed.
    """
    notebook = copy.deepcopy(learners)
    replaced = _replacements(stem)
    address = f"{COLAB}/{repository}/blob/{BRANCH}"
    install = INSTALL.format(repository=repository, release=release)
    badge = f"[![Open in Colab]({BADGE})]({address}/{stem}.ipynb)"
    cells = [
        v4.new_markdown_cell(badge, id="colab-badge"),
        v4.new_code_cell(install, id="colab-install", metadata={"cellView": "form"}),
    ]
    for cell in notebook.cells:
        if cell.id in replaced:
            entry = replaced.pop(cell.id)
            if entry["instead_of"] not in cell.source:
                raise AuthoringError(f"{stem}, cell {cell.id}: its text for Colab is of another")
            cell.source = entry["text"].strip()
        if cell.cell_type == "code":
            cells.append(cell)
            continue
        cell.source = NOTEBOOK.sub(rf"]({address}/\1)", cell.source)
        cells += _with_figures(cell)
    if replaced:
        raise AuthoringError(f"{stem} has no cell {', '.join(replaced)}, which colab.toml names")
    notebook.cells = cells
    notebook.metadata["colab"] = {"provenance": [], "toc_visible": True}
    return notebook


def _replacements(stem):
    text = resources.files(__package__).joinpath("colab.toml").read_text(encoding="utf-8")
    return tomllib.loads(text).get(stem, {})


def _with_figures(cell):
    """A text cell as it is or, at its figures, divided by cells that show them.

    Colab refuses SVG in texts. The outputs of cells it shows, and before they are run.
    """
    before, *parts = IMAGE.split(cell.source)
    texts, captions, names = [before, *parts[2::3]], parts[::3], parts[1::3]
    for number, text in enumerate(texts):
        if text.strip():
            part = copy.deepcopy(cell)
            part.source = text.strip()
            part.id = f"{cell.id}-{number}" if number else cell.id
            yield part
        if number < len(names):
            yield _figure(" ".join(captions[number].split()), names[number], cell.id)


def _figure(caption, name, cell_id):
    picture = (IMAGES / f"{name}.svg").read_text(encoding="utf-8")
    output = v4.new_output("execute_result", {"image/svg+xml": picture}, execution_count=1)
    source = SHOW.format(caption=caption, name=name)
    cell = v4.new_code_cell(source, id=f"{cell_id}-{name}"[:64], metadata={"cellView": "form"})
    cell.outputs, cell.execution_count = [output], 1
    return cell


def write_colab_forms(
    folder: Path, solutions: Path, repository: str, release: str, variant: int = 0
) -> list[Path]:
    """Writes the form of each notebook for Colab.

    Args:
        folder: where to; made if it is missing.
        solutions: the folder of the solved notebooks, which are the source.
        repository: owner and name on GitHub.
        release: the tag or branch that the first cells install.
        variant: of the exercises, see `resnet_lesson.exercises.variants`.

    Raises:
        LessonError: the repository is not given as ``OWNER/NAME``; or as `colab_form`.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise LessonError(f"{repository!r} is not a repository as GitHub names it: OWNER/NAME")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for solved in sorted(solutions.glob("*.ipynb")):
        form = variant_form(read_notebook(solved), solved.stem, variant)
        learners = learners_form(form, solved.name)
        paths.append(folder / solved.name)
        write_notebook(colab_form(learners, solved.stem, repository, release), paths[-1])
    return paths
