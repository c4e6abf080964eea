"""The networks, each a table of stages turned into a Keras model."""

from keras import Input, Model
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    ZeroPadding2D,
)

from resnet_lesson.blocks import convolutional_block, identity_block

# One row a stage: filters of the three convolutions, stride of the first block, number of blocks.
RESNET50_STAGES = (
    ([64, 64, 256], 1, 3),
    ([128, 128, 512], 2, 4),
    ([256, 256, 1024], 2, 6),
    ([512, 512, 2048], 2, 3),
)


def ResNet50(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    """ResNet-50 for small images: stem, sixteen bottleneck blocks in four stages, classifier.

    Arguments:
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
