"""What a training refuses in one line, and what it takes in many forms."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support.training import message_of, signs_of_colours, tiny_model

from resnet_lesson.signs import Signs
from resnet_lesson.training import train


@pytest.mark.parametrize("option", ["epochs", "batch_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, "3", None, True])
def test_a_count_that_is_none_is_refused(signs, option, value):
    message = message_of(train, tiny_model(), signs, **{option: value})
    assert option in message and repr(value) in message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("seed", -1),
        ("seed", None),
        ("seed", 0.5),
        ("target", 97),
        ("target", "0.9"),
        ("target", -1),
        ("learning_rate", 0),
        ("learning_rate", "0.1"),
        ("learning_rate", float("nan")),
    ],
)
def test_a_seed_or_target_that_is_none_is_refused_before_the_training(signs, option, value):
    message = message_of(train, tiny_model(), signs, **{option: value})
    assert f"{option} is {value!r}; give a" in message


@pytest.mark.parametrize(
    ("shape", "classes", "phrase"),
    [
        ((32, 32, 3), 6, "takes (32, 32, 3)"),
        ((64, 64, 1), 6, "takes (64, 64, 1)"),
        ((64, 64, 3), 10, "gives (10,)"),
    ],
)
def test_a_model_that_does_not_fit_the_data_is_refused(signs, shape, classes, phrase):
    message = message_of(train, tiny_model(shape, classes), signs, epochs=1)
    assert phrase in message and "input_shape=(64, 64, 3) and classes=6" in message


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (lambda inputs, X: {"sign": X}, "gives a dict of 1"),
        (lambda inputs, X: [X, X], "gives"),
        (lambda inputs, X: X - 3, "gives numbers from -"),
    ],
)
def test_a_model_that_gives_no_probabilities_is_refused(signs, change, phrase):
    tiny = tiny_model()
    model = keras.Model(tiny.inputs, change(tiny.inputs, tiny.outputs[0]))
    assert phrase in message_of(train, model, signs, epochs=1)


@pytest.mark.parametrize(
    ("model", "signs", "phrase"),
    [
        ("ResNet50", None, "the model is a str"),
        (keras.Model, None, "the model is a type"),
        (None, "datasets", "signs is a str"),
        (None, {"train_images": np.zeros((50, 64, 64, 3))}, "train_images is float64"),
        (None, {"train_labels": np.zeros(20, int)}, "for 20 labels"),
        (None, {"test_images": np.zeros((0, 64, 64, 3), "uint8"), "test_labels": []}, "for 0"),
    ],
)
def test_what_is_no_model_and_what_are_no_signs_is_refused(model, signs, phrase):
    if not isinstance(signs, str):
        signs = signs_of_colours()._replace(**signs or {})
    assert phrase in message_of(train, model or tiny_model(), signs, epochs=1)


def test_lists_and_tensors_serve_as_signs(signs):
    train_images, *others, classes = signs
    converted = Signs(tf.constant(train_images), *(array.tolist() for array in others), classes)
    converted = converted._replace(test_images=signs.test_images)
    assert (
        train(tiny_model(), converted, epochs=1).loss == train(tiny_model(), signs, epochs=1).loss
    )


@pytest.mark.parametrize("kind", ["float64", "bfloat16"])
def test_layers_of_any_precision_are_trained(signs, kind):
    inputs = keras.Input((64, 64, 3))
    X = layers.BatchNormalization(dtype=kind)(layers.Conv2D(8, 8, 8, dtype=kind)(inputs))
    X = layers.GlobalAveragePooling2D()(X)
    model = keras.Model(inputs, layers.Dense(6, "softmax")(X))
    assert np.isfinite(train(model, signs, epochs=1).loss[0])


def test_a_model_for_any_size_fits(signs):
    train(tiny_model((None, None, 3)), signs, epochs=1)


def test_an_unknown_precision_is_refused(signs):
    message = message_of(train, tiny_model(), signs, precision="float8")
    assert "'float8'" in message and "mixed_bfloat16" in message
