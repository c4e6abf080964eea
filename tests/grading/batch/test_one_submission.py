"""Whatever goes wrong with one submission is that submission's result, in every stage."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.batch import grader
from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.report.report import Report
from resnet_lesson.grading.sandbox.observation_bytes import to_bytes
from resnet_lesson.grading.sandbox.protocol import Job, Outcome
from resnet_lesson.grading.submissions import reading
from resnet_lesson.grading.submissions.collect import SourceFile, find_submissions

NAMES = ("a.py", "odd.py", "z.py")


class Observer:
    """Answers with one exception for every attempt."""

    def observe(self, job: Job, timeout, memory):
        failure = None if job.reference else Failure("exception", "ValueError", "no")
        answer = to_bytes(Observation(failure=failure))
        return Outcome("answered", answer, rest=to_bytes(Observation()))


@pytest.fixture
def graded(tmp_path):
    """Grades three submissions: dictionaries by name."""
    for name in NAMES:
        Path(tmp_path, name).write_text(f"def identity_block(X, f, filters): return {name!r}")

    def graded(observer=None):
        found = find_submissions([tmp_path])
        results = Grader(observer or Observer(), ["identity_block"], read=reading.read).grade(found)
        data = [one.result for _, _, one in results]
        return {result["submission"]: result["exercises"][0] for result in data}

    return graded


def odd(*arguments):
    """Whether these are of the odd submission."""
    return "odd.py" in repr(arguments)


@pytest.mark.parametrize("error", [ValueError(" "), KeyError(3), RecursionError(), MemoryError()])
@pytest.mark.parametrize(
    "stage", ["read_source", "attempt", "contradiction", "free_by_source", "judged", "remarks"]
)
def test_an_exception_in_any_stage_is_the_result_of_its_submission(
    graded, monkeypatch, stage, error
):
    home = reading if stage == "read_source" else grader
    real, calls = getattr(home, stage), []

    def fails(*arguments):
        calls.append(arguments)
        turn = len(calls) == 2  # of what does not know the submission's name
        if odd(*arguments) if stage in ("read_source", "attempt", "remarks") else turn:
            raise error
        return real(*arguments)

    monkeypatch.setattr(home, stage, fails)
    results = graded()
    assert list(results) == list(NAMES)
    for name in ("a.py", "z.py"):
        assert results[name]["findings"][0]["what"] == "exception"
    first = results["odd.py"]["findings"][0]
    assert first["where"] == "submission" and first["what"] in ("unrecognised", "syntax")
    assert results["odd.py"]["points"] == 0 and first["message"].count("\n") == 0
    if first["what"] == "unrecognised":
        [details] = results["odd.py"]["for_instructor"]
        assert type(error).__name__ in details and "test_one_submission.py" in details


def test_a_report_that_cannot_be_made_or_written_is_its_submission_s_own(graded, monkeypatch):
    real, calls = Report.to_dict, []

    def to_dict(self):
        calls.append(self)
        if len(calls) == 1:
            raise IndexError("list index out of range")
        return real(self) | ({"points": np.float32} if len(calls) == 3 else {})

    monkeypatch.setattr(Report, "to_dict", to_dict)
    results = graded()
    whats = [results[name]["findings"][0]["what"] for name in NAMES]
    assert whats == ["unrecognised", "unrecognised", "exception"]
    assert json.dumps(results)


def test_a_file_that_cannot_be_read_is_told(graded, monkeypatch):
    read = SourceFile.read

    def fails(self):
        return read(self) if self.name != "odd.py" else {}["zip"]

    monkeypatch.setattr(SourceFile, "read", fails)
    finding = graded()["odd.py"]["findings"][0]
    assert finding["what"] == "syntax" and "dd.py cannot be read: KeyError" in finding["message"]


def test_what_ends_the_whole_run_still_does(graded):
    class Broken(Observer):
        def observe(self, job, timeout, memory):
            raise OSError(24, "Too many open files")

    with pytest.raises(GradingError, match="Too many open files"):
        graded(Broken())


def test_an_outcome_of_no_known_kind_is_a_result(graded):
    class Odd(Observer):
        def observe(self, job, timeout, memory):
            outcome = super().observe(job, timeout, memory)
            return outcome if job.reference else replace(outcome, what="\x1b[2J")

    assert {data["status"] for data in graded(Odd()).values()} <= {"error", "failed"}
