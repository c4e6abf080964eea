"""Right answers to ``identity_block``, in the many forms that people write."""

import keras
import tensorflow as tf
from keras import Sequential, layers, ops
from keras.initializers import GlorotUniform, RandomUniform, glorot_uniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, Lambda, ReLU

from answers import right


@right("identity_block")
def as_the_figure_says(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X_shortcut, X])
    return Activation("relu")(X)


@right("identity_block")
def with_names_and_everything_spelt_out(X, f, filters, training=True, initializer=RandomUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(filters=F1, kernel_size=(1, 1), strides=(1, 1), padding="valid", name="res2a",
               data_format="channels_last", dilation_rate=(1, 1), groups=1, activation=None,
               use_bias=True, kernel_initializer=initializer(seed=0),
               bias_initializer="zeros")(X)  # fmt: skip
    X = BatchNormalization(axis=3, name="bn2a", momentum=0.9, epsilon=1e-5)(X, training=training)
    X = Activation("relu", name="act2a")(X)
    X = Conv2D(filters=F2, kernel_size=(f, f), strides=(1, 1), padding="same", name="res2b",
               kernel_initializer=initializer(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name="bn2b", momentum=0.9, epsilon=1e-5)(X, training=training)
    X = Activation("relu", name="act2b")(X)
    X = Conv2D(filters=F3, kernel_size=(1, 1), strides=(1, 1), padding="valid", name="res2c",
               kernel_initializer=initializer(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name="bn2c", momentum=0.9, epsilon=1e-5)(X, training=training)
    X = Add(name="sum")([X, X_shortcut])
    X = Activation("relu", name="act2d")(X)
    return X


@right("identity_block")
def through_tf_keras(X, f, filters, training=True, initializer=glorot_uniform):
    F1, F2, F3 = filters
    skip = X
    X = tf.keras.layers.Conv2D(F1, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = tf.keras.layers.BatchNormalization(axis=-1)(X, training=training)
    X = tf.keras.layers.ReLU()(X)
    X = tf.keras.layers.Conv2D(F2, (f, f), padding="SAME", kernel_initializer=initializer(seed=0))(
        X
    )
    X = tf.keras.layers.BatchNormalization(axis=-1)(X, training=training)
    X = tf.keras.layers.ReLU()(X)
    X = tf.keras.layers.Conv2D(F3, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = tf.keras.layers.BatchNormalization(axis=-1)(X, training=training)
    X = tf.keras.layers.add([X, skip])
    return tf.keras.activations.relu(X)


@right("identity_block")
def with_a_helper_and_a_loop(X, f, filters, training=True, initializer=GlorotUniform):
    def conv_bn(x, n, k):
        x = Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0))(x)
        return BatchNormalization()(x, training=training)

    x = X
    for i, (n, k) in enumerate(zip(filters, (1, f, 1), strict=True)):
        x = conv_bn(x, n, k)
        if i < 2:
            x = ReLU()(x)
    return ReLU()(x + X)


@right("identity_block")
def layers_created_before_they_are_called(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    third = Conv2D(F3, 1, use_bias=False, kernel_initializer=initializer(seed=0))
    second = Conv2D(F2, f, padding="same", use_bias=False, kernel_initializer=initializer(seed=0))
    first = Conv2D(F1, 1, use_bias=False, kernel_initializer=initializer(seed=0))
    norms = [BatchNormalization(axis=3) for _ in range(3)]
    relu = Activation("relu")
    A = relu(norms[2](first(X), training=training))
    A = relu(norms[0](second(A), training=training))
    A = norms[1](third(A), training=training)
    return relu(Add()([A, X]))


@right("identity_block")
def relu_given_as_functions(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(0))(X)
    X = BatchNormalization(3)(X, training=training)
    X = Activation(tf.nn.relu)(X)
    X = Conv2D(F2, f, 1, "same", kernel_initializer=initializer(0))(X)
    X = BatchNormalization(3)(X, training=training)
    X = Activation(keras.activations.relu)(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(0))(X)
    X = BatchNormalization(3)(X, training=training)
    X = layers.add([X_shortcut, X])
    return Activation(activation=lambda t: ops.maximum(t, 0.0))(X)


@right("identity_block")
def linear_activations_written_out(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, activation="linear", kernel_initializer=initializer(seed=0))(X)
    Y = keras.ops.relu(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", activation=None, kernel_initializer=initializer(seed=0))(Y)
    Y = keras.ops.relu(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("linear")(BatchNormalization()(Y, training=training))
    return keras.ops.relu(keras.ops.add(X, Y))


@right("identity_block")
def with_sequential(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    main = Sequential(
        [
            Conv2D(F1, 1, kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
            ReLU(),
            Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
            ReLU(),
            Conv2D(F3, 1, kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
        ]
    )
    return ReLU()(main(X, training=training) + X)


class _Unit(layers.Layer):
    def __init__(self, filters, window, initializer, last=False):
        super().__init__()
        self.conv = Conv2D(filters, window, padding="same", kernel_initializer=initializer(seed=0))
        self.norm = BatchNormalization()
        self.last = last

    def call(self, x, training=None):
        x = self.norm(self.conv(x), training=training)
        return x if self.last else ops.relu(x)


@right("identity_block")
def with_layers_of_its_own(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = _Unit(F1, 1, initializer)(X, training=training)
    Y = _Unit(F2, f, initializer)(Y, training=training)
    Y = _Unit(F3, 1, initializer, last=True)(Y, training=training)
    return Activation("relu")(Add()([Y, X]))


class _Block(keras.Model):
    def __init__(self, filters, f, initializer):
        super().__init__()
        self.convs = [
            Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0))
            for n, k in zip(filters, (1, f, 1), strict=True)
        ]
        self.norms = [BatchNormalization() for _ in filters]

    def call(self, inputs, training=False):
        x = inputs
        for conv, norm in zip(self.convs[:2], self.norms[:2], strict=True):
            x = tf.nn.relu(norm(conv(x), training=training))
        x = self.norms[2](self.convs[2](x), training=training)
        x += inputs
        return tf.nn.relu(x)


@right("identity_block")
def with_a_model_subclass(X, f, filters, training=True, initializer=GlorotUniform):
    return _Block(filters, f, initializer)(X, training=training)


@right("identity_block")
def with_a_functional_model_inside(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    inputs = keras.Input(X.shape[1:])
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(inputs)
    Y = Activation("relu")(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("relu")(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return Activation("relu")(Add()([keras.Model(inputs, Y)(X), X]))


@right("identity_block")
def with_lambdas_prints_and_dead_code(X, f, filters, training=True, initializer=GlorotUniform):
    print("input:", X.shape)
    F1, F2, F3 = filters
    X_shortcut = Lambda(lambda t: t)(X)
    unused = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    unused = BatchNormalization(axis=3)(unused, training=training)
    X = Conv2D(F1, (1, 1), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Lambda(lambda t: keras.ops.relu(t))(X)
    print("after the first:", X.shape)
    X = Conv2D(F2, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Lambda(keras.activations.relu)(X)
    X = Conv2D(F3, (1, 1), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Lambda(lambda pair: pair[0] + pair[1])([X, X_shortcut])
    return Activation("relu")(X)


@right("identity_block")
def with_settings_in_a_dictionary(X, f, filters, training=True, initializer=GlorotUniform):
    widths, windows, Y = list(filters), {1: f}, X
    last = len(widths) - 1
    for i, n in enumerate(widths):
        settings = dict(strides=1, padding="same", kernel_initializer=initializer(seed=0))
        Y = Conv2D(n, windows.get(i, 1), **settings)(Y)
        Y = BatchNormalization(axis=-1)(Y, training=bool(training))
        Y = Y if i == last else Activation("relu")(Y)
    return Activation("relu")(Add()([X, Y]))


@right("identity_block")
def with_a_nested_function(X, f, filters, training=True, initializer=GlorotUniform):
    def bn_relu(tensor, activate=True):
        tensor = BatchNormalization(axis=3)(tensor, training=training)
        return Activation("relu")(tensor) if activate else tensor

    F1, F2, F3 = filters[0], filters[1], filters[2]
    path = bn_relu(Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X))
    path = bn_relu(Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(path))
    path = bn_relu(Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(path), activate=False)
    return Activation("relu")(Add()([path, X]))


@right("identity_block")
def with_a_dropout_of_nothing(X, f, filters, *, training=True, initializer=GlorotUniform, **names):
    F1, F2, F3 = filters
    shortcut = layers.Identity()(X)
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = layers.ReLU()(BatchNormalization()(X, training=training))
    X = layers.Dropout(0.0)(X, training=training)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = layers.ReLU()(BatchNormalization()(X, training=training))
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization()(X, training=training)
    return layers.ReLU()(layers.Add()([X, shortcut]))


@right("identity_block")
def relu_twice(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(ReLU()(BatchNormalization()(Y, training=training)))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU(name=None)(ReLU()(Y + X))


@right("identity_block")
def training_given_to_relu_too(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training), training=training)
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training), training=training)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return Activation("relu")(Add()([X, Y]), training=training)


# The forms of the exercise that were in use before this one.


@right("identity_block")
def old_form_without_training(X, f, filters, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = Conv2D(F2, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = Conv2D(F3, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@right("identity_block")
def old_form_with_stage_and_block(X, f, filters, stage, block):
    base = "res" + str(stage) + block + "_branch"
    norm = "bn" + str(stage) + block + "_branch"
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(filters=F1, kernel_size=(1, 1), strides=(1, 1), padding="valid",
               name=base + "2a", kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name=norm + "2a")(X)
    X = Activation("relu")(X)
    X = Conv2D(filters=F2, kernel_size=(f, f), strides=(1, 1), padding="same",
               name=base + "2b", kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name=norm + "2b")(X)
    X = Activation("relu")(X)
    X = Conv2D(filters=F3, kernel_size=(1, 1), strides=(1, 1), padding="valid",
               name=base + "2c", kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name=norm + "2c")(X)
    X = layers.add([X, X_shortcut])
    X = Activation("relu")(X)
    return X
