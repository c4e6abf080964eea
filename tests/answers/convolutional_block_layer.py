"""Answers to ``ConvolutionalBlock``, right and wrong."""

import keras
import tensorflow as tf
from keras import layers
from keras.initializers import GlorotUniform
from keras.layers import BatchNormalization, Conv2D

from answers import right, wrong


@right("ConvolutionalBlock")
class Plain(layers.Layer):
    def __init__(self, filters, f, s=2, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.f, self.s = list(filters), f, s
        F1, F2, F3 = filters
        self.side = self.conv(F3, 1, initializer, strides=s)
        self.side_norm = BatchNormalization()
        self.conv1 = self.conv(F1, 1, initializer, strides=s)
        self.conv2 = self.conv(F2, f, initializer, padding="same")
        self.conv3 = self.conv(F3, 1, initializer)
        self.norms = [BatchNormalization() for _ in range(3)]

    @staticmethod
    def conv(n, k, initializer, **settings):
        return Conv2D(n, k, kernel_initializer=initializer(seed=0), **settings)

    def shortcut(self, X, training):
        return self.side_norm(self.side(X), training=training)

    def call(self, X, training=None):
        Y = keras.ops.relu(self.norms[0](self.conv1(X), training=training))
        Y = keras.ops.relu(self.norms[1](self.conv2(Y), training=training))
        Y = self.norms[2](self.conv3(Y), training=training)
        return keras.ops.relu(Y + self.shortcut(X, training))

    def get_config(self):
        own = {"filters": self.filters, "f": self.f, "s": self.s}
        return {**super().get_config(), **own}


@right("ConvolutionalBlock")
class OlderModel(tf.keras.Model):
    """The public form for TensorFlow's eager mode, named by stage and block."""

    def __init__(self, kernel_size, filters, stage, block, data_format, strides=(2, 2)):
        super().__init__(name="")
        filters1, filters2, filters3 = filters
        name = f"{stage}{block}"
        self.conv2a = tf.keras.layers.Conv2D(filters1, (1, 1), strides=strides, name="res" + name)
        self.bn2a = tf.keras.layers.BatchNormalization(axis=3)
        self.conv2b = tf.keras.layers.Conv2D(
            filters2, kernel_size, padding="same", data_format=data_format
        )
        self.bn2b = tf.keras.layers.BatchNormalization(axis=3)
        self.conv2c = tf.keras.layers.Conv2D(filters3, (1, 1))
        self.bn2c = tf.keras.layers.BatchNormalization(axis=3)
        self.conv_shortcut = tf.keras.layers.Conv2D(filters3, (1, 1), strides=strides)
        self.bn_shortcut = tf.keras.layers.BatchNormalization(axis=3)

    def call(self, input_tensor, training=False):
        x = tf.nn.relu(self.bn2a(self.conv2a(input_tensor), training=training))
        x = tf.nn.relu(self.bn2b(self.conv2b(x), training=training))
        x = self.bn2c(self.conv2c(x), training=training)
        shortcut = self.bn_shortcut(self.conv_shortcut(input_tensor), training=training)
        x += shortcut
        return tf.nn.relu(x)


@wrong("ConvolutionalBlock", "shortcut.conv", "missing")
class ShortcutNotProjected(Plain):
    def shortcut(self, X, training):
        return X


@wrong("ConvolutionalBlock", "shortcut.bn", "missing")
class ShortcutNotNormalised(Plain):
    def shortcut(self, X, training):
        return self.side(X)


@wrong("ConvolutionalBlock", "main.1.conv", "strides")
class StrideInTheWrongConvolution(Plain):
    def __init__(self, filters, f, s=2, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, s, initializer, **kwargs)
        self.conv1 = self.conv(filters[0], 1, initializer)
        self.conv2 = self.conv(filters[1], f, initializer, strides=s, padding="same")


@wrong("ConvolutionalBlock", "main.1.conv", "strides")
class FixedStride(Plain):
    def __init__(self, filters, f, s=2, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, 2, initializer, **kwargs)
        self.s = s


@wrong("ConvolutionalBlock", "submission", "config")
class ConfigLacksTheStride(Plain):
    def get_config(self):
        return {**super().get_config(), "s": 2}


@wrong("ConvolutionalBlock", "shortcut.bn", "shared_layer")
class SharesANorm(Plain):
    def shortcut(self, X, training):
        return self.norms[2](self.side(X), training=training)


@wrong("ConvolutionalBlock", "shortcut.bn", "training")
class ShortcutInOneMode(Plain):
    def shortcut(self, X, training):
        return self.side_norm(self.side(X), training=True)


@wrong("ConvolutionalBlock", "shortcut.conv", "unkept_layer")
class ShortcutMadeInCall(Plain):
    def shortcut(self, X, training):
        made = self.conv(self.filters[2], 1, GlorotUniform, strides=self.s)
        return self.side_norm(made(X), training=training)
