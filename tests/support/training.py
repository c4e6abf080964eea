"""A data set and a model that train in a second."""

import keras
import numpy as np
import pytest
from keras import layers

from resnet_lesson.signs import Signs
from resnet_lesson.training import TrainingError


def signs_of_colours():
    """Seventy images that are one colour each, with a little noise; the colour is the class."""
    colours = np.array(
        [[220, 30, 30], [30, 220, 30], [30, 30, 220], [220, 220, 30], [0] * 3, [255] * 3]
    )
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(70) % 6)
    images = colours[labels][:, None, None] + rng.normal(0, 5, (70, 64, 64, 3))
    images = images.clip(0, 255).astype("uint8")
    return Signs(images[:50], labels[:50], images[50:], labels[50:], np.arange(6))


def tiny_model(input_shape=(64, 64, 3), classes=6):
    """One strided convolution with BatchNormalization, its momentum Keras's default."""
    inputs = keras.Input(input_shape)
    X = layers.Conv2D(8, 8, 8, kernel_initializer=keras.initializers.GlorotUniform(0))(inputs)
    X = layers.Activation("relu")(layers.BatchNormalization()(X))
    X = layers.GlobalAveragePooling2D()(X)
    start = keras.initializers.GlorotUniform(0)
    return keras.Model(inputs, layers.Dense(classes, "softmax", kernel_initializer=start)(X))


def norm_of(model):
    return next(x for x in model.layers if isinstance(x, layers.BatchNormalization))


def message_of(call, *arguments, **options):
    """The message of the error that a call raises; it must be one line."""
    with pytest.raises(TrainingError) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value._render_traceback_() == [f"TrainingError: {message}"]
    return message
