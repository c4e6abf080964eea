"""Every finding is told with its reason, and none gives the solution away."""

import inspect
import re

import pytest

from resnet_lesson import blocks, networks
from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.alignment import Difference
from resnet_lesson.grading.judge.catalogue import entry, kinds
from resnet_lesson.grading.judge.judge import Verdict
from resnet_lesson.grading.judge.observation import Failure, Run
from resnet_lesson.grading.report.exceptions import causes, translate
from resnet_lesson.grading.report.messages import explain, heading, sentence_case
from resnet_lesson.grading.report.report import report

OF_VALUES = {m.what for e in all_exercises().values() if e.kind == "values" for m in e.mistakes}
OF_TRAINED = {
    *("residual_blocks", "projection", "normalisation", "fixed_mode"),
    *("untrained", "weights", "accuracy"),
}
FINDINGS = [
    Difference("main.1.bn", "missing", "bn", "nothing"),
    Difference("shortcut.conv", "missing", "conv", "nothing"),
    Difference("shortcut.bn", "missing", "bn", "nothing"),
    Difference("main.3.bn", "shared_layer", "a layer of its own", "the layer of main.2.bn"),
    Difference(
        "main.3.bn", "reused_layer", "a layer of its own", "a layer that an earlier call made"
    ),
    Difference("add", "missing", "an addition of the shortcut", "none"),
    Difference("output.relu", "missing", "relu", "nothing"),
    Difference("main.3.relu", "extra", "nothing", "relu"),
    Difference("main.2.conv", "extra", "nothing", "conv"),
    Difference("main.2.dropout", "extra", "nothing", "dropout"),
    Difference("shortcut.bn", "extra", "nothing", "bn"),
    Difference("main.1.bn", "order", "in its turn", "too late"),
    Difference("main.2.conv", "filters", 5, 4),
    Difference("main.2.conv", "kernel_size", (3, 3), (1, 1)),
    Difference("shortcut.conv", "strides", (2, 2), (1, 1)),
    Difference("main.2.conv", "padding", "same", "valid"),
    Difference("main.1.relu", "activation", "relu", "tanh"),
    Difference("main.1.conv", "initializer", "initializer(seed=0)", "GlorotUniform()"),
    Difference("main.1.bn", "axis", 3, 1),
    Difference("main.1.bn", "training", False, None),
    Difference("add", "operands", "the block's input", "the output of main.1.conv"),
    Difference("add", "merge", "addition", "Concatenate"),
    Difference("stem.pool", "pool_size", (3, 3), (2, 2)),
    Difference("head.pool", "pool_kind", "average", "max"),
    Difference("head.pool", "pool_kind", "average", "global average"),
    Difference("head.pool", "missing", "pool", "nothing"),
    Difference("head.dense", "units", 6, 10),
    Difference("head.dense", "activation", "softmax", "linear"),
    Difference("head.activation", "extra", "nothing", "softmax"),
    Difference("stem.pad", "extra", "nothing", "pad"),
    Difference("stem.conv", "missing", "conv", "nothing"),
    Difference("stem.conv", "strides", (2, 2), (1, 1)),
    Difference("stage2.block1.main.1.conv", "strides", (1, 1), (2, 2)),
    Difference("stage2.block2.output.relu", "missing", "relu", "nothing"),
    Difference("stage3.block1", "block_kind", "convolutional", "identity"),
    Difference("stage4", "block_count", 6, 5),
    Difference("main.2.conv", "values", "", "off by 0.3"),
    Difference("main.2.conv", "values", "", "off by 0.3, by a method of your own"),
    Difference("main.2.conv", "unkept_layer", "a layer that the object keeps", "another layer"),
    Difference("main.2.bn", "unused", "used by what follows", "BatchNorm"),
    Difference("stage2.block2.output.relu", "unused", "used by what follows", "ReLU"),
    Difference("main.1.bn", "other_path", "read by the main path", "read by the shortcut"),
    Difference("submission", "early_return", "the last `return`", "line 9 returns too early"),
    Difference("submission", "config", "the same layer from `get_config`", "other values"),
    *(Difference("submission", what, "0.5", "0.7") for what in OF_VALUES),
    Difference("submission", "values", "0.5", "0.7"),
    *(Difference("submission", what, "3", "2") for what in OF_TRAINED),
]
ERRORS = {
    "Only input tensors may be passed as positional arguments. The following argument value "
    "should be passed as a keyword argument: <Conv2D name=conv2d, built=False>": "`Conv2D`",
    "A KerasTensor cannot be used as input to a TensorFlow function. And so on.": "keras.ops",
    "MaxPooling2D.__init__() missing 1 required positional argument: 'pool_size'": "pool_size",
    "Unrecognized keyword arguments passed to BatchNormalization: {'training': True}": "call",
    "not enough values to unpack (expected 4, got 3)": "three numbers",
    "Inputs have incompatible shapes. Received shapes (4, 4, 7) and (4, 4, 5)": "channels",
    "name 'Conv2d' is not defined": "`Conv2d`",
    "pop from empty list": "caller",
}


