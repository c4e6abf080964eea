"""Exercise ``residual_block``, notebook 07."""

from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: height, width and the number of filters differ."""
    probes = []
    for images in (2, 3):
        height, width, n_filters = rng.sample(range(4, 10), 3)
        probes.append(Probe((images, height, width, n_filters), {"n_filters": n_filters}))
    return tuple(probes)


EXERCISE = Exercise(
    id="residual_block",
    kind="block",
    notebook="07-resnet34",
    points=10.0,
    minutes=15,
    reference="resnet_lesson.blocks:residual_block",
    signature="n_filters, x",
    probes=(
        Probe((2, 5, 6, 7), {"n_filters": 7}),
        Probe((3, 6, 4, 3), {"n_filters": 3}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "`plain_block` in this notebook has everything except the BatchNorms. Count the "
            "boxes in the figure and in that code: which are new, and where do they belong?"
        ),
        (
            "Keep the input under a name of its own, such as `shortcut = x`, before `x` gets a "
            "new value. The order on the main path is: convolution, BatchNorm, ReLU, "
            "convolution, BatchNorm."
        ),
        (
            'Both convolutions have `n_filters` filters, a 3×3 window and `padding="same"`. '
            'A convolution with `activation="relu"` would put its ReLU *before* the BatchNorm: '
            "leave the activation out and make the ReLU a layer of its own."
        ),
        (
            "The end: `Add()([x, shortcut])`, and after it the last ReLU. There is no ReLU "
            "between the second BatchNorm and the addition."
        ),
    ),
    explanation=(
        "Two groups of convolution and BatchNorm, a ReLU between them, and none before the "
        "addition: the main path must be able to subtract.\n\n"
        "`use_bias=False` saves `n_filters` numbers per convolution. BatchNorm subtracts the mean "
        "of each channel, and with it any bias, and then adds a shift of its own. With biases "
        "the block computes the same, so the check accepts both.\n\n"
        "BatchNorm is called without `training`, so the caller of the model decides: `fit` uses "
        "the batch's statistics, and `predict` the moving ones."
    ),
)
