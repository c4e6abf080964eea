"""Variants: this year's answer passes, last year's and the published one fail and say why."""

import importlib
import json
from pathlib import Path

import pytest
from support.paths import ROOT

from resnet_lesson import check, cli, hint, solution, trusted, use_variant
from resnet_lesson.authoring.__main__ import main as authoring
from resnet_lesson.authoring.notebook_files import read_notebook, write_notebook
from resnet_lesson.authoring.variant_notebooks import variant_form
from resnet_lesson.exercises import all_exercises
from resnet_lesson.exercises.variants import (
    VariantError,
    changed,
    exercises_of,
    reference_of,
    reference_source,
    variants,
)
from resnet_lesson.lab import record

SOLUTIONS = ROOT / "notebooks" / "solutions"
VARIED = [(number, name) for number, changes in variants().items() for name in changes]


pytestmark = pytest.mark.usefixtures("own_record", "forked_sandbox")


@pytest.fixture(autouse=True)
def published_afterwards():
    yield
    use_variant(0)


def hand_in(folder, stem, variant):
    """Writes the solved notebook of a variant as a learner's submission."""
    solved = variant_form(read_notebook(SOLUTIONS / f"{stem}.ipynb"), stem, variant)
    folder.mkdir(parents=True, exist_ok=True)
    write_notebook(solved, folder / f"{stem}.ipynb")


def graded(tmp_path, *arguments):
    """What `grade` says of three submissions: the published answer, and those of two variants."""
    for variant in (0, 1, 2):
        for exercise in {all_exercises()[name].notebook for _, name in VARIED}:
            hand_in(tmp_path / "in" / f"of-{variant}", exercise, variant)
    options = ["--json", str(tmp_path / "out.json"), "--seed", "0", *arguments]
    assert cli.main(["grade", str(tmp_path / "in"), *options]) == 0
    results = json.loads((tmp_path / "out.json").read_text())["results"]
    return {r["submission"]: {e["id"]: e for e in r["exercises"]} for r in results}


def fits_this_year_alone(results, name):
    fresh, last, published = (results[f"of-{number}"][name] for number in (2, 1, 0))
    asks = variants()[2][name]["asks"]
    assert fresh["status"] == "passed"
    for old, of in ((last, "variant 1 of the exercise"), (published, "the exercise as it is pub")):
        finding, place = old["findings"][:2]
        assert (old["points"], finding["what"]) == (0, "variant")
        assert of in finding["message"] and asks in finding["message"]
        assert place["where"] != "submission" and place["expected"] != place["got"]
    assert any("--variant 1" in line for line in last["for_instructor"])


def test_last_years_answer_fails_and_this_years_passes(tmp_path):
    results = graded(tmp_path, "--variant", "2", "--exercise", "bottleneck_block")
    fits_this_year_alone(results, "bottleneck_block")


@pytest.mark.slow
def test_every_exercise_that_varies_is_graded_by_its_variant(tmp_path):
    names = sorted(name for number, name in VARIED if number == 2)
    options = [option for name in names for option in ("--exercise", name)]
    results = graded(tmp_path, "--variant", "2", *options)
    for name in names:
        fits_this_year_alone(results, name)


def test_a_check_in_the_notebook_asks_what_grade_asks():
    use_variant(1)
    assert check(learners_block(1)).passed
    report = check(learners_block(0))
    assert report.points == 0 and "published" in report.findings[0].message
    assert report.findings[1].what == "kernel_size" and report.findings[1].expected == "(5, 5)"
    report = check(learners_block(1, 'relu")(x)\n\n    x = Conv2D(n_filters, {}'))
    assert 0 < report.points < report.max_points
    assert report.notes[-1] == "In variant 1, both convolutions have a 5×5 window."


def learners_block(variant, half=""):
    """A learner's residual block of a variant; in half of it the window is the published one."""
    source = reference_source(exercises_of(variant)["residual_block"])
    source = source.replace(half.format(5), half.format(3)) if half else source
    namespace = {**vars(importlib.import_module("resnet_lesson.blocks")), "__name__": "__main__"}
    exec(source, namespace)
    return namespace["residual_block"]


def test_hints_solutions_and_the_rest_of_the_notebook_follow(capsys):
    use_variant(2)
    record.add("ResNet34", 0.0)
    assert "Conv2D(64, 9, strides=2" in str(solution("ResNet34"))
    assert "two `residual_block(128, x)`" in "".join(str(hint("ResNet34")) for _ in range(5))
    published = all_exercises()["ResNet34"].load_reference()
    assert trusted(reference_of(exercises_of(2)["ResNet34"])) is published
    assert "the published ResNet34" in capsys.readouterr().out


@pytest.mark.parametrize(("number", "name"), VARIED)
def test_reference_notebook_and_hints_are_of_the_same_constants(number, name):
    exercise = exercises_of(number)[name]
    asks = variants()[number][name]["asks"]
    notebook = variant_form(read_notebook(SOLUTIONS / f"{exercise.notebook}.ipynb"), "", 0)
    varied = variant_form(notebook, exercise.notebook, number)
    text = "\n".join(cell.source for cell in varied.cells)
    assert f"in this variant, {asks}" in " ".join(text.split())
    assert f"use_variant({number})" in text
    assert reference_source(exercise) != reference_source(all_exercises()[name])
    assert exercise.hints != all_exercises()[name].hints
    for cell in varied.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            compile(cell.source, "cell", "exec")


def test_the_release_of_a_variant_holds_learners_notebooks_and_figures(tmp_path, capsys):
    solved = ["--folder", str(ROOT / "notebooks"), "--output", str(tmp_path / "out")]
    assert authoring([*solved, "--variant", "1"]) == 0
    released = (tmp_path / "out/notebooks/04-resnet50.ipynb").read_text()
    assert "use_variant(1)" in released and "BEGIN SOLUTION" not in released
    assert not (tmp_path / "out/notebooks/solutions").exists()
    assert (tmp_path / "out/images/resnet50.svg").exists()
    assert authoring([*solved, "--variant", "1"]) == 2  # never over what is there
    other = [*solved[:-1], str(tmp_path / "other")]
    assert authoring([*other, "--variant", "77"]) == 2
    assert "no variant 77" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["grade", "."], ["autograder", "a", "--exercise", "ResNet34"]]
)
def test_a_variant_that_is_not_there_is_one_line(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main([*arguments, "--variant", "9"]) == 2
    assert "no variant 9; choose 0, 1, 2" in capsys.readouterr().err
    assert not Path("a").exists()


def test_a_text_that_has_changed_is_an_error():
    with pytest.raises(VariantError, match="is not in the cell"):
        changed("new words", [["old", "x"]], "cell")
