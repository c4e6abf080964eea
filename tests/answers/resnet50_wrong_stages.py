"""Wrong answers to ``ResNet50``: number, kind, stride or window of the blocks in the stages."""

from keras import Input, Model
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
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


def classify(inputs, X, classes, initializer):
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "stage2", "block_count")
def one_block_too_few_in_stage_2(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    # stage 2
    X = convolutional_block(X, 3, [64, 64, 256], s=1, initializer=initializer)
    X = identity_block(X, 3, [64, 64, 256], initializer=initializer)
    # stage 3
    X = convolutional_block(X, 3, [128, 128, 512], s=2, initializer=initializer)
    X = identity_block(X, 3, [128, 128, 512], initializer=initializer)
    X = identity_block(X, 3, [128, 128, 512], initializer=initializer)
    X = identity_block(X, 3, [128, 128, 512], initializer=initializer)
    # stage 4
    X = convolutional_block(X, 3, [256, 256, 1024], s=2, initializer=initializer)
    X = identity_block(X, 3, [256, 256, 1024], initializer=initializer)
    X = identity_block(X, 3, [256, 256, 1024], initializer=initializer)
    X = identity_block(X, 3, [256, 256, 1024], initializer=initializer)
    X = identity_block(X, 3, [256, 256, 1024], initializer=initializer)
    X = identity_block(X, 3, [256, 256, 1024], initializer=initializer)
    # stage 5
    X = convolutional_block(X, 3, [512, 512, 2048], s=2, initializer=initializer)
    X = identity_block(X, 3, [512, 512, 2048], initializer=initializer)
    X = identity_block(X, 3, [512, 512, 2048], initializer=initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X)


@wrong("ResNet50", "stage3", "block_count")
def one_block_too_few_in_stage_3(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = convolutional_block(X, 3, [64, 64, 256], s=1)
    for _ in range(2):
        X = identity_block(X, 3, [64, 64, 256])
    X = convolutional_block(X, 3, [128, 128, 512], s=2)
    for _ in range(2):
        X = identity_block(X, 3, [128, 128, 512])
    X = convolutional_block(X, 3, [256, 256, 1024], s=2)
    for _ in range(5):
        X = identity_block(X, 3, [256, 256, 1024])
    X = convolutional_block(X, 3, [512, 512, 2048], s=2)
    for _ in range(2):
        X = identity_block(X, 3, [512, 512, 2048])
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4", "block_count")
def one_block_too_many_in_stage_4(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    identities = [2, 3, 6, 2]
    for (filters, s, _), count in zip(STAGES, identities, strict=True):
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage5", "block_count")
def last_stage_without_identity_blocks(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES[:3]:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    X = convolutional_block(X, 3, [512, 512, 2048], s=2, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2", "block_count")
def one_block_too_many_everywhere(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2", "block_count")
def one_block_too_few_everywhere(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(1, count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2", "block_count")
def convolutional_blocks_alone(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, _ in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4", "block_count")
def as_deep_as_resnet_101(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    table = {64: (1, 3), 128: (2, 4), 256: (2, 23), 512: (2, 3)}
    for n, (s, count) in table.items():
        X = convolutional_block(X, 3, [n, n, 4 * n], s=s, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, [n, n, 4 * n], initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage3", "block_count")
def stage_3_left_out(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = convolutional_block(X, 3, [64, 64, 256], s=1)
    X = identity_block(X, 3, [64, 64, 256])
    X = identity_block(X, 3, [64, 64, 256])
    X = convolutional_block(X, 3, [256, 256, 1024], s=2)
    for _ in range(5):
        X = identity_block(X, 3, [256, 256, 1024])
    X = convolutional_block(X, 3, [512, 512, 2048], s=2)
    for _ in range(2):
        X = identity_block(X, 3, [512, 512, 2048])
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage5", "block_count")
def stage_5_left_out(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES[:-1]:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block2", "block_kind")
def convolutional_blocks_everywhere(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        for i in range(count):
            stride = s if i == 0 else 1
            X = convolutional_block(X, 3, filters, s=stride, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block2", "block_kind")
def convolutional_blocks_with_stride_everywhere(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        for _ in range(count):
            X = convolutional_block(X, 3, filters, s=s, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4.block4", "block_kind")
def one_convolutional_block_too_many(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for i in range(1, count):
            if i == 3 and count == 6:
                X = convolutional_block(X, 3, filters, s=1, initializer=initializer)
            else:
                X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1", "block_kind")
def stage_2_of_identity_blocks(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        for i in range(count):
            if i == 0 and s == 2:
                X = convolutional_block(X, 3, filters, s=s, initializer=initializer)
            else:
                X = identity_block(X, 3, filters, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage3.block1", "block_kind")
def stage_3_begins_with_an_identity_block(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    X = convolutional_block(X, 3, [64, 64, 256], s=1)
    X = identity_block(X, 3, [64, 64, 256])
    X = identity_block(X, 3, [64, 64, 256])
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.1.conv", "strides")
def stride_2_in_stage_2(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, _, count in STAGES:
        X = convolutional_block(X, 3, filters, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage2.block1.main.1.conv", "strides")
def stride_2_in_stage_2_with_a_lenient_head(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, _, count in STAGES:
        X = convolutional_block(X, 3, filters, s=2, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    X = AveragePooling2D(2, padding="same")(X)
    X = Dense(classes, activation="softmax")(Flatten()(X))
    return Model(inputs, X)


@wrong("ResNet50", "stage3.block1.main.1.conv", "strides")
def no_strides(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, _, count in STAGES:
        X = convolutional_block(X, 3, filters, s=1, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage4.block1.main.1.conv", "strides")
def stage_4_without_its_stride(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for (filters, _, count), s in zip(STAGES, [1, 2, 1, 2], strict=True):
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)


@wrong("ResNet50", "stage5.block1.main.1.conv", "strides")
def stage_5_without_its_stride(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    stages = [*STAGES[:3], ([512, 512, 2048], 1, 3)]
    for filters, s, count in stages:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return classify(inputs, X, classes, initializer)
