"""Answers to ``ResNet50Model``, right and wrong."""

import keras
from keras import layers
from keras.layers import BatchNormalization, Conv2D

from answers import right, wrong
from answers.own_blocks import STAGES
from resnet_lesson.layers import ConvolutionalBlock, IdentityBlock


class Block(layers.Layer):
    """Both kinds of block in one class, as learners like it."""

    def __init__(self, filters, s, projects):
        super().__init__()
        F1, F2, F3 = filters
        self.convolutions = [Conv2D(F1, 1, strides=s), Conv2D(F2, 3, padding="same"), Conv2D(F3, 1)]
        self.norms = [BatchNormalization() for _ in filters]
        self.side = None
        if projects:
            self.side = keras.Sequential([Conv2D(F3, 1, strides=s), BatchNormalization()])

    def call(self, X, training=None):
        Y = X
        for number in range(3):
            Y = self.norms[number](self.convolutions[number](Y), training=training)
            Y = keras.ops.relu(Y) if number < 2 else Y
        return keras.ops.relu(Y + (self.side(X, training=training) if self.side else X))


@right("ResNet50Model")
class OwnBlocks(keras.Model):
    head = "softmax"
    stages = STAGES

    def __init__(self, classes=6, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes
        self.pad = layers.ZeroPadding2D(3)
        self.conv = Conv2D(64, 7, strides=2)
        self.norm = BatchNormalization()
        self.pool = layers.MaxPooling2D(3, strides=2)
        self.stack = [
            Block(filters, s if number == 0 else 1, number == 0)
            for filters, s, blocks in self.stages
            for number in range(blocks)
        ]
        self.end = [layers.AveragePooling2D(2), layers.Flatten()]
        self.dense = layers.Dense(classes, activation=self.head)

    def call(self, X, training=None):
        X = keras.ops.relu(self.norm(self.conv(self.pad(X)), training=training))
        X = self.pool(X)
        for block in (*self.stack, *self.end):
            X = block(X)
        return self.dense(X)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}


@right("ResNet50Model")
class OfTheLessonsBlocks(OwnBlocks):
    def __init__(self, classes=6, **kwargs):
        super().__init__(classes, **kwargs)
        self.stack = []
        for filters, s, blocks in STAGES:
            self.stack.append(ConvolutionalBlock(filters, 3, s))
            self.stack += [IdentityBlock(filters, 3) for _ in range(blocks - 1)]


@wrong("ResNet50Model", "head.dense", "activation")
class WithoutSoftmax(OwnBlocks):
    head = None


@wrong("ResNet50Model", "stage4", "block_count")
class ABlockTooFew(OwnBlocks):
    stages = (*STAGES[:2], ([256, 256, 1024], 2, 5), STAGES[3])


@wrong("ResNet50Model", "stem.bn", "training")
class StemInOneMode(OwnBlocks):
    def call(self, X, training=None):
        X = self.pool(keras.ops.relu(self.norm(self.conv(self.pad(X)), training=False)))
        for block in (*self.stack, *self.end):
            X = block(X)
        return self.dense(X)


@wrong("ResNet50Model", "head.dense", "units")
class SixClassesAlways(OwnBlocks):
    def __init__(self, classes=6, **kwargs):
        super().__init__(6, **kwargs)
        self.classes = classes


@wrong("ResNet50Model", "submission", "config")
class ConfigLacksTheClasses(OwnBlocks):
    def get_config(self):
        config = super().get_config()
        del config["classes"]
        return config


@wrong("ResNet50Model", "head.dense", "unkept_layer")
class DenseMadeInCall(OwnBlocks):
    def call(self, X, training=None):
        X = self.pool(keras.ops.relu(self.norm(self.conv(self.pad(X)), training=training)))
        for block in (*self.stack, *self.end):
            X = block(X)
        return layers.Dense(self.classes, activation="softmax")(X)


@wrong("ResNet50Model", "stage2.block3.main.1.conv", "shared_layer")
class OneBlockTwice(OwnBlocks):
    def __init__(self, classes=6, **kwargs):
        super().__init__(classes, **kwargs)
        self.stack = [*self.stack[:2], self.stack[1], *self.stack[3:]]


@wrong("ResNet50Model", "head.dense", "unkept_layer")
class DenseStoredInCall(OwnBlocks):
    def call(self, X, training=None):
        self.dense = layers.Dense(self.classes, activation="softmax")
        return super().call(X, training=training)


@wrong("ResNet50Model", "stem.conv", "unkept_layer")
class StemStoredInCallOnceBuilt(OwnBlocks):
    def build(self, input_shape):
        self.call(keras.Input(input_shape[1:]))

    def call(self, X, training=None):
        self.conv = Conv2D(64, 7, strides=2)
        return super().call(X, training=training)


class Unpadded(Block):
    def __init__(self, filters, s, projects):
        super().__init__(filters, s, projects)
        self.convolutions[1] = Conv2D(filters[1], 3)

    def build(self, input_shape):
        self.call(keras.Input(input_shape[1:]))


@wrong("ResNet50Model", "stage3.block2.main.2.conv", "padding")
class OneBlockLosesItsBorder(OwnBlocks):
    def __init__(self, classes=6, **kwargs):
        super().__init__(classes, **kwargs)
        self.stack[4] = Unpadded([128, 128, 512], 1, False)


@wrong("ResNet50Model", "stem.bn", "training")
class TrainsByDefault(OwnBlocks):
    def call(self, X, training=True):
        X = keras.ops.relu(self.norm(self.conv(self.pad(X)), training=training))
        X = self.pool(X)
        for block in self.stack:
            X = block(X, training=training)
        for layer in self.end:
            X = layer(X)
        return self.dense(X)
