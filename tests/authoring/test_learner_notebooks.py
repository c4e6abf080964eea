"""Solved notebook to learner's notebook, and what strict nbval makes of the result."""

import json
import os

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from support.paths import ROOT
from support.processes import run_python

from resnet_lesson.authoring.__main__ import main
from resnet_lesson.authoring.learner_notebooks import author, learners_form, out_of_step
from resnet_lesson.authoring.notebook_files import AuthoringError, read_notebook

GRADED = {"grade": False, "solution": True, "locked": False, "task": False, "schema_version": 3}
SOURCE = """def double(x):
    ### BEGIN SOLUTION
    y = 2 * x
    return y
    ### END SOLUTION"""


def tiny_cells():
    return [
        new_markdown_cell("# Twice\n\n![A circle](../../images/circle.svg)", id="title"),
        new_code_cell(SOURCE, id="graded", metadata={"nbgrader": GRADED | {"grade_id": "double"}}),
        new_code_cell("print('two')\n2 + 2", id="sum"),
        new_code_cell(
            "import os, random\n"
            "from IPython.display import Image, display\n"
            "print(random.random())\n"
            "display(Image(os.urandom(9), format='png'))",
            id="trained",
            metadata={"tags": ["nbval-ignore-output"]},
        ),
        new_code_cell("shown = display('before', display_id=True)", id="shown"),
        new_code_cell("shown.update('after')", id="changed"),
    ]


def write_solved(folder, cells):
    path = folder / "notebooks" / "solutions" / "01-tiny.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def authored(tmp_path_factory):
    """The path of a solved notebook that has been through the authoring."""
    path = write_solved(tmp_path_factory.mktemp("authored"), tiny_cells())
    author(path, full=True)
    return path


@pytest.fixture
def copied(authored, tmp_path):
    """The path of a copy of that notebook, and its content, to be changed."""
    path = tmp_path / "notebooks" / "solutions" / authored.name
    path.parent.mkdir(parents=True)
    for form in (path, path.parent.parent / path.name):
        source = authored.parent if form == path else authored.parent.parent
        form.write_bytes((source / form.name).read_bytes())
    return path, json.loads(path.read_text(encoding="utf-8"))


def nbval(*paths):
    """Runs strict nbval on notebooks as the project does; returns the finished process."""
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml")
    return run_python("-m", "pytest", "--nbval", *options, "--rootdir", paths[0].parent, *paths)


def test_no_kernel_is_left_running(authored):
    commands = [" ".join(p.cmdline()) for p in psutil.Process().children() if p.is_running()]
    assert not [command for command in commands if "ipykernel" in command]


def test_the_learners_form_has_a_blank_at_the_indent_of_the_solution(authored):
    blank = read_notebook(authored.parent.parent / authored.name)
    expected = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert blank.cells[1].source == expected
    assert blank.cells[1].metadata.nbgrader.solution


def test_links_lead_one_folder_up_from_the_learners_form(authored):
    blank = read_notebook(authored.parent.parent / authored.name)
    assert "](../images/circle.svg)" in blank.cells[0].source


def test_outputs_are_stored_with_counts_from_one_and_without_what_differs_each_time(authored):
    notebook = read_notebook(authored)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5]
    assert code[1].outputs[0].text == "two\n"
    assert code[1].outputs[1].data == {"text/plain": "4"}
    assert [set(output.data) for output in code[2].outputs] == [{"image/png", "text/plain"}]
    assert code[3].outputs[0].data == {"text/plain": "'before'"}
    assert all("execution" not in cell.metadata for cell in code)


def test_the_learners_form_holds_no_outputs(authored):
    notebook = read_notebook(authored.parent.parent / authored.name)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_a_second_run_changes_nothing(authored):
    forms = (authored, authored.parent.parent / authored.name)
    before = [path.read_bytes() for path in forms]
    assert author(authored) is False
    assert [path.read_bytes() for path in forms] == before


def test_a_full_run_makes_trained_pictures_anew(copied):
    path, before = copied
    author(path, full=True)
    after = json.loads(path.read_text(encoding="utf-8"))
    pictures = [form["cells"][3]["outputs"][0]["data"]["image/png"] for form in (before, after)]
    assert pictures[0] != pictures[1]


