"""Exercise ``ResNet50Model``, notebook 06."""

from resnet_lesson.exercises import Exercise, Probe


def fresh_probes(rng):
    """The usual call, and one with another number of classes for images of another shape."""
    sides = rng.sample((38, 40, 42, 44, 46, 48, 50, 52), 2)
    input_shape = (*sides, rng.choice((1, 2, 4)))
    return EXERCISE.probes[0], Probe((1, *input_shape), {"classes": rng.choice((3, 4, 5, 7, 8))})


EXERCISE = Exercise(
    id="ResNet50Model",
    kind="model",
    notebook="06-subclassing",
    points=10.0,
    minutes=25,
    reference="resnet_lesson.layers:ResNet50Model",
    signature="classes=6, initializer=GlorotUniform",
    probes=(
        Probe((2, 64, 64, 3), {"classes": 6}),
        Probe((1, 48, 40, 1), {"classes": 4}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "The table of stages is the same as in notebook 04, and so are the two loops. What "
            "was called there is made here, in `__init__`, and kept in a list."
        ),
        (
            "In `call` the stem's layers are called in turn, then every block of the list with "
            "`training=training`, then the head's layers."
        ),
    ),
    explanation=(
        "A list in `self` keeps all sixteen blocks: Keras finds the layers in lists and "
        "dictionaries. There is no `Input`: the shape of the images is known at the first call."
    ),
)
