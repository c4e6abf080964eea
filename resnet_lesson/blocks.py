"""The building blocks of residual networks, in the functional style.

Every block takes a tensor of shape ``(N, H, W, C)`` and returns one. It works on symbolic tensors
(``keras.Input``, to build a model) and on values (to try it out).

The blocks of ResNet-50 for small images come first; those of the ImageNet networks, in which
BatchNormalization follows the model that the block is part of, come after them.
"""

from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ZeroPadding2D


def skip_connection(X, main_path):
    """Adds the input of a group of layers to their output, before the last ReLU.

    Args:
        X: tensor of any shape, the input of the group.
        main_path: callable, takes ``X`` and returns a tensor of the same shape.

    Returns:
        ReLU(main_path(X) + X), a tensor of the shape of ``X``.

    Source: He et al. (2015), https://arxiv.org/abs/1512.03385, section 3.2, equation 1.
    """
    return Activation("relu")(Add()([main_path(X), X]))


def identity_block(X, f, filters, training=True, initializer=GlorotUniform):
    """The three-layer residual block whose output has the shape of its input.

    Args:
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

    Args:
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


def residual_block(n_filters, x):
    """The two-layer residual block of ResNet-18 and ResNet-34, with an identity link.

    Args:
        n_filters: integer, the number of filters of both convolutions.
        x: tensor ``(N, H, W, n_filters)``.

    Returns:
        Tensor ``(N, H, W, n_filters)``.

    Raises:
        ValueError: by Keras, if ``x`` does not have ``n_filters`` channels.

    Source: He et al. (2015), figure 5 (left) and table 1. The convolutions have no biases, as
    the BatchNormalization after each would take them away again.
    """
    shortcut = x

    x = Conv2D(n_filters, 3, padding="same", use_bias=False)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)

    x = Conv2D(n_filters, 3, padding="same", use_bias=False)(x)
    x = BatchNormalization()(x)

    x = Add()([x, shortcut])
    return Activation("relu")(x)


def projection_block(n_filters, x, s=2):
    """The two-layer residual block between two groups, which changes the shape.

    Args:
        n_filters: integer, the number of filters of all three convolutions.
        x: tensor ``(N, H, W, C)``, any C.
        s: integer, stride of the first convolution and of the shortcut's, in pixels.

    Returns:
        Tensor ``(N, ⌈H/s⌉, ⌈W/s⌉, n_filters)``.

    Source: He et al. (2015), section 3.3, option B (projection shortcuts), and table 1.
    """
    shortcut = Conv2D(n_filters, 1, strides=s, use_bias=False)(x)
    shortcut = BatchNormalization()(shortcut)

    # A border of one pixel, and not "same": with stride 2 that would pad one side alone.
    x = ZeroPadding2D(1)(x)
    x = Conv2D(n_filters, 3, strides=s, use_bias=False)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)

    x = Conv2D(n_filters, 3, padding="same", use_bias=False)(x)
    x = BatchNormalization()(x)

    x = Add()([x, shortcut])
    return Activation("relu")(x)


def preactivation_block(n_filters, x):
    """The two-layer residual block with BatchNorm and ReLU before each convolution.

    Nothing follows the addition: through any number of such blocks leads a path that changes
    nothing.

    Args:
        n_filters: integer, the number of filters of both convolutions.
        x: tensor ``(N, H, W, n_filters)``.

    Returns:
        Tensor ``(N, H, W, n_filters)``.

    Source: He et al. (2016), https://arxiv.org/abs/1603.05027, figure 4 (e).
    """
    shortcut = x

    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same", use_bias=False)(x)

    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same", use_bias=False)(x)

    return Add()([x, shortcut])


def bottleneck_block(n_filters, x):
    """The bottleneck residual block: 1×1 reduces, 3×3 works in the narrow part, 1×1 restores.

    Args:
        n_filters: integer, the number of channels of the narrow part.
        x: tensor ``(N, H, W, 4 * n_filters)``.

    Returns:
        Tensor ``(N, H, W, 4 * n_filters)``.

    Raises:
        ValueError: by Keras, if ``x`` does not have ``4 * n_filters`` channels.

    Source: He et al. (2015), figure 5 (right) and table 1.
    """
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


def bottleneck_projection_block(n_filters, x, s=2, stride_in_3x3=False):
    """The bottleneck block at the start of a group, which changes the shape.

    Args:
        n_filters: integer, the number of channels of the narrow part.
        x: tensor ``(N, H, W, C)``, any C.
        s: integer, stride, in pixels.
        stride_in_3x3: False strides in the first 1×1 convolution, as in the paper and in
            ``keras.applications``; True in the 3×3, as in torchvision, which costs more and
            leaves no pixel unread.

    Returns:
        Tensor ``(N, ⌈H/s⌉, ⌈W/s⌉, 4 * n_filters)``.

    Source: He et al. (2015), table 1; the stride in the 3×3: Goyal et al. (2017),
    https://arxiv.org/abs/1706.02677, section 5.1, and He et al. (2018),
    https://arxiv.org/abs/1812.01187, figure 2, ResNet-B.
    """
    filters = [n_filters, n_filters, 4 * n_filters]
    if not stride_in_3x3:
        return convolutional_block(x, 3, filters, s=s, training=None)
    shortcut = Conv2D(filters[2], 1, strides=s)(x)
    shortcut = BatchNormalization()(shortcut)

    x = Conv2D(n_filters, 1)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)

    x = ZeroPadding2D(1)(x)
    x = Conv2D(n_filters, 3, strides=s)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)

    x = Conv2D(filters[2], 1)(x)
    x = BatchNormalization()(x)

    x = Add()([x, shortcut])
    return Activation("relu")(x)
