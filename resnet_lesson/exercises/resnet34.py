"""Exercise ``ResNet34``, notebook 07."""

from resnet_lesson.exercises.registry import Exercise, Probe

# One more than a multiple of 32: every map that a stride of 2 meets then has an odd side, and a
# border by `padding="same"` is the explicit one of ZeroPadding2D. Both ways to write it are right.
SIDES = (33, 65, 97)


def fresh_probes(rng):
    """Images of other sizes, channels and classes; every map that is halved has odd sides."""
    height, width = rng.sample(SIDES, 2)
    square = {"input_shape": (65, 65, 3), "classes": rng.randint(3, 9)}
    other = {"input_shape": (height, width, rng.choice((1, 2, 4))), "classes": rng.randint(3, 9)}
    return tuple(Probe((1, *call["input_shape"]), call) for call in (square, other))


EXERCISE = Exercise(
    id="ResNet34",
    kind="network",
    notebook="07-resnet34",
    turn=3,
    points=15.0,
    minutes=35,
    reference="resnet_lesson.networks:ResNet34",
    signature="input_shape=(224, 224, 3), classes=1000",
    probes=(
        Probe((2, 65, 65, 3), {"input_shape": (65, 65, 3), "classes": 5}),
        Probe((1, 33, 97, 1), {"input_shape": (33, 97, 1), "classes": 4}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "A stem, four groups, a head, as in notebook 04. Which blocks does a group start "
            "with here? The first group is different from the other three: look at the channels "
            "that the stem hands to it."
        ),
        (
            "The stem: `ZeroPadding2D(3)`, `Conv2D(64, 7, strides=2)`, BatchNorm, ReLU, "
            "`ZeroPadding2D(1)`, `MaxPooling2D(3, strides=2)`. With 224×224 pixels, `x.shape` "
            "should say 56×56 with 64 channels after it."
        ),
        (
            "The first group is three times `residual_block(64, x)`. The second starts with "
            "`projection_block(128, x)`, and three `residual_block(128, x)` follow. A loop over "
            "`GROUPS` gives you `n_filters` and `blocks`; ask in it whether `x` has `n_filters` "
            "channels already."
        ),
        (
            "The head: `GlobalAveragePooling2D()` makes one number of each channel's map, "
            'whatever its size, and `Dense(classes, activation="softmax")` the probabilities. '
            "Give the model `input_shape` and `classes` as the caller wants them."
        ),
        (
            "A wrong number of parameters tells you where to look. With `classes=1000`, a "
            "residual block too many or too few makes a difference of about 74 thousand in the "
            "first group, 296 thousand in the second, 1.2 million in the third and 4.7 million "
            "in the fourth."
        ),
    ),
    explanation=(
        "Two kinds of blocks and a table of four rows describe the whole network. The loop uses a "
        "`projection_block` wherever the number of channels has to change, at the start of each "
        "later group, and a `residual_block` everywhere else. The first group needs no "
        "projection, because the stem already gives the 64 channels that it works with.\n\n"
        "The borders are explicit, `ZeroPadding2D(1)` and a convolution without padding. "
        '`padding="same"` gives the same shapes, but where a side is even it adds zeros only at '
        "the bottom and on the right, so the network computes something slightly different from "
        "the published one. The check uses images for which both agree, and accepts both.\n\n"
        "Global average pooling reduces a map of any size to one number for each channel, so the "
        "same weights work for images of many sizes. The softmax turns the outputs of the dense "
        "layer into probabilities, one for each class."
    ),
)
