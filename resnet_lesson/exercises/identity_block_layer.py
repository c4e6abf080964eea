"""Exercise ``IdentityBlock``, notebook 06."""

from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: height, width and the three filters differ, as in the fixed ones."""
    probes = []
    for images, f in ((2, 3), (3, 2), (1, 5)):
        height, width = rng.sample(range(4, 8), 2)
        F1, F2, F3 = rng.sample(range(2, 9), 3)
        probes.append(Probe((images, height, width, F3), {"filters": [F1, F2, F3], "f": f}))
    return tuple(probes)


EXERCISE = Exercise(
    id="IdentityBlock",
    kind="layer",
    notebook="06-subclassing",
    points=10.0,
    minutes=20,
    reference="resnet_lesson.layers:IdentityBlock",
    signature="filters, f, initializer=GlorotUniform",
    probes=(
        Probe((2, 5, 6, 7), {"filters": [4, 5, 7], "f": 3}),
        Probe((3, 4, 4, 3), {"filters": [4, 6, 3], "f": 2}),
        Probe((1, 6, 5, 5), {"filters": [2, 3, 5], "f": 5}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "Sort the lines of your `identity_block` into two groups: those that make a layer, "
            "and those that call one on a tensor. The first group belongs in `__init__`, the"
            " second in `call`."
        ),
        (
            "Keras finds a layer that `self` leads to, by a name or in a list: "
            "`self.conv1, self.conv2, self.conv3 = convolutions`, or "
            "`self.convolutions = convolutions`. The three norms need a place each as well, "
            "because each has weights of its own. One layer that is used at two places would share "
            "its weights."
        ),
        (
            "In `call` no layer is made. Send `X` through the first convolution and norm, "
            "then `self.relu`: `path = self.relu(self.bn1(self.conv1(X), "
            "training=training))`. The second group looks the same. Call the result `path`, "
            "so that `X` stays what came in."
        ),
        (
            "The third group has no ReLU. Then `self.add` joins `path` and the unchanged `X`;"
            " it takes a list. The last ReLU follows, and its result is returned."
        ),
        (
            "Does the check say that the block cannot be made again from `get_config`? "
            "Whatever `__init__` needs must be named there, as plain numbers and lists. The "
            "base class `Block` of the notebook does that with the dictionary that its "
            "`__init__` is given."
        ),
    ),
    explanation=(
        "`__init__` makes the layers once, so every call uses the same weights. The "
        "weights themselves are made at the first call, when the number of channels is "
        "known. `call` is the list of notebook 02 with `self.` in front of each layer.\n\n"
        "`self.relu` and `self.add` have no weights: using one of them twice shares "
        "nothing. A norm or a convolution that is used twice would share its weights.\n\n"
        "`_Subclass`, the "
        "lesson's base class, does what `Block` does in the notebook: `build` makes the "
        "weights for a shape, `get_config` names the arguments."
    ),
)
