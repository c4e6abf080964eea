"""`reset`: an exercise becomes blank again, and what stood there is never lost."""

import json
import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from support.paths import NOTEBOOKS, SOLUTIONS

from resnet_lesson import cli
from resnet_lesson.exercises import all_exercises
from resnet_lesson.lab import record
from resnet_lesson.lab import reset as module
from resnet_lesson.lab.reset import ResetError, reset, reset_exercise

NAME = "02-identity-block.ipynb"
CODE = 'def identity_block(X, *rest):\n\treturn X  # "mine" \u00e9 \u2028 \ud83d\r\n\n'


@pytest.fixture(autouse=True)
def own_folder(own_record, tmp_path, monkeypatch):
    """A record and a working folder of its own for each test."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def notebook(tmp_path):
    """The path of a learner's notebook in the folder ``notebooks``, still blank."""
    path = tmp_path / "notebooks" / NAME
    path.parent.mkdir()
    shutil.copy(NOTEBOOKS / NAME, path)
    return path


def cells(path):
    return json.loads(path.read_bytes())["cells"]


def graded(path, grade_id="identity_block"):
    """The sources of the cells with a grade_id."""
    found = [
        c for c in cells(path) if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return ["".join(cell["source"]) for cell in found]


def change(path, edit):
    """Changes the list of cells in place by ``edit(cells, position of the graded one)``."""
    content = json.loads(path.read_bytes())
    ids = [cell["id"] for cell in content["cells"]]
    edit(content["cells"], ids.index("graded-identity-block"))
    path.write_text(json.dumps(content), encoding="utf-8")


def fill(path, code=CODE):
    def edit(found, at):
        found[at]["source"] = code

    change(path, edit)


def kept(path):
    """What is kept beside a notebook: name → text, exactly."""
    files = sorted((path.parent / "kept").glob("*"))
    return {file.name: file.read_bytes().decode("utf-8", "surrogatepass") for file in files}


BLANK = graded(NOTEBOOKS / NAME)


def test_the_blank_comes_back_and_the_code_is_kept_byte_by_byte(notebook):
    fill(notebook)
    line = reset_exercise("identity_block")
    assert graded(notebook) == BLANK
    assert kept(notebook) == {"identity_block-1.txt": CODE}
    assert "\n" not in line and "Reload Notebook from Disk" in line and "points stay" in line
    assert str(Path("notebooks", "kept", "identity_block-1.txt")) in line


def test_nothing_else_in_the_notebook_changes(notebook):
    def edit(found, at):
        found[at]["source"] = CODE
        found[at + 3]["source"] = "a = '\udc80 \u2028'\n"
        found.append({"cell_type": "raw", "id": "own", "metadata": {}, "source": ["x\n", "y"]})

    change(notebook, edit)
    before = json.loads(notebook.read_bytes())
    reset_exercise("identity_block")
    after = json.loads(notebook.read_bytes())
    assert {**before, "cells": 0} == {**after, "cells": 0}
    touched = ("graded-identity-block", "check-identity-block")
    for old, new in zip(before["cells"], after["cells"], strict=True):
        assert old["id"] == new["id"] and old["metadata"] == new["metadata"]
        if old["id"] in touched:
            assert new["outputs"] == [] and new["execution_count"] is None
        else:
            assert "".join(old["source"]) == "".join(new["source"])
            assert old.get("outputs") == new.get("outputs")


@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda e: e.id)
def test_every_exercise_of_the_lesson_comes_back_as_it_was_handed_out(exercise, tmp_path):
    path = tmp_path / f"{exercise.notebook}.ipynb"
    shutil.copy(SOLUTIONS / path.name, path)  # a learner who has solved it
    reset_exercise(exercise.id)
    assert graded(path, exercise.id) == graded(NOTEBOOKS / path.name, exercise.id)
    assert "YOUR CODE HERE" in graded(path, exercise.id)[0]
    nbformat.validate(nbformat.read(path, 4))


def test_a_blank_is_left_alone(notebook):
    before = notebook.read_bytes()
    line = reset_exercise("identity_block")
    assert "blank already" in line and notebook.read_bytes() == before and kept(notebook) == {}


def test_what_was_kept_before_is_never_overwritten(notebook):
    for number in range(3):
        fill(notebook, f"code = {number}")
        reset_exercise("identity_block")
    assert kept(notebook) == {f"identity_block-{n + 1}.txt": f"code = {n}" for n in range(3)}


def test_of_a_split_or_copied_cell_all_parts_are_kept_and_one_blank_is_left(notebook):
    def edit(found, at):
        found[at]["source"] = ["first\n", "part"]
        found.insert(at + 1, {**found[at], "id": "b", "source": "second"})
        found.append({**found[at], "id": "c", "source": BLANK[0]})

    change(notebook, edit)
    reset_exercise("identity_block")
    assert graded(notebook) == BLANK
    assert list(kept(notebook).values()) == ["first\npart", "second"]


def test_a_deleted_cell_comes_back_above_its_check(notebook):
    change(notebook, lambda found, at: found.pop(at))
    reset_exercise("identity_block")
    sources = ["".join(cell["source"]) for cell in cells(notebook)]
    assert sources[sources.index(BLANK[0]) + 1] == "check(identity_block)"
    assert kept(notebook) == {}
    nbformat.validate(nbformat.read(notebook, 4))


