"""The notebooks as Google Colab opens them."""

import re

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from support.paths import SOLUTIONS, SOLVED

from resnet_lesson.authoring import colab
from resnet_lesson.authoring.__main__ import main
from resnet_lesson.authoring.learner_notebooks import learners_form
from resnet_lesson.authoring.notebook_files import AuthoringError, read_notebook

ELSEWHERE = re.compile(
    r"JupyterLab|menu \*?(?:Kernel|File)|\.venv|requirements\.txt|\.\./|In a terminal"
)


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    """The Colab form of each notebook: name → notebook."""
    folder = tmp_path_factory.mktemp("colab")
    colab.write_colab_forms(folder, SOLUTIONS, "someone/lesson", "v1.2")
    return {path.stem: nbformat.read(path, 4) for path in sorted(folder.iterdir())}


def test_every_notebook_has_one_that_is_valid_and_opens_itself(forms):
    assert list(forms) == [path.stem for path in SOLVED]
    for name, notebook in forms.items():
        nbformat.validate(notebook)
        assert f"/github/someone/lesson/blob/colab/{name}.ipynb)" in notebook.cells[0].source


def test_the_first_cell_that_runs_installs_the_release(forms):
    for notebook in forms.values():
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert '"resnet-lesson @ git+https://github.com/someone/lesson@v1.2"' in first.source


@pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
def test_nothing_is_lost_and_figures_are_shown_before_anything_is_run(forms, path):
    ours = learners_form(read_notebook(path), path.name)
    notebook = forms[path.stem]
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in ours.cells if cell.cell_type == "code"] == [
        source for source in code if not source.startswith("#@title")
    ]
    figures = re.findall(r"\.\./images/([\w-]+)\.svg", "".join(cell.source for cell in ours.cells))
    shown = [cell for cell in notebook.cells if "SVG(IMAGES" in cell.source]
    assert [re.search(r'"([\w-]+)\.svg"', cell.source)[1] for cell in shown] == figures
    assert all(cell.outputs[0].data["image/svg+xml"].startswith("<svg") for cell in shown)


def test_no_text_speaks_of_what_colab_does_not_have(forms):
    for name, notebook in forms.items():
        for cell in notebook.cells:
            assert not ELSEWHERE.search(cell.source), (name, cell.id)


def test_links_between_notebooks_stay_in_colab(forms):
    text = "\n".join(cell.source for notebook in forms.values() for cell in notebook.cells)
    targets = set(re.findall(r"\]\(([^)]*\.ipynb[^)]*)\)", text))
    address = f"{colab.COLAB}/someone/lesson/blob/colab"
    assert targets == {f"{address}/{path.name}" for path in SOLVED}


def test_a_text_that_has_changed_since_is_refused():
    notebook = new_notebook(cells=[new_markdown_cell("Something else.", id="versions-help")])
    with pytest.raises(AuthoringError, match="versions-help"):
        colab.colab_form(notebook, "00-start-here", "someone/lesson", "main")
    with pytest.raises(AuthoringError, match="has no cell versions-help"):
        colab.colab_form(new_notebook(), "00-start-here", "someone/lesson", "main")


@pytest.mark.parametrize("repository", ["", "lesson", "https://github.com/someone/lesson"])
def test_a_repository_that_github_does_not_know_is_bad_usage(tmp_path, capsys, repository):
    arguments = ["--folder", str(SOLUTIONS.parent), "--colab", str(tmp_path / "colab")]
    assert main([*arguments, "--repository", repository]) == 2
    assert "OWNER/NAME" in capsys.readouterr().err and not (tmp_path / "colab").exists()
