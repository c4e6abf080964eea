"""The blocks and ResNet-50 by subclassing Keras's ``Layer`` and ``Model``.

They compute what `resnet_lesson.blocks` and `resnet_lesson.networks` compute. Their weights are
made when the first input, or its shape, is known.
"""

from keras import Model, initializers, saving
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


class _Block(Layer):
    """What both blocks have in common: three convolutions, and what is saved of them."""

    def __init__(self, filters, f, s=1, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        F1, F2, F3 = self.filters = tuple(filters)
        self.f, self.s, self.initializer = f, s, initializer
        self.conv1 = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))
        self.bn1 = BatchNormalization(axis=3)
        self.relu1 = Activation("relu")
        self.conv2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
        self.bn2 = BatchNormalization(axis=3)
        self.relu2 = Activation("relu")
        self.conv3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
        self.bn3 = BatchNormalization(axis=3)
        self.add = Add()
        self.relu3 = Activation("relu")

    def build(self, input_shape):
        """Makes the weights, once the number of input channels is known."""
        shape = input_shape
        for layer in (self.conv1, self.bn1, self.conv2, self.bn2, self.conv3, self.bn3):
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def compute_output_shape(self, input_shape):
        """``(N, H, W, C)`` to ``(N, ⌈H/s⌉, ⌈W/s⌉, F3)``."""
        return (*self.conv1.compute_output_shape(input_shape)[:-1], self.filters[2])

    def main_path(self, X, training=None):
        """What is added to the shortcut: tensor ``(N, H, W, C)`` to ``(N, ⌈H/s⌉, ⌈W/s⌉, F3)``."""
        X = self.relu1(self.bn1(self.conv1(X), training=training))
        X = self.relu2(self.bn2(self.conv2(X), training=training))
        return self.bn3(self.conv3(X), training=training)

    def get_config(self):
        """The arguments that make the same block again, as plain data."""
        initializer = initializers.serialize(initializers.get(self.initializer(seed=0)))
        own = {"filters": list(self.filters), "f": self.f, "initializer": initializer}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config):
        """Makes a block from what `get_config` gave."""
        return cls(**{**config, "initializer": _initializer_from(config)})


def _initializer_from(config):
    """The callable that takes a seed, of the class of the initializer that was saved."""
    return type(initializers.deserialize(config["initializer"]))


@saving.register_keras_serializable("resnet_lesson")
class IdentityBlock(_Block):
    """The three-layer residual block whose output has the shape of its input.

    Arguments:
        filters: three integers ``[F1, F2, F3]``, the number of filters of each convolution.
        f: integer, height and width of the middle convolution's window, in pixels.
        initializer: callable, ``initializer(seed=0)`` gives the initializer of each kernel.

    Call arguments:
        X: tensor ``(N, H, W, F3)``.
        training: True normalises by the batch's own statistics, False by the moving ones; None
            leaves the choice to the model that the block is part of.

    Returns of a call:
        Tensor ``(N, H, W, F3)``.

    Source: He et al. (2015), figure 5 (right) and table 1.
    """

    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(filters, f, initializer=initializer, **kwargs)

    def call(self, X, training=None):
        """ReLU(main path + X)."""
        return self.relu3(self.add([self.main_path(X, training), X]))


@saving.register_keras_serializable("resnet_lesson")
class ConvolutionalBlock(_Block):
    """The residual block that changes shape: a strided 1×1 convolution projects the shortcut.

    Arguments:
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
        super().__init__(filters, f, s, initializer, **kwargs)
        F3 = self.filters[2]
        self.shortcut_conv = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))
        self.shortcut_bn = BatchNormalization(axis=3)

    def build(self, input_shape):
        """Makes the weights, once the number of input channels is known."""
        self.shortcut_conv.build(input_shape)
        self.shortcut_bn.build(self.shortcut_conv.compute_output_shape(input_shape))
        super().build(input_shape)

    def call(self, X, training=None):
        """ReLU(main path + projected X)."""
        shortcut = self.shortcut_bn(self.shortcut_conv(X), training=training)
        return self.relu3(self.add([self.main_path(X, training), shortcut]))

    def get_config(self):
        """The arguments that make the same block again, as plain data."""
        return {**super().get_config(), "s": self.s}


@saving.register_keras_serializable("resnet_lesson")
class ResNet50Model(Model):
    """ResNet-50 for small images, see `resnet_lesson.networks.ResNet50`, as a subclass of Model.

    Arguments:
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
        self.classes, self.initializer = classes, initializer
        self.stem_pad = ZeroPadding2D(3)
        self.stem_conv = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))
        self.stem_bn = BatchNormalization(axis=3)
        self.stem_relu = Activation("relu")
        self.stem_pool = MaxPooling2D(3, strides=2)
        self.blocks = []
        for filters, s, count in RESNET50_STAGES:
            self.blocks.append(ConvolutionalBlock(filters, 3, s, initializer))
            self.blocks += [IdentityBlock(filters, 3, initializer) for _ in range(count - 1)]
        self.head_pool = AveragePooling2D(2)
        self.head_flatten = Flatten()
        self.head_dense = Dense(
            classes, activation="softmax", kernel_initializer=initializer(seed=0)
        )

    def build(self, input_shape):
        """Makes the weights for images of this shape, ``(N, H, W, C)``."""
        shape = input_shape
        stem = [self.stem_pad, self.stem_conv, self.stem_bn, self.stem_pool]
        for layer in [*stem, *self.blocks, self.head_pool, self.head_flatten, self.head_dense]:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, X, training=None):
        """Images to class probabilities."""
        X = self.stem_bn(self.stem_conv(self.stem_pad(X)), training=training)
        X = self.stem_pool(self.stem_relu(X))
        for block in self.blocks:
            X = block(X, training=training)
        return self.head_dense(self.head_flatten(self.head_pool(X)))

    def get_config(self):
        """The arguments that make the same model again, as plain data."""
        initializer = initializers.serialize(initializers.get(self.initializer(seed=0)))
        return {**super().get_config(), "classes": self.classes, "initializer": initializer}

    @classmethod
    def from_config(cls, config):
        """Makes a model from what `get_config` gave."""
        return cls(**{**config, "initializer": _initializer_from(config)})
