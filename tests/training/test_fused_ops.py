"""What stands in for Keras's layers and Adam in training computes what they compute."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from resnet_lesson.training import fused_ops


def outputs_and_gradients(layer, call, images):
    """The outputs of a layer, and the gradients of a weighted sum of them."""
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = call(images)
        weights = np.random.default_rng(2).standard_normal(outputs.shape).astype("float32")
        total = tf.reduce_sum(outputs * weights)
    variables = [weight.value for weight in layer.trainable_weights]
    return [outputs, *tape.gradient(total, [images, *variables])]


@pytest.mark.parametrize(
    ("settings", "size", "stands_in"),
    [
        ({"kernel_size": 1}, 7, True),
        ({"kernel_size": 1, "activation": "relu", "use_bias": False}, 3, True),
        ({"kernel_size": 1, "strides": 2}, 7, True),
        ({"kernel_size": 1, "strides": 2, "padding": "same"}, 6, True),
        ({"kernel_size": 1, "strides": 3, "padding": "same"}, 5, True),
        ({"kernel_size": 3, "padding": "same"}, 3, True),
        ({"kernel_size": 3, "padding": "same", "activation": "relu"}, 2, True),
        ({"kernel_size": 5, "padding": "same", "use_bias": False}, 1, True),
        ({"kernel_size": 3, "padding": "same"}, 9, False),
        ({"kernel_size": 2, "padding": "same"}, 2, False),
        ({"kernel_size": (1, 3), "padding": "same"}, 2, False),
        ({"kernel_size": 3, "padding": "valid"}, 3, False),
        ({"kernel_size": 3, "padding": "same", "strides": 2}, 3, False),
    ],
)
def test_a_convolution_by_products_of_matrices_is_the_convolution(settings, size, stands_in):
    layer = layers.Conv2D(4, bias_initializer="glorot_uniform", **settings)
    images = np.random.default_rng(1).standard_normal((2, size, size, 6)).astype("float32")
    layer.build(images.shape)
    call = fused_ops.fast_call(layer, on_processor=True)
    assert (fused_ops._product_for(layer, tf.constant(images)) is not None) is stands_in
    want = outputs_and_gradients(layer, layer, images)
    for have, expected in zip(outputs_and_gradients(layer, call, images), want, strict=True):
        np.testing.assert_allclose(have, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(4, 1, groups=2),
        layers.Conv2D(4, 3, dilation_rate=2),
        layers.Conv2D(4, 1, strides=(1, 2)),
        layers.Conv2D(4, 1, data_format="channels_first"),
        layers.DepthwiseConv2D(3),
        layers.BatchNormalization(scale=False),
        layers.BatchNormalization(center=False),
        layers.BatchNormalization(synchronized=True),
        layers.LayerNormalization(),
    ],
)
def test_nothing_stands_in_for_other_layers(layer):
    assert fused_ops.fast_call(layer, on_processor=True) is None


def test_a_graphics_card_keeps_its_own_convolutions():
    assert fused_ops.fast_call(layers.Conv2D(4, 1), on_processor=False) is None
    assert fused_ops.fast_call(layers.BatchNormalization(), on_processor=False)


@pytest.mark.parametrize("settings", [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}])
def test_the_update_is_adams(settings):
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    start, *gradients = np.random.default_rng(3).standard_normal((6, 5, 2)).astype("float32")
    results = []
    for stands_in in (True, False):
        variable = keras.Variable(start)
        optimizer = keras.optimizers.Adam(rate, clipnorm=1.0, **settings)
        optimizer.build([variable])
        if stands_in:
            object.__setattr__(optimizer, "update_step", fused_ops.fast_update(optimizer))
        for gradient in gradients:
            optimizer.apply([tf.constant(gradient)], [variable])
        results.append([variable.numpy(), *(v.numpy() for v in optimizer.variables)])
    for have, want in zip(*results, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "optimizer", [None, keras.optimizers.SGD(), keras.optimizers.Adam(amsgrad=True)]
)
def test_other_optimizers_keep_their_update(optimizer):
    assert fused_ops.fast_update(optimizer) is None


def test_a_bias_is_idle_only_where_batch_normalization_takes_it_away():
    frozen = layers.BatchNormalization(trainable=False)
    own = {
        "none": {"use_bias": False},
        "activation": {"activation": "relu"},
        "bias in the loss": {"bias_regularizer": "l2"},
        "output in the loss": {"activity_regularizer": "l2"},
        "channels first": {"data_format": "channels_first"},
    }
    names = ("idle", "twice", "relu", "inference", "frozen", "axis", "end", "both", *own)
    X = inputs = keras.Input((3, 3, 3))
    ends = {}
    for name in names:
        ends[name] = layers.Conv2D(3, 1, name=name.replace(" ", "_"), **own.get(name, {}))(X)
        after = layers.ReLU() if name == "relu" else layers.BatchNormalization()
        after = {"frozen": frozen, "axis": layers.BatchNormalization(axis=1)}.get(name, after)
        X = after(ends[name], training=False) if name == "inference" else after(ends[name])
    X = X + layers.BatchNormalization()(ends["twice"]) + layers.ReLU()(ends["both"])
    idle = fused_ops.idle_biases(keras.Model(inputs, [X, ends["end"]]))
    assert [bias.path.split("/")[0] for bias in idle] == ["idle", "twice"]


def test_no_bias_is_idle_in_a_model_that_does_not_know_its_graph():
    class Subclass(keras.Model):
        pass

    assert fused_ops.idle_biases(Subclass()) == []
