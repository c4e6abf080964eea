"""Exercise ``ConvolutionalBlock``, notebook 06."""

from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: height, width, channels and filters differ, as in the fixed ones."""
    probes = []
    for images, f, stride in ((2, 3, {"s": 2}), (3, 2, {"s": 1}), (2, 3, {}), (1, 5, {"s": 3})):
        height, width = rng.sample(range(6, 11), 2)
        channels, F1, F2, F3 = rng.sample(range(2, 10), 4)
        arguments = {"filters": [F1, F2, F3], "f": f, **stride}
        probes.append(Probe((images, height, width, channels), arguments))
    return tuple(probes)


EXERCISE = Exercise(
    id="ConvolutionalBlock",
    kind="layer",
    notebook="06-subclassing",
    turn=2,
    points=10.0,
    minutes=25,
    reference="resnet_lesson.layers:ConvolutionalBlock",
    signature="filters, f, s=2, initializer=GlorotUniform",
    probes=(
        Probe((2, 7, 8, 3), {"filters": [4, 5, 7], "f": 3, "s": 2}),
        Probe((3, 5, 5, 6), {"filters": [2, 4, 9], "f": 2, "s": 1}),
        Probe((2, 6, 6, 3), {"filters": [4, 5, 7], "f": 3}),
        Probe((1, 9, 8, 5), {"filters": [3, 2, 6], "f": 5, "s": 3}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        ("Start from your `IdentityBlock`. Which two layers are new, and which one changes?"),
        (
            "The shortcut has a 1×1 convolution with F3 filters and stride `s`, and a "
            "BatchNorm. Both are layers of their own, made in `__init__`. The first "
            "convolution of the main path gets the stride `s` as well."
        ),
        (
            "In `call`, the shortcut's layers get the block's input `X`, not what the main "
            "path has made of it. So give the main path a variable of its own, `path`. "
            "Between the shortcut's norm and the addition there is no ReLU."
        ),
        (
            "`call(self, X, training=None)` hands `training` to four norms. `self.add` takes "
            "a list of the two paths; one ReLU follows."
        ),
    ),
    explanation=(
        "Two more layers, and the stride in the first convolution: the rest is the "
        "identity block's. The number of input channels is nowhere written down, and "
        "Keras sees it at the first call. So one class serves every stage.\n\n`s` belongs "
        "to the arguments that `get_config` names. Without it a saved block with stride 1"
        " would come back with the default, 2, and nobody would notice before the shapes "
        "go wrong."
    ),
)
