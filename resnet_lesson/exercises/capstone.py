"""Exercise ``capstone``, notebook 11."""

from resnet_lesson.exercises.registry import Exercise, Goals, Probe


def capstone(input_shape=(64, 64, 3), classes=6):
    """A residual network of one's own: (N, 64, 64, 3) -> probabilities (N, classes)."""
    from keras import Input, Model
    from keras.layers import Activation, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D

    from resnet_lesson.blocks import projection_block, residual_block

    inputs = Input(input_shape)
    x = Conv2D(16, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = Activation("relu")(BatchNormalization()(x))
    x = residual_block(16, x)
    for n_filters in (24, 48, 96):
        x = projection_block(n_filters, x)
        x = residual_block(n_filters, x)
    x = GlobalAveragePooling2D()(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


EXERCISE = Exercise(
    id="capstone",
    kind="trained",
    notebook="11-capstone",
    points=20.0,
    minutes=35,
    reference="resnet_lesson.exercises.capstone:capstone",
    signature="input_shape=(64, 64, 3), classes=6",
    probes=(Probe((8, 64, 64, 3), {"input_shape": (64, 64, 3), "classes": 6}),),
    goals=Goals(parameters=1_000_000, blocks=3, accuracy=0.9),
    hints=(
        "Begin small: a convolution with stride 2, three residual blocks, global average pooling, "
        "a dense layer. `check` says what is still missing, before anything is trained.",
        "A 3×3 convolution from *n* to *n* channels has 9·*n*² weights, so most of a million is in "
        "the last group. 16, 24, 48 and 96 channels with two blocks each make 0.4 million.",
        "`residual_block` and `projection_block` of `resnet_lesson.blocks` may be used. "
        "The second one changes the number of channels and halves the size.",
        "If the network is correct but reads too few: train for more epochs, up to three minutes. "
        "Then try wider groups; look at the parameters that `check` counts.",
    ),
    explanation=(
        "A stem with stride 2 makes everything after it four times cheaper. Then come four groups "
        "of 16, 24, 48 and 96 channels. Each group after the first begins with a projection, as in "
        "notebook 07.\n\n"
        "It has 397,206 parameters. Twenty epochs took 38 seconds of processor time. After them it "
        "read 98 or 99 % of the test images, and of each of three sets of 120 newly drawn hands; a "
        "second training with another seed did as well."
    ),
)
