"""Exercise ``bottleneck_block``, notebook 08."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: height, width and the number of filters differ."""
    probes = []
    for images in (2, 3):
        height, width = rng.sample(range(4, 10), 2)
        n_filters = rng.randint(2, 6)
        probes.append(Probe((images, height, width, 4 * n_filters), {"n_filters": n_filters}))
    return tuple(probes)


EXERCISE = Exercise(
    id="bottleneck_block",
    kind="block",
    notebook="08-bottleneck",
    points=10.0,
    minutes=10,
    reference="resnet_lesson.blocks:bottleneck_block",
    signature="n_filters, x",
    probes=(
        Probe((2, 5, 6, 12), {"n_filters": 3}),
        Probe((3, 6, 4, 20), {"n_filters": 5}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake(
            "extra",
            (("\n    x = Add()", '    x = Activation("relu")(x)\n\n    x = Add()'),),
            where="main.3.relu",
        ),
        Mistake(
            "kernel_size",
            (('Conv2D(n_filters, 3, padding="same")', "Conv2D(n_filters, 1)"),),
            where="main.2.conv",
        ),
    ),
    hints=(
        (
            "It is the identity block of notebook 02 with one number instead of three. Which "
            "numbers of filters follow from `n_filters`?"
        ),
        (
            "`conv_norm(n_filters, 1, x)` is the first step, and a ReLU follows it. Call what "
            "comes out `path`, so that `x` stays the input: the addition needs it unchanged."
        ),
        (
            "The three steps: 1×1 with `n_filters`, 3×3 with `n_filters`, 1×1 with "
            "`4 * n_filters`. A ReLU follows the first two."
        ),
        (
            "The end: `Add()([path, x])`, then the last ReLU. There is none between the "
            "third BatchNorm and the addition."
        ),
    ),
    explanation=(
        "Here `conv_norm` is written out. The first 1×1 convolution reduces `4 * n_filters` "
        "channels to `n_filters`, the 3×3 works among those few, and the last 1×1 restores the "
        "number that came in, so that the addition fits without a projection.\n\n"
        "There is no ReLU before the addition, and BatchNorm's mode is left to the model. Biases "
        "in the convolutions change nothing, because the BatchNorm that follows cancels them: "
        "`keras.applications` has them, torchvision does not, and the check accepts both."
    ),
)
