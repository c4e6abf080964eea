"""What a learner sees: `check`, `hint`, `solution`, `trusted` and `progress`."""

import json
import os
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from IPython.core.interactiveshell import InteractiveShell
from support.processes import run_python
from support.right_block import identity_block as own_identity_block

from resnet_lesson import blocks, check, hint, progress, solution, trusted
from resnet_lesson.exercises import all_exercises
from resnet_lesson.lab import record

pytestmark = pytest.mark.usefixtures("own_record")


def wrong_identity_block(X, f, filters, training=True, initializer=None):
    return X


def with_window_3(X, f, filters, training=True, initializer=None):
    return own_identity_block(X, 3, filters, training, initializer)


wrong_identity_block.__name__ = with_window_3.__name__ = "identity_block"


@pytest.mark.parametrize("name", all_exercises())
def test_the_reference_handed_in_is_named(name):
    report = check(all_exercises()[name].load_reference())
    assert not report.passed and report.points == 0
    assert (report.findings[0].where, report.findings[0].what) == ("submission", "reference")


def wraps_by_name(X, f, filters, training=True, initializer=None):
    return blocks.identity_block(X, f, filters, training, initializer)


def wraps_by_import(X, f, filters, training=True, initializer=None):
    from resnet_lesson.blocks import identity_block as block

    return block(X, f, filters, training, initializer)


def helper(*arguments):
    return wraps_by_name(*arguments)


def wraps_by_a_helper(X, f, filters, training=True, initializer=None):
    return next(helper(*a) for a in [(X, f, filters, training, initializer)])


@pytest.mark.parametrize("attempt", [wraps_by_name, wraps_by_import, wraps_by_a_helper])
def test_a_wrapper_of_the_reference_is_named(attempt):
    names = {"check": check, "identity_block": attempt}
    exec("report = check(identity_block)", names)
    assert names["report"].findings[0].what == "reference"


def test_a_right_answer_under_another_name_passes_by_the_name_in_the_notebook():
    def mine(X, f, filters, training=True, initializer=None):
        return own_identity_block(X, f, filters, training, initializer)

    names = {"check": check, "identity_block": mine}
    exec("report = check(identity_block)", names)
    assert names["report"].passed


@pytest.mark.parametrize(
    "body", ["raise NotImplementedError()", "# YOUR CODE HERE\n    raise NotImplementedError()"]
)
def test_a_blank_is_not_attempted_and_no_reference_is_built(body, tmp_path, monkeypatch):
    monkeypatch.setattr("resnet_lesson.lab.check._reference", None)
    path = tmp_path / "cell.py"
    path.write_text(
        f"def identity_block(X, f, filters, training=True, initializer=None):\n    {body}\n"
    )
    names = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    report = check(names["identity_block"])
    assert report.status == "not_attempted"
    assert (report.points, report.findings) == (0.0, [])
    assert record.read() == {}


@pytest.mark.parametrize(
    "thing",
    [None, 3, "identity_block", print, lambda X: X, keras.layers.Conv2D, np.ones(3), object()],
)
def test_what_is_no_exercise_gets_one_clear_line(thing):
    report = check(thing)
    assert not report.passed
    assert "identity_block" in report.findings[0].message
    assert "\n" not in report.findings[0].message


def test_a_name_that_looks_like_an_answer_is_told():
    def conv_block(X, f, filters):
        return X

    [finding] = check(conv_block).findings
    assert finding.message.startswith("`conv_block` looks like convolutional_block: ")


class Hostile(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "error", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), RecursionError(), Hostile()]
)
def test_no_exception_gets_out(error):
    def identity_block(X, f, filters, training=True, initializer=None):
        raise error

    report = check(identity_block)
    assert report.status == "error"
    assert report.findings[0].where == "submission"


