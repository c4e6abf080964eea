"""Gradescope's results file, and the autograder that makes one of each submission."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tomllib
import zipfile

import pytest
from support.pages import NASTY, Page, exercise, finding, result
from support.paths import PACKAGE, PROJECT, ROOT, SOLUTIONS
from support.waiting import wait_until

from resnet_lesson.cli import main
from resnet_lesson.grading.batch.gradescope import gradescope_results, write_autograder

PYTHON = "python{}.{}".format(*sys.version_info)
# Stands for Python: grades by writing $GRADED to the file of --gradescope, then ends with $STATUS.
STAND_IN = f"""#!/usr/bin/env bash
if [ "$1" = -c ]; then exec "{sys.executable}" "$@"; fi
printf '%s\\n' "$*" >>"$CALLS"
[ -z "$SLEEP" ] || sleep "$SLEEP"
[ -z "$GRADED" ] || printf '%s' "$GRADED" >"${{@: -1}}"
echo 'log line' >&2
echo 'python -m resnet_lesson: "no" \\ notebook' >&2
exit "${{STATUS:-0}}"
"""


def test_the_results_are_those_of_the_specification():
    graded = result(
        "ana",
        exercise(seconds=1.25),
        exercise("ResNet50", 7.0, [finding()], seconds=0.5),
        exercise("ResNet34", 0.0, status="not_attempted", seconds=0),
    )
    results = json.loads(json.dumps(gradescope_results(graded)))
    assert results["score"] == 17.0 == sum(test["score"] for test in results["tests"])
    assert results["execution_time"] == 1.75
    assert [test["status"] for test in results["tests"]] == ["passed", "failed", "failed"]
    assert [test["max_score"] for test in results["tests"]] == [10.0] * 3
    formats = {"text", "html", "simple_format", "md", "ansi"}
    shown = {"hidden", "after_due_date", "after_published", "visible"}
    for part in (results, *results["tests"]):
        assert part["output"] and part["output_format"] in formats and part["visibility"] in shown
    assert "Look." in results["tests"][1]["output"]


def test_what_a_learner_wrote_is_text():
    odd = finding(NASTY, NASTY, NASTY, NASTY, NASTY)
    test = gradescope_results(result(NASTY, exercise(findings=[odd])))["tests"][0]
    page = Page(test["output"])
    assert "script" not in page.elements and "alert(1)" in page.text


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """The folder of an autograder; its zip lies beside it."""
    folder = tmp_path_factory.mktemp("gradescope") / "autograder"
    assert main(["autograder", str(folder), "--exercise", "identity_block"]) == 0
    return folder


def test_the_zip_holds_what_gradescope_looks_for(autograder):
    with zipfile.ZipFile(f"{autograder}.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        script = archive.read("run_autograder")
    assert {"setup.sh", "run_autograder", "constraints.txt"} <= set(modes)
    for name, mode in modes.items():
        assert stat.S_ISREG(mode)
        assert bool(mode & stat.S_IXUSR) == (name in ("setup.sh", "run_autograder")), name
    carried = {name.removeprefix("package/") for name in modes}
    for kind in ("*.py", "*.toml"):
        ours = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob(kind)}
        assert ours and ours <= carried
    assert not [name for name in modes if "__pycache__" in name]
    assert b"\r" not in script and b"--exercise identity_block --visibility visible" in script


def test_what_it_installs_is_this_package_with_its_versions(autograder):
    theirs = tomllib.loads((autograder / "package" / "pyproject.toml").read_text("utf-8"))
    assert theirs["project"]["name"] == PROJECT["name"]
    needed = [re.match(r"[\w-]+", line)[0] for line in theirs["project"]["dependencies"]]
    assert {"tensorflow", "keras", "numpy"} <= set(needed)
    assert f"wanted={PYTHON} " in (autograder / "setup.sh").read_text("utf-8")
    pins = (autograder / "constraints.txt").read_text("utf-8").split()
    assert {"tensorflow", "keras", "numpy", "h5py"} <= {pin.split("==")[0] for pin in pins}


@pytest.mark.parametrize("names", [[], ["no_such_block"]])
def test_exercises_have_to_be_known(tmp_path, names):
    with pytest.raises(ValueError, match="identity_block"):
        write_autograder(tmp_path / "new", names)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine").write_text("x")
    assert main(["autograder", str(tmp_path), "--exercise", "identity_block"]) == 2
    assert "give the path of a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.fixture
def gradescope(autograder, tmp_path):
    """Gradescope's folder: what was handed in, an unpacked autograder, a place for results."""
    for name in ("submission", "results"):
        (tmp_path / name).mkdir()
    subprocess.run(["cp", "-R", str(autograder), str(tmp_path / "source")], check=True)
    python = tmp_path / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    environment = {"AUTOGRADER_ROOT": str(tmp_path), "AUTOGRADER_PYTHON": str(python)}
    environment["CALLS"] = str(tmp_path / "calls")
    return tmp_path, {**os.environ, **environment}


