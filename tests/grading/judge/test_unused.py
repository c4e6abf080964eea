"""What was made and not used is told as that, without what follows from it."""

import pytest
from support.attempts import (
    HIDDEN_SEED,
    attempt,
    checked,
    named,
    observed_of,
    reference,
    whole_reference,
)

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.validation import is_unfounded
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.report.report import report
from resnet_lesson.grading.sandbox import observation_bytes

CONV2 = 'padding="same", kernel_initializer=initializer(seed=0))(X)\n    '
LOST = {
    "bn": ("identity_block", "main.2.bn", (f"{CONV2}X = Batch", f"{CONV2}Batch")),
    "bn into the other path's variable": (
        "convolutional_block",
        "main.3.bn",
        ("X_shortcut = BatchNorm", "X = BatchNorm"),
    ),
    "all relus": ("identity_block", "main.1.relu", ("X = Activation", "Activation")),
    "addition": ("identity_block", "add", ("X = Add", "Add")),
    "addition, projected": ("convolutional_block", "add", ("X = Add", "Add")),
    "the shortcut returned": ("identity_block", "output.relu", ("return X", "return X_shortcut")),
    "projection returned": (
        "convolutional_block",
        "output.relu",
        ("return X", "return X_shortcut"),
    ),
    "first convolution": ("identity_block", "main.1.conv", ("X = Conv2D(F1", "Conv2D(F1")),
    "middle convolution": ("identity_block", "main.2.conv", ("X = Conv2D(F2", "Conv2D(F2")),
    "projection": ("convolutional_block", "shortcut.conv", ("X_shortcut = Conv2D", "Conv2D")),
    "norm of the shortcut": ("convolutional_block", "shortcut.bn", ("X_shortcut = Bat", "Bat")),
    "in a layer": ("IdentityBlock", "main.2.bn", ("X = self.bn2", "self.bn2")),
    "result of a layer": ("IdentityBlock", "output.relu", ("return X\n", "return X_shortcut\n")),
}
NO_MODE = ("s=2, training=True, ", "s=2, "), (", training=training", "")
LOST_IN_NETWORK = {
    "padding": (
        "stem.pad",
        ("(7, 7), strides=(2, 2))(X)", "(7, 7), strides=(2, 2))(X_input)"),
    ),
    "stem": ("stem.pool", ("    for F, s", "    X = X_input\n    for F, s")),
    "blocks": ("stage2.block2.output.relu", ("X = identity_block", "identity_block")),
    "several blocks of a stage": (
        "stage4.block2.output.relu",
        ("X = identity_block(X, 3, F)", "Y = identity_block(X, 3, F); X = X if F[0] == 256 else Y"),
    ),
    "bn of a block": ("stage2.block1.main.2.bn", (f"{CONV2}X = Batch", f"{CONV2}Batch")),
    "bn of the projections into the other path's variable": (
        "stage2.block1.main.3.bn",
        ("X_shortcut = Batch", "X = Batch"),
    ),
    "flattening": ("head.flatten", ("X = Flatten", "Flatten")),
}


def founded_report(exercise_id, change):
    """The report on an attempt whose points stand when its graph is held against values."""
    observed = observed_of(attempt(exercise_id, change), exercise_id, 0)
    wanted = whole_reference(exercise_id, 0)
    assert not is_unfounded(observed, wanted, HIDDEN_SEED)
    return report(all_exercises()[exercise_id], judge(observed, wanted))


@pytest.mark.parametrize("lost", LOST)
def test_the_layer_whose_output_is_lost_is_named_and_costs_what_one_mistake_costs(lost):
    exercise_id, place, change = LOST[lost]
    report = founded_report(exercise_id, change)
    first, *others = report.findings
    assert (first.where, first.what) == (place, "unused")
    assert all(finding.what == "exception" for finding in others)
    assert report.points == 7
    assert "nothing uses its output" in first.message


@pytest.mark.parametrize("lost", LOST_IN_NETWORK)
def test_what_is_lost_in_a_network(lost):
    place, change = LOST_IN_NETWORK[lost]
    report = founded_report("ResNet50", change)
    assert [(f.where, f.what) for f in report.findings] == [(place, "unused")]
    assert report.points == 10.5


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("X_shortcut = Batch", "X = Batch"), "main.3.bn"),
        (
            ("strides=s, kernel_initializer=initializer(seed=0))(X_s", "strides=3)(X_s"),
            "shortcut.conv",
        ),
    ],
)
def test_a_block_that_takes_no_mode_is_not_asked_for_one(change, place):
    first, *others = checked("convolutional_block", *NO_MODE, change).findings
    assert first.where == place
    assert {finding.what for finding in others} <= {"exception", "initializer"}


def test_what_was_made_is_told():
    [finding, *_] = checked("identity_block", ("X = Conv2D(F1", "Conv2D(F1")).findings
    assert finding.message.startswith("You made Conv 1×1 with 4 filters (the first convolution")


def test_a_call_that_explains_nothing_is_no_finding():
    leftover = "    F1, F2", "    Conv2D(3, 1)(X)\n    F1, F2"
    assert named("identity_block", leftover) == []
    wrong = 'padding="same"', "padding='valid'"
    assert named("identity_block", leftover, wrong)[0] == ("main.2.conv", "padding")


def test_another_mistake_is_named_beside_it():
    changes = ("Add()([X, X_shortcut])\n    X = Act", "Add()([X, X_shortcut])\n    Act")
    found = named("identity_block", changes, ("Conv2D(F2, f", "Conv2D(F2, 1"))
    assert found == [("main.2.conv", "kernel_size"), ("output.relu", "unused")]


def test_it_is_told_alike_when_the_observation_comes_out_of_the_sandbox():
    exercise = all_exercises()["identity_block"]
    observed = observe(attempt("identity_block", ("X = Add", "Add")), exercise)
    brought = observation_bytes.from_bytes(observation_bytes.to_bytes(observed))
    first, second = (judge(o, reference("identity_block")) for o in (observed, brought))
    assert first.differences == second.differences
    assert [(d.where, d.what) for d in second.differences] == [("add", "unused")]
