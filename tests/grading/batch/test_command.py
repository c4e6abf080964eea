"""`python -m resnet_lesson grade`: submissions in, marks out, whatever is handed in."""

import json

import nbformat
import pytest
from support.processes import run_python
from support.right_block import IDENTITY_BLOCK
from support.schemas import assert_fits

from resnet_lesson import cli
from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.sandbox import observation_bytes

# The form of the first public assignment, for Keras 2: layers named by stage and block, no
# `training`,
# and imports that Keras 3 no longer has, or never had.
OLD = """
import keras.backend as K
from keras import layers
from keras.layers import Input, Add, Dense, Activation, BatchNormalization, Conv2D
from keras.layers.normalization import BatchNormalization
from keras.layers.merge import add
from keras.utils.vis_utils import model_to_dot
from keras.initializers import glorot_uniform
from course_helpers import *
import scipy.misc
K.set_image_data_format("channels_last")
names = {"conv": "res", "bn": "bn"}

def identity_block(X, f, filters, stage, block):
    base = str(stage) + block + "_branch"
    F1, F2, F3 = filters
    shortcut = X
    sizes = (("a", F1, 1, "valid"), ("b", F2, f, "same"), ("c", F3, 1, "valid"))
    for letter, F, size, padding in sizes:
        X = Conv2D(F, (size, size), padding=padding, name=names["conv"] + base + letter,
                   kernel_initializer=glorot_uniform(seed=0))(X)
        X = BatchNormalization(axis=3, name=names["bn"] + base + letter)(X)
        if letter != "c":
            X = Activation("relu")(X)
    X = add([X, shortcut])
    return Activation("relu")(X)

history = model.fit(x, y)
"""


def notebook(*cells):
    return nbformat.writes(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    )


def in_a_process(*arguments):
    done = run_python("-m", "resnet_lesson", "grade", "--json", "-", *arguments)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def grade(forked_sandbox, capsys):
    """Runs the command in this process: exit status, output, messages."""

    def run(*arguments):
        try:
            status = cli.main(["grade", "--json", "-", *map(str, arguments)])
        except SystemExit as ending:  # of the parser of arguments
            status = ending.code
        if status == cli.INTERRUPTED:  # the run of tests was
            raise KeyboardInterrupt
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The results of a folder with submissions of many kinds, by name."""
    folder = tmp_path_factory.mktemp("class")
    files = {
        "right.py": IDENTITY_BLOCK,
        "bom_and_crlf.py": "\ufeff" + IDENTITY_BLOCK.replace("\n", "\r\n"),
        "old.py": OLD,
        "notebook.ipynb": notebook(
            "%matplotlib inline\n!pip list\nimport numpy as np", IDENTITY_BLOCK, "1/0"
        ),
        "blank.ipynb": notebook(blank("# YOUR CODE HERE\n    raise NotImplementedError()")),
        "other_cells.ipynb": notebook("%%bash\nls -l", "def plot(:", IDENTITY_BLOCK),
        "wrong.py": IDENTITY_BLOCK.replace('padding="same"', 'padding="valid"'),
        "syntax.py": IDENTITY_BLOCK.replace("F1, F2, F3 = filters", "F1, F2, F3 = = filters"),
        "not_json.ipynb": "{",
        "exit.py": "import os\n" + blank("os._exit(0)"),
        "raise_at_import.py": IDENTITY_BLOCK
        + "\nrelu = undefined\n"
        + "def other(): return relu\n",
        "memory.py": "import numpy as np\n" + blank("return np.ones((1 << 40,))"),
        "ana/block.py": IDENTITY_BLOCK,
        "ana/notes.txt": "mine",
        ".hidden.py": "",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode())
    status, printed, messages = in_a_process(folder, "--exercise", "identity_block")
    assert status == 0, messages
    data = json.loads(printed)
    assert_fits(data, "grade")
    assert data["schema_version"] == 1
    return {result["submission"]: result for result in data["results"]}


def blank(body):
    """The exercise's function with a body of its own."""
    return f"def identity_block(X, f, filters, training=True, initializer=None):\n    {body}"


