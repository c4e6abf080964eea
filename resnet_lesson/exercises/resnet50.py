"""Exercise ``ResNet50``, notebook 04."""

from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """The usual call, and one whose even sides end as 2×2 pixels or as 2×4 and so on."""
    height, width = 2 * rng.randint(51, 66), 2 * rng.randint(19, 34)
    input_shape, classes = (
        (*rng.sample((height, width), 2), rng.choice((1, 2, 4))),
        rng.randint(3, 9),
    )
    arguments = {"input_shape": input_shape, "classes": classes}
    return EXERCISE.probes[0], Probe((1, *input_shape), arguments)


EXERCISE = Exercise(
    id="ResNet50",
    kind="network",
    notebook="04-resnet50",
    points=15.0,
    minutes=40,
    reference="resnet_lesson.networks:ResNet50",
    signature="input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform",
    probes=(
        Probe((2, 64, 64, 3), {"input_shape": (64, 64, 3), "classes": 6}),
        # 4×2 pixels enter the head here: even, so that its padding, which is left open, is free.
        Probe((1, 112, 40, 1), {"input_shape": (112, 40, 1), "classes": 4}),
    ),
    fresh_probes=fresh_probes,
    hints=(
        (
            "Look at the figure before you write. The network has a stem, four stages and a "
            "head. What is the same in all four stages, and which three things differ? Where "
            "in this notebook are those three things written down?"
        ),
        (
            "The stem is five layers: `ZeroPadding2D`, `Conv2D`, `BatchNormalization`, "
            "`Activation`, `MaxPooling2D`. Pass `X` from each to the next; the first one "
            "takes `inputs`. Print `X.shape` after the last: it should say 15×15 with 64 "
            "channels."
        ),
        (
            "A stage is one `convolutional_block` with the stage's stride and then identity "
            "blocks, all with the same filters. A stage of 4 blocks has *three* identity "
            "blocks. A loop over `STAGES` gives you `filters`, `s` and `blocks`; a second "
            "loop inside it can repeat the identity block."
        ),
        (
            "Each block takes `training=None` and `initializer=initializer`; without them it "
            "uses its own default, `training=True`. Stage 2 has stride 1, so `s` has to "
            "be given there too: the default of the block is 2."
        ),
        (
            "The head: after stage 5 the shape is 2×2×2048. `AveragePooling2D(2)` makes "
            "1×1×2048 of it, `Flatten()` 2048 numbers, and a `Dense` layer with `classes` "
            'units and `activation="softmax"` the `outputs`. It too takes '
            "`kernel_initializer=initializer(seed=0)`."
        ),
        (
            "A wrong number of parameters tells you where to look: "
            "`ResNet50().count_params()` should be 23,600,006. An identity block too many or "
            "too few makes a difference of 71,552 in stage 2, 282,368 in stage 3, 1,121,792 "
            "in stage 4 and 4,471,808 in stage 5."
        ),
    ),
    explanation=(
        "A table and two loops express the paper's table 1: each stage is one "
        "convolutional block, which sets the new shape, and `blocks - 1` identity blocks, "
        "which keep it. Sixteen calls one below the other are just as right.\n\n"
        "`training=None` leaves BatchNorm's mode to whoever calls the network: `fit` asks for "
        "the batch's statistics, `predict` for the moving ones. The stem's BatchNorm is "
        "called without the argument, which means the same.\n\n"
        "`initializer` is passed to every block, so the caller decides how the network "
        "starts. With `seed=0` everywhere, kernels of the same shape start out equal: good "
        "for checks that must come out the same each time. For training, notebook 05 starts "
        "them at random."
    ),
)
