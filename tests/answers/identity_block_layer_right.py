"""Right answers to ``IdentityBlock``, in forms that people use."""

import keras
import tensorflow as tf
from keras import layers
from keras.initializers import GlorotUniform
from keras.layers import Activation, BatchNormalization, Conv2D

from answers import right


class Saved(layers.Layer):
    """The arguments of an identity block, and how they are saved."""

    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.f, self.initializer = list(filters), f, initializer

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "f": self.f}


@right("IdentityBlock")
class LayersInLists(Saved):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        windows = zip(filters, (1, f, 1), strict=True)
        self.convolutions = [
            Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0)) for n, k in windows
        ]
        self.norms = [BatchNormalization() for _ in filters]

    def call(self, X, training=None):
        Y = X
        for number, (convolution, norm) in enumerate(
            zip(self.convolutions, self.norms, strict=True)
        ):
            Y = norm(convolution(Y), training=training)
            if number < 2:
                Y = keras.ops.relu(Y)
        return keras.ops.relu(X + Y)


@right("IdentityBlock")
class BuildsItself(LayersInLists):
    def build(self, input_shape):
        """An empty picture has the layers inside built, as in notebook 06."""
        self.call(keras.Input(input_shape[1:]))


@right("IdentityBlock")
class WithoutTrainingAtAll(LayersInLists):
    def call(self, X):
        """Keras hands the mode on by itself."""
        Y = X
        for number in range(3):
            Y = self.norms[number](self.convolutions[number](Y))
            Y = tf.nn.relu(Y) if number < 2 else Y
        return tf.nn.relu(Y + X)


@right("IdentityBlock")
class SequentialInside(Saved):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        F1, F2, F3 = filters
        self.main = keras.Sequential(
            [
                Conv2D(F1, 1, kernel_initializer=initializer(seed=0)),
                BatchNormalization(),
                Activation("relu"),
                Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0)),
                BatchNormalization(),
                Activation("relu"),
                Conv2D(F3, 1, kernel_initializer=initializer(seed=0)),
                BatchNormalization(),
            ]
        )

    def call(self, X, training=False):
        return keras.activations.relu(self.main(X, training=training) + X)


@right("IdentityBlock")
class MadeInBuild(Saved):
    def build(self, input_shape):
        first = {"kernel_initializer": self.initializer(seed=0)}
        F1, F2, F3 = self.filters
        self.a, self.b = Conv2D(F1, 1, **first), BatchNormalization()
        self.c = Conv2D(F2, self.f, padding="same", kernel_initializer=self.initializer(seed=0))
        self.d = BatchNormalization()
        self.e = Conv2D(F3, 1, kernel_initializer=self.initializer(seed=0))
        self.g = BatchNormalization()
        shape = input_shape
        for layer in (self.a, self.b, self.c, self.d, self.e, self.g):
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        super().build(input_shape)

    def call(self, inputs, training=None):
        x = keras.ops.relu(self.b(self.a(inputs), training=training))
        x = keras.ops.relu(self.d(self.c(x), training=training))
        x = self.g(self.e(x), training=training)
        return keras.ops.relu(keras.ops.add(inputs, x))


class Unit(layers.Layer):
    """A convolution with its normalisation, a helper of learners' own."""

    def __init__(self, n, k, initializer):
        super().__init__()
        self.convolution = Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0))
        self.norm = BatchNormalization()

    def call(self, x, training=None):
        return self.norm(self.convolution(x), training=training)


@right("IdentityBlock")
class OfHelpers(Saved):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        self.units = {str(i): Unit(n, (1, f, 1)[i], initializer) for i, n in enumerate(filters)}
        self.relu = layers.ReLU()
        self.plus = layers.Add()

    def call(self, X, training=None):
        Y = self.relu(self.units["0"](X, training=training))
        Y = self.relu(self.units["1"](Y, training=training))
        return self.relu(self.plus([self.units["2"](Y, training=training), X]))


@right("IdentityBlock")
class AModelInBuild(Saved):
    def build(self, input_shape):
        X = Y = keras.Input(input_shape[1:])
        for number, n in enumerate(self.filters):
            k = (1, self.f, 1)[number]
            Y = Conv2D(n, k, padding="same", kernel_initializer=self.initializer(seed=0))(Y)
            Y = BatchNormalization()(Y)
            Y = Activation("relu")(Y) if number < 2 else Y
        self.inner = keras.Model(X, Activation("relu")(layers.add([X, Y])))
        super().build(input_shape)

    def call(self, X, training=None):
        return self.inner(X, training=training)


@right("IdentityBlock")
class OlderModel(tf.keras.Model):
    """The public form for TensorFlow's eager mode: a Model, its window first, no get_config."""

    def __init__(self, kernel_size, filters):
        super().__init__(name="")
        filters1, filters2, filters3 = filters
        self.conv2a = tf.keras.layers.Conv2D(filters1, (1, 1))
        self.bn2a = tf.keras.layers.BatchNormalization()
        self.conv2b = tf.keras.layers.Conv2D(filters2, kernel_size, padding="same")
        self.bn2b = tf.keras.layers.BatchNormalization()
        self.conv2c = tf.keras.layers.Conv2D(filters3, (1, 1))
        self.bn2c = tf.keras.layers.BatchNormalization()

    def call(self, input_tensor, training=False):
        x = self.conv2a(input_tensor)
        x = self.bn2a(x, training=training)
        x = tf.nn.relu(x)
        x = self.conv2b(x)
        x = self.bn2b(x, training=training)
        x = tf.nn.relu(x)
        x = self.conv2c(x)
        x = self.bn2c(x, training=training)
        x += input_tensor
        return tf.nn.relu(x)


@right("IdentityBlock")
class ZeroGammaAtFirst(OfHelpers):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        self.units["2"].norm = BatchNormalization(gamma_initializer="zeros")


@right("IdentityBlock")
class AsATensorFlowFunction(LayersInLists):
    @tf.function
    def call(self, X, training=None):
        return super().call(X, training=training)


@tf.function
def _relu_of_sum(a, b):
    return tf.nn.relu(a + b)


@right("IdentityBlock")
class WithWhatOnlyTensorFlowsTensorsKnow(LayersInLists):
    def call(self, X, training=None):
        tf.debugging.assert_rank(X, 4)
        X.set_shape([None, None, None, X.get_shape()[-1]])
        self.add_loss(1e-4 * tf.reduce_mean(tf.square(X)))
        Y = X
        for number in range(3):
            Y = self.norms[number](self.convolutions[number](Y), training=training)
            Y = tf.nn.relu(Y) if number < 2 else tf.debugging.check_numerics(Y, "Y")
        return _relu_of_sum(X, Y)


# A loop over symbolic tensors raises; Keras itself runs it in a graph of TensorFlow's.
@right("IdentityBlock")
class WithALoopOfTensorFlow(LayersInLists):
    def call(self, X, training=None):
        _, X = tf.while_loop(lambda i, _: i < 1, lambda i, x: [i + 1, x / 2], [0, 2 * X])
        return super().call(X, training=training)
