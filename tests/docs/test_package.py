"""The sdist and the wheel: what is in them is enough, without the repository."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from support.paths import BLANK, ROOT, SOLVED

import resnet_lesson

pytestmark = pytest.mark.interop

BUILD = "import sys; from setuptools import build_meta as b; print(b.{}(sys.argv[1]))"
RIGHT = """
def skip_connection(X, main_path):
    from keras.layers import Activation, Add
    return Activation("relu")(Add()([main_path(X), X]))
"""


def run(*command, cwd, **variables):
    """What a program prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment | variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The path of the sdist of what git tracks."""
    folder = tmp_path_factory.mktemp("sdist")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "source" / name)
    command = (sys.executable, "-c", BUILD.format("build_sdist"), folder)
    return folder / run(*command, cwd=folder / "source").splitlines()[-1]


@pytest.fixture(scope="module")
def installed(sdist, tmp_path_factory):
    """The folder where the wheel of the sdist is installed; dependencies are those from here."""
    folder = tmp_path_factory.mktemp("installed")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    command = (sys.executable, "-c", BUILD.format("build_wheel"), folder)
    wheel = folder / run(*command, cwd=source).splitlines()[-1]
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, "--ignore-installed", "--prefix", folder / "prefix", wheel, cwd=folder)
    shutil.rmtree(source)
    return folder / "prefix"


@pytest.fixture
def lesson(installed, tmp_path):
    """Runs the installed command, or a program of Python, in an empty folder."""
    (packages,) = installed.rglob("site-packages")
    (script,) = (path for path in installed.glob("*/resnet-lesson*") if path.is_file())

    def lesson(*arguments):
        program = () if arguments[0] == "-c" else (script,)
        return run(sys.executable, *program, *arguments, cwd=tmp_path, PYTHONPATH=str(packages))

    return lesson


def test_the_package_is_the_installed_one(lesson, installed):
    path = lesson("-c", "import resnet_lesson; print(resnet_lesson.__file__)").strip()
    assert Path(path).is_relative_to(installed)
    assert lesson("--version") == f"resnet-lesson {resnet_lesson.__version__}\n"


def test_the_lesson_is_laid_into_a_folder_and_an_exercise_is_made_blank(lesson, tmp_path):
    lesson("get", "mine", "--solutions")
    for path in BLANK + SOLVED:
        copy = tmp_path / "mine" / path.relative_to(ROOT)
        assert copy.read_bytes() == path.read_bytes()
    assert (tmp_path / "mine/images/resnet50.svg").is_file()
    notebook = tmp_path / "mine/notebooks/01-skip-connection.ipynb"
    shutil.copy(tmp_path / "mine/notebooks/solutions/01-skip-connection.ipynb", notebook)
    printed = lesson("reset", "skip_connection", "--notebook", "mine/notebooks")
    assert "is blank again" in printed and "raise NotImplementedError" in notebook.read_text()


def test_a_right_block_passes_in_a_kernel_and_in_the_grader(lesson, tmp_path):
    code = f"{RIGHT}\nfrom resnet_lesson import check\nprint(check(skip_connection).points)"
    assert lesson("-c", code) == "5.0\n"
    (tmp_path / "answer.py").write_text(RIGHT)
    (result,) = json.loads(lesson("grade", "answer.py", "--json", "-"))["results"]
    assert (result["points"], result["max_points"]) == (5, 5)
