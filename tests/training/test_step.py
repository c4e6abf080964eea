"""What makes a training step quick: the same mathematics, and layers as they were afterwards."""

import keras
import numpy as np
import pytest
from keras import layers

from resnet_lesson.blocks import convolutional_block
from resnet_lesson.keras_internals import layers_within
from resnet_lesson.layers import IdentityBlock
from resnet_lesson.training import step


def block_model(nested=False):
    """A network with BatchNormalization in its own layers or, nested, inside a layer of it."""
    inputs = keras.Input((8, 8, 4))
    if nested:
        X = IdentityBlock([3, 3, 4], 3)(inputs)
    else:
        X = convolutional_block(inputs, 3, [3, 3, 4], s=2, training=None)
    X = layers.Flatten()(X)
    model = keras.Model(inputs, layers.Dense(3, "softmax")(X))
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0.2, 0.3, weight.shape))
    return model


def one_step(model, change, momentum=0.8, precision="float32"):
    """The loss of one step of gradient descent, and all weights after it: (name, value)."""
    rng = np.random.default_rng(1)
    images = rng.standard_normal((16, 8, 8, 4), "float32")
    labels = np.eye(3, dtype="float32")[rng.integers(0, 3, 16)]
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    with change(model, momentum, precision):
        loss, _ = step.training_step(model, lambda x: x)((images,), labels)
    return float(loss), [(weight.name, weight.numpy()) for weight in model.weights]


def only_momentum(model, momentum, _):
    return step.temporary_momentum(model, momentum)


@pytest.mark.parametrize("nested", [False, True], ids=["layers", "a layer of layers"])
def test_a_fused_step_computes_what_kerass_own_layers_compute(nested):
    loss, weights = one_step(block_model(nested), step.prepared)
    own_loss, own_weights = one_step(block_model(nested), only_momentum)
    assert loss == pytest.approx(own_loss, rel=1e-5)
    before = [weight.numpy() for weight in block_model(nested).weights]
    for (name, have), (_, want), old in zip(weights, own_weights, before, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-3, atol=1e-5, err_msg=name)
        if name in ("kernel", "gamma", "moving_mean", "moving_variance"):
            assert not np.allclose(have, old, atol=1e-4), name


def test_a_step_in_bfloat16_is_near_to_one_in_float32_and_keeps_float32_weights():
    loss, weights = one_step(block_model(), step.prepared, precision="mixed_bfloat16")
    full, _ = one_step(block_model(), step.prepared)
    assert loss == pytest.approx(full, rel=0.03) and loss != full
    assert {value.dtype.name for _, value in weights} == {"float32"}


@pytest.mark.parametrize("nested", [False, True], ids=["layers", "a layer of layers"])
def test_the_layers_are_what_they_were_even_after_an_error(nested):
    model = block_model(nested)
    written = model.to_json()
    with pytest.raises(RuntimeError), step.prepared(model, 0.5, "mixed_bfloat16"):
        assert model.to_json() != written
        raise RuntimeError
    assert model.to_json() == written
    assert not any("call" in vars(layer) for layer in layers_within(model))


def test_the_optimizer_is_what_it_was():
    model = block_model()
    model.compile(keras.optimizers.Adam())
    with step.prepared(model, 0.5):
        assert "apply" in vars(model.optimizer)
    assert "apply" not in vars(model.optimizer)


def test_frozen_statistics_stay_in_a_prepared_step():
    model = block_model()
    for layer in model.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    _, weights = one_step(model, step.prepared)
    assert [np.all(v == 0) for name, v in weights if name == "moving_mean"] == [True] * 4
