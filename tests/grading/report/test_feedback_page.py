"""The page that a learner gets back."""

from types import SimpleNamespace

import pytest
from support.pages import NASTY, assert_stands_alone, block, exercise, finding, result
from support.processes import loaded_by

from resnet_lesson.grading.judge.alignment import Difference
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.report.feedback_page import feedback_page
from resnet_lesson.grading.report.report import Finding, Report
from resnet_lesson.graph.operations import with_places


def wrong_padding():
    """A submission whose second convolution has the wrong padding, and its report."""
    attempt, expected = with_places(block(padding="valid")), with_places(block())
    difference = Difference("main.2.conv", "padding", "same", "valid")
    run = SimpleNamespace(series=attempt)
    verdict = Verdict(False, (difference,), None, run, (), expected)
    found = Finding("main.2.conv", "padding", "same", "valid", "It has `padding` `valid`.")
    report = Report("identity_block", "failed", 7.0, 10.0, [found], verdict=verdict)
    return result("bo.ipynb", report.to_dict()), [report]


def test_points_findings_and_both_drawings_are_there():
    html = feedback_page(*wrong_padding())
    page = assert_stands_alone(html)
    assert "7 of 10 points" in page.text
    assert "It has padding valid ." in page.text
    assert page.elements.count("svg") == 2
    assert "✗ padding" in page.text and "✓ padding" in page.text
    assert "Yours" in page.text and "Expected" in page.text


def test_without_reports_there_are_no_drawings_and_nothing_else_is_missing():
    graded, _ = wrong_padding()
    page = assert_stands_alone(feedback_page(graded, []))
    assert "svg" not in page.elements
    assert "It has padding valid ." in page.text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("passed", "Right for all inputs"),
        ("not_attempted", "no answer to this exercise"),
        ("error", "could not be run"),
    ],
)
def test_every_status_is_said_in_words(status, said):
    page = assert_stands_alone(feedback_page(result("a", exercise(status=status)), []))
    assert said in page.text


def test_a_submission_without_exercises_says_so():
    assert "None of the exercises" in assert_stands_alone(feedback_page(result("a"), [])).text


def test_what_a_learner_wrote_is_text():
    found = finding(NASTY, NASTY, NASTY, NASTY, f"`{NASTY}` {NASTY}")
    graded = result(NASTY, exercise(findings=[found]))
    graded["exercises"][0]["notes"] = [NASTY]
    html = feedback_page(graded, [])
    page = assert_stands_alone(html)
    assert page.text.count("alert(1)") >= 5


def test_the_pages_are_made_without_tensorflow():
    modules = "report.feedback_page", "report.class_page", "batch.gradescope", "report.teaching"
    loaded = loaded_by("; ".join(f"import resnet_lesson.grading.{name}" for name in modules))
    assert not {"tensorflow", "keras"} & loaded
