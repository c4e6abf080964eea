"""One mistake is one finding: what follows from it, or is free, is not told beside it."""

from pathlib import Path

import answers
import pytest
from support.attempts import IDENTITY, LAYER, checked, named

OWN_CLASSES = """\
class MyConv(Conv2D):
    def __init__(self, filters, window, **kwargs):
        super().__init__(filters, window, **kwargs)


class MyNorm(BatchNormalization):
    def call(self, x, training=None):
        return super().call(x, training=training)


"""
# With the border of the projection block written out, as in the notebook.
RESNET34 = (
    Path(answers.__file__).with_name("own_residual_blocks.py").read_text("utf-8")
    + """
def ResNet34(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D()(body(stem(inputs)))
    return Model(inputs, Dense(classes, activation="softmax")(x))
"""
).replace(
    'x = Conv2D(n_filters, 3, strides=s, padding="same")(x)',
    "x = Conv2D(n_filters, 3, strides=s)(ZeroPadding2D(1)(x))",
)
BORDER_3, BORDER_1 = "    x = ZeroPadding2D(3)(x)\n", "    x = ZeroPadding2D(1)(x)\n    return"


def test_a_block_without_any_batchnorm_is_told_what_it_is():
    norm = "    X = BatchNormalization(axis=3)(X, training=training)\n"
    [finding] = checked("identity_block", (norm, "")).findings
    assert finding.message.startswith("This is the plain form of the block")
    [finding] = checked("identity_block", (f"{norm}    X = Add", "    X = Add")).findings
    assert finding.what == "missing" and "plain form" not in finding.message


def test_a_forgotten_border_is_not_blamed_on_the_blocks_that_follow():
    without_3, without_1 = (BORDER_3, ""), (BORDER_1, "    return")
    assert named("ResNet34", source=RESNET34) == []
    assert named("ResNet34", without_3, source=RESNET34) == [("stem.conv", "padding")]
    assert named("ResNet34", without_1, source=RESNET34) == [("stem.pool", "padding")]
    assert named("ResNet34", without_3, without_1, source=RESNET34) == [("stem.conv", "padding")]


def test_padding_that_adds_nothing_is_not_told_beside_another_mistake():
    pool = "AveragePooling2D((2, 2))", "AveragePooling2D((2, 2), padding='same')"
    assert named("ResNet50", pool, ("Conv2D(64, (7", "Conv2D(32, (7")) == [("stem.conv", "filters")]


def test_a_stage_left_out_is_missed_and_not_taken_for_the_next_one():
    """Blocks of two stages are made of the same layers, with other settings."""
    assert named("ResNet50", ("([128, 128, 512], 2, 3), ", "")) == [("stage3", "block_count")]


def test_two_kinds_of_layer_that_are_missing_are_two_findings():
    lines = """\
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2"""
    found = named("identity_block", (lines, "    X = Conv2D(F2"))
    assert found == [("main.1.bn", "missing"), ("main.1.relu", "missing")]


def test_subclasses_of_kerass_layers_are_what_they_are_subclasses_of():
    for source in (IDENTITY, LAYER):
        name = "identity_block" if source is IDENTITY else "IdentityBlock"
        own = OWN_CLASSES + source.replace("= Conv2D(F2", "= MyConv(F2")
        own = own.replace("= BatchNormalization(", "= MyNorm(")
        assert named(name, source=own) == []
        assert named(name, ("MyConv(F2", "MyConv(F1"), source=own)[0] == ("main.2.conv", "filters")


def test_a_return_that_leaves_lines_out_is_the_cause_of_what_is_missing():
    early = "    X = Add()", "    return X\n    X = Add()"
    report = checked("identity_block", early)
    assert report.findings[0].message.startswith("Line 18 never runs: line 17 returns before it.")
    found = [(f.where, f.what) for f in report.findings]
    assert found[:2] == [("submission", "early_return"), ("add", "missing")]
    without = checked("identity_block", ("    X = Add()([X, X_shortcut])\n", ""))
    assert report.points == without.points and not report.notes
    assert not checked("identity_block").notes


def test_a_return_is_found_in_a_loop_and_in_the_helpers_of_a_network():
    loop = "    X = Add()", "    for _ in range(2):\n        return X\n    X = Add()"
    message = checked("identity_block", loop).findings[0].message
    assert message.startswith("Line 18 returns in the first round of the loop in line 17.")
    assert named("ResNet50", early_in_block())[0] == ("submission", "early_return")
    [finding] = checked("ResNet50", ("    X = ZeroP", "    return X_input\n    X = ZeroP")).findings
    assert finding.message.endswith("never runs: line 40 returns before it.")


