"""Exercise ``IdentityBlock``, notebook 06."""

from resnet_lesson.exercises import Exercise, Probe


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
    minutes=25,
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
            "Sort the lines of your `identity_block` in two heaps: those that make a layer, and "
            "those that give a tensor to one. The first heap belongs into `__init__`, the second "
            "into `call`."
        ),
        (
            "`super().__init__(**kwargs)` comes first. Then each layer is stored in `self`, under "
            "a name of its own. `call(self, X, training=None)` uses them in turn."
        ),
        (
            "`get_config` returns what `super().get_config()` gives, and with it the arguments of "
            "`__init__`: plain numbers, lists and text."
        ),
    ),
    explanation=(
        "`__init__` makes the layers once, so that every call uses the same weights. The weights "
        "themselves are made at the first call, when the number of channels is known."
    ),
)
