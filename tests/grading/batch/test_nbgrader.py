"""A course of nbgrader's, run as the instructors' page does: points are ours, log lines cost none.

They need the extra ``interop``.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from support.paths import INSTRUCTORS, ROOT

pytest.importorskip("nbgrader")
pytestmark = pytest.mark.interop

SECTION = INSTRUCTORS.partition("## With nbgrader")[2].partition("\n## ")[0]
SET_UP, GRADE = re.findall(r"^```\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
NOTEBOOKS = ("02-identity-block", "03-convolutional-block")
LOG_LINE = "E0000 00:00:1700000000.000000    1 cuda_platform.cc:51] failed call to cuInit\\n"
# Below Python, as TensorFlow does it, and by Python.
LOGS = f"import os, sys; os.write(2, b'{LOG_LINE}'); print('{LOG_LINE}', file=sys.stderr)\n    "
# Student → for each notebook pairs of what to replace in the solved one and what by.
STUDENTS = {
    "right": [("F1, F2, F3 = filters", LOGS + "F1, F2, F3 = filters")],
    "partly": [('padding="same"', 'padding="valid"'), ("axis=3", "axis=1")],
    "raises": [("F1, F2, F3 = filters", "F1, F2 = filters")],
    "blank": None,
}


def run(folder, commands):
    """Runs lines of shell commands with this Python's programs and returns what they said."""
    # nbgrader calls one of them, alembic, by its bare name.
    programs = os.path.dirname(sys.executable)
    environment = {**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])}
    shell = ["bash", "-e", "-c", commands]
    done = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def submission(solved, changes):
    """A solved notebook with the graded cell changed."""
    notebook = nbformat.read(solved, 4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            for old, new in changes:
                assert old in cell.source
                cell.source = cell.source.replace(old, new)
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A new course, assignment released, handed in by all students, graded, feedback written."""
    clone = tmp_path_factory.mktemp("clone")
    for name in ("notebooks/solutions", "images"):
        shutil.copytree(ROOT / name, clone / name)
    installing, _, commands = SET_UP.partition("\n")
    assert "pip install" in installing
    run(clone, commands)
    folder = clone / "course"
    for student, changes in STUDENTS.items():
        handed_in = folder / "submitted" / student / "blocks"
        handed_in.mkdir(parents=True)
        for name in NOTEBOOKS:
            if changes is None:
                shutil.copy(folder / "release" / "blocks" / f"{name}.ipynb", handed_in)
            else:
                changed = submission(folder / "source" / "blocks" / f"{name}.ipynb", changes)
                nbformat.write(changed, handed_in / f"{name}.ipynb")
    run(folder, GRADE)
    return folder


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_released_notebook_is_the_learners(course, name):
    folder = course / "release" / "blocks"
    released = nbformat.read(folder / f"{name}.ipynb", 4)
    ours = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4)
    sources = [cell.source.replace("../images", "images") for cell in ours.cells]
    assert [cell.source for cell in released.cells] == sources
    images = re.findall(r"\]\((images/[^)]+)\)", "\n".join(sources))
    assert images and all((folder / image).is_file() for image in images)


def test_points_agree_with_ours_and_log_lines_cost_none(course):
    with open(course / "grades.csv", encoding="utf-8") as file:
        theirs = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    command = [sys.executable, "-m", "resnet_lesson", "grade", course / "submitted", "--json", "-"]
    graded = subprocess.run(command, capture_output=True, text=True, check=True)
    ours = {r["submission"]: r["points"] for r in json.loads(graded.stdout)["results"]}
    assert theirs == ours
    assert theirs["right"] == 20
    assert theirs["blank"] == theirs["raises"] == 0
    assert 0 < theirs["partly"] < 20


@pytest.mark.parametrize("student", STUDENTS)
def test_there_is_feedback(course, student):
    for name in NOTEBOOKS:
        page = (course / "feedback" / student / "blocks" / f"{name}.html").read_text("utf-8")
        assert "(Score: " in page


@pytest.mark.parametrize(("student", "said"), [("right", "Success!"), ("partly", "failed")])
def test_validate_tells_right_from_wrong(course, student, said):
    notebook = course / "submitted" / student / "blocks" / f"{NOTEBOOKS[0]}.ipynb"
    assert said in run(course, f"python -m nbgrader validate '{notebook}'")
