"""What stands in for Keras's layers and Adam in training computes what they compute."""

from functools import partial

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


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"clipnorm": None},
        {"clipnorm": 0.01},
        {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
    ],
)
@pytest.mark.parametrize("in_a_graph", [True, False])
def test_the_update_is_adams(settings, in_a_graph):
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    rng = np.random.default_rng(3)
    starts, *steps = [
        [rng.standard_normal(shape).astype("float32") for shape in ((5, 2), (3,))] for _ in range(6)
    ]
    steps.append([np.zeros_like(start) for start in starts])  # has no length to be shortened to
    results = []
    for stands_in in (True, False):
        variables = list(map(keras.Variable, starts))
        optimizer = keras.optimizers.Adam(rate, **{"clipnorm": 1.0, **settings})
        optimizer.build(variables)
        update = fused_ops.fast_update(optimizer) if stands_in else optimizer.apply
        step = partial(_step, update, variables)
        step = tf.function(step) if in_a_graph else step
        for gradients in steps:
            step(list(map(tf.constant, gradients)))
        results.append([v.numpy() for v in (*variables, *optimizer.variables)])
    for have, want in zip(*results, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-7)


def _step(update, variables, gradients):
    update(gradients, variables)


def of_another_precision():
    return keras.Variable(np.ones(3), dtype="float64"), tf.ones(3, "float64")


def kept_positive():
    return keras.Variable(np.ones(3), constraint="non_neg"), tf.ones(3)


def sparse():
    return keras.Variable(np.ones(3)), tf.IndexedSlices(tf.ones(1), tf.constant([1]), (3,))


@pytest.mark.parametrize("case", [of_another_precision, kept_positive, sparse])
def test_what_asks_for_more_than_a_step_of_adam_gets_it_from_keras(case):
    results = []
    for stands_in in (True, False):
        (variable, gradient), other = case(), keras.Variable(np.ones(2))
        optimizer = keras.optimizers.Adam(2.0)
        optimizer.build([variable, other])
        apply = fused_ops.fast_update(optimizer) if stands_in else optimizer.apply
        apply([gradient, tf.ones(2)], [variable, other])
        results.append([v.numpy() for v in (variable, other, *optimizer.variables)])
    for have, want in zip(*results, strict=True):
        np.testing.assert_array_equal(have, want)


@pytest.mark.parametrize(
    "optimizer",
    [
        None,
        keras.optimizers.SGD(),
        keras.optimizers.Adam(amsgrad=True),
        keras.optimizers.Adam(global_clipnorm=1.0),
        keras.optimizers.Adam(clipvalue=1.0),
        keras.optimizers.Adam(weight_decay=0.1),
        keras.optimizers.Adam(use_ema=True),
        keras.optimizers.Adam(gradient_accumulation_steps=2),
    ],
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
