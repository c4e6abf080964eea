"""Right answers to ``bottleneck_block``, in the many forms that people write."""

import keras
import tensorflow as tf
from keras import Sequential, ops
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ReLU

from answers import right


@right("bottleneck_block")
def as_the_figure_says(n_filters, x):
    shortcut = x
    x = Conv2D(n_filters, 1)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(4 * n_filters, 1)(x)
    x = BatchNormalization()(x)
    x = Add()([x, shortcut])
    return Activation("relu")(x)


@right("bottleneck_block")
def without_biases_and_with_everything_spelt_out(n_filters, x):
    y = Conv2D(filters=n_filters, kernel_size=(1, 1), strides=(1, 1), padding="valid",
               use_bias=False, kernel_initializer="he_normal")(x)  # fmt: skip
    y = BatchNormalization(axis=3, momentum=0.9, epsilon=1.001e-5, name="bn1")(y)
    y = ReLU(name="relu1")(y)
    y = Conv2D(filters=n_filters, kernel_size=(3, 3), strides=(1, 1), padding="same",
               use_bias=False, kernel_initializer="he_normal")(y)  # fmt: skip
    y = BatchNormalization(axis=3, momentum=0.9, epsilon=1.001e-5, name="bn2")(y)
    y = ReLU(name="relu2")(y)
    y = Conv2D(filters=n_filters * 4, kernel_size=(1, 1), strides=(1, 1), padding="valid",
               use_bias=False, kernel_initializer="he_normal")(y)  # fmt: skip
    y = BatchNormalization(axis=3, momentum=0.9, epsilon=1.001e-5, name="bn3")(y)
    y = Add(name="sum")([x, y])
    return ReLU(name="relu3")(y)


@right("bottleneck_block")
def with_a_loop(n_filters, x):
    y = x
    for filters, window in ((n_filters, 1), (n_filters, 3), (4 * n_filters, 1)):
        y = y if y is x else ReLU()(y)
        y = BatchNormalization()(Conv2D(filters, window, padding="same", use_bias=False)(y))
    return ReLU()(y + x)


@right("bottleneck_block")
def widens_to_what_came_in(n_filters, x):
    y = ops.relu(BatchNormalization()(Conv2D(n_filters, 1)(x)))
    y = ops.relu(BatchNormalization()(Conv2D(n_filters, 3, padding="same")(y)))
    y = BatchNormalization()(Conv2D(x.shape[-1], 1)(y))
    return ops.relu(ops.add(x, y))


@right("bottleneck_block")
def with_sequential(n_filters, x):
    main_path = Sequential(
        [
            Conv2D(n_filters, 1),
            BatchNormalization(),
            ReLU(),
            Conv2D(n_filters, 3, padding="same"),
            BatchNormalization(),
            ReLU(),
            Conv2D(4 * n_filters, 1),
            BatchNormalization(),
        ]
    )
    return ReLU()(main_path(x) + x)


@right("bottleneck_block")
def through_tf_keras(n_filters, x):
    y = tf.keras.layers.ReLU()(BatchNormalization()(tf.keras.layers.Conv2D(n_filters, 1)(x)))
    y = tf.keras.layers.Conv2D(n_filters, 3, padding="SAME")(y)
    y = tf.keras.layers.ReLU()(BatchNormalization()(y))
    y = BatchNormalization()(tf.keras.layers.Conv2D(n_filters * 4, 1)(y))
    return tf.keras.activations.relu(tf.keras.layers.add([y, x]))


@right("bottleneck_block")
def projects_where_the_channels_do_not_fit(n_filters, x, s=1):
    shortcut = x
    if s > 1 or x.shape[-1] != 4 * n_filters:
        shortcut = BatchNormalization()(Conv2D(4 * n_filters, 1, strides=s)(x))
    y = ReLU()(BatchNormalization()(Conv2D(n_filters, 1, strides=s)(x)))
    y = ReLU()(BatchNormalization()(Conv2D(n_filters, 3, padding="same")(y)))
    y = BatchNormalization()(Conv2D(4 * n_filters, 1)(y))
    return ReLU()(Add()([y, shortcut]))


class _Bottleneck(keras.layers.Layer):
    def __init__(self, n_filters):
        super().__init__()
        sizes = ((n_filters, 1), (n_filters, 3), (4 * n_filters, 1))
        self.convs = [Conv2D(filters, window, padding="same") for filters, window in sizes]
        self.norms = [BatchNormalization() for _ in sizes]

    def call(self, x, training=None):
        y = x
        for number, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            y = norm(conv(y), training=training)
            y = ops.relu(y) if number < 2 else y
        return ops.relu(x + y)


@right("bottleneck_block")
def with_a_layer_of_its_own(n_filters, x):
    return _Bottleneck(n_filters)(x)