@pytest.mark.parametrize("difference", FINDINGS, ids=lambda d: f"{d.where}-{d.what}")
def test_a_finding_is_told_with_its_reason(difference):
    told = explain(difference)
    why = entry(difference.what, difference.where, difference.got).why
    assert why and why in told
    assert not re.search(r"[{}]", told)
    assert told[0].isupper()
    assert told[-1] in ".?"
    assert "None" not in told


def test_every_kind_that_has_a_reason_is_covered():
    assert {what for what in kinds() if entry(what).why} | {"missing"} == {
        difference.what for difference in FINDINGS
    }


def test_a_pattern_of_the_catalogue_holds_at_its_places_alone():
    """What stands there for a place or a value found there wins over what stands for the kind."""
    assert entry("missing", "head.pool").why != entry("missing", "stem.pool").why
    assert entry("missing", "stage3.block1.add").cost_in_network == 0.4
    assert "global" in entry("pool_kind", "head.pool", "global average").why
    assert "global" not in entry("pool_kind", "head.pool", "max").why
    assert entry("no such kind", "add").sentence == entry("axis", "main.1.bn").sentence


def test_no_message_holds_a_line_of_the_solution():
    lines = {
        line.strip()
        for module in (blocks, networks)
        for line in inspect.getsource(module).splitlines()
    }
    statements = [
        line for line in lines if re.match(r"(X\w*|F1, F2, F3|return|outputs) ?.*[=(]", line)
    ]
    assert len(statements) > 20
    told = [explain(difference, "f=3, filters=[4, 5, 7]") for difference in FINDINGS]
    told += [entry["cause"] for entry in causes()]
    assert not [(line, text) for line in statements for text in told if line in text]


@pytest.mark.parametrize("message", ERRORS)
def test_a_frequent_error_is_translated_with_the_learners_line(message):
    told = translate(Failure("exception", "ValueError", message, "X = Conv2D(8, 3)(X)", 12))
    assert "Line 12 of your code, `X = Conv2D(8, 3)(X)`" in told
    assert ERRORS[message] in told.split("raised ValueError: ")[1]


def test_expected_numbers_come_with_the_call_that_they_belong_to():
    told = explain(Difference("main.2.conv", "filters", 5, 4), "f=3, filters=[4, 5, 7]")
    assert "filters=[4, 5, 7]" in told


def test_the_call_is_told_where_a_network_is_right_for_the_first_one_alone():
    found = Difference("head.pool", "pool_size", (2, 2), (3, 3))
    exercise = all_exercises()["ResNet50"]
    for probe, is_told in ((0, False), (1, True)):
        run = Run(probe, False, "symbolic")
        told = report(exercise, Verdict(False, (found,), run=run)).findings[0].message
        assert ("input_shape=(112, 40, 1)" in told) == is_told


def test_a_heading_is_in_words():
    headings = {
        ("main.2.conv", "padding"): "Second convolution of the main path · padding",
        ("main.1.relu", "extra"): "ReLU in the first group of the main path · extra",
        ("stage3.block1.shortcut.bn", "missing"): (
            "Stage 3, block 1: BatchNorm of the shortcut · missing"
        ),
        ("stage4", "block_count"): "Stage 4 · block count",
        ("submission", "wrong_type"): "Wrong type",
    }
    assert {finding: heading(*finding) for finding in headings} == headings


def test_what_is_said_in_words():
    told = explain(Difference("head.dense", "activation", "softmax", "linear"))
    assert "has the activation none; expected `softmax`" in told
    told = explain(Difference("main.1.bn", "training", False, None))
    assert "with True and with False it does the same" in told
    assert "comes too late" in explain(Difference("main.1.bn", "order", "in its turn", "too late"))
    for what in ("activation", "pool_kind", "merge", "values", "training"):
        assert entry(what, "main.1.conv").look
    for text in ("identity_block is an int", "`call` gives None", "main_path(X) is missing"):
        assert sentence_case(text) == text
    assert sentence_case("the addition") == "The addition"


@pytest.mark.parametrize("where", ["stem.conv", "stem.pool", "head.pool"])
@pytest.mark.parametrize("what", ["strides", "padding"])
def test_no_second_path_is_spoken_of_where_there_is_none(where, what):
    assert "both paths" not in explain(Difference(where, what, (2, 2), (1, 1)))
