"""Gradients through the identity block, against finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from resnet_lesson.blocks import identity_block

STEP = 1e-5


@pytest.fixture
def block():
    """A small identity block in double precision, and the loss of one random batch."""
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # does not follow floatx once a layer has been made
    try:
        inputs = keras.Input((4, 4, 3))
        model = keras.Model(inputs, identity_block(inputs, 3, [2, 2, 3]))
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0.3, 0.5, weight.shape))
    X, direction = tf.constant(rng.normal(size=(2, 2, 4, 4, 3)))
    return model, X, lambda X: tf.reduce_sum(model(X) * direction)


def difference(loss, values, place):
    """(loss(values + step) - loss(values - step)) / (2 · step), the step at one place."""
    step = np.zeros(values.shape)
    step[place] = STEP
    return float(loss(values + step) - loss(values - step)) / (2 * STEP)


def some_places(shape, rng, most=6):
    chosen = rng.permutation(int(np.prod(shape)))[:most]
    return [np.unravel_index(place, shape) for place in chosen]


def test_gradients_of_the_weights_are_those_of_finite_differences(block):
    model, X, loss = block
    with tf.GradientTape() as tape:
        value = loss(X)
    weights = [w for w in model.trainable_weights if "bias" not in w.name]
    gradients = tape.gradient(value, [w.value for w in weights])
    rng = np.random.default_rng(1)
    for weight, gradient in zip(weights, gradients, strict=True):
        values = weight.numpy()

        def moved(values, weight=weight):
            weight.assign(values)
            return loss(X)

        for place in some_places(weight.shape, rng):
            expected = difference(moved, values, place)
            np.testing.assert_allclose(gradient.numpy()[place], expected, rtol=1e-5, atol=1e-7)
        weight.assign(values)
    assert len(weights) == 9
    assert all(np.abs(gradient).max() > 1e-3 for gradient in gradients)


def test_gradient_of_the_input_is_that_of_finite_differences(block):
    _, X, loss = block
    with tf.GradientTape() as tape:
        tape.watch(X)
        value = loss(X)
    gradient = tape.gradient(value, X).numpy()
    for place in some_places(X.shape, np.random.default_rng(2), most=20):
        expected = difference(lambda values: loss(tf.constant(values)), X.numpy(), place)
        np.testing.assert_allclose(gradient[place], expected, rtol=1e-5, atol=1e-7)


def test_a_norm_takes_out_what_a_bias_before_it_adds(block):
    model, X, loss = block
    with tf.GradientTape() as tape:
        value = loss(X)
    biases = [w.value for w in model.trainable_weights if w.name == "bias"]
    assert len(biases) == 3
    for gradient in tape.gradient(value, biases):
        np.testing.assert_allclose(gradient, 0, atol=1e-10)
