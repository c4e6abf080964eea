"""Wrong answers to ``identity_block``: a layer with a setting that is not the one asked for."""

from answers import wrong
from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D


@wrong("identity_block", "main.2.conv", "padding")
def middle_convolution_pads_valid(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)
