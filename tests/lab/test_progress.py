"""The progress: its numbers, what comes next, and what a notebook shows of it."""

import json

import nbclient
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from support.processes import loaded_by
from support.schemas import assert_fits

from resnet_lesson import cli
from resnet_lesson.exercises import all_exercises
from resnet_lesson.lab import record
from resnet_lesson.lab.progress import next_open, progress, standings, whats_next

EXERCISES = all_exercises()
pytestmark = pytest.mark.usefixtures("own_record")
MOST = sum(exercise.points for exercise in EXERCISES.values())


def pass_all(*but):
    for exercise in EXERCISES.values():
        if exercise.id not in but:
            record.add(exercise.id, exercise.points)


def forms(panel):
    return panel.markdown, panel.html.replace("&nbsp;", " "), repr(panel)


# ------------------------------------------------------------------------------------ the contents


def test_the_whole_lesson_shows_every_exercise_with_points_and_state():
    record.add("skip_connection", 5.0)
    record.add("identity_block", 3.5)
    for text in forms(progress()):
        assert f"8.5 of {MOST:g} points" in text
        assert all(name in text for name in EXERCISES)
        assert text.count("○ open") == len(EXERCISES) - 2
        assert "3.5 / 10" in text and "… begun" in text and "✓ passed" in text
    assert "[06-subclassing](06-subclassing.ipynb)" in progress().markdown
    assert 'href="06-subclassing.ipynb"' in progress().html


@pytest.mark.parametrize("asked", [6, "6", "06", "06-subclassing", "06-subclassing.ipynb"])
def test_a_notebook_shows_its_own_exercises_and_the_whole(asked):
    record.add("IdentityBlock", 10.0)
    for text in forms(progress(asked)):
        assert "This notebook: 10 of 35 points" in text.replace("\\", "")
        assert f"Whole lesson: 10 of {MOST:g} points" in text
        assert "ResNet50Model" in text and "bottleneck_block" not in text
    assert "Next exercise: ConvolutionalBlock, in this notebook" in repr(progress(asked))


@pytest.mark.parametrize(("asked", "after"), [("00", "skip_connection"), (9, "capstone")])
def test_a_notebook_without_an_exercise_shows_the_whole_and_what_is_next(asked, after):
    said = repr(progress(asked))
    assert f"0 of {MOST:g} points" in said and "No exercise here is graded" in said
    assert f"Next exercise: {after}, in {EXERCISES[after].notebook}.ipynb" in said
    assert "Next notebook: 09" not in said  # which is this one, or not the next


@pytest.mark.parametrize(
    "asked", ["", "x", -1, 100, 2.5, object(), [], True, "²", "02/../x", "<b>"]
)
def test_what_is_no_notebook_gets_one_clear_answer(asked):
    panel = progress(asked)
    assert "There is no notebook" in panel.title and "02-identity-block" in repr(panel)
    assert "<b>" not in panel.html


def test_when_all_is_passed_nothing_is_next():
    pass_all()
    for asked in (None, "02", "10"):
        assert f"All {len(EXERCISES)} exercises are passed" in repr(progress(asked))
    assert progress("02").kind == progress().kind == "passed"


def test_points_that_cannot_be_are_put_right():
    rows = standings({"skip_connection": {"points": 1e9, "attempts": 1}})
    assert rows[0].points == rows[0].max_points
    assert standings({"skip_connection": {"points": -3.0, "attempts": 1}})[0].points == 0


# -------------------------------------------------------------------------------- what comes next


@pytest.mark.parametrize(
    ("passed", "still_open", "after"),
    [
        ("skip_connection", (), "identity_block"),
        ("ConvolutionalBlock", ("IdentityBlock", "ResNet34"), "IdentityBlock"),
        ("ResNet50Model", ("skip_connection", "ResNet34"), "ResNet34"),
        ("bottleneck_block", ("skip_connection", "ResNet34"), "skip_connection"),
    ],
)
def test_after_an_exercise_comes_the_nearest_that_is_open(passed, still_open, after):
    if still_open:
        pass_all(*still_open)
    else:
        record.add(passed, EXERCISES[passed].points)
    line = whats_next(EXERCISES[passed])
    assert line.startswith(f"Next exercise: `{after}`")
    here = EXERCISES[after].notebook == EXERCISES[passed].notebook
    assert ("in this notebook" if here else f"{EXERCISES[after].notebook}.ipynb") in line


