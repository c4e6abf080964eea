"""What holds for every notebook of the lesson, in both forms; read off the files, nothing is run.

Running them and comparing their outputs is `pytest --nbval`.
"""

import ast
import json
import re
import runpy

import pytest
from support.paths import BLANK, NOTEBOOKS, SOLUTIONS, SOLVED

from resnet_lesson import check
from resnet_lesson.authoring.execution import WIDGET_VIEW
from resnet_lesson.authoring.learner_notebooks import out_of_step
from resnet_lesson.authoring.notebook_files import METADATA, has_picture, read_notebook
from resnet_lesson.authoring.picture_sources import stale_pictures
from resnet_lesson.exercises import all_exercises
from resnet_lesson.exercises.blanks import REGION

EXERCISES = list(all_exercises().values())

in_both_forms = pytest.mark.parametrize(
    "path", SOLVED + BLANK, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
solved_only = pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
for_each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)


def cells_of(path, kind="code"):
    """The cells of one kind in a notebook as it is stored, each source as one string."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [c | {"source": "".join(c["source"])} for c in cells if c["cell_type"] == kind]


def texts_of(cell):
    """Every textual output of a code cell, without the bytes of pictures: a list of strings."""
    outputs = cell["outputs"]
    texts = [text for output in outputs for text in output.get("data", {}).values()]
    texts += [output["text"] for output in outputs if "text" in output]
    texts = ["".join(text) for text in texts if not isinstance(text, dict)]
    return [re.sub(r";base64,[\w+/=]+", "", text) for text in texts]


def graded_with_check(exercise, folder=SOLUTIONS):
    """The graded cell of an exercise and the cell right under it, in one of the two forms."""
    path = folder / f"{exercise.notebook}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    at = [
        i
        for i, cell in enumerate(cells)
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == exercise.id
    ]
    assert len(at) == 1, f"{path.name} has {len(at)} cells with the grade_id {exercise.id}"
    return cells[at[0]], cells[at[0] + 1]


def regions_of(path):
    """The lines of each solution region in a solved notebook, blank lines and indents left out."""
    for cell in cells_of(path):
        for region in REGION.finditer(cell["source"]):
            lines = [line.strip() for line in region[0].splitlines()[1:-1]]
            yield [line for line in lines if line]


def test_the_learners_notebooks_are_what_the_solved_ones_generate():
    assert list(out_of_step(NOTEBOOKS)) == []


@solved_only
def test_a_picture_that_nbval_does_not_compare_was_made_by_todays_code(path):
    assert list(stale_pictures(read_notebook(path), path.name)) == []


def test_the_notebooks_are_numbered_from_zero():
    numbers = [int(path.name.partition("-")[0]) for path in SOLVED]
    assert numbers == list(range(len(numbers))) and numbers


@solved_only
def test_every_code_cell_has_been_run_in_order_in_a_fresh_kernel(path):
    counts = [cell["execution_count"] for cell in cells_of(path)]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", BLANK, ids=lambda path: path.stem)
def test_the_learners_form_holds_no_output_that_would_answer_a_prediction(path):
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in cells_of(path))


@solved_only
def test_no_error_and_no_warning_is_stored(path):
    outputs = [output for cell in cells_of(path) for output in cell["outputs"]]
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []


@solved_only
def test_outputs_that_are_compared_name_no_machine(path):
    for text in (text for cell in cells_of(path) for text in texts_of(cell)):
        assert not re.search(r"0x[0-9a-f]{6,}|/tmp/|/home/|/root/|/Users/|site-packages", text)


@in_both_forms
def test_what_differs_between_machines_is_not_stored(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"] == METADATA
    for cell in cells_of(path):
        assert "execution" not in cell["metadata"]
        assert all(WIDGET_VIEW not in o.get("data", {}) for o in cell["outputs"])
        if "nbval-ignore-output" in cell["metadata"].get("tags", ()):
            assert all(has_picture(output) for output in cell["outputs"])


@in_both_forms
def test_a_prediction_can_be_typed_before_its_result_is_seen(path):
    asked = ""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            asked = "" if re.search(r'^predicted\(""\)', source, re.MULTILINE) else asked
        elif re.search(r"^\*\*(Predict|Task)\.\*\*", source, re.MULTILINE):
            assert not asked, f"{asked} is not answered before {cell['id']} asks"
            asked = cell["id"]
        assert not (asked and "<details>" in source and asked != cell["id"]), asked
    assert not asked


@pytest.mark.parametrize("path", BLANK, ids=lambda path: path.stem)
def test_the_learners_form_gives_no_solution_away(path):
    text = "\n".join("\n".join([c["source"], *texts_of(c)]) for c in cells_of(path))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    runs = {tuple(lines[i : i + 3]) for i in range(len(lines))}
    assert "SOLUTION" not in text
    for region in regions_of(SOLUTIONS / path.name):
        size = min(3, len(region))
        shown = [region[i : i + size] for i in range(len(region) - size + 1)]
        assert [run for run in shown if any(r[:size] == tuple(run) for r in runs)] == []


@for_each_exercise
def test_a_graded_cell_carries_nbgraders_metadata_and_defines_its_exercise(exercise):
    graded, _ = graded_with_check(exercise)
    source = "".join(graded["source"])
    assert graded["metadata"]["nbgrader"] == {
        "grade": False,
        "grade_id": exercise.id,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    assert exercise.id in {getattr(node, "name", None) for node in ast.parse(source).body}
    assert len(source.splitlines()) <= 30


@for_each_exercise
def test_the_check_stands_right_under_its_graded_cell(exercise):
    _, check = graded_with_check(exercise)
    assert "".join(check["source"]) == f"check({exercise.id})"
    assert check["metadata"]["nbgrader"] == {
        "grade": True,
        "grade_id": f"check_{exercise.id}",
        "locked": True,
        "points": exercise.points,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


@for_each_exercise
def test_the_solved_form_passes_and_the_learners_is_not_attempted(exercise, tmp_path):
    _, solved = graded_with_check(exercise)
    points = f"{exercise.points:g} of {exercise.points:g} points"
    assert any("passed" in text and points in text for text in texts_of(solved))
    code = "\n".join(c["source"] for c in cells_of(NOTEBOOKS / f"{exercise.notebook}.ipynb"))
    defined = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    cell = tmp_path / "cell.py"  # where a line that raises can be read
    cell.write_text("\n".join(
        ast.get_source_segment(code, n) for n in ast.parse(code).body if isinstance(n, defined)
    ), encoding="utf-8")  # fmt: skip
    names = runpy.run_path(str(cell))
    assert check(names[exercise.id]).status == "not_attempted"


@for_each_exercise
def test_an_exercise_leads_step_by_step_and_explains_its_solution(exercise):
    assert len(set(exercise.hints)) == len(exercise.hints) >= 3
    assert not any("TODO" in text for text in (*exercise.hints, exercise.explanation))
    assert all(len(text.split()) >= 5 for text in (*exercise.hints, exercise.explanation))


@solved_only
def test_nothing_is_graded_that_is_no_exercise(path):
    graded = [c["metadata"]["nbgrader"] for c in cells_of(path) if "nbgrader" in c["metadata"]]
    known = [e.id for e in EXERCISES if e.notebook == path.stem]
    expected = [grade_id for name in known for grade_id in (name, f"check_{name}")]
    assert sorted(cell["grade_id"] for cell in graded) == sorted(expected)
