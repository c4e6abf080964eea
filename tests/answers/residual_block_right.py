"""Right answers to ``residual_block``, in the many forms that people write."""

import keras
import tensorflow as tf
from keras import Sequential, layers, ops
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ReLU

from answers import right


@right("residual_block")
def as_the_figure_says(n_filters, x):
    shortcut = x
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Add()([x, shortcut])
    return Activation("relu")(x)


@right("residual_block")
def without_biases_and_with_everything_spelt_out(n_filters, x):
    identity = x
    y = Conv2D(filters=n_filters, kernel_size=(3, 3), strides=(1, 1), padding="same",
               use_bias=False, kernel_initializer="he_normal", name="conv1")(x)  # fmt: skip
    y = BatchNormalization(axis=3, momentum=0.9, epsilon=1e-5, name="bn1")(y)
    y = ReLU(name="relu1")(y)
    y = Conv2D(filters=n_filters, kernel_size=(3, 3), strides=(1, 1), padding="same",
               use_bias=False, kernel_initializer="he_normal", name="conv2")(y)  # fmt: skip
    y = BatchNormalization(axis=3, momentum=0.9, epsilon=1e-5, name="bn2")(y)
    y = Add(name="sum")([identity, y])
    return ReLU(name="relu2")(y)


@right("residual_block")
def through_tf_keras(n_filters, x):
    y = tf.keras.layers.Conv2D(n_filters, (3, 3), padding="SAME")(x)
    y = tf.keras.layers.BatchNormalization(axis=-1)(y)
    y = tf.keras.layers.ReLU()(y)
    y = tf.keras.layers.Conv2D(n_filters, (3, 3), padding="SAME")(y)
    y = tf.keras.layers.BatchNormalization(axis=-1)(y)
    y = tf.keras.layers.add([x, y])
    return tf.keras.activations.relu(y)


@right("residual_block")
def with_a_helper_and_a_loop(n_filters, x):
    def conv_bn(tensor):
        tensor = Conv2D(n_filters, 3, padding="same", use_bias=False)(tensor)
        return BatchNormalization()(tensor)

    y = x
    for number in range(2):
        y = conv_bn(y)
        if number == 0:
            y = ReLU()(y)
    return ReLU()(x + y)


@right("residual_block")
def with_sequential(n_filters, x):
    main_path = Sequential(
        [
            Conv2D(n_filters, 3, padding="same"),
            BatchNormalization(),
            ReLU(),
            Conv2D(n_filters, 3, padding="same"),
            BatchNormalization(),
        ]
    )
    return ReLU()(main_path(x) + x)


@right("residual_block")
def layers_created_before_they_are_called(n_filters, x):
    second = Conv2D(n_filters, 3, padding="same", use_bias=False)
    first = Conv2D(n_filters, 3, padding="same", use_bias=False)
    norms = [BatchNormalization(), BatchNormalization()]
    relu = Activation("relu")
    y = relu(norms[1](first(x)))
    y = norms[0](second(y))
    return relu(Add()([y, x]))


@right("residual_block")
def functions_of_keras_ops(n_filters, x):
    y = Conv2D(n_filters, 3, padding="same")(x)
    y = ops.relu(BatchNormalization()(y))
    y = Conv2D(n_filters, 3, padding="same")(y)
    return ops.relu(ops.add(x, BatchNormalization()(y)))


@right("residual_block")
def names_of_its_own(filters, inputs):
    y = Conv2D(filters, 3, padding="same")(inputs)
    y = Activation("relu")(BatchNormalization()(y))
    y = Conv2D(filters, 3, padding="same")(y)
    y = BatchNormalization()(y)
    return Activation("relu")(layers.add([y, inputs]))


@right("residual_block")
def with_an_explicit_border(n_filters, x):
    y = layers.ZeroPadding2D(1)(x)
    y = Conv2D(n_filters, 3, use_bias=False)(y)
    y = Activation("relu")(BatchNormalization()(y))
    y = layers.ZeroPadding2D(1)(y)
    y = Conv2D(n_filters, 3, use_bias=False)(y)
    y = BatchNormalization()(y)
    return Activation("relu")(Add()([y, x]))


@right("residual_block")
def with_a_stride_that_may_be_asked_for(n_filters, x, s=1):
    shortcut = x
    y = Conv2D(n_filters, 3, strides=s, padding="same")(x)
    y = Activation("relu")(BatchNormalization()(y))
    y = Conv2D(n_filters, 3, padding="same")(y)
    y = BatchNormalization()(y)
    if s != 1 or x.shape[-1] != n_filters:
        shortcut = BatchNormalization()(Conv2D(n_filters, 1, strides=s)(x))
    return Activation("relu")(Add()([y, shortcut]))


@right("residual_block")
def with_training_as_in_notebook_02(n_filters, x, training=None):
    y = Conv2D(n_filters, 3, padding="same")(x)
    y = BatchNormalization(axis=3)(y, training=training)
    y = Activation("relu")(y)
    y = Conv2D(n_filters, 3, padding="same")(y)
    y = BatchNormalization(axis=3)(y, training=training)
    return Activation("relu")(Add()([y, x]))


@right("residual_block")
def mode_written_in_which_a_model_overrides(n_filters, x):
    y = Conv2D(n_filters, 3, padding="same")(x)
    y = Activation("relu")(BatchNormalization(axis=3)(y, training=True))
    y = Conv2D(n_filters, 3, padding="same")(y)
    y = BatchNormalization(axis=3)(y, training=True)
    return Activation("relu")(Add()([y, x]))


class _Block(keras.Model):
    def __init__(self, n_filters):
        super().__init__()
        self.first = Conv2D(n_filters, 3, padding="same")
        self.second = Conv2D(n_filters, 3, padding="same")
        self.norms = [BatchNormalization(), BatchNormalization()]

    def call(self, inputs, training=None):
        y = tf.nn.relu(self.norms[0](self.first(inputs), training=training))
        y = self.norms[1](self.second(y), training=training)
        return tf.nn.relu(y + inputs)


@right("residual_block")
def with_a_model_subclass(n_filters, x):
    return _Block(n_filters)(x)