def outcome(result):
    [exercise] = result["exercises"]
    first = exercise["findings"][0] if exercise["findings"] else {}
    return exercise["status"], first.get("where"), first.get("what")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("right.py", ("passed", None, None)),
        ("bom_and_crlf.py", ("passed", None, None)),
        ("old.py", ("passed", None, None)),
        ("notebook.ipynb", ("passed", None, None)),
        ("raise_at_import.py", ("passed", None, None)),
        ("ana", ("passed", None, None)),
        ("other_cells.ipynb", ("passed", None, None)),
        ("blank.ipynb", ("not_attempted", None, None)),
        ("wrong.py", ("failed", "main.2.conv", "padding")),
        ("syntax.py", ("error", "submission", "syntax")),
        ("not_json.ipynb", ("error", "submission", "syntax")),
        ("exit.py", ("error", "submission", "crashed")),
        ("memory.py", ("error", "submission", "memory")),
    ],
)
def test_each_kind_of_submission_gets_its_result(graded, name, expected):
    assert outcome(graded[name]) == expected


def test_every_submission_is_in_the_results_and_hidden_files_are_not(graded):
    assert len(graded) == 13
    assert all(result["max_points"] == 10.0 for result in graded.values())
    assert graded["right.py"]["points"] == 10.0 and graded["exit.py"]["points"] == 0.0


def test_a_loop_without_end_is_ended_by_the_clock(tmp_path, grade):
    (tmp_path / "loop.py").write_text(blank("while True: pass"))
    status, printed, _ = grade(tmp_path, "--timeout", "2", "--exercise", "identity_block")
    [result] = json.loads(printed)["results"]
    assert (status, result["points"]) == (0, 0.0)
    assert outcome(result) == ("error", "submission", "timeout")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.py"], "missing.py"),
        (["README.txt"], "expected a notebook"),
        (["empty"], "no notebook or .py file"),
        (["--exercise", "nothing", "a.py"], "no exercise 'nothing'"),
        ([], "required"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(tmp_path, monkeypatch, grade, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.txt").write_text("")
    (tmp_path / "empty").mkdir()
    status, _, messages = grade(*arguments)
    assert status == 2
    assert said in messages and messages.count("\n") == 1


@pytest.mark.parametrize(("least", "status"), [("10", 0), ("10.5", 1)])
def test_together_all_is_one_submission_and_too_few_points_fail_the_run(
    tmp_path, grade, least, status
):
    (tmp_path / "1.py").write_text(IDENTITY_BLOCK)
    (tmp_path / "2.py").write_text("x = 1")
    options = ("--together", "--fail-under", least, "--exercise", "identity_block")
    ended, printed, messages = grade(tmp_path, *options)
    [result] = json.loads(printed)["results"]
    assert (result["points"], ended) == (10.0, status)
    assert ("Fewer than 10.5 points: 1 of 1" in messages) == bool(status)


def test_marks_go_back_into_the_course(tmp_path, grade):
    """From an export of submissions to the worksheet, with points that the instructor has set."""
    folder = tmp_path / "export" / "Ana Lee_12_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "block.py").write_text(IDENTITY_BLOCK)
    (tmp_path / "set.csv").write_text(
        "learner,exercise,points,reason\nAna Lee_12,identity_block,9,late\nZoe,ResNet50,1,x\n"
    )
    head = "Identifier,Full name,Grade,Last modified (grade)\n"
    (tmp_path / "book.csv").write_text(f"{head}Participant 12,Ana Lee,-,-\n")
    options = {"--overrides": "set.csv", "--gradebook": "book.csv"}
    paths = [word for option, name in options.items() for word in (option, tmp_path / name)]
    _, printed, messages = grade(tmp_path / "export", "--exercise", "identity_block", *paths)
    data = json.loads(printed)
    assert (tmp_path / "book.csv").read_text() == f"{head}Participant 12,Ana Lee,9,-\n"
    assert_fits(data, "grade")
    [result] = data["results"]
    assert (result["points"], result["late"], result["learner_id"]) == (9.0, False, "12")
    assert result["exercises"][0]["override"] == {"points": 10.0, "reason": "late"}
    assert "no result for Zoe · ResNet50" in messages


def test_bytes_that_are_no_observation_are_refused():
    observed = Observation(failure=Failure("exception", "ValueError", "no", "x = 1", 3))
    assert observation_bytes.from_bytes(observation_bytes.to_bytes(observed)) == observed
    for forged in (b"", b"\x80\x04.", b"PK\x03\x04", observation_bytes.to_bytes(observed)[:-9]):
        with pytest.raises(observation_bytes.ObservationError):
            observation_bytes.from_bytes(forged)


def test_an_observation_survives_its_way_through_bytes():
    exercise = all_exercises()["convolutional_block"]
    observed = observe(exercise.load_reference(), exercise)
    returned = observation_bytes.from_bytes(observation_bytes.to_bytes(observed))
    assert [run.series for run in returned.runs] == [run.series for run in observed.runs]
    assert judge(returned, observed).passed
