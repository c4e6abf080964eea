"""Blocks that several answers to ``ResNet34`` bring along, right and short."""

from keras.layers import Activation, Add, BatchNormalization, Conv2D, MaxPooling2D, ZeroPadding2D

GROUPS = [(64, 3), (128, 4), (256, 6), (512, 3)]


def residual_block(n_filters, x):
    shortcut = x
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Add()([x, shortcut])
    return Activation("relu")(x)


def projection_block(n_filters, x, s=2):
    shortcut = BatchNormalization()(Conv2D(n_filters, 1, strides=s)(x))
    x = Conv2D(n_filters, 3, strides=s, padding="same")(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Add()([x, shortcut])
    return Activation("relu")(x)


def stem(x):
    x = ZeroPadding2D(3)(x)
    x = Conv2D(64, 7, strides=2)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = ZeroPadding2D(1)(x)
    return MaxPooling2D(3, strides=2)(x)


def body(x, groups=GROUPS, identity=residual_block, projection=projection_block):
    """The four groups; a group starts with a projection where the channels do not fit."""
    for n_filters, blocks in groups:
        for _ in range(blocks):
            x = (identity if x.shape[-1] == n_filters else projection)(n_filters, x)
    return x