def early_in_block():
    norm = "    X = BatchNormalization(axis=3)(X, training=training)\n    X = Add()"
    return norm, norm.replace("    X = Add()", "    return X\n    X = Add()")


def test_a_leftover_behind_the_last_line_costs_nothing_and_is_told():
    report = checked("identity_block", ("    return X\n", "    return X\n    print(X)\n"))
    assert report.passed and report.notes == ("Line 20 never runs: line 19 returns before it.",)
    wrong = checked("identity_block", ("return X\n", "return X\n    X = 1\n"), ("f, pad", "1, pad"))
    assert [f.what for f in wrong.findings] == ["kernel_size"]
    assert wrong.notes == report.notes


FIRST_NORM = """    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2"""
ON_OTHER_PATH = {
    "identity_block": (FIRST_NORM, FIRST_NORM.replace("X = Batch", "X_shortcut = Batch")),
    "convolutional_block": (FIRST_NORM, FIRST_NORM.replace("X = Batch", "X_shortcut = Batch")),
    "IdentityBlock": (
        "X = self.relu(self.bn1(self.conv1(X), training=training))",
        "X = self.conv1(X); X_shortcut = self.bn1(X, training=training); X = self.relu(X)",
    ),
}


@pytest.mark.parametrize("name", ON_OTHER_PATH)
def test_a_result_in_the_variable_of_the_other_path_is_one_mistake(name):
    report = checked(name, ON_OTHER_PATH[name])
    first, *others = report.findings
    assert (first.where, first.what) == ("main.1.bn", "other_path")
    assert {finding.what for finding in others} <= {"exception"}
    assert report.points == 7


def test_a_shortcut_taken_too_late_is_not_taken_for_a_result_of_the_other_path():
    late = ("    X_shortcut = X\n", ""), ("    X = BatchN", "    X_shortcut = X\n    X = BatchN")
    assert named("identity_block", *late)[0] == ("add", "operands")


THIRD = "X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)"
PROJECTION = "Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)"


def test_a_call_that_raises_on_the_shortcut_leaves_the_main_path_as_it_was_built():
    third = THIRD, THIRD.replace("X = ", "third = ").replace("(X)", "") + "\n    X = third(X)"
    first, second = checked(
        "convolutional_block", third, (PROJECTION, "third(X_shortcut)")
    ).findings
    assert (first.where, first.what) == ("shortcut.conv", "shared_layer")
    assert second.what == "exception" and second.message.startswith("It follows")


def test_what_raises_earns_a_share_of_what_it_has_built():
    early, late = (
        checked("identity_block", (norm, norm.replace("axis=3", "axis=9")))
        for norm in (FIRST_NORM, "(axis=3)(X, training=training)\n    X = Add")
    )
    for report in (early, late):
        assert [finding.what for finding in report.findings] == ["axis", "exception"]
    assert (early.points, late.points) == (1.5, 7)


def test_a_network_of_one_fixed_shape_earns_what_it_has_right_for_that_shape():
    fixed = "Input(input_shape)", "Input((64, 64, 3))"
    report = checked("ResNet50", fixed)
    assert [f.what for f in report.findings] == ["shape"] and report.points == 10.5
    report = checked("ResNet50", (fixed[0], "Input((96, 96, 3))"))
    assert [f.what for f in report.findings] == ["shape"] and report.points == 0


def test_a_network_that_fixes_the_mode_of_its_blocks_passes_with_a_remark():
    [note] = checked("ResNet50").notes
    assert "with training=True in this network" in note
    assert not checked("ResNet50", ("training=True", "training=None")).notes


def test_a_number_in_place_of_an_argument_is_told_beside_another_mistake():
    norm = 'X = BatchNormalization(axis=3)(X, training=training)\n    X = Activation("relu")(X)\n'
    changes = (f"{norm}    X = Conv2D(F2, f", "X = Activation('relu')(X)\n    X = Conv2D(F2, 3")
    report = checked("identity_block", changes)
    found = [(f.where, f.what) for f in report.findings]
    assert found == [("main.1.bn", "missing"), ("main.2.conv", "kernel_size")]
    assert "when it is called with f=2" in report.findings[1].message


def test_a_wrong_default_is_looked_for_where_it_stands():
    [finding] = checked("convolutional_block", ("s=2", "s=1")).findings
    assert (finding.where, finding.what) == ("main.1.conv", "strides")
    assert "called without `s`: look at the default in the `def` line" in finding.message
    fixed = checked("convolutional_block", ("strides=s", "strides=2")).findings[0]
    assert "without `s`" not in fixed.message
