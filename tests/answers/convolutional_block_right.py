"""Right answers to ``convolutional_block``, in the many forms that people write."""

import keras
import tensorflow as tf
from keras import Sequential, layers, ops
from keras.initializers import GlorotUniform, glorot_uniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, Lambda, ReLU

from answers import right


@right("convolutional_block")
def as_the_figure_says(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@right("convolutional_block")
def shortcut_computed_first(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    shortcut = Conv2D(F3, (1, 1), strides=(s, s), kernel_initializer=initializer(seed=0))(X)
    shortcut = BatchNormalization(axis=3)(shortcut, training=training)
    X = Conv2D(F1, (1, 1), strides=(s, s), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    return Activation("relu")(Add()([shortcut, X]))


@right("convolutional_block")
def with_names_and_everything_spelt_out(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    (F1, F2, F3), X_shortcut = filters, X
    X = Conv2D(filters=F1, kernel_size=(1, 1), strides=(s, s), padding="valid", name="res3a",
               kernel_initializer=initializer(seed=0), use_bias=False)(X)  # fmt: skip
    X = BatchNormalization(axis=3, name="bn3a", momentum=0.99, epsilon=1.001e-5)(
        X, training=training
    )
    X = Activation("relu", name="act3a")(X)
    X = Conv2D(filters=F2, kernel_size=(f, f), strides=(1, 1), padding="same", name="res3b",
               kernel_initializer=initializer(seed=0), use_bias=False)(X)  # fmt: skip
    X = BatchNormalization(axis=3, name="bn3b", momentum=0.99, epsilon=1.001e-5)(
        X, training=training
    )
    X = Activation("relu", name="act3b")(X)
    X = Conv2D(filters=F3, kernel_size=(1, 1), strides=(1, 1), padding="valid", name="res3c",
               kernel_initializer=initializer(seed=0), use_bias=False)(X)  # fmt: skip
    X = BatchNormalization(axis=3, name="bn3c", momentum=0.99, epsilon=1.001e-5)(
        X, training=training
    )
    X_shortcut = Conv2D(F3, kernel_size=(1, 1), strides=(s, s), padding="valid", name="res3s",
                        kernel_initializer=initializer(seed=0), use_bias=False)(
        X_shortcut
    )  # fmt: skip
    X_shortcut = BatchNormalization(axis=3, name="bn3s", epsilon=1.001e-5)(
        X_shortcut, training=training
    )
    X = Add(name="sum3")([X, X_shortcut])
    return Activation("relu", name="out3")(X)


@right("convolutional_block")
def same_padding_everywhere(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    def conv_bn(x, n, k, stride=1):
        x = Conv2D(n, k, stride, "same", kernel_initializer=initializer(seed=0))(x)
        return BatchNormalization()(x, training=training)

    F1, F2, F3 = filters
    y = ops.relu(conv_bn(X, F1, 1, s))
    y = ops.relu(conv_bn(y, F2, f))
    return ops.relu(conv_bn(y, F3, 1) + conv_bn(X, F3, 1, s))


@right("convolutional_block")
def with_a_loop(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    path = X
    for i, (n, k, stride) in enumerate(zip(filters, (1, f, 1), (s, 1, 1), strict=True)):
        if i:
            path = Activation("relu")(path)
        path = Conv2D(n, k, strides=stride, padding="same",
                      kernel_initializer=initializer(seed=0))(path)  # fmt: skip
        path = BatchNormalization()(path, training=training)
    short = Conv2D(filters[-1], 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    short = BatchNormalization()(short, training=training)
    return Activation("relu")(layers.add([short, path]))


@right("convolutional_block")
def through_tf_keras(X, f, filters, s=2, training=True, initializer=glorot_uniform):
    tfl = tf.keras.layers
    F1, F2, F3 = filters
    X_shortcut = X
    X = tfl.Conv2D(F1, 1, strides=(s, s), kernel_initializer=initializer(seed=0))(X)
    X = tfl.BatchNormalization(axis=-1)(X, training=training)
    X = tfl.Activation(tf.nn.relu)(X)
    X = tfl.Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = tfl.BatchNormalization(axis=-1)(X, training=training)
    X = tfl.Activation(tf.keras.activations.relu)(X)
    X = tfl.Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = tfl.BatchNormalization(axis=-1)(X, training=training)
    X_shortcut = tfl.Conv2D(F3, 1, strides=(s, s), kernel_initializer=initializer(seed=0))(
        X_shortcut
    )
    X_shortcut = tfl.BatchNormalization(axis=-1)(X_shortcut, training=training)
    return tfl.ReLU()(X + X_shortcut)


@right("convolutional_block")
def paths_as_sequential(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    shortcut = Sequential(
        [Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0)), BatchNormalization()]
    )
    main = Sequential(
        [
            Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
            ReLU(),
            Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
            ReLU(),
            Conv2D(F3, 1, kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
        ]
    )
    return ReLU()(Add()([shortcut(X, training=training), main(X, training=training)]))


class _Block(layers.Layer):
    def __init__(self, filters, f, s, initializer):
        super().__init__()
        F1, F2, F3 = filters
        self.conv1 = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))
        self.conv2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
        self.conv3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
        self.project = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))
        self.bn1, self.bn2, self.bn3, self.bn4 = (BatchNormalization() for _ in range(4))

    def call(self, inputs, training=None):
        x = tf.nn.relu(self.bn1(self.conv1(inputs)))  # Keras hands `training` on by itself
        x = tf.nn.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        return tf.nn.relu(tf.add(x, self.bn4(self.project(inputs))))


@right("convolutional_block")
def with_a_layer_of_its_own(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    return _Block(filters, f, s, initializer)(X, training=training)


@right("convolutional_block")
def with_a_functional_model_inside(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    def conv_bn(x, n, k=1, stride=1):
        x = Conv2D(n, k, strides=stride, padding="same", kernel_initializer=initializer(seed=0))(x)
        return BatchNormalization()(x, training=training)

    inputs = keras.Input(X.shape[1:])
    F1, F2, F3 = filters
    x = ReLU()(conv_bn(inputs, F1, stride=s))
    x = ReLU()(conv_bn(x, F2, f))
    x = Add()([conv_bn(x, F3), conv_bn(inputs, F3, stride=s)])
    return keras.Model(inputs, ReLU()(x))(X)


@right("convolutional_block")
def layers_created_before_they_are_called(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    norms = [BatchNormalization(axis=3) for _ in range(4)]
    project = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))
    restore = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
    look = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
    reduce = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))
    relu, add = Activation("relu"), Add()
    shortcut = norms[0](project(X), training=training)
    A = relu(norms[1](reduce(X), training=training))
    A = relu(norms[2](look(A), training=training))
    return relu(add([norms[3](restore(A), training=training), shortcut]))


@right("convolutional_block")
def with_lambdas_prints_and_dead_code(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(BatchNormalization(axis=3)(X, training=training))
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(BatchNormalization(axis=3)(X, training=training))
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    print("main path", X.shape)
    tried = Conv2D(F3, 3, strides=s, padding="same")(X_shortcut)
    tried = BatchNormalization(axis=3)(tried)
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    print("shortcut", X_shortcut.shape)
    X = Lambda(lambda paths: paths[0] + paths[1])([X_shortcut, X])
    return Lambda(lambda t: ops.maximum(t, 0.0))(X)


@right("convolutional_block")
def rows_and_columns_dropped_by_slicing(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    kept = X[:, ::s, ::s, :]
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(kept)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    shortcut = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(kept)
    shortcut = BatchNormalization()(shortcut, training=training)
    return ReLU()(Y + shortcut)


@right("convolutional_block")
def arguments_by_name_alone(
    X, *, f=3, filters=(64, 64, 256), s=2, training=None, initializer="glorot_uniform"
):
    F1, F2, F3 = filters
    start = dict(kernel_initializer=initializer(seed=0))
    norm = dict(training=training)
    Y = ReLU()(BatchNormalization()(Conv2D(F1, 1, s, **start)(X), **norm))
    Y = ReLU()(BatchNormalization()(Conv2D(F2, f, padding="same", **start)(Y), **norm))
    Y = BatchNormalization()(Conv2D(F3, 1, **start)(Y), **norm)
    Y += BatchNormalization()(Conv2D(F3, 1, s, **start)(X), **norm)
    return ReLU()(Y)


# The forms of the exercise that were in use before this one.


@right("convolutional_block")
def old_form_without_training(X, f, filters, s=2, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, (1, 1), strides=(s, s), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = Conv2D(F2, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = Conv2D(F3, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X_shortcut = Conv2D(F3, (1, 1), strides=(s, s), kernel_initializer=initializer(seed=0))(
        X_shortcut
    )
    X_shortcut = BatchNormalization(axis=3)(X_shortcut)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@right("convolutional_block")
def old_form_with_stage_and_block(X, f, filters, stage, block, s=2):
    res, bn = f"res{stage}{block}_branch", f"bn{stage}{block}_branch"
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, (1, 1), strides=(s, s), name=res + "2a",
               kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name=bn + "2a")(X)
    X = Activation("relu")(X)
    X = Conv2D(F2, (f, f), strides=(1, 1), padding="same", name=res + "2b",
               kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name=bn + "2b")(X)
    X = Activation("relu")(X)
    X = Conv2D(F3, (1, 1), strides=(1, 1), name=res + "2c",
               kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3, name=bn + "2c")(X)
    X_shortcut = Conv2D(F3, (1, 1), strides=(s, s), name=res + "1",
                        kernel_initializer=glorot_uniform(seed=0))(X_shortcut)  # fmt: skip
    X_shortcut = BatchNormalization(axis=3, name=bn + "1")(X_shortcut)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)
