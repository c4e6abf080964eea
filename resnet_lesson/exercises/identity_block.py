"""Exercise ``identity_block``, notebook 02."""

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
    minutes=25,
    reference="resnet_lesson.blocks:identity_block",
    signature="X, f, filters, training=True, initializer=GlorotUniform",
    probes=(
        Probe((2, 5, 6, 7), {"f": 3, "filters": [4, 5, 7]}),
        Probe((3, 4, 4, 3), {"f": 2, "filters": [4, 6, 3]}),
        Probe((1, 6, 5, 5), {"f": 5, "filters": [2, 3, 5]}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "Go through the figure with a finger before you write. Which boxes come three "
            "times? What is different the third time? And which tensor arrives at the "
            "addition from the other side?"
        ),
        (
            "Write the first group of the main path: convolution, BatchNorm, ReLU. Each layer "
            'is made and then called with what came before, like `X = Activation("relu")(X)`. '
            "The first convolution has F1 filters and a 1×1 window."
        ),
        (
            "Copy that group twice and change what differs. The middle convolution has F2 "
            "filters, and its window is `f`, the caller's choice. It must not lose pixels at "
            "the border: which padding keeps the size? The third has F3 filters and again a "
            "1×1 window."
        ),
        (
            "Now the end. The third group has no ReLU of its own. Add `X_shortcut`, the input "
            "as it was when it came in, to what the main path gives. Then comes the last "
            "ReLU."
        ),
        (
            "Then the details. All three `Conv2D` take "
            "`kernel_initializer=initializer(seed=0)`. All three `BatchNormalization` take "
            "`axis=3` when they are made and `training=training` when they are called."
        ),
        (
            '"Inputs have incompatible shapes"? Read the two shapes. If heights and widths '
            'differ, the middle convolution lacks `padding="same"`. If the last numbers '
            "differ, the main path does not end with F3 filters."
        ),
    ),
    explanation=(
        "`X_shortcut` keeps the input before `X` is given a new value at each step. "
        "Nothing touches it until the addition.\n\n"
        "The main path squeezes to F1 channels, looks at f×f pixels, and widens to F3 "
        'channels. The window f×f needs `padding="same"`, or the picture would lose f − 1 '
        "rows and columns and no longer fit the shortcut. A 1×1 window loses nothing, so "
        "its padding makes no difference.\n\n"
        "There is no ReLU between the third BatchNorm and the addition: the main path "
        "must be able to subtract. `training` reaches every BatchNorm, for it decides "
        "whose mean and variance they use. `initializer` is the caller's choice; with a "
        "seed, two correct blocks give the same numbers."
    ),
)
