"""The networks, each a table of stages turned into a Keras model."""

from keras import Input, Model, ops
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)

from resnet_lesson.blocks import (
    bottleneck_block,
    bottleneck_projection_block,
    convolutional_block,
    identity_block,
    projection_block,
    residual_block,
)

# One row a stage: filters of the three convolutions, stride of the first block, number of blocks.
RESNET50_STAGES = (
    ([64, 64, 256], 1, 3),
    ([128, 128, 512], 2, 4),
    ([256, 256, 1024], 2, 6),
    ([512, 512, 2048], 2, 3),
)

# The ImageNet networks, by depth: how many blocks each of the four groups has. From 50 layers on
# the blocks are bottlenecks.
GROUPS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}


def ResNet50(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    """ResNet-50 for small images: stem, sixteen bottleneck blocks in four stages, classifier.

    Args:
        input_shape: ``(H, W, C)`` of one image; H and W of 37 pixels or more.
        classes: integer, the number of classes.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Returns:
        An uncompiled Keras model from images ``(N, H, W, C)`` to class probabilities ``(N,
        classes)``.
        Its BatchNormalization layers follow the model: batch statistics in ``fit``, moving ones in
        ``predict`` and ``evaluate``.

    Source: He et al. (2015), table 1, 50-layer column, with the classifier's average pooling cut to
    2×2 for 64×64 images.
    """
    inputs = Input(input_shape)

    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)  # (N, 32, 32, 64)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)  # (N, 15, 15, 64)

    for filters, s, blocks in RESNET50_STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(blocks - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    # (N, 2, 2, 2048)

    X = AveragePooling2D(2)(X)  # (N, 1, 1, 2048)
    X = Flatten()(X)
    outputs = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, outputs, name="ResNet50")


def resnet(depth, input_shape=(224, 224, 3), classes=1000, stride_in_3x3=False):
    """A residual network for ImageNet: stem, four groups of blocks, global average pooling.

    With 50 layers and more it is layer for layer the one of ``keras.applications``, and can carry
    its weights (`resnet_lesson.weights`). With 18 and 34 it is the one of torchvision.

    Args:
        depth: 18, 34, 50, 101 or 152, the number of layers with weights, projections aside.
        input_shape: ``(H, W, C)`` of one image.
        classes: integer, the number of classes.
        stride_in_3x3: where a bottleneck strides, see
            `resnet_lesson.blocks.bottleneck_projection_block`.

    Returns:
        An uncompiled Keras model from images ``(N, H, W, C)`` to class probabilities
        ``(N, classes)``.

    Raises:
        ValueError: for another depth.

    Source: He et al. (2015), table 1.
    """
    if depth not in GROUPS:
        known = "18, 34, 50, 101 or 152"
        raise ValueError(f"depth {depth!r} is not in the paper's table 1; choose {known}")
    bottlenecks = depth >= 50
    inputs = Input(input_shape)
    X = imagenet_stem(inputs, use_bias=bottlenecks)
    for group, blocks in enumerate(GROUPS[depth]):
        n_filters, s = 64 * 2**group, 1 if group == 0 else 2
        if bottlenecks:
            X = bottleneck_projection_block(n_filters, X, s, stride_in_3x3)
        elif group == 0:
            X = residual_block(n_filters, X)  # 64 channels come in, 64 go out: nothing to project
        else:
            X = projection_block(n_filters, X, s)
        for _ in range(blocks - 1):
            X = (bottleneck_block if bottlenecks else residual_block)(n_filters, X)
    X = GlobalAveragePooling2D()(X)
    outputs = Dense(classes, activation="softmax")(X)
    return Model(inputs, outputs, name=f"ResNet{depth}")


def imagenet_stem(inputs, use_bias=True):
    """What the ImageNet networks begin with: a strided 7×7 convolution and a max pooling.

    Args:
        inputs: tensor ``(N, H, W, C)``.
        use_bias: whether the convolution has biases, as in ``keras.applications``.

    Returns:
        Tensor ``(N, ⌈H/4⌉, ⌈W/4⌉, 64)``.

    Source: He et al. (2015), table 1.
    """
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, use_bias=use_bias)(X)  # (N, 112, 112, 64)
    X = BatchNormalization()(X)
    X = Activation("relu")(X)
    X = ZeroPadding2D(1)(X)
    return MaxPooling2D(3, strides=2)(X)  # (N, 56, 56, 64)


def ResNet34(input_shape=(224, 224, 3), classes=1000):
    """ResNet-34: stem, two-layer residual blocks in groups of 3, 4, 6 and 3, classifier.

    It is `resnet` with 34 layers, written out.

    Args:
        input_shape: ``(H, W, C)`` of one image.
        classes: integer, the number of classes.

    Returns:
        An uncompiled Keras model from images ``(N, H, W, C)`` to class probabilities
        ``(N, classes)``.

    Source: He et al. (2015), table 1, 34-layer column.
    """
    inputs = Input(input_shape)

    x = ZeroPadding2D(3)(inputs)
    x = Conv2D(64, 7, strides=2, use_bias=False)(x)  # (N, 112, 112, 64)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = ZeroPadding2D(1)(x)
    x = MaxPooling2D(3, strides=2)(x)  # (N, 56, 56, 64)

    for n_filters, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for _ in range(blocks):
            fits = x.shape[-1] == n_filters
            x = (residual_block if fits else projection_block)(n_filters, x)
    # (N, 7, 7, 512)

    x = GlobalAveragePooling2D()(x)
    outputs = Dense(classes, activation="softmax")(x)
    return Model(inputs, outputs, name="ResNet34")


def cifar_resnet(depth, classes=10):
    """The thin residual network for the 32×32 images of CIFAR-10.

    Its shortcuts have no weights (option A): where a block changes the shape, they take every
    second pixel and fill the new channels with zeros.

    Args:
        depth: 6n + 2 for n blocks in each of the three groups: 20, 32, 44, 56 or 110 in the paper.
        classes: integer, the number of classes.

    Returns:
        An uncompiled Keras model from images ``(N, 32, 32, 3)`` to probabilities ``(N, classes)``.

    Raises:
        ValueError: if ``depth`` is not 6n + 2.

    Source: He et al. (2015), section 4.2.
    """
    blocks, rest = divmod(depth - 2, 6)
    if rest or blocks < 1:
        raise ValueError(f"depth {depth!r} is not 6n + 2; choose 20, 32, 44, 56 or 110, say")
    inputs = Input((32, 32, 3))
    X = Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    X = BatchNormalization()(X)
    X = Activation("relu")(X)
    for group, n_filters in enumerate((16, 32, 64)):
        for block in range(blocks):
            X = _cifar_block(n_filters, X, 2 if group and block == 0 else 1)
    X = GlobalAveragePooling2D()(X)
    outputs = Dense(classes, activation="softmax")(X)
    return Model(inputs, outputs, name=f"CifarResNet{depth}")


def _cifar_block(n_filters, x, s):
    if s == 1:
        return residual_block(n_filters, x)
    new = n_filters - x.shape[-1]
    shortcut = ops.pad(x[:, ::s, ::s, :], [(0, 0), (0, 0), (0, 0), (new // 2, new - new // 2)])
    x = ZeroPadding2D(1)(x)
    x = Conv2D(n_filters, 3, strides=s, use_bias=False)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same", use_bias=False)(x)
    x = BatchNormalization()(x)
    x = Add()([x, shortcut])
    return Activation("relu")(x)
