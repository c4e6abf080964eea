"""Right answers to ``ResNet50`` that are put together from functions, layers and models."""

from functools import partial, reduce

import keras
from keras import Input, Model, Sequential, layers, ops
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
    ReLU,
    ZeroPadding2D,
)

from answers import right
from answers.own_blocks import STAGES, convolutional_block, identity_block


def stem(X, initializer=GlorotUniform):
    X = ZeroPadding2D(3)(X)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    return MaxPooling2D(3, strides=2)(X)


def stage(X, filters, s, count, initializer=GlorotUniform):
    X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
    for _ in range(count - 1):
        X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return X


def head(X, classes):
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Dense(classes, activation="softmax")(X)


class Bottleneck(layers.Layer):
    """A block as a layer; the shortcut is made before the main path."""

    def __init__(self, filters, strides=1, project=False, **kwargs):
        super().__init__(**kwargs)
        F1, F2, F3 = filters
        self.shortcut = None
        if project:
            self.shortcut = [Conv2D(F3, 1, strides=strides), BatchNormalization()]
        self.c1, self.b1 = Conv2D(F1, 1, strides=strides), BatchNormalization()
        self.c2, self.b2 = Conv2D(F2, 3, padding="same"), BatchNormalization()
        self.c3, self.b3 = Conv2D(F3, 1), BatchNormalization()

    def call(self, x, training=None):
        y = ops.relu(self.b1(self.c1(x), training=training))
        y = ops.relu(self.b2(self.c2(y), training=training))
        y = self.b3(self.c3(y), training=training)
        if self.shortcut:
            convolution, normalise = self.shortcut
            x = normalise(convolution(x), training=training)
        return ops.relu(x + y)


@right("ResNet50")
def three_functions(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for row in STAGES:
        X = stage(X, *row, initializer)
    return Model(inputs, head(X, classes))


@right("ResNet50")
def blocks_as_layers(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, strides, count in STAGES:
        X = Bottleneck(filters, strides, project=True)(X)
        for _ in range(count - 1):
            X = Bottleneck(filters)(X)
    return Model(inputs, head(X, classes))


@right("ResNet50")
def blocks_as_models(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    def as_model(block, X, filters, **kwargs):
        inside = Input(X.shape[1:])
        made = block(inside, 3, filters, training=None, initializer=initializer, **kwargs)
        return Model(inside, made)(X)

    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = as_model(convolutional_block, X, filters, s=s)
        for _ in range(count - 1):
            X = as_model(identity_block, X, filters)
    return Model(inputs, head(X, classes))


@right("ResNet50")
def sequential_of_layers(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    model = Sequential([Input(input_shape), ZeroPadding2D(3), Conv2D(64, 7, 2)])
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(MaxPooling2D(3, 2))
    for filters, strides, count in STAGES:
        model.add(Bottleneck(filters, strides, project=True))
        for _ in range(count - 1):
            model.add(Bottleneck(filters))
    model.add(AveragePooling2D())
    model.add(Flatten())
    model.add(Dense(classes, activation="softmax"))
    return model


@right("ResNet50")
def sequential_stem_and_head(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    start = Sequential(
        [ZeroPadding2D(3), Conv2D(64, 7, 2), BatchNormalization(), ReLU(), MaxPooling2D(3, 2)],
        name="stem",
    )
    end = Sequential([AveragePooling2D(2), Flatten(), Dense(classes), Activation("softmax")])
    inputs = Input(input_shape)
    X = start(inputs)
    for row in STAGES:
        X = stage(X, *row, initializer)
    return Model(inputs, end(X))


@right("ResNet50")
def model_around_a_model(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for row in STAGES:
        X = stage(X, *row, initializer)
    backbone = Model(inputs, X, name="backbone")
    return Sequential([Input(input_shape), backbone, AveragePooling2D(), Flatten(),
                       Dense(classes, activation="softmax")])  # fmt: skip


@right("ResNet50")
def head_made_first(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    classify = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))
    average, flatten = AveragePooling2D(2), Flatten()
    stages = [
        [Bottleneck(filters, s if i == 0 else 1, project=i == 0) for i in range(count)]
        for filters, s, count in reversed(STAGES)
    ]
    pool, relu, normalise = MaxPooling2D(3, strides=2), ReLU(), BatchNormalization(axis=3)
    inputs = Input(input_shape)
    X = Conv2D(64, 7, strides=2)(ZeroPadding2D(3)(inputs))
    X = pool(relu(normalise(X)))
    for chain in reversed(stages):
        X = reduce(lambda tensor, layer: layer(tensor), chain, X)
    return Model(inputs, classify(flatten(average(X))))


@right("ResNet50")
def model_by_subclassing(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.pad = ZeroPadding2D(3)
            self.conv = Conv2D(64, 7, strides=2)
            self.bn = BatchNormalization()
            self.pool = MaxPooling2D(3, strides=2)
            self.chain = []
            for filters, s, count in STAGES:
                self.chain.append(Bottleneck(filters, s, project=True))
                self.chain += [Bottleneck(filters) for _ in range(count - 1)]
            self.average = AveragePooling2D(2)
            self.flatten = Flatten()
            self.classify = Dense(classes, activation="softmax")

        def call(self, x, training=None):
            x = self.bn(self.conv(self.pad(x)), training=training)
            x = self.pool(ops.relu(x))
            for block in self.chain:
                x = block(x, training=training)
            return self.classify(self.flatten(self.average(x)))

    return Network()


@right("ResNet50")
def one_activation_layer_for_all(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    relu = Activation("relu")
    conv = partial(Conv2D, padding="same", kernel_initializer=initializer(seed=0))

    def block(X, F1, F2, F3, s=None):
        shortcut = X if s is None else BatchNormalization()(conv(F3, 1, strides=s)(X))
        X = relu(BatchNormalization()(conv(F1, 1, strides=s or 1)(X)))
        X = relu(BatchNormalization()(conv(F2, 3)(X)))
        X = BatchNormalization()(conv(F3, 1)(X))
        return relu(Add()([shortcut, X]))

    inputs = Input(input_shape)
    X = Conv2D(64, 7, strides=2)(ZeroPadding2D(3)(inputs))
    X = MaxPooling2D(3, 2)(relu(BatchNormalization()(X)))
    for filters, s, count in STAGES:
        X = block(X, *filters, s=s)
        for _ in range(count - 1):
            X = block(X, *filters)
    X = Flatten()(AveragePooling2D()(X))
    return Model(inputs, Dense(classes, activation="softmax")(X))


@right("ResNet50")
def average_pooling_that_would_pad(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    X = AveragePooling2D(pool_size=(2, 2), padding="same")(X)
    X = Dense(classes, activation="softmax")(Flatten()(X))
    return Model(inputs, X, name="ResNet50")
