"""Wrong answers to ``ResNet50``: filters, windows and basic blocks in the stages."""

from keras import Input, Model
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    ZeroPadding2D,
)

from answers import wrong
from answers.own_blocks import STAGES, convolutional_block, identity_block


def stem(X, initializer):
    X = ZeroPadding2D(3)(X)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    return MaxPooling2D(3, strides=2)(X)


def stage(X, filters, s, count, initializer, f=3):
    X = convolutional_block(X, f, filters, s=s, training=None, initializer=initializer)
    for _ in range(count - 1):
        X = identity_block(X, f, filters, training=None, initializer=initializer)
    return X


def classify(inputs, X, classes, initializer):
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "stage2.block1.main.3.conv", "filters")
def too_few_channels_after_stage_2(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = convolutional_block(X, 3, [64, 64, 128], s=1)
    X = identity_block(X, 3, [64, 64, 128])
    X = identity_block(X, 3, [64, 64, 128])
    X = convolutional_block(X, 3, [128, 128, 512], s=2)
    for _ in range(3):
        X = identity_block(X, 3, [128, 128, 512])
    X = convolutional_block(X, 3, [256, 256, 1024], s=2)
    for _ in range(5):
        X = identity_block(X, 3, [256, 256, 1024])
    X = convolutional_block(X, 3, [512, 512, 2048], s=2)
    for _ in range(2):
        X = identity_block(X, 3, [512, 512, 2048])
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4.block1.main.1.conv", "filters")
def stage_4_of_double_width(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = stage(X, [128, 128, 512], 2, 4, initializer)
    X = stage(X, [512, 512, 1024], 2, 6, initializer)
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.1.conv", "filters")
def filters_in_reverse(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = stage(X, filters[::-1], s, count, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage3.block1.main.1.conv", "filters")
def stages_3_and_4_exchanged(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = stage(X, [256, 256, 1024], 2, 4, initializer)
    X = stage(X, [128, 128, 512], 2, 6, initializer)
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.1.conv", "filters")
def stages_from_last_to_first(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in reversed(STAGES):
        X = stage(X, filters, s, count, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4.block3.main.2.conv", "filters")
def one_block_of_another_width(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = stage(X, [128, 128, 512], 2, 4, initializer)
    X = convolutional_block(X, 3, [256, 256, 1024], s=2)
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 265, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4.block2.main.3.conv", "filters")
def identity_block_that_does_not_fit(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = stage(X, [128, 128, 512], 2, 4, initializer)
    X = convolutional_block(X, 3, [256, 256, 1024], s=2)
    for _ in range(5):
        X = identity_block(X, 3, [256, 256, 512])
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage3.block2.main.1.conv", "filters")
def identity_blocks_with_the_filters_of_stage_2(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = convolutional_block(X, 3, [128, 128, 512], s=2)
    for _ in range(3):
        X = identity_block(X, 3, [64, 64, 512])
    X = stage(X, [256, 256, 1024], 2, 6, initializer)
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.3.conv", "filters")
def bottlenecks_that_only_double(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for width, s, count in [(64, 1, 3), (128, 2, 4), (256, 2, 6), (512, 2, 3)]:
        X = stage(X, [width, width, 2 * width], s, count, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.1.conv", "filters")
def wide_bottlenecks(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for (F1, F2, F3), s, count in STAGES:
        X = stage(X, [2 * F1, 2 * F2, F3], s, count, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage3.block1.main.2.conv", "kernel_size")
def window_of_1_in_stage_3(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = stage(X, [128, 128, 512], 2, 4, initializer, f=1)
    X = stage(X, [256, 256, 1024], 2, 6, initializer)
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage5.block2.main.2.conv", "kernel_size")
def window_of_5_in_one_block(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES[:3]:
        X = stage(X, filters, s, count, initializer)
    X = convolutional_block(X, 3, [512, 512, 2048], s=2)
    X = identity_block(X, 5, [512, 512, 2048])
    X = identity_block(X, 3, [512, 512, 2048])
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.2.conv", "kernel_size")
def window_of_2_everywhere(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = stage(X, filters, s, count, initializer, f=2)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.1.conv", "kernel_size")
def basic_blocks_as_in_resnet_34(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    def basic_block(X, n, s=1, project=False):
        shortcut = X
        X = Conv2D(n, 3, strides=s, padding="same", kernel_initializer=initializer(seed=0))(X)
        X = BatchNormalization(axis=3)(X)
        X = Activation("relu")(X)
        X = Conv2D(n, 3, padding="same", kernel_initializer=initializer(seed=0))(X)
        X = BatchNormalization(axis=3)(X)
        if project:
            shortcut = Conv2D(n, 1, strides=s)(shortcut)
            shortcut = BatchNormalization(axis=3)(shortcut)
        return Activation("relu")(Add()([X, shortcut]))

    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for n, s, count in [(64, 1, 3), (128, 2, 4), (256, 2, 6), (512, 2, 3)]:
        X = basic_block(X, n, s, project=True)
        for _ in range(count - 1):
            X = basic_block(X, n)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage3", "block_count")
def two_mistakes_far_apart(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = stage(X, [64, 64, 256], 1, 3, initializer)
    X = stage(X, [128, 128, 512], 2, 3, initializer)
    X = stage(X, [256, 256, 1024], 2, 6, initializer)
    X = stage(X, [512, 512, 2048], 2, 3, initializer)
    X = MaxPooling2D(2)(X)
    X = Flatten()(X)
    return Model(inputs, Dense(classes, activation="softmax")(X))