def test_an_emptied_cell_or_one_of_another_kind_comes_back(notebook):
    fill(notebook, " \n")
    reset_exercise("identity_block")
    assert graded(notebook) == BLANK and kept(notebook) == {}
    change(notebook, lambda found, at: found[at].update(cell_type="markdown"))
    reset_exercise("identity_block")
    assert graded(notebook) == BLANK
    assert [c["cell_type"] for c in cells(notebook) if c["id"] == "graded-identity-block"] == [
        "code"
    ]


def test_the_notebook_is_found_here_in_notebooks_or_where_told(notebook, tmp_path, monkeypatch):
    renamed = notebook.with_name("mine.ipynb")
    notebook.rename(renamed)
    for chosen in (renamed, str(renamed)):
        fill(renamed)
        assert "blank again" in reset_exercise("identity_block", chosen)
    renamed.rename(notebook)
    fill(notebook)
    assert "blank again" in reset_exercise("identity_block", notebook.parent)
    monkeypatch.chdir(notebook.parent)
    fill(notebook)
    assert "blank again" in reset_exercise("identity_block")
    assert len(kept(notebook)) == 4


def test_points_stay_unless_told_otherwise(notebook):
    record.add("identity_block", 7.0)
    record.add("ResNet50", 3.0)
    reset_exercise("identity_block")
    assert record.read()["identity_block"]["points"] == 7.0
    assert "taken back" in reset_exercise("identity_block", points=True)
    assert set(record.read()) == {"ResNet50"}


@pytest.mark.parametrize("name", ["nothing", "", "02", "../x", "<b>\n"])
def test_what_is_no_exercise_is_told(name, notebook):
    with pytest.raises(ResetError, match="the exercises are: skip_connection"):
        reset_exercise(name)


def test_a_notebook_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ResetError, match="--notebook PATH"):
        reset_exercise("identity_block")
    for chosen in ("nowhere", tmp_path, "a\0b", "x" * 5000):
        with pytest.raises(ResetError, match=f"path of your {NAME}"):
            reset_exercise("identity_block", chosen)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"source": [1]}]}',
     '{"cells": [{"source": {"a": 1}}]}', "[" * 100_000, "\udcff"],
)  # fmt: skip
def test_a_broken_notebook_is_told_and_left_as_it_is(content, notebook):
    data = content.encode("utf-8", "surrogateescape")
    notebook.write_bytes(data)
    with pytest.raises(ResetError, match="is damaged"):
        reset_exercise("identity_block")
    assert notebook.read_bytes() == data


@pytest.mark.parametrize("nbgrader", [None, [], "x", {"grade_id": ["identity_block"]}])
def test_a_notebook_without_the_exercise_is_told(nbgrader, notebook):
    cell = {"cell_type": "code", "metadata": {"nbgrader": nbgrader}, "source": "x"}
    notebook.write_text(json.dumps({"cells": [cell]}))
    with pytest.raises(ResetError, match="has no cell of identity_block"):
        reset_exercise("identity_block")


def test_the_lessons_solved_form_is_left_alone(notebook):
    (notebook.parent / "solutions").mkdir()
    solved = shutil.copy(SOLUTIONS / NAME, notebook.parent / "solutions")
    before = Path(solved).read_bytes()
    with pytest.raises(ResetError, match="solved form"):
        reset_exercise("identity_block", solved)
    assert Path(solved).read_bytes() == before


@pytest.mark.parametrize("fails", ["keep", "write_atomically"])
def test_where_nothing_can_be_written_nothing_is_lost(fails, notebook, monkeypatch):
    fill(notebook)
    before = notebook.read_bytes()

    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(notebook.parent))

    monkeypatch.setattr(module, fails, refuse)
    with pytest.raises(ResetError, match=r"cannot be written \(Permission denied\); .* as it was"):
        reset_exercise("identity_block")
    assert notebook.read_bytes() == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(notebook):
    fill(notebook)
    notebook.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(ResetError, match="cannot be written"):
            reset_exercise("identity_block")
    finally:
        notebook.parent.chmod(stat.S_IRWXU)


def test_a_notebook_saved_meanwhile_is_not_overwritten(notebook, monkeypatch):
    fill(notebook)
    keep = module.keep

    def save_in_jupyterlab(*arguments):
        fill(notebook, "newer")
        return keep(*arguments)

    monkeypatch.setattr(module, "keep", save_in_jupyterlab)
    with pytest.raises(ResetError, match="changed meanwhile"):
        reset_exercise("identity_block")
    assert graded(notebook) == ["newer"]


def test_resets_and_checks_at_the_same_time_lose_nothing(notebook):
    fill(notebook)
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(reset_exercise, "identity_block", points=True) for _ in range(4)]
        for number in range(30):
            record.add(f"other{number}", 1.0)
    assert {type(run.exception()) for run in runs} <= {type(None), ResetError}
    assert graded(notebook) == BLANK
    assert set(kept(notebook).values()) == {CODE}
    assert len(record.read()) == 30


def test_the_command_says_what_it_did_in_one_line(notebook, capsys):
    fill(notebook)
    assert cli.main(["reset", "identity_block", "--notebook", str(notebook)]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1 and printed.err == ""
    assert cli.main(["reset", "nothing"]) == 2
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == 1 and printed.out == ""


def test_in_a_notebook_reset_says_what_to_run():
    panel = reset("identity_block")
    assert "-m resnet_lesson reset identity_block" in panel.markdown
    assert "Save Notebook" in panel.markdown and "from Disk" in panel.markdown
    for thing in ("nothing", 3, None, "<script>"):
        said = reset(thing)
        assert "The exercises are" in repr(said) and "<script>" not in said.html