def test_random_state_and_settings_are_left_alone():
    def identity_block(X, f, filters, training=True, initializer=None):
        random.random()
        np.random.rand()
        return own_identity_block(X, f, filters, training, initializer)

    def draws():
        return random.random(), np.random.rand(), float(tf.random.normal(())), float(
            keras.random.normal(())
        )  # fmt: skip

    def start_anew():
        keras.utils.clear_session()  # in older Keras the seed leaves the generator as it is
        keras.utils.set_random_seed(1)

    start_anew()
    expected = draws(), draws()
    start_anew()
    first = draws()
    environment = dict(os.environ)
    assert check(identity_block).passed
    assert (first, draws()) == expected
    assert dict(os.environ) == environment
    assert keras.config.is_traceback_filtering_enabled()


def test_a_mixed_precision_policy_does_not_change_the_verdict():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert check(own_identity_block).passed
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_report_is_text_html_and_data():
    def identity_block(X, f, filters, training=True, initializer=None):
        return own_identity_block(X, f, filters, training, initializer) * 2

    report = check(identity_block)
    bundle = report._repr_mimebundle_()
    assert bundle["text/plain"] == repr(report)
    assert "not right yet" in bundle["text/plain"] and "not right yet" in bundle["text/html"]
    data = json.loads(json.dumps(report.to_dict()))
    assert data["id"] == "identity_block" and data["status"] == "failed"
    assert set(data["findings"][0]) == {"where", "what", "expected", "got", "message"}


def test_a_report_escapes_what_the_learner_wrote():
    def identity_block(X, f, filters, training=True, initializer=None):
        raise ValueError("<script>alert(1)</script>")

    html = check(identity_block)._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_under_nbgrader_the_plain_text_is_the_partial_credit(monkeypatch):
    report = check(with_window_3)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert float(report._repr_mimebundle_()["text/plain"]) == report.points
    assert 0 < report.points < report.max_points


def test_the_finding_names_the_values_that_were_asked_for():
    finding = check(with_window_3).findings[0]
    assert (finding.where, finding.what) == ("main.2.conv", "kernel_size")
    assert (finding.expected, finding.got) == ("(2, 2)", "(3, 3)")


def test_hints_come_one_at_a_time_and_the_last_points_to_the_solution():
    steps = all_exercises()["identity_block"].hints
    shown = [hint("identity_block").markdown for _ in range(len(steps) + 1)]
    for step, text in zip(steps, shown, strict=False):
        assert step in text
    assert "solution(" in shown[-1] and shown[-1] == shown[-2]
    assert "There is no exercise 'nothing'" in hint("nothing").markdown


def test_the_solution_opens_after_an_attempt():
    assert "Try first" in solution("identity_block").markdown
    check(wrong_identity_block)
    assert "def identity_block" in solution("identity_block").markdown


def test_trusted_is_the_learners_own_function_once_it_has_passed(capsys):
    check(wrong_identity_block)
    assert trusted(own_identity_block) is blocks.identity_block
    assert check(own_identity_block).passed
    assert trusted(own_identity_block) is own_identity_block
    assert "your own" in capsys.readouterr().out
    with pytest.raises(ValueError, match="trusted got"):
        trusted(len)


def test_progress_keeps_the_best_points_and_says_what_is_next():
    check(own_identity_block)
    check(wrong_identity_block)
    assert record.read()["identity_block"] == {"points": 10.0, "attempts": 2}
    text, total = repr(progress()), sum(e.points for e in all_exercises().values())
    assert f"10 of {total:g} points" in text and "Next exercise: skip_connection" in text


def test_a_passed_check_says_what_is_next_and_its_data_stay_as_they_are():
    report = check(own_identity_block)
    [line] = repr(report).splitlines()[1:]
    assert line.strip().startswith("Next exercise: `convolutional_block`, in 03-")
    assert "convolutional_block" in report._repr_mimebundle_()["text/html"]
    assert report.to_dict() == {
        **{"id": "identity_block", "status": "passed", "points": 10.0, "max_points": 10.0},
        **{"seconds": report.seconds, "findings": [], "notes": []},
    }


def test_a_check_that_does_not_pass_says_nothing_of_what_is_next():
    report = check(wrong_identity_block)
    assert "Next exercise" not in repr(report)


