"""The blocks and ResNet-50 by subclassing Keras's ``Layer`` and ``Model``.

They compute what `resnet_lesson.blocks` and `resnet_lesson.networks` compute. Their weights are
made when the first input, or its shape, is known.
"""

from keras import KerasTensor, Model, Sequential, initializers, saving
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    ZeroPadding2D,
)

from resnet_lesson.networks import RESNET50_STAGES


class _Subclass:
    """What the classes here have in common: how their weights are made, and what is saved.

    ``arguments`` holds those of ``__init__``, plain data but for ``"initializer"``.
    """

    def build(self, input_shape):
        """Makes the weights for inputs of this shape, ``(N, H, W, C)``."""
        # Follows a tensor without values through `call`: each layer inside sees its own input.
        # Keras's own `build` would do nothing, and loading into it would load nothing.
        super().compute_output_spec(KerasTensor(input_shape))
        self.built = True

    def get_config(self):
        """The arguments that make the same object again, as plain data."""
        initializer = initializers.get(self.arguments["initializer"](seed=0))
        saved = {**self.arguments, "initializer": initializers.serialize(initializer)}
        return {**super().get_config(), **saved}

    @classmethod
    def from_config(cls, config):
        """Makes an object from what `get_config` gave."""
        saved = config["initializer"]
        return cls(**{**config, "initializer": lambda seed: initializers.deserialize(saved)})


@saving.register_keras_serializable("resnet_lesson")
class IdentityBlock(_Subclass, Layer):
    """The three-layer residual block whose output has the shape of its input.

    Args:
        filters: three integers ``[F1, F2, F3]``, the number of filters of each convolution.
        f: integer, height and width of the middle convolution's window, in pixels.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Call arguments:
        X: tensor ``(N, H, W, F3)``.
        training: True normalises by the batch's own statistics, False by the moving ones; None
            leaves the choice to the model that the block is part of.

    Returns of a call:
        Tensor ``(N, H, W, F3)``.

    Raises:
        ValueError: by Keras, if ``X`` does not have F3 channels.

    Source: He et al. (2015), figure 5 (right) and table 1.
    """

    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"filters": list(filters), "f": f, "initializer": initializer}
        F1, F2, F3 = filters
        self.add, self.relu = Add(), Activation("relu")
        self.conv1 = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))
        self.bn1 = BatchNormalization(axis=3)
        self.conv2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
        self.bn2 = BatchNormalization(axis=3)
        self.conv3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
        self.bn3 = BatchNormalization(axis=3)

    def call(self, X, training=None):
        """ReLU(main path + X)."""
        path = self.relu(self.bn1(self.conv1(X), training=training))
        path = self.relu(self.bn2(self.conv2(path), training=training))
        path = self.bn3(self.conv3(path), training=training)
        return self.relu(self.add([path, X]))


@saving.register_keras_serializable("resnet_lesson")
class ConvolutionalBlock(_Subclass, Layer):
    """The residual block that changes shape: a strided 1×1 convolution projects the shortcut.

    Args:
        filters: three integers ``[F1, F2, F3]``, the number of filters of each convolution.
        f: integer, height and width of the middle convolution's window, in pixels.
        s: integer, stride of the first convolution and of the shortcut's, in pixels.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Call arguments:
        X: tensor ``(N, H, W, C)``, any C.
        training: as in `IdentityBlock`.

    Returns of a call:
        Tensor ``(N, ⌈H/s⌉, ⌈W/s⌉, F3)``.

    Source: He et al. (2015), section 3.3, option B (projection shortcuts), and table 1.
    """

    def __init__(self, filters, f, s=2, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"filters": list(filters), "f": f, "s": s, "initializer": initializer}
        F1, F2, F3 = filters
        self.add, self.relu = Add(), Activation("relu")
        self.conv1 = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))
        self.bn1 = BatchNormalization(axis=3)
        self.conv2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
        self.bn2 = BatchNormalization(axis=3)
        self.conv3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
        self.bn3 = BatchNormalization(axis=3)
        self.shortcut_conv = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))
        self.shortcut_bn = BatchNormalization(axis=3)

    def call(self, X, training=None):
        """ReLU(main path + projected X)."""
        path = self.relu(self.bn1(self.conv1(X), training=training))
        path = self.relu(self.bn2(self.conv2(path), training=training))
        path = self.bn3(self.conv3(path), training=training)
        shortcut = self.shortcut_bn(self.shortcut_conv(X), training=training)
        return self.relu(self.add([path, shortcut]))


@saving.register_keras_serializable("resnet_lesson")
class ResNet50Model(_Subclass, Model):
    """ResNet-50 for small images, see `resnet_lesson.networks.ResNet50`, as a subclass of Model.

    Args:
        classes: integer, the number of classes.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Call arguments:
        X: images ``(N, H, W, C)``; H and W of 37 pixels or more.
        training: as in `IdentityBlock`; ``fit`` and ``predict`` set it.

    Returns of a call:
        Class probabilities ``(N, classes)``.

    Source: He et al. (2015), table 1, 50-layer column.
    """

    def __init__(self, classes=6, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"classes": classes, "initializer": initializer}
        kernel = {"kernel_initializer": initializer(seed=0)}
        self.stem = Sequential(
            [
                ZeroPadding2D(3),
                Conv2D(64, 7, strides=2, **kernel),
                BatchNormalization(axis=3),
                Activation("relu"),
                MaxPooling2D(3, strides=2),
            ]
        )
        self.blocks = []
        for filters, s, count in RESNET50_STAGES:
            self.blocks.append(ConvolutionalBlock(filters, 3, s, initializer))
            self.blocks += [IdentityBlock(filters, 3, initializer) for _ in range(count - 1)]
        classifier = Dense(classes, activation="softmax", **kernel)
        self.head = Sequential([AveragePooling2D(2), Flatten(), classifier])

    def call(self, X, training=None):
        """Images to class probabilities."""
        X = self.stem(X, training=training)
        for block in self.blocks:
            X = block(X, training=training)
        return self.head(X)
