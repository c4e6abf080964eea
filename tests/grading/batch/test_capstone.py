"""A network that was trained at home is graded in the sandbox with the weights beside it."""

import inspect
import shutil

import pytest
from support.paths import SOLUTIONS

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.reading import read

EXERCISE = all_exercises()["capstone"]


@pytest.mark.slow
def test_the_weights_beside_a_network_count_and_nothing_is_trained(tmp_path, sandbox):
    for name in ("trained", "untrained"):
        (tmp_path / name).mkdir()
        source = inspect.getsource(EXERCISE.load_reference())
        (tmp_path / name / "mine.py").write_text(source, encoding="utf-8")
    shutil.copy(SOLUTIONS / EXERCISE.weights_file, tmp_path / "trained")
    grader = Grader(sandbox, ["capstone"])
    results = [grader.grade_one(read(found)).result for found in find_submissions([tmp_path])]
    assert [result["points"] for result in results] == [EXERCISE.points, EXERCISE.points / 2]
    assert results[1]["exercises"][0]["findings"][0]["what"] == "untrained"
