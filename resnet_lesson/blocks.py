"""The building blocks of residual networks, in the functional style.

Every block takes a tensor of shape ``(N, H, W, C)`` and returns one. It works on symbolic tensors
(``keras.Input``, to build a model) and on values (to try it out).
"""

from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D


def skip_connection(X, main_path):
    """Adds the input of a group of layers to their output, before the last ReLU.

    Arguments:
        X: tensor of any shape, the input of the group.
        main_path: callable, takes ``X`` and returns a tensor of the same shape.

    Returns:
        ReLU(main_path(X) + X), a tensor of the shape of ``X``.

    Source: He et al. (2015), https://arxiv.org/abs/1512.03385, section 3.2, equation 1.
    """
    return Activation("relu")(Add()([main_path(X), X]))


def identity_block(X, f, filters, training=True, initializer=GlorotUniform):
    """The three-layer residual block whose output has the shape of its input.

    Arguments:
        X: tensor ``(N, H, W, F3)``.
        f: integer, height and width of the middle convolution's window, in pixels.
        filters: three integers ``[F1, F2, F3]``, the number of filters of each convolution.
        training: True normalises by the batch's own statistics, False by the moving ones; None
            leaves the choice to the model that the block is part of.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Returns:
        Tensor ``(N, H, W, F3)``.

    Raises:
        ValueError: by Keras, if ``X`` does not have F3 channels.

    Source: He et al. (2015), figure 5 (right) and table 1.
    """
    F1, F2, F3 = filters
    X_shortcut = X

    X = Conv2D(F1, 1, strides=1, padding="valid", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)

    X = Conv2D(F2, f, strides=1, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)

    X = Conv2D(F3, 1, strides=1, padding="valid", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)

    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


def convolutional_block(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    """The residual block that changes shape: a strided 1×1 convolution projects the shortcut.

    Arguments:
        X: tensor ``(N, H, W, C)``, any C.
        f: integer, height and width of the middle convolution's window, in pixels.
        filters: three integers ``[F1, F2, F3]``, the number of filters of each convolution.
        s: integer, stride of the first convolution and of the shortcut's, in pixels.
        training: True normalises by the batch's own statistics, False by the moving ones; None
            leaves the choice to the model that the block is part of.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Returns:
        Tensor ``(N, ⌈H/s⌉, ⌈W/s⌉, F3)``.

    Source: He et al. (2015), section 3.3, option B (projection shortcuts), and table 1.
    """
    F1, F2, F3 = filters
    X_shortcut = X

    X = Conv2D(F1, 1, strides=s, padding="valid", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)

    X = Conv2D(F2, f, strides=1, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)

    X = Conv2D(F3, 1, strides=1, padding="valid", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)

    X_shortcut = Conv2D(F3, 1, strides=s, padding="valid", kernel_initializer=initializer(seed=0))(
        X_shortcut
    )
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)

    X = Add()([X, X_shortcut])
    return Activation("relu")(X)
