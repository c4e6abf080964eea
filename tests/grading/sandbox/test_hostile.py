"""Programs that attack the grading: none scores, each is named, none disturbs its neighbour.

Each file in ``tests/hostile`` says in its first line which findings it may get. Before those that
forge what is sent the tools for it are put, `support.forging`.
"""

import pytest
from support.paths import TESTS
from support.right_block import IDENTITY_BLOCK

from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.report.text import report_text
from resnet_lesson.grading.submissions.collect import find_submissions

FORGING = (TESTS / "support" / "forging.py").read_text()
HOSTILE = sorted((TESTS / "hostile").glob("*.py"))
QUICK = {
    *("os_exit", "segmentation_fault", "fork_bomb", "patched_keras", "forged_message"),
    *("forged_observation", "kills_parent", "reads_solution_file", "claims_equality"),
}


def prepared(path, folder):
    """A program, with the tools that it needs."""
    if not path.name.startswith("forged_"):
        return path
    whole = folder / path.name
    whole.write_text(f"{FORGING}\n\n{path.read_text()}")
    return whole


@pytest.fixture(scope="module")
def grader(sandbox):
    return Grader(sandbox, ["identity_block"], seed=7, timeout=120, memory=4096)


def files():
    for path in HOSTILE:
        yield pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("path", list(files()))
def test_a_hostile_program_scores_nothing_is_named_and_disturbs_nobody(
    path, grader, tmp_path, monkeypatch
):
    expected = path.read_text().splitlines()[0].removeprefix("# expected: ").split()
    right = tmp_path / "right.py"
    right.write_text(IDENTITY_BLOCK)
    path = prepared(path, tmp_path)
    # What is to end by the clock need not take a minute; anything else has time on a busy machine.
    monkeypatch.setattr(grader, "timeout", 6 if "timeout" in expected else 120)
    found = find_submissions([path])
    [(_, _, hostile)] = grader.grade(found)
    monkeypatch.setattr(grader, "timeout", 120)
    [exercise] = hostile.result["exercises"]
    first = exercise["findings"][0]
    assert exercise["points"] == 0
    assert first["what"] in expected, first
    assert first["message"].count("\n") == 0
    [(_, _, beside)] = grader.grade(find_submissions([right]))
    assert beside.result["points"] == 10.0


ODD = """
import gc, inspect, os, sys, traceback

class Number(int):
    def __eq__(self, other):
        return True

def log(*values):
    if os.environ.get("VERBOSE") or "DEBUG" in globals():
        open("log.txt", "a").write(str(values))
    gc.collect()
    return eval("values")
"""


def test_what_looks_suspicious_costs_no_points_and_is_for_the_instructor_alone(grader, tmp_path):
    text = IDENTITY_BLOCK.replace('Activation("relu")(Add()', "log(Add()").replace(
        "g)]))", "g)]))[0]"
    )
    text = text.replace("(X, f,", "(input, f,")
    text = text.replace("F1, F2, F3 = filters", "F1, F2, F3 = filters\n    X = input")
    (tmp_path / "odd.py").write_text(ODD + text)
    [(_, _, graded)] = grader.grade(find_submissions([tmp_path / "odd.py"]))
    [exercise] = graded.result["exercises"]
    [finding] = exercise["findings"]
    assert (exercise["points"], finding["where"], finding["what"]) == (7, "output.relu", "missing")
    assert "imports `gc`" in exercise["for_instructor"][0]
    assert "gc" not in report_text(graded.reports[0]) and exercise["notes"] == []


@pytest.mark.slow
def test_right_and_hostile_ones_side_by_side(grader, tmp_path, monkeypatch):
    monkeypatch.setattr(grader, "timeout", 120)
    paths = []
    for number, program in enumerate(p for p in HOSTILE if "timeout" not in p.read_text()):
        path = prepared(program, tmp_path)
        right = tmp_path / f"right{number}.py"
        right.write_text(IDENTITY_BLOCK)
        paths += [path, right]
    points = {
        graded.result["submission"]: graded.result["points"]
        for _, _, graded in grader.grade(find_submissions(paths), jobs=3)
    }
    assert len(points) == len(paths) > 40
    assert all(got == (10.0 if name.startswith("right") else 0) for name, got in points.items())
