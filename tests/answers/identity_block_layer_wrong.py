"""Wrong answers to ``IdentityBlock``, from real mistakes with classes."""

import keras
import tensorflow as tf
from keras import layers
from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D

from answers import wrong
from answers.identity_block_layer_right import LayersInLists, Saved


class Plain(Saved):
    """Right, and in the plainest form; the answers below change one thing."""

    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        F1, F2, F3 = filters
        self.conv1 = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))
        self.conv2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
        self.conv3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
        self.bn1, self.bn2, self.bn3 = (BatchNormalization() for _ in range(3))
        self.relu = Activation("relu")

    def call(self, X, training=None):
        Y = self.relu(self.bn1(self.conv1(X), training=training))
        Y = self.relu(self.bn2(self.conv2(Y), training=training))
        return self.relu(Add()([self.bn3(self.conv3(Y), training=training), X]))


@wrong("IdentityBlock", "main.1.bn", "training")
class TrainingAlwaysOn(Plain):
    def call(self, X, training=None):
        return super().call(X, training=True)


@wrong("IdentityBlock", "main.2.bn", "training")
class TrainingOffInOne(Plain):
    def call(self, X, training=None):
        Y = self.relu(self.bn1(self.conv1(X), training=training))
        Y = self.relu(self.bn2(self.conv2(Y), training=False))
        return self.relu(self.bn3(self.conv3(Y), training=training) + X)


@wrong("IdentityBlock", "main.2.bn", "missing")
class OneNormForAll(Plain):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__([filters[0], filters[0], filters[2]], f, initializer, **kwargs)
        self.filters = list(filters)
        self.conv2 = Conv2D(filters[1], f, padding="same", kernel_initializer=initializer(seed=0))

    def call(self, X, training=None):
        Y = self.relu(self.bn1(self.conv1(X), training=training))
        Y = self.relu(self.conv2(Y))
        return self.relu(self.bn3(self.conv3(Y), training=training) + X)


@wrong("IdentityBlock", "main.1.conv", "unkept_layer")
class MadeInCall(Saved):
    def call(self, X, training=None):
        Y = X
        for number, n in enumerate(self.filters):
            k = (1, self.f, 1)[number]
            Y = Conv2D(n, k, padding="same", kernel_initializer=self.initializer(seed=0))(Y)
            Y = BatchNormalization()(Y, training=training)
            Y = keras.ops.relu(Y) if number < 2 else Y
        return keras.ops.relu(Y + X)


@wrong("IdentityBlock", "main.2.conv", "unkept_layer")
class StoredInCall(Plain):
    def call(self, X, training=None):
        self.conv2 = Conv2D(
            self.filters[1], self.f, padding="same", kernel_initializer=self.initializer(seed=0)
        )
        return super().call(X, training=training)


@wrong("IdentityBlock", "main.2.bn", "unkept_layer")
class OutOfSight(Plain):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        del self.bn2
        norm = BatchNormalization()
        self.get_norm = lambda: norm

    def call(self, X, training=None):
        Y = self.relu(self.bn1(self.conv1(X), training=training))
        Y = self.relu(self.get_norm()(self.conv2(Y), training=training))
        return self.relu(self.bn3(self.conv3(Y), training=training) + X)


@wrong("IdentityBlock", "submission", "exception")
class WithoutSuper(layers.Layer):
    def __init__(self, filters, f, initializer=GlorotUniform):
        self.conv1 = Conv2D(filters[0], 1, kernel_initializer=initializer(seed=0))

    def call(self, X, training=None):
        return X + self.conv1(X)


@wrong("IdentityBlock", "add", "operands")
class AddsTheWrongVariable(Plain):
    def call(self, X, training=None):
        X = self.relu(self.bn1(self.conv1(X), training=training))
        Y = self.relu(self.bn2(self.conv2(X), training=training))
        Y = self.bn3(self.conv3(Y), training=training)
        return self.relu(Y + Y)


@wrong("IdentityBlock", "output.relu", "unused")
class ReturnsTheWrongVariable(Plain):
    def call(self, X, training=None):
        Y = self.relu(self.bn1(self.conv1(X), training=training))
        Y = self.relu(self.bn2(self.conv2(Y), training=training))
        Z = self.bn3(self.conv3(Y), training=training) + X
        self.relu(Z)
        return Z


@wrong("IdentityBlock", "submission", "wrong_type")
class ReturnsNothing(Plain):
    def call(self, X, training=None):
        super().call(X, training=training)


@wrong("IdentityBlock", "main.2.conv", "kernel_size")
class FixedWindow(Plain):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, 3, initializer, **kwargs)
        self.f = f


@wrong("IdentityBlock", "main.2.conv", "padding")
class NoPadding(LayersInLists):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        self.convolutions[1] = Conv2D(filters[1], f, kernel_initializer=initializer(seed=0))


@wrong("IdentityBlock", "main.2.conv", "padding")
class NoPaddingAndBuildsItself(NoPadding):
    def build(self, input_shape):
        self.call(keras.Input(input_shape[1:]))


@wrong("IdentityBlock", "main.3.conv", "filters")
class FiltersMixedUpAndBuildsItself(Plain):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        self.conv3 = Conv2D(filters[1], 1, kernel_initializer=initializer(seed=0))

    def build(self, input_shape):
        super().compute_output_spec(keras.KerasTensor(input_shape))
        self.built = True


@wrong("IdentityBlock", "submission", "config")
class WithoutConfig(layers.Layer):
    def __init__(self, filters, f, initializer=GlorotUniform):
        super().__init__()
        self.inner = Plain(filters, f, initializer)

    def call(self, X, training=None):
        return self.inner(X, training=training)


@wrong("IdentityBlock", "submission", "config")
class ConfigLacksTheWindow(Plain):
    def get_config(self):
        config = super().get_config()
        del config["f"]
        return config


@wrong("IdentityBlock", "submission", "config")
class ConfigHoldsAClass(Plain):
    def get_config(self):
        return {**super().get_config(), "initializer": self.initializer}


@wrong("IdentityBlock", "main.1.conv", "initializer")
class IgnoresTheInitializer(Plain):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, GlorotUniform, **kwargs)


@wrong("IdentityBlock", "submission", "signature")
class TakesNoWindow(Plain):
    def __init__(self, filters):
        super().__init__(filters, 3)


@wrong("IdentityBlock", "submission", "wrong_type")
class NoLayerAtAll:
    def __init__(self, filters, f, initializer=GlorotUniform):
        self.filters = filters

    def __call__(self, X, training=None):
        return X


@wrong("IdentityBlock", "main.1.bn", "training")
class TrainsByDefault(Plain):
    def call(self, X, training=True):
        return super().call(X, training=training)


@wrong("IdentityBlock", "submission", "config")
class ReplacesKerasCall(Saved):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer, **kwargs)
        self.inner = LayersInLists(filters, f, initializer)

    def __call__(self, X, training=None):
        return self.inner(X, training=training)


# As its graph cannot be followed, nothing says where it is wrong.
@wrong("IdentityBlock", "submission", "unrecognised")
class WithALoopOfTensorFlow(Plain):
    def call(self, X, training=None):
        _, X = tf.while_loop(lambda i, _: i < 1, lambda i, x: [i + 1, 2 * x], [0, X])
        return super().call(X, training=training)
