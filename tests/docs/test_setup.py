"""What the README promises: the two commands, what is installed, and that nobody is asked."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.lab_server import running_lab
from support.paths import BLANK, CONTRIBUTING, INSTRUCTORS, PROJECT, README, ROOT, TESTS
from support.processes import loaded_by
from support.texts import readme_command

from resnet_lesson import PYTHONS, cli
from resnet_lesson.exercises import all_exercises

NOTEBOOKS = [path.stem for path in BLANK]
LAB, TEST = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
# Python runs a file of this name at its start: it notes whose address is looked up.
NOTING = """
import sys

def note(event, arguments):
    if event == "socket.getaddrinfo":
        with open({path!r}, "a") as file:
            print(arguments[0], file=file)

sys.addaudithook(note)
"""


def tracked():
    """The files in git; skips where there is no repository, as in an unpacked archive."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [Path(line) for line in listed.stdout.splitlines()]


def pinned():
    """The tested versions: ``{"keras": "3.15.1", ...}``."""
    lines = (ROOT / "tests" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {one.name: next(iter(one.specifier)).version for one in found}


def test_both_commands_install_in_the_same_way_and_then_run():
    start = "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt && "
    assert LAB.removeprefix(start) == ".venv/bin/python -m resnet_lesson lab"
    assert TEST.removeprefix(start) == ".venv/bin/python -m pytest --nbval"


def test_ci_runs_the_test_command_as_the_readme_gives_it():
    pattern = re.search(r"grep -m 1 -E '(.*)' README\.md", (ROOT / ".ci" / "run").read_text())[1]
    assert [line for line in README.splitlines() if re.search(pattern, line)] == [TEST]


def test_a_container_starts_by_the_same_command():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert container["postAttachCommand"] == LAB
    assert f"python:{PYTHONS[1]}-" in container["image"]


def test_no_program_is_called_by_a_script_that_a_space_in_the_path_would_break():
    programs = re.findall(r"\.venv/bin/([\w-]+)", README)
    assert set(programs) == {"python"}


def test_jupyterlab_looks_nobody_up_even_when_it_is_told_to_fetch_news_and_updates(tmp_path):
    noted = tmp_path / "noted"
    (tmp_path / "sitecustomize.py").write_text(NOTING.format(path=str(noted)))
    command = [*readme_command("resnet_lesson lab"), str(ROOT), "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    with running_lab(command, tmp_path, environment, tmp_path / "log", 120) as server:
        assert server.ask("lab/api/update") == {"notification": None}
        assert server.ask("lab/api/news") == {"news": []}
    assert set(noted.read_text().split()) <= {"localhost", "127.0.0.1", "::1"}


def test_the_map_names_the_notebooks_and_their_exercises():
    """All of them, but for notebooks that were added behind the last one."""
    table = README.partition("## The notebooks")[2].partition("\n##")[0]
    named = re.findall(r"\]\(notebooks/([\w-]+)\.ipynb\)", table)
    assert named == NOTEBOOKS[: len(named)] and len(named) >= 11
    asked = [e for e in all_exercises().values() if e.notebook in named]
    graded = [f"`{e.id}`, {e.points:g} points" for e in asked]
    assert re.findall(r"`\w+`, \d+ points", table) == graded


def test_every_dependency_is_pinned_to_a_version_that_the_project_allows():
    wanted = map(Requirement, needed_by(*PROJECT["optional-dependencies"]))
    versions = pinned()
    for requirement in wanted:
        assert requirement.specifier.contains(versions[requirement.name]), requirement


def needed_by(*extras):
    """The lines of pyproject.toml for what the package and some of its extras need."""
    lines = [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    return PROJECT["dependencies"] + [line for line in lines if PROJECT["name"] not in line]


def imported_by(path):
    """The modules that a module imports whenever it is itself imported, and names from them."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    for node in nodes:  # grows
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, (ast.If, ast.With, ast.ClassDef)):
            nodes += node.body  # not of functions, which may not run, nor what `try` guards


def test_tests_can_be_collected_with_requirements_txt_alone():
    """What the other extras bring is imported by the tests that need it, by `importorskip`."""
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    wanted = needed_by(*re.search(r"-e \.\[(.*)\]", requirements)[1].split(","))
    installed = {canonicalize_name(Requirement(one).name) for one in wanted}
    ours = {
        path.relative_to(TESTS).with_suffix("").as_posix(): path for path in TESTS.rglob("*.py")
    }
    folders = {name.partition("/")[0] for name in ours}
    others = sys.stdlib_module_names | folders | {"resnet_lesson"}
    sources = packages_distributions()
    collected = [ROOT / "conftest.py", TESTS / "conftest.py", *TESTS.rglob("test_*.py")]
    for path in collected:  # grows
        for name in imported_by(path):
            package, *inner = name.split(".")
            brought = {canonicalize_name(one) for one in sources.get(package, ())}
            assert package in others or brought & installed, f"{path} imports {package}"
            of_ours = ours.get("/".join([package, *inner[:1]]))
            if package in folders and of_ours and of_ours not in collected:
                collected.append(of_ours)


def test_the_top_level_holds_what_was_agreed():
    names = {path.parts[0] for path in tracked()}
    visible = {name for name in names if not name.startswith(".")}
    folders = {"notebooks", "resnet_lesson", "tests", "images"}
    files = {"requirements.txt", "README.md", "CHANGELOG.md", "pyproject.toml", "LICENSE"}
    files |= {"conftest.py"}  # pytest looks for it there
    assert visible == folders | files


def test_importing_the_package_imports_no_tensorflow():
    assert not {"tensorflow", "keras"} & loaded_by("import resnet_lesson")


@pytest.mark.slow
def test_the_readmes_command_opens_jupyterlab_from_a_clone_twice_in_a_row(tmp_path):
    """In a folder whose path has a space; what is opened is the first notebook of that clone."""
    clone = tmp_path / "a folder" / "lesson"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    command = ["bash", "-c", f"{LAB} --no-browser"]
    for _ in range(2):
        with running_lab(command, clone, os.environ, tmp_path / "log", seconds=600) as server:
            assert server.opens == "notebooks/00-start-here.ipynb"
            assert server.ask(f"api/contents/{server.opens}?content=0")["type"] == "notebook"


def test_the_core_is_content_with_what_colab_has():
    """A requirement that is not would make pip change a package that Colab needs as it is."""
    lines = (TESTS / "colab.txt").read_text(encoding="utf-8").splitlines()
    colab = {one.name: one for one in map(Requirement, (line for line in lines if line[:1] != "#"))}
    for requirement in map(Requirement, PROJECT["dependencies"]):
        if requirement.name in colab:
            version = next(iter(colab[requirement.name].specifier)).version
            assert requirement.specifier.contains(version), requirement
    assert "3.13" in PYTHONS


def test_the_pythons_are_the_same_wherever_they_are_written_out():
    """Who changes `PYTHONS`, and the bounds in pyproject.toml, changes these places too."""
    least, most = PYTHONS[0], PYTHONS[-1]
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    matrix = json.loads(re.search(r"^ +python: (\[.*\])$", workflow, re.MULTILINE)[1])
    assert tuple(matrix) == PYTHONS
    assert re.findall(r'^ +python: "(.*)"$', workflow, re.MULTILINE) == [least, most]
    listed = f"{', '.join(PYTHONS[:-1])} or {most}"
    assert f"Python {least}\nto {most}." in README and README.count(listed) == 3
    assert f"Python {least} to {most} as python3" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    (script,) = (ROOT / "resnet_lesson").rglob("gradescope/setup.sh")
    after = f"3, {int(most.partition('.')[2]) + 1}"
    bounds = f"({least.replace('.', ', ')}) <= sys.version_info < ({after})"
    assert bounds in script.read_text(encoding="utf-8")


def test_contributors_are_sent_to_files_that_exist():
    """Paths are those of the repository, or, in the table, those below the package."""
    paths = re.findall(r"`([\w./-]+(?:/|\.(?:py|toml|txt|md|yml)))`", CONTRIBUTING)
    assert len(paths) > 25 and "grading/sandbox/confinement.py" in paths
    places = (ROOT, ROOT / "resnet_lesson", ROOT / "resnet_lesson/grading/sandbox")
    example = "resnet_lesson/exercises/pooled_shortcut.py"
    gone = {p for p in paths if not any((place / p).exists() for place in places)} - {example}
    assert gone == set()


def test_the_workflow_for_classrooms_gives_commands_that_exist():
    workflow = re.search(r"^```yaml\n(.*?)^```$", INSTRUCTORS, re.MULTILINE | re.DOTALL)[1]
    command = re.search(r"- run: python -m resnet_lesson (grade .*)$", workflow, re.MULTILINE)[1]
    options = cli._parser().parse_args(shlex.split(command))
    assert (options.together, options.fail_under, options.exercise) == (True, 7, ["identity_block"])
    assert f'python-version: "{PYTHONS[1]}"' in workflow
