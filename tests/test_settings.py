"""Each kind of thing that is everybody's has one home: variables, folders, exceptions."""

import ast
import importlib
import pkgutil
import re

import pytest

import resnet_lesson
from resnet_lesson import cli, settings
from resnet_lesson.errors import LessonError, NotReady
from resnet_lesson.paths import PACKAGE

TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in PACKAGE.rglob("*.py")
}


def test_variables_of_the_environment_are_read_in_one_module():
    # The isolation of notebooks is a plugin of pytest, which sets them for the whole run.
    elsewhere = {"settings.py", "authoring/notebook_environment.py"}
    readers = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
    }
    assert readers == elsewhere


def test_folders_are_found_from_one_module():
    users = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "parents"
        if "__file__" in ast.unparse(node)
    }
    assert users == set()


def test_a_setting_is_read_when_it_is_needed(monkeypatch):
    for name in (settings.QUICK, settings.ONEDNN, settings.NBGRADER, *settings.INSTRUCTION_SETS):
        monkeypatch.delenv(name, raising=False)
    assert not (settings.quick() or settings.onednn_is_off() or settings.run_by_nbgrader())
    assert settings.instruction_set() is None and settings.value(settings.QUICK) == ""
    monkeypatch.setenv(settings.QUICK, "1")
    monkeypatch.setenv(settings.ONEDNN, "0")
    monkeypatch.setenv(settings.NBGRADER, "autograde")
    monkeypatch.setenv(settings.INSTRUCTION_SETS[1], "AVX2")
    assert settings.quick() and settings.onednn_is_off() and settings.run_by_nbgrader()
    assert settings.instruction_set() == (settings.INSTRUCTION_SETS[1], "AVX2")


def test_every_exception_of_the_lesson_has_the_one_base():
    """Private ones never leave their module."""
    for module in pkgutil.walk_packages(resnet_lesson.__path__, "resnet_lesson."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            own = isinstance(value, type) and issubclass(value, Exception)
            if own and value.__module__.startswith("resnet_lesson.") and not name.startswith("_"):
                assert issubclass(value, LessonError), value


def test_an_error_is_one_line_in_a_notebook_and_at_the_command_line(monkeypatch, capsys):
    error = NotReady("keras is missing; install it")
    assert error._render_traceback_() == ["NotReady: keras is missing; install it"]
    for kind in (LessonError, NotReady):

        def fail(kind=kind):
            raise kind("no data; bring some")

        monkeypatch.setattr("resnet_lesson.lab.progress.progress", fail)
        assert cli.main(["progress"]) == cli.BAD_INPUT
        assert capsys.readouterr().err == f"{cli.PROGRAM}: no data; bring some\n"


@pytest.mark.parametrize("base", [OSError, ValueError, ImportError])
def test_a_second_base_leaves_the_message_alone(base):
    kind = type("KindError", (LessonError, base), {})
    assert str(kind("in one line")) == "in one line"


DOTTED = re.compile(r"resnet_lesson(?:\.\w+)+")


def test_every_path_of_a_module_in_a_text_leads_somewhere():
    """Docstrings too: what was moved is named by its new place."""
    named = {
        path
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for path in DOTTED.findall(node.value)
    }
    assert len(named) > 20
    lost = []
    for path in named:
        try:
            pkgutil.resolve_name(path)
        except (ImportError, AttributeError):
            lost.append(path)
    assert sorted(lost) == []
