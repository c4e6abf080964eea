"""Exercise ``identity_block``, notebook 02."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: height, width and the three filters differ, as in the fixed ones."""
    probes = []
    for images, f in ((2, 3), (3, 2), (1, 5)):
        height, width = rng.sample(range(4, 8), 2)
        F1, F2, F3 = rng.sample(range(2, 9), 3)
        probes.append(Probe((images, height, width, F3), {"f": f, "filters": [F1, F2, F3]}))
    return tuple(probes)


EXERCISE = Exercise(
    id="identity_block",
    kind="block",
    notebook="02-identity-block",
    points=10.0,
    minutes=20,
    reference="resnet_lesson.blocks:identity_block",
    signature="X, f, filters, training=True, initializer=GlorotUniform",
    probes=(
        Probe((2, 5, 6, 7), {"f": 3, "filters": [4, 5, 7]}),
        Probe((3, 4, 4, 3), {"f": 2, "filters": [4, 6, 3]}),
        Probe((1, 6, 5, 5), {"f": 5, "filters": [2, 3, 5]}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake(
            "training",
            (
                (
                    "training=training)\n\n    X = Add()",
                    "training=True)\n\n    X = Add()",
                ),
            ),
            where="main.3.bn",
        ),
        Mistake(
            "order",
            (
                (
                    "    X = BatchNormalization(axis=3)(X, training=training)\n"
                    '    X = Activation("relu")(X)\n\n    X = Conv2D(F3',
                    '    X = Activation("relu")(X)\n'
                    "    X = BatchNormalization(axis=3)(X, training=training)\n\n"
                    "    X = Conv2D(F3",
                ),
            ),
            where="main.2.bn",
        ),
        Mistake(
            "operands",
            (
                ("    X_shortcut = X\n\n", "\n"),
                (
                    'X = Activation("relu")(X)\n\n    X = Conv2D(F2',
                    'X = Activation("relu")(X)\n    X_shortcut = X\n\n    X = Conv2D(F2',
                ),
            ),
            where="add",
        ),
    ),
    hints=(
        (
            "Look at the figure before you write. Which boxes appear three times on the main "
            "path? What is different the third time? The first three boxes and the end are "
            "already in your cell."
        ),
        (
            "The given group is convolution, BatchNorm, ReLU: each layer is made, and then "
            'called with what came before, as in `X = Activation("relu")(X)`. Your first group '
            "looks the same, but its convolution has F2 filters and an `f`×`f` window."
        ),
        (
            "The middle convolution must not lose pixels at the border, or its output no longer "
            "fits the shortcut. Which padding keeps the size? The 1×1 ones lose nothing."
        ),
        (
            "Your second group has a convolution with F3 filters and a 1×1 window, and a "
            "BatchNorm. It has no ReLU: the addition comes first."
        ),
        (
            "Then the details, twice as in the given group: "
            "`kernel_initializer=initializer(seed=0)` for `Conv2D`; for `BatchNormalization` "
            "`axis=3` when it is made and `training=training` when it is called."
        ),
        (
            '"Inputs have incompatible shapes"? Read the two shapes. If heights and widths '
            'differ, the middle convolution lacks `padding="same"`. If the last numbers '
            "differ, the main path does not end with F3 filters."
        ),
    ),
    explanation=(
        "`X_shortcut` keeps the input before `X` is given a new value at each step. "
        "Nothing changes it until the addition.\n\n"
        "The main path reduces to F1 channels, works on f×f pixels, and restores F3 "
        'channels. The f×f window needs `padding="same"`, or the picture would lose f − 1 '
        "rows and columns and no longer fit the shortcut. A 1×1 window loses nothing, so "
        "its padding makes no difference.\n\n"
        "There is no ReLU between the third BatchNorm and the addition: the main path "
        "must be able to subtract. `training` reaches every BatchNorm, because it decides "
        "whose mean and variance they use. The caller chooses the `initializer`; with a "
        "seed, two correct blocks give the same numbers."
    ),
)
