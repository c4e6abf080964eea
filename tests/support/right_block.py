"""A right identity block, as a submission's text and as a function."""

IDENTITY_BLOCK = """
from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D

def identity_block(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("relu")(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    return Activation("relu")(Add()([X, BatchNormalization()(Y, training=training)]))
"""
_names: dict = {}
exec(IDENTITY_BLOCK, _names)
identity_block = _names["identity_block"]
