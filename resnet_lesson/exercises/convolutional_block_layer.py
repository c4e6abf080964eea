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
    minutes=15,
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
        (
            "Each blank answers a question: what does the block compute (`call`), which weights "
            "does it have for pictures of a shape (`build`), and with which arguments is it made "
            "again (`get_config`, and the blank in `__init__`)?"
        ),
        (
            "Both paths get the block's input: `self.main_path(X, training=training)` is one, and "
            "the shortcut is called in the same way. Their sum goes through `self.relu`."
        ),
        (
            "`get_config` needs what `__init__` was given, so store it there: "
            '`self.arguments = {"filters": list(filters), "f": f, "s": s}`. It returns these '
            "together with those of `super().get_config()`, in one dictionary."
        ),
        (
            "`build` is what the notebook's `Block` has: it runs `call` once on "
            "`Input(input_shape[1:])`, the shape without the number of pictures, and every layer "
            "inside makes its weights."
        ),
        (
            "`call` returns `self.relu(main + shortcut)`, and `get_config` returns "
            "`{**super().get_config(), **self.arguments}`."
        ),
    ),
    explanation=(
        "Here every layer has a name of its own; chains as in the notebook, or lists, work as "
        "well. `call` hands `training` to each norm, or to the chain that holds it. The number of "
        "input channels is written down nowhere: `build` takes it from the shape, or Keras from "
        "the first input. So one class serves every stage.\n\n`s` belongs "
        "to the arguments that `get_config` names. Without it a saved block with stride 1"
        " would come back with the default, 2, and nobody would notice until its shapes "
        "no longer fit.\n\n`_Subclass`, the lesson's base class, holds the other two methods. In a "
        "class without it they are:\n\n```python\ndef build(self, input_shape):\n"
        "    self.call(Input(input_shape[1:]))\n\ndef get_config(self):\n"
        "    return {**super().get_config(), **self.arguments}\n```"
    ),
)
