"""`resnet-lesson lab`: JupyterLab as the README starts it, at the lesson's first notebook."""

import json
import os
import re
import sys
import urllib.request

import pytest
from support.lab_server import running_lab
from support.paths import ROOT

from resnet_lesson import cli
from resnet_lesson.lab import open_lab


def test_a_folder_without_the_lesson_is_one_line(tmp_path, capsys):
    assert cli.main(["lab", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f" -m resnet_lesson get {tmp_path}")


def test_without_jupyterlab_the_command_that_installs_it_is_named(monkeypatch, capsys):
    monkeypatch.setattr(open_lab.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["lab", str(ROOT)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "JupyterLab is missing; run `" in line and "pip install 'jupyterlab>=4.2,<5'" in line


def test_it_opens_the_first_notebook_and_does_not_ask_about_news(tmp_path):
    cli.main(["get", str(tmp_path / "mine")])
    command = [sys.executable, "-m", "resnet_lesson", "lab", str(tmp_path / "mine"), "--no-browser"]
    with running_lab(command, tmp_path, os.environ, tmp_path / "log", 120) as server:
        assert server.opens == open_lab.FIRST
        assert server.ask(f"api/contents/{server.opens}?content=0")["type"] == "notebook"
        request = urllib.request.Request(
            f"{server.address}/lab", headers={"Authorization": f"token {server.token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            page = answer.read().decode()
    found = re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    disabled = json.loads(found[1])["disabledExtensions"]
    assert "@jupyterlab/apputils-extension:announcements" in disabled


@pytest.mark.parametrize("code", [0, 3])
def test_its_exit_status_is_that_of_jupyterlab(tmp_path, monkeypatch, code):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / open_lab.FIRST).touch()
    (tmp_path / "jupyterlab.py").write_text(f"raise SystemExit({code})")
    monkeypatch.chdir(tmp_path)
    assert open_lab.open_lab(tmp_path) == code


def test_options_of_jupyterlab_are_handed_on(tmp_path, monkeypatch, capfd):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / open_lab.FIRST).touch()
    (tmp_path / "jupyterlab.py").write_text("import sys; print(*sys.argv[1:])")
    monkeypatch.chdir(tmp_path)
    given = ["--port", "8899", "--no-browser", "--IdentityProvider.token=mine"]
    assert cli.main(["lab", *given]) == 0
    handed_on = capfd.readouterr().out.split()
    assert handed_on[: len(open_lab.OPTIONS)] == list(open_lab.OPTIONS)
    assert handed_on[len(open_lab.OPTIONS) :] == ["--port=8899", *given[2:]]
    assert cli.main(["progress", "--IdentityProvider.token=mine"]) == 2
    assert "unrecognized arguments: --Identity" in capfd.readouterr().err
