"""Exercise ``ResNet50Model``, notebook 06."""

from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """The usual call, and one with another number of classes for images of another shape."""
    sides = rng.sample((38, 40, 42, 44, 46, 48, 50, 52), 2)
    input_shape = (*sides, rng.choice((1, 2, 4)))
    return EXERCISE.probes[0], Probe((1, *input_shape), {"classes": rng.choice((3, 4, 5, 7, 8))})


EXERCISE = Exercise(
    id="ResNet50Model",
    kind="model",
    notebook="06-subclassing",
    turn=3,
    points=15.0,
    minutes=30,
    reference="resnet_lesson.layers:ResNet50Model",
    signature="classes=6, initializer=GlorotUniform",
    probes=(
        Probe((2, 64, 64, 3), {"classes": 6}),
        Probe((1, 48, 40, 1), {"classes": 4}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "The table of stages is the same as in notebook 04, and so are the two loops. "
            "What was called there is only *made* here, in `__init__`, and stored in the list "
            "`self.blocks`."
        ),
        (
            "Each row of `STAGES` makes one `ConvolutionalBlock(filters, 3, s, initializer)` "
            "and then `count - 1` times a new `IdentityBlock(filters, 3, initializer)`. A "
            "block that is made once and put into the list several times would share its "
            "weights."
        ),
        (
            "In `call`, send `X` through `self.stem`, then through every block of the list in"
            " a loop, then through `self.head`. All take `training=training`; the head can do"
            " without: it has no norm."
        ),
        (
            "Count: 16 blocks, and `count_params()` is 23,600,006 once the model has been "
            "called on `Input((64, 64, 3))`. Before that there are no weights to count."
        ),
    ),
    explanation=(
        "A list in `self` keeps all sixteen blocks: Keras finds layers in lists and "
        "dictionaries, too. There is no `Input`: the shape of the images is known only at the "
        "first call.\n\n`fit` and `predict` call the model with the right `training`, and "
        "the model passes it on. Keras looks only for an argument of that name.\n\n"
        "`_Subclass` adds what saving to `.keras` needs. Your model can be saved to "
        "`.weights.h5` without it."
    ),
)