def run(gradescope, **settings):
    """Runs the autograder and returns the results that it leaves."""
    folder, environment = gradescope
    command = [str(folder / "source" / "run_autograder")]
    subprocess.run(command, env={**environment, **settings}, check=True, capture_output=True)
    return json.loads((folder / "results" / "results.json").read_text("utf-8"))


def test_the_grades_become_the_results(gradescope):
    graded = gradescope_results(result("ana", exercise()))
    assert run(gradescope, GRADED=json.dumps(graded)) == graded
    called = (gradescope[0] / "calls").read_text()
    assert f"-m resnet_lesson grade {gradescope[0]}/submission --exercise identity_block" in called
    assert [path.name for path in (gradescope[0] / "results").iterdir()] == ["results.json"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"STATUS": "2"}, "python -m resnet_lesson: no  notebook"),
        ({"STATUS": "0"}, "wrote no results"),
        ({"GRADED": '{"tests": ['}, "wrote no results"),
        ({"AUTOGRADER_PYTHON": "/no/such/python"}, "could not be graded"),
    ],
)
def test_without_grades_there_are_results_that_say_so(gradescope, settings, said):
    results = run(gradescope, **settings)
    assert results["score"] == 0
    assert said in results["output"]


def test_a_run_that_is_killed_leaves_results(gradescope):
    folder, environment = gradescope
    command = [str(folder / "source" / "run_autograder")]
    environment = {**environment, "SLEEP": "600"}
    running = subprocess.Popen(command, env=environment, start_new_session=True)
    wait_until((folder / "calls").exists)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    results = json.loads((folder / "results" / "results.json").read_text("utf-8"))
    assert results["score"] == 0 and "stopped" in results["output"]


def test_set_up_installs_the_package_under_its_constraints(gradescope):
    folder, environment = gradescope
    programs = folder / "programs"
    programs.mkdir()
    # Stands for Python: makes an environment whose Python writes down what it is called with.
    (programs / PYTHON).write_text(
        '#!/usr/bin/env bash\n[ "$1" = -m ] || exit 0\nmkdir -p "$3/bin"\n'
        'printf \'#!/usr/bin/env bash\\nprintf "%%s\\\\n" "$*" >"$CALLS"\' >"$3/bin/python"\n'
        'chmod +x "$3/bin/python"\n'
    )
    (programs / PYTHON).chmod(0o755)
    path = os.pathsep.join([str(programs), environment["PATH"]])
    command = [str(folder / "source" / "setup.sh")]
    subprocess.run(command, env={**environment, "PATH": path}, check=True)
    called = (folder / "calls").read_text()
    assert called.startswith("-m pip install")
    assert f"-c {folder}/source/constraints.txt {folder}/source/package" in called


@pytest.mark.slow
def test_a_real_submission_is_graded(gradescope):
    solved = SOLUTIONS / "02-identity-block.ipynb"
    shutil.copy(solved, gradescope[0] / "submission")
    results = run(gradescope, AUTOGRADER_PYTHON=sys.executable)
    assert results["score"] == 10.0
    assert [test["name"] for test in results["tests"]] == ["identity_block"]
