"""The record of points: written by several at once, damaged, or without a place to be."""

import json
from pathlib import Path

import pytest
from support.processes import start_python

from resnet_lesson.lab import record

pytestmark = pytest.mark.usefixtures("own_record")


def test_two_notebooks_may_write_at_once():
    code = (
        "from resnet_lesson.lab import record\n"
        "import sys\n"
        "for i in range(40): record.add(f'{sys.argv[1]}{i}', 1.0)"
    )
    writers = [start_python("-c", code, name) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(record.read()) == 80


def test_without_a_place_to_write_points_are_kept_in_the_process(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RESNET_LESSON_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert not record.add("identity_block", 4.0)
    assert record.read()["identity_block"]["points"] == 4.0


def test_a_damaged_record_is_kept_beside_the_new_one(own_record):
    for number, content in enumerate(["{", "\x00"], 1):
        own_record.write_text(content)
        assert record.add("identity_block", 4.0)
        aside = own_record.with_name(f"progress.json.damaged-{number}")
        assert aside.read_text() == content
        assert record.load() == ({"identity_block": {"points": 4.0, "attempts": 1}}, "")


def test_points_kept_in_the_process_are_not_lost_beside_an_old_record(own_record, monkeypatch):
    record.add("identity_block", 4.0)
    monkeypatch.setattr(record, "write_atomically", lambda *_: (_ for _ in ()).throw(OSError()))
    assert not record.add("identity_block", 10.0)
    assert record.read()["identity_block"]["points"] == 10.0
    monkeypatch.undo()
    monkeypatch.setenv("RESNET_LESSON_PROGRESS", str(own_record))
    assert record.add("skip_connection", 5.0)
    assert json.loads(own_record.read_text())["identity_block"]["points"] == 10.0


def homeless(name):
    raise RuntimeError("could not determine the home directory")


@pytest.mark.parametrize("find", [homeless, lambda name: Path("~/.local/share", name)])
def test_without_a_home_folder_points_stay_in_the_process(find, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("RESNET_LESSON_PROGRESS")
    monkeypatch.setattr("platformdirs.user_data_path", find)
    monkeypatch.chdir(tmp_path)
    record._tell.cache_clear()
    assert record.add("identity_block", 4.0)
    assert record.read()["identity_block"]["points"] == 4.0
    [line] = capsys.readouterr().err.splitlines()
    assert "until this session ends: there is no home folder" in line
    assert list(tmp_path.iterdir()) == []
