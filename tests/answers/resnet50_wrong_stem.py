"""Wrong answers to ``ResNet50``: the mistake is in the stem."""

from keras import Input, Model
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)

from answers import wrong
from answers.own_blocks import STAGES, convolutional_block, identity_block


def stages_and_head(X, classes, initializer):
    """The right rest of the network."""
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)


@wrong("ResNet50", "stem.pad", "missing")
def no_zero_padding(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(inputs)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X)


@wrong("ResNet50", "stem.pad", "missing")
def padding_same_instead_of_zero_padding(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = Conv2D(64, (7, 7), strides=(2, 2), padding="same")(inputs)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pad", "unused")
def padded_and_forgotten(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D((3, 3))(inputs)
    X = Conv2D(64, (7, 7), strides=(2, 2))(inputs)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pad", "padding")
def default_zero_padding(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D()(inputs)
    X = Conv2D(64, 7, strides=2)(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.conv", "padding")
def padded_twice(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, padding="same")(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pad", "order")
def zero_padding_after_the_convolution(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = Conv2D(64, 7, strides=2)(inputs)
    X = ZeroPadding2D(3)(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.conv", "kernel_size")
def window_of_3(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, (3, 3), strides=(2, 2), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.conv", "strides")
def convolution_without_its_stride(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.conv", "filters")
def too_few_filters(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(32, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = ReLU()(BatchNormalization()(X))
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.bn", "missing")
def no_batchnorm(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, activation="relu", kernel_initializer=initializer(seed=0))(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.relu", "missing")
def no_relu(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.bn", "order")
def relu_before_batchnorm(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(X)
    X = BatchNormalization(axis=3)(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.bn", "axis")
def batchnorm_over_rows(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=1)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.relu", "activation")
def leaky_relu(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = LeakyReLU()(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pool", "missing")
def no_pooling(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pool", "pool_kind")
def average_pooling(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = AveragePooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pool", "pool_size")
def pooling_of_2(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D()(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pool", "strides")
def pooling_without_its_stride(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D((3, 3))(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pool", "padding")
def pooling_with_a_border(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2, padding="same")(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pool", "order")
def pooling_before_the_convolution(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = MaxPooling2D(3, strides=2)(X)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.pad", "extra")
def stem_twice(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = inputs
    for _ in range(2):
        X = ZeroPadding2D(3)(X)
        X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
        X = BatchNormalization(axis=3)(X)
        X = Activation("relu")(X)
        X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))


@wrong("ResNet50", "stem.conv", "missing")
def no_stem_at_all(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, stages_and_head(X, classes, initializer))
