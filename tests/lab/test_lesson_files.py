"""The lesson in a folder of the learner's: what `get` lays there, and what it leaves alone."""

from pathlib import Path

import pytest
from support.paths import BLANK, ROOT, SOLVED

from resnet_lesson import cli, paths
from resnet_lesson.lab import lesson_files

FIRST = "notebooks/00-start-here.ipynb"
SECOND = "notebooks/01-skip-connection.ipynb"


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson of two notebooks and a picture, to be changed."""
    folder = tmp_path / "lesson"
    for name in (FIRST, SECOND, "images/one.svg", "notebooks/solutions/00-start-here.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"first form of {name}")
    monkeypatch.setattr(lesson_files, "LESSON", folder)
    return folder


@pytest.fixture
def copy(lesson, tmp_path):
    """A learner's folder with the lesson in it."""
    folder = tmp_path / "mine"
    lesson_files.lay(folder)
    return folder


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_the_learners_forms_and_the_figures_are_laid_down(tmp_path):
    lines = lesson_files.lay(tmp_path / "new" / "folder")
    laid = contents(tmp_path / "new" / "folder").keys() - {lesson_files.RECORD}
    pictures = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("images/*.svg")}
    assert laid == {f"notebooks/{path.name}" for path in BLANK} | pictures
    assert lines[0] == f"Wrote {len(laid)} files to {tmp_path / 'new' / 'folder'}."
    assert lines[-1].endswith(f" -m resnet_lesson lab {tmp_path / 'new' / 'folder'}")


def test_solved_notebooks_come_when_they_are_asked_for(tmp_path):
    lesson_files.lay(tmp_path, solutions=True)
    names = {path.name for path in (tmp_path / "notebooks/solutions").iterdir()}
    assert names == {path.name for path in SOLVED} | {"capstone.weights.h5"}


def test_a_second_time_nothing_is_new(copy):
    before = contents(copy)
    assert "up to date" in lesson_files.lay(copy)[0]
    assert contents(copy) == before


def test_what_the_learner_has_changed_stays_whatever_is_asked(lesson, copy):
    (copy / FIRST).write_text("mine")
    for update in (False, True):
        assert "up to date" in lesson_files.lay(copy, update)[0]
    (lesson / FIRST).write_text("second form")
    for update in (False, True):
        line, _ = lesson_files.lay(copy, update)
        assert line.startswith(f"There is a newer {FIRST}, but you have changed yours.")
        assert (copy / FIRST).read_text() == "mine"


def test_what_nobody_has_changed_is_replaced_only_when_asked(lesson, copy):
    (lesson / SECOND).write_text("second form")
    line, _ = lesson_files.lay(copy)
    assert line == f"There is a newer {SECOND}: --update brings it."
    assert (copy / SECOND).read_text() == f"first form of {SECOND}"
    assert lesson_files.lay(copy, update=True)[0] == f"Updated {SECOND}."
    assert (copy / SECOND).read_text() == "second form"
    assert "up to date" in lesson_files.lay(copy, update=True)[0]


def test_a_file_that_was_there_before_is_not_touched(lesson, tmp_path):
    (tmp_path / "mine/notebooks").mkdir(parents=True)
    (tmp_path / "mine" / FIRST).write_text("of another course")
    lines = lesson_files.lay(tmp_path / "mine", update=True)
    assert "you have changed yours" in lines[1]
    assert (tmp_path / "mine" / FIRST).read_text() == "of another course"


@pytest.mark.parametrize("record", ["", "[]", '{"files": 3}'])
def test_a_record_that_cannot_be_read_counts_as_none(copy, lesson, record):
    (copy / lesson_files.RECORD).write_text(record)
    (lesson / FIRST).write_text("second form")
    assert "you have changed yours" in lesson_files.lay(copy, update=True)[0]


def test_a_package_without_notebooks_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lesson_files, "LESSON", tmp_path)
    assert cli.main(["get", str(tmp_path / "mine")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "the notebooks were not installed" in line


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert cli.main(["get", str(tmp_path / "file" / "below")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_installed_lesson_is_where_pip_says_it_is(tmp_path, monkeypatch):
    class Installed(type(Path())):
        def locate(self):
            return tmp_path / "share" / self

    files = [Installed("resnet_lesson/cli.py"), Installed(FIRST), Installed("images/one.svg")]
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setattr(paths.importlib.metadata, "files", lambda name: files)
    assert paths._lesson_folder() == tmp_path / "share"
    monkeypatch.setattr(paths, "PROJECT", ROOT)
    assert paths._lesson_folder() == ROOT
