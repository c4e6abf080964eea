"""Wrong answers to ``ResNet50``: the mistake is in the head, or in the shape of the input."""

from keras import Input, Model
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Softmax,
    ZeroPadding2D,
)

from answers import wrong
from answers.own_blocks import STAGES, convolutional_block, identity_block


def features(X, initializer=GlorotUniform):
    """The right beginning of the network: stem and stages."""
    X = ZeroPadding2D(3)(X)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return X


@wrong("ResNet50", "head.pool", "pool_kind")
def max_pooling(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = MaxPooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.pool", "missing")
def no_pooling(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.pool", "pool_kind")
def global_pooling(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = GlobalAveragePooling2D()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.pool", "pool_size")
def window_of_the_paper(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D((7, 7))(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.pool", "pool_size")
def window_as_large_as_the_map(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(pool_size=(X.shape[1], X.shape[2]))(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.pool", "strides")
def pooling_with_stride_1(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D((2, 2), strides=(1, 1))(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.flatten", "missing")
def no_flattening(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "units")
def six_classes_whatever_is_asked(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(6, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "units")
def one_class_less(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes - 1, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "activation")
def no_softmax(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "activation")
def sigmoid(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="sigmoid", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "activation")
def relu_at_the_end(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "activation")
def softmax_over_the_images(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, kernel_initializer=initializer(seed=0))(X)
    X = Softmax(axis=0)(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.activation", "extra")
def softmax_twice(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    X = Activation("softmax")(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "extra")
def hidden_dense_layer(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(256, activation="relu")(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dropout", "extra")
def dropout(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dropout(0.5)(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.bn", "extra")
def batchnorm_before_the_dense_layer(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = BatchNormalization()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "unused")
def features_returned(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    Y = AveragePooling2D(2)(X)
    Y = Flatten()(Y)
    Y = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(Y)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.dense", "unused")
def dense_layer_left_out(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    outputs = Flatten()(X)
    Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(outputs)
    return Model(inputs, outputs, name="ResNet50")


@wrong("ResNet50", "submission", "shape")
def input_shape_written_down(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input((64, 64, 3))
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "submission", "shape")
def always_three_colours(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input((input_shape[0], input_shape[1], 3))
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "submission", "shape")
def height_and_width_exchanged(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    height, width, channels = input_shape
    inputs = Input((width, height, channels))
    X = features(inputs, initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, X, name="ResNet50")


@wrong("ResNet50", "head.pool", "values")
def pools_over_rows_and_channels(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = features(inputs, initializer)
    X = AveragePooling2D(2, data_format="channels_first")(X)
    return Model(inputs, Dense(classes, activation="softmax")(Flatten()(X)))