@pytest.mark.parametrize("trouble", [None, OSError("the front end is gone")])
def test_every_attempt_brings_the_shown_progress_up_to_date(trouble, monkeypatch):
    points = []

    def refresh():
        points.append(record.read()["identity_block"]["points"])
        if trouble:
            raise trouble

    monkeypatch.setattr("resnet_lesson.lab.check.refresh", refresh)
    check(wrong_identity_block)
    assert check(own_identity_block).passed
    assert points == [0.0, 10.0]


def test_importing_check_writes_nothing(monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    code = "from resnet_lesson import check; import tensorflow as tf; tf.constant(1)"
    process = run_python("-c", code)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_the_plain_text_shows_both_graphs_place_by_place():
    lines = repr(check(with_window_3)).splitlines()
    [marked] = [line for line in lines if "✗" in line and "Conv" in line]
    assert "main.2.conv" in marked and "Conv 2×2" in marked and "Conv 3×3" in marked
    [before] = [line for line in lines if "main.1.conv" in line]
    assert "the same" in before and "exact" in before


def test_the_table_does_not_tell_what_is_still_to_be_built():
    def identity_block(X, f, filters, training=True, initializer=None):
        return keras.layers.Conv2D(filters[0], 1)(X)

    lines = repr(check(identity_block)).splitlines()
    assert [line.split()[2] for line in lines if "main.3." in line] == ["…", "…"]


def test_a_pooling_without_a_window_is_told_and_costs_nothing():
    def ResNet50(input_shape=(64, 64, 3), classes=6):
        from keras import Model, layers

        model = all_exercises()["ResNet50"].load_reference()(input_shape, classes)
        before = next(layer for layer in model.layers if isinstance(layer, layers.AveragePooling2D))
        X = layers.Flatten()(layers.AveragePooling2D()(before.input))
        return Model(model.input, layers.Dense(classes, activation="softmax")(X))

    report = check(ResNet50)
    assert report.passed and "pool_size" in report.notes[0]
    assert report.to_dict()["notes"] == list(report.notes)
    with pytest.raises(TypeError, match="pool_size"):
        keras.layers.AveragePooling2D()


def test_what_hands_its_input_back_gets_no_points_and_is_told_what_is_missing():
    def identity_block(X, f, filters, training=True, initializer=None):
        return X

    report = check(identity_block)
    assert report.points == 0 and not report.passed
    assert [(f.where, f.what) for f in report.findings] == [
        *(("main.1.conv", "missing"), ("add", "missing"), ("output.relu", "missing"))
    ]


def test_a_network_without_its_blocks_gets_hardly_any_points():
    def ResNet50(input_shape=(64, 64, 3), classes=6):
        inputs = keras.Input(input_shape)
        X = keras.layers.MaxPooling2D(16)(inputs)
        return keras.Model(inputs, keras.layers.Dense(classes, "softmax")(X[:, 0, 0]))

    report = check(ResNet50)
    assert report.points <= 0.2 * report.max_points
    counted = [finding.where for finding in report.findings if finding.what == "block_count"]
    assert len(counted) >= 3


DEFINITION = "def identity_block(X, f, filters):\n    return X"


@pytest.mark.parametrize(
    ("cells", "is_older"),
    [
        ([DEFINITION, DEFINITION.replace("return X", "return X +")], True),
        ([DEFINITION, "1 / 0\n" + DEFINITION], True),
        ([DEFINITION, "f = 3", DEFINITION + "\n1 / 0"], False),
        ([DEFINITION.replace("return X", "return X +"), DEFINITION], False),
        (["import functools\n@functools.cache\n" + DEFINITION, "x = ["], False),
    ],
)
def test_what_an_earlier_run_of_a_cell_that_failed_defined_is_not_checked(cells, is_older):
    shell = InteractiveShell()
    for cell in [*cells, "from resnet_lesson import check; report = check(identity_block)"]:
        shell.run_cell(cell, store_history=True, silent=False)
    [first, *_] = shell.user_ns["report"].findings
    assert ("failed when it last ran" in first.message) == is_older
