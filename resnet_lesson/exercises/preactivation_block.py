"""Exercise ``preactivation_block``, notebook 08."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe
from resnet_lesson.exercises.residual_block import fresh_probes

EXERCISE = Exercise(
    id="preactivation_block",
    kind="block",
    notebook="08-bottleneck",
    turn=2,
    points=10.0,
    minutes=15,
    reference="resnet_lesson.blocks:preactivation_block",
    signature="n_filters, x",
    probes=(
        Probe((2, 5, 6, 7), {"n_filters": 7}),
        Probe((3, 6, 4, 3), {"n_filters": 3}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake(
            "extra",
            (
                (
                    "    return Add()([x, shortcut])",
                    '    return Activation("relu")(Add()([x, shortcut]))',
                ),
            ),
            where="output.relu",
        ),
    ),
    hints=(
        (
            "Read the figure from left to right: which kind of layer comes first, and which "
            "comes last before the addition?"
        ),
        (
            "The order is BatchNorm, ReLU, convolution, and the same three once more. Keep the "
            "input, `shortcut = x`, *before* the first BatchNorm."
        ),
        (
            'Both convolutions have `n_filters` filters, a 3×3 window and `padding="same"`. '
            'Do not write `activation="relu"` into them: their ReLU would come *after* the '
            "convolution."
        ),
        (
            "The last line is `return Add()([x, shortcut])`. No ReLU follows, and none stands "
            "between the second convolution and the addition."
        ),
    ),
    explanation=(
        "The layers are those of `residual_block`, in another order. BatchNorm and ReLU come "
        "before each convolution, and the output of the second convolution enters the addition "
        "directly, so that the main path can subtract.\n\n"
        "There is no layer on the shortcut and none after the addition. So the shortcuts of a "
        "stack of such blocks form one path, on which the input reaches the output unchanged, and "
        "the gradient reaches the input unchanged on its way back. After the last block, a network "
        "needs one more BatchNorm and ReLU before its head."
    ),
)
