"""Right answers to ``ResNet34``, in the forms that people use."""

import keras
from keras import Input, Model, Sequential, layers
from keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)

from answers import right
from answers.own_residual_blocks import GROUPS, body, projection_block, residual_block, stem
from resnet_lesson import blocks


@right("ResNet34")
def with_the_lessons_blocks(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = ZeroPadding2D(3)(inputs)
    x = Conv2D(64, 7, strides=2, use_bias=False)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = ZeroPadding2D(1)(x)
    x = MaxPooling2D(3, strides=2)(x)
    for n_filters, count in GROUPS:
        for _ in range(count):
            fits = x.shape[-1] == n_filters
            block = blocks.residual_block if fits else blocks.projection_block
            x = block(n_filters, x)
    x = GlobalAveragePooling2D()(x)
    outputs = Dense(classes, activation="softmax")(x)
    return Model(inputs, outputs, name="ResNet34")


@right("ResNet34")
def with_blocks_of_its_own(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D()(body(stem(inputs)))
    return Model(inputs, Dense(classes, activation="softmax")(x))


@right("ResNet34")
def written_out_with_padding_same(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(shape=input_shape)
    x = Conv2D(64, (7, 7), strides=(2, 2), padding="same", name="conv1")(inputs)
    x = BatchNormalization(axis=3)(x)
    x = Activation("relu")(x)
    x = MaxPooling2D((3, 3), strides=(2, 2), padding="same")(x)
    x = residual_block(64, x)
    x = residual_block(64, x)
    x = residual_block(64, x)
    x = projection_block(128, x)
    x = residual_block(128, x)
    x = residual_block(128, x)
    x = residual_block(128, x)
    x = projection_block(256, x)
    x = residual_block(256, x)
    x = residual_block(256, x)
    x = residual_block(256, x)
    x = residual_block(256, x)
    x = residual_block(256, x)
    x = projection_block(512, x)
    x = residual_block(512, x)
    x = residual_block(512, x)
    x = GlobalAveragePooling2D()(x)
    x = Dense(classes)(x)
    outputs = Activation("softmax")(x)
    return Model(inputs=inputs, outputs=outputs)


@right("ResNet34")
def pooled_with_kept_axes_and_flattened(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D(keepdims=True)(body(stem(inputs)))
    x = Flatten()(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


class _Unit(layers.Layer):
    """A residual unit by subclassing, as in well-known public code."""

    def __init__(self, filters, strides=1):
        super().__init__()
        self.main_layers = [
            Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
            BatchNormalization(),
            ReLU(),
            Conv2D(filters, 3, padding="same", use_bias=False),
            BatchNormalization(),
        ]
        self.skip_layers = []
        if strides > 1:
            self.skip_layers = [
                Conv2D(filters, 1, strides=strides, padding="same", use_bias=False),
                BatchNormalization(),
            ]

    def call(self, inputs):
        z, skip = inputs, inputs
        for layer in self.main_layers:
            z = layer(z)
        for layer in self.skip_layers:
            skip = layer(skip)
        return keras.activations.relu(z + skip)


@right("ResNet34")
def sequential_with_units_of_its_own(input_shape=(224, 224, 3), classes=1000):
    model = Sequential(
        [
            Input(input_shape),
            Conv2D(64, 7, strides=2, padding="same", use_bias=False),
            BatchNormalization(),
            ReLU(),
            MaxPooling2D(3, strides=2, padding="same"),
        ]
    )
    previous = 64
    for filters in [64] * 3 + [128] * 4 + [256] * 6 + [512] * 3:
        model.add(_Unit(filters, strides=1 if filters == previous else 2))
        previous = filters
    model.add(GlobalAveragePooling2D())
    model.add(Dense(classes, activation="softmax"))
    return model


@right("ResNet34")
def one_block_for_both_cases(input_shape=(224, 224, 3), classes=1000):
    def block(filters, x, strides=1):
        y = ZeroPadding2D(1)(x)
        y = Conv2D(filters, 3, strides=strides, use_bias=False)(y)
        y = ReLU()(BatchNormalization(epsilon=1e-5)(y))
        y = Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = BatchNormalization(epsilon=1e-5)(y)
        if strides != 1 or x.shape[-1] != filters:
            x = Conv2D(filters, 1, strides=strides, use_bias=False)(x)
            x = BatchNormalization(epsilon=1e-5)(x)
        return ReLU()(Add()([y, x]))

    inputs = Input(input_shape)
    x = stem(inputs)
    for group, count in enumerate([3, 4, 6, 3]):
        x = block(64 << group, x, strides=1 + (group > 0))
        for _ in range(count - 1):
            x = block(64 << group, x)
    x = GlobalAveragePooling2D()(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))
