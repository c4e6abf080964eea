"""One mistake is one finding: what follows from it, or is free, is not told beside it."""

from pathlib import Path

import answers
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


def test_lines_behind_a_return_are_told():
    early = "    X = Add()", "    return X\n    X = Add()"
    report = checked("identity_block", early)
    assert report.findings[0].where == "add"
    [note] = report.notes
    assert note == "Line 18 never runs: line 17 returns before it."
    assert not checked("identity_block").notes


def test_a_wrong_default_is_looked_for_where_it_stands():
    [finding] = checked("convolutional_block", ("s=2", "s=1")).findings
    assert (finding.where, finding.what) == ("main.1.conv", "strides")
    assert "called without `s`: look at the default in the `def` line" in finding.message
    fixed = checked("convolutional_block", ("strides=s", "strides=2")).findings[0]
    assert "without `s`" not in fixed.message
