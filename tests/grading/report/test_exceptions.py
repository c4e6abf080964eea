"""A slip is told by its cause: the name that was meant, the bracket, the `self`."""

import pytest
from support.attempts import checked

SLIPS = {
    "self. forgotten": (
        "IdentityBlock",
        "`self.bn2` exists: is `self.` missing?",
        ("X = self.bn2(", "X = bn2("),
    ),
    "attribute misspelt": (
        "IdentityBlock",
        "Did you mean `bn2`?",
        ("X = self.bn2(", "X = self.bn_2("),
    ),
    "self forgotten in call": ("IdentityBlock", "`call` lacks `self`", ("call(self, X", "call(X")),
    "self forgotten in init": (
        "IdentityBlock",
        "`__init__` lacks `self`",
        ("__init__(self, f", "__init__(f"),
    ),
    "init misnamed": (
        "IdentityBlock",
        "none, but `_init_`",
        ("def __init__", "def _init_"),
    ),
    "layer not stored": (
        "IdentityBlock",
        "Only what is stored as `self.bn2`",
        ("self.bn2 = ", "bn2 = "),
    ),
    "call misnamed": (
        "IdentityBlock",
        "Keras calls `call`, and there is none, but `forward`.",
        ("def call", "def forward"),
    ),
    "training not taken": (
        "IdentityBlock",
        "`call` has no parameter of that name: add `training=None`",
        ("call(self, X, training=None)", "call(self, X)"),
    ),
    "argument of init read in call": (
        "IdentityBlock",
        "`__init__` is given it, `call` is not: store it there as `self.initializer`",
        ("X = self.conv2(X)", "X = Conv2D(5, 3, kernel_initializer=initializer(seed=0))(X)"),
    ),
    "helper without return": (
        "ResNet50",
        "does a function lack its `return`?",
        ("    X_shortcut = X\n", "    if filters[0] == 64:\n        return\n    X_shortcut = X\n"),
    ),
    "input overwritten": ("ResNet50", "`Model` is given `X` twice", ("X_input", "X")),
    "model swapped": ("ResNet50", "in the wrong order", ("Model(X_input, X)", "Model(X, X_input)")),
    "keyword misspelt": ("identity_block", "no argument `axes`", ("axis=3", "axes=3")),
    "shape without brackets": (
        "ResNet50",
        "`Input` takes one shape",
        ("Input(input_shape)", "Input(64, 64, 3)"),
    ),
    "name misspelt": ("identity_block", "Did you mean `F2`?", ("Conv2D(F2", "Conv2D(F_2")),
    "layer misspelt": (
        "identity_block",
        "Did you mean `BatchNormalization`?",
        ("BatchNormalization", "BatchNormalisation"),
    ),
    "pooling made with the tensor": (
        "ResNet50",
        "`GlobalAveragePooling2D` is made with a tensor",
        ("AveragePooling2D((2, 2))(X)", "GlobalAveragePooling2D(X)"),
    ),
    "flattening made with the tensor": (
        "ResNet50",
        "`Flatten` is made with",
        ("Flatten()(X)", "Flatten(X)"),
    ),
    "activation made with the tensor": (
        "identity_block",
        "`Activation` is made with a tensor",
        ('Activation("relu")(X)', "Activation(X)"),
    ),
    "ReLU made with the tensor": (
        "identity_block",
        "`ReLU` is made",
        ('Activation("relu")(X)', "ReLU(X)"),
    ),
    "addition made with the tensors": (
        "identity_block",
        "a second pair of brackets",
        ("Add()(", "Add("),
    ),
    "norm made with the tensor": (
        "identity_block",
        "`BatchNormalization` is made with a tensor",
        ("BatchNormalization(axis=3)(X, training=training)", "BatchNormalization(X)"),
    ),
    "arguments swapped": (
        "ResNet50",
        "in the wrong order?",
        ("identity_block(X, 3, F)", "identity_block(X, F, 3)"),
    ),
    "tensor and number swapped": (
        "ResNet50",
        "Numbers stand where the tensor belongs",
        ("identity_block(X, 3, F)", "identity_block(3, X, F)"),
    ),
    "a tensor as a condition": (
        "identity_block",
        "True, False or a number",
        ("    F1,", "    if X:\n        f = 3\n    F1,"),
    ),
    "one number unpacked": ("identity_block", "one value of type int", ("F3 = filters", "F3 = f")),
    "layers with a star": (
        "identity_block",
        "`Sequential` takes one list",
        ("    F1, F2", "    Sequential(*[ReLU()] * 5)\n    F1, F2"),
    ),
    "path not called": (
        "skip_connection",
        "it has to be called first",
        ("main_path(X)", "main_path"),
    ),
    "layer not called": (
        "identity_block",
        "was made but not called",
        ('"relu")(X)\n    X = Conv', '"relu")\n    X = Conv'),
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_by_its_cause(slip):
    exercise_id, cause, change = SLIPS[slip]
    message = checked(exercise_id, change).findings[0].message
    assert cause in message
    assert "a Activation" not in message and "A `Activation`" not in message