@pytest.mark.parametrize(
    ("passed", "named"), [("preactivation_block", True), ("ResNet34", False), ("ResNet50", False)]
)
def test_a_notebook_without_an_exercise_is_not_passed_over(passed, named):
    for name in ("bottleneck_block", "preactivation_block", passed):
        record.add(name, EXERCISES[name].points)
    line = whats_next(EXERCISES[passed])
    assert ("Next notebook: 09-why-it-works.ipynb, without points. " in line) == named
    assert line.endswith("11-capstone.ipynb.") == named


def test_after_the_last_all_is_done():
    pass_all()
    assert f"All {len(EXERCISES)} exercises are passed" in whats_next(EXERCISES["bottleneck_block"])
    assert next_open(standings(record.read())) is None


# ------------------------------------------------------------------------------------ in a notebook


def test_a_shown_panel_changes_in_place(tmp_path):
    """Run by a real kernel; nbclient applies updates to what it has, as JupyterLab does."""
    sources = [
        "from resnet_lesson.lab.progress import progress, refresh\n"
        "from resnet_lesson.lab import record",
        "progress('02')",
        "progress()",
        "record.add('identity_block', 10.0)\nrefresh()",
    ]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    nbclient.execute(notebook, cwd=str(tmp_path))
    here, whole, check = (cell.outputs for cell in notebook.cells[1:])
    assert check == []
    assert [output.output_type for output in here + whole] == ["display_data"] * 2
    assert "This notebook: 10 of 10 points" in here[0].data["text/plain"]
    assert f"10 of {MOST:g} points" in whole[0].data["text/html"]
    nbformat.validate(notebook)


# ------------------------------------------------------------------------------ a damaged record


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("", {}),
        ("{", {}),
        ("[1]", {}),
        ('"text"', {}),
        ("[" * 100_000, {}),
        (
            '{"skip_connection": 3, "identity_block": {"points": 4, "attempts": 1}}',
            {"identity_block"},
        ),
        ('{"identity_block": {"points": NaN, "attempts": 1}}', {}),
        ('{"identity_block": {"points": 1, "attempts": 1e999}}', {}),
    ],
)
def test_a_damaged_record_is_told_and_what_can_be_read_counts(own_record, content, kept):
    own_record.write_text(content)
    found, problem = record.load()
    assert set(found) == set(kept)
    assert "is damaged" in problem and "\n" not in problem and str(own_record) in problem
    assert all("is damaged" in text for text in forms(progress()))
    assert own_record.read_text() == content  # reading changes nothing


def test_hostile_text_in_a_record_is_shown_nowhere(own_record):
    own_record.write_text('{"<script>": {"points": 1, "attempts": 1}}')
    assert not any("script>" in text for text in forms(progress()))


# ------------------------------------------------------------------------------------- the command


def test_the_command_prints_the_table(capsys):
    record.add("skip_connection", 5.0)
    assert cli.main(["progress"]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{progress()!r}\n" and printed.err == ""


def test_the_command_writes_json(capsys, tmp_path):
    record.add("skip_connection", 5.0)
    assert cli.main(["progress", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert_fits(data, "progress")
    assert (data["points"], data["max_points"], data["next"]) == (5.0, MOST, "identity_block")
    assert [row["id"] for row in data["exercises"]] == list(EXERCISES)
    assert data["exercises"][0]["passed"] is True
    assert cli.main(["progress", "--json", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text()) == data


def test_the_command_tells_a_damaged_record_in_one_line(capsys, own_record):
    own_record.write_text("{")
    assert cli.main(["progress"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "is damaged" in line]


def test_the_command_imports_no_tensorflow():
    loaded = loaded_by("from resnet_lesson import cli; cli.main(['progress'])")
    assert not {"tensorflow", "keras"} & loaded
