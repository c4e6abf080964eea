"""What the README promises: the two commands, the links, the versions, and a light import."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from lab_server import running_lab
from packaging.requirements import Requirement

from resnet_lesson.exercises import all_exercises

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
LAB, TESTS = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)


def tracked():
    """The files in git; skips where there is no repository, as in an unpacked archive."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [Path(line) for line in listed.stdout.splitlines()]


def pinned():
    """The tested versions: ``{"keras": "3.15.1", ...}``."""
    lines = (ROOT / "tests" / "versions.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {one.name: next(iter(one.specifier)).version for one in found}


def test_both_commands_install_in_the_same_way_and_then_run():
    start = "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt && "
    assert LAB.startswith(start) and "jupyterlab" in LAB
    assert TESTS.removeprefix(start) == ".venv/bin/python -m pytest --nbval"


def test_ci_runs_the_test_command_as_the_readme_gives_it():
    pattern = re.search(r"grep -m 1 -E '(.*)' README\.md", (ROOT / ".ci" / "run").read_text())[1]
    assert [line for line in README.splitlines() if re.search(pattern, line)] == [TESTS]


def test_the_command_opens_a_notebook_that_exists():
    assert (ROOT / re.search(r"default_url=/lab/tree/(\S+)", LAB)[1]).is_file()


def test_no_program_is_called_by_a_script_that_a_space_in_the_path_would_break():
    programs = re.findall(r"\.venv/bin/([\w-]+)", README)
    assert set(programs) == {"python"}


def test_every_link_of_the_readme_leads_to_a_file():
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", README)
    local = [link for link in links if not link.startswith("http")]
    assert local
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_the_map_names_the_notebooks_and_their_exercises():
    """All of them, but for notebooks that were added behind the last one."""
    table = README.partition("## The notebooks")[2].partition("\n##")[0]
    named = re.findall(r"\]\(notebooks/([\w-]+)\.ipynb\)", table)
    assert named == NOTEBOOKS[: len(named)] and len(named) >= 11
    asked = [e for e in all_exercises().values() if e.notebook in named]
    graded = [f"`{e.id}`, {e.points:g} points" for e in asked]
    assert re.findall(r"`\w+`, \d+ points", table) == graded


def test_every_dependency_is_pinned_to_a_version_that_the_project_allows():
    extras = PROJECT["optional-dependencies"].values()
    wanted = PROJECT["dependencies"] + [one for extra in extras for one in extra]
    versions = pinned()
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(versions[requirement.name]), requirement


def test_the_top_level_holds_what_was_agreed():
    names = {path.parts[0] for path in tracked()}
    visible = {name for name in names if not name.startswith(".")}
    folders = {"notebooks", "resnet_lesson", "tests", "images"}
    assert visible == folders | {"requirements.txt", "README.md", "pyproject.toml", "LICENSE"}


def test_importing_the_package_imports_no_tensorflow():
    code = "import sys, resnet_lesson; print('tensorflow' in sys.modules or 'keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.slow
def test_the_readmes_command_opens_jupyterlab_from_a_clone_twice_in_a_row(tmp_path):
    """In a folder whose path has a space; what is opened is the first notebook of that clone."""
    clone = tmp_path / "a folder" / "lesson"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    command = ["bash", "-c", f"{LAB} --no-browser"]
    for _ in range(2):
        with running_lab(command, clone, os.environ, tmp_path / "log", seconds=600) as server:
            assert server.opens == "notebooks/00-start-here.ipynb"
            assert server.ask(f"contents/{server.opens}?content=0")["type"] == "notebook"