def test_only_a_full_run_renews_the_digest_of_a_trained_picture(copied):
    path, notebook = copied
    notebook["cells"][3]["source"][-1] = "display(Image(os.urandom(8), format='png'))"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    author(path)
    (line,) = out_of_step(path.parent.parent)
    assert "id trained" in line and line.endswith("python -m resnet_lesson.authoring --full 01")
    author(path, full=True)
    assert list(out_of_step(path.parent.parent)) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "raised ZeroDivisionError: division by zero"),
        ("import sys\nprint('careful', file=sys.stderr)", "wrote to stderr: careful"),
    ],
)
def test_a_cell_that_goes_wrong_is_named_in_one_line_and_nothing_is_stored(
    tmp_path, monkeypatch, capsys, source, said
):
    path = write_solved(tmp_path, [new_code_cell(source, id="wrong")])
    before = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    assert main([]) == 1
    first_line = source.partition("\n")[0]
    expected = f"solutions/01-tiny.ipynb, cell 1 (id wrong, `{first_line}`) {said}\n"
    assert capsys.readouterr().err == expected
    assert path.read_bytes() == before
    assert not (tmp_path / "notebooks" / "01-tiny.ipynb").exists()


@pytest.mark.parametrize(
    ("source", "metadata", "said"),
    [
        ("x = 1", {"nbgrader": GRADED}, "graded, but has no"),
        (SOURCE, {}, "no nbgrader metadata"),
        ("### BEGIN SOLUTION\nx = 1", {"nbgrader": GRADED}, "graded, but has no"),
        (SOURCE + "\n### END SOLUTION", {"nbgrader": GRADED}, "do not come in pairs"),
    ],
)
def test_a_region_that_does_not_fit_its_cell_is_refused(source, metadata, said):
    notebook = new_notebook(cells=[new_code_cell(source, metadata=metadata)])
    with pytest.raises(AuthoringError, match=said):
        learners_form(notebook, "01-tiny.ipynb")


def test_forms_out_of_step_are_found_without_running_anything(copied, monkeypatch, capsys):
    path, solved = copied
    monkeypatch.chdir(path.parents[2])
    assert main(["--check"]) == 0
    solved["cells"][2]["source"] = ["2 + 3"]
    path.write_text(json.dumps(solved), encoding="utf-8")
    assert main(["--check"]) == 1
    assert "run the authoring again" in capsys.readouterr().err


def test_a_learners_form_without_its_source_is_found(copied):
    path, _ = copied
    stray = path.parent.parent / "02-stray.ipynb"
    stray.write_bytes(path.read_bytes())
    assert list(out_of_step(path.parent.parent)) == [f"{stray}: has no solved form"]


@pytest.mark.parametrize("names", [["7"], ["--folder", "elsewhere"]])
def test_a_notebook_that_is_not_there_is_bad_usage_in_one_line(copied, monkeypatch, capsys, names):
    monkeypatch.chdir(copied[0].parents[2])
    assert main(names) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_no_file_is_left_in_the_home_of_who_runs_it(tmp_path):
    write_solved(tmp_path, [new_code_cell("import matplotlib.pyplot")])
    home = tmp_path / "home"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "XDG"))}
    variables = kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}
    run_python("-m", "resnet_lesson.authoring", cwd=tmp_path, env=variables, check=True)
    assert list(home.rglob("*")) == []


def test_nbval_accepts_what_the_authoring_has_stored(authored):
    done = nbval(authored, authored.parent.parent / authored.name)
    assert done.returncode == 0, done.stdout
    assert "10 passed" in done.stdout


def test_nbval_sees_one_stored_output_that_is_changed(copied):
    path, notebook = copied
    notebook["cells"][2]["outputs"][1]["data"]["text/plain"] = ["5"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = nbval(path)
    assert done.returncode == 1
    assert "1 failed, 4 passed" in done.stdout


OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Twice"]},
                {
                    "cell_type": "code",
                    "language": "python",
                    "collapsed": False,
                    "metadata": {},
                    "input": ["1 + 1\n", "2"],
                    "outputs": [],
                },
            ],
        }
    ],
}


def test_a_notebook_of_an_older_format_is_read_the_same_each_time(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(OLD), encoding="utf-8")
    first, second = read_notebook(path), read_notebook(path)
    assert [cell.source for cell in first.cells] == ["# Twice", "1 + 1\n2"]
    assert first == second


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"nbformat": 4, "nbformat_minor": 5}', "1"])
def test_a_file_that_is_no_notebook_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "wrong.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AuthoringError, match="not a notebook") as refusal:
        read_notebook(path)
    assert "\n" not in str(refusal.value)
