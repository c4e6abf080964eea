"""Exercise ``convolutional_block``, notebook 03."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: height, width, channels and filters differ, as in the fixed ones."""
    probes = []
    for images, f, stride in ((2, 3, {"s": 2}), (3, 2, {"s": 1}), (1, 5, {"s": 3}), (2, 3, {})):
        height, width = rng.sample(range(6, 11), 2)
        channels, F1, F2, F3 = rng.sample(range(2, 10), 4)
        arguments = {"f": f, "filters": [F1, F2, F3], **stride}
        probes.append(Probe((images, height, width, channels), arguments))
    return tuple(probes)


EXERCISE = Exercise(
    id="convolutional_block",
    kind="block",
    notebook="03-convolutional-block",
    points=10.0,
    minutes=15,
    reference="resnet_lesson.blocks:convolutional_block",
    signature="X, f, filters, s=2, training=True, initializer=GlorotUniform",
    probes=(
        Probe((2, 7, 8, 3), {"f": 3, "filters": [4, 5, 7], "s": 2}),
        Probe((3, 5, 5, 6), {"f": 2, "filters": [2, 4, 9], "s": 1}),
        Probe((1, 9, 8, 5), {"f": 5, "filters": [3, 2, 6], "s": 3}),
        Probe((2, 6, 6, 3), {"f": 3, "filters": [4, 5, 7]}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake(
            "extra",
            (
                (
                    "(X_shortcut, training=training)\n",
                    "(X_shortcut, training=training)\n"
                    '    X_shortcut = Activation("relu")(X_shortcut)\n',
                ),
            ),
            where="shortcut.relu",
        ),
        Mistake("kernel_size", (("Conv2D(F2, f,", "Conv2D(F2, 3,"),), where="main.2.conv"),
        Mistake(
            "missing",
            (("    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)\n", ""),),
            where="shortcut.bn",
        ),
    ),
    hints=(
        (
            "Look at the figure before you write. Both paths have to arrive at the addition "
            "with the same shape. Which of its boxes change height and width? Which one sets "
            "the number of channels at the end of each path?"
        ),
        (
            "The first gap is the first group of your identity block, with one difference: the "
            "convolution moves on by `s` pixels, `strides=s`."
        ),
        (
            "The second gap is the shortcut. Its two layers start from `X_shortcut`, not from "
            "`X`. How many filters must its 1×1 convolution have to fit the end of the main "
            "path? Which stride shrinks it as much as the main path has shrunk?"
        ),
        (
            "Then the details. Every `Conv2D` takes `kernel_initializer=initializer(seed=0)`. "
            "Every `BatchNormalization` takes `axis=3` when it is made and "
            "`training=training` when it is called, the shortcut's as well. There is no ReLU "
            "on the shortcut."
        ),
        (
            '"Inputs have incompatible shapes"? Read the two shapes. If the heights differ, '
            "one path lacks the stride `s`. If the last numbers differ, the shortcut does not "
            "end with F3 filters."
        ),
    ),
    explanation=(
        "The main path is the identity block's, with the stride `s` in its first convolution: "
        "from there on it works on fewer pixels.\n\n"
        "The shortcut has to arrive with the same shape. A 1×1 convolution with F3 filters "
        "sets its channels, and the same stride `s` skips the same pixels. A BatchNorm brings "
        "it to the scale of the main path. It has no ReLU: the negative values of the input "
        "must reach the addition.\n\n"
        'With `padding="valid"` a 1×1 window with stride `s` fits ⌈H/s⌉ times on both paths, '
        "so odd sizes fit too. It does not matter which path you build first."
    ),
)
