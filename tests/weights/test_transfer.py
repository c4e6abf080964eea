"""`transfer`: what was copied computes the same; what does not fit is named by its place."""

import keras
import numpy as np
import pytest
from keras import Input, Model, layers

from resnet_lesson.blocks import convolutional_block, identity_block
from resnet_lesson.layers import ConvolutionalBlock, IdentityBlock
from resnet_lesson.networks import cifar_resnet
from resnet_lesson.weights import WeightsError, transfer

SHAPE = (8, 8, 6)
IMAGES = np.random.default_rng(0).normal(size=(2, *SHAPE)).astype("float32")


def functional(filters=(4, 4, 6), block=convolutional_block):
    """A block as a functional model, in the mode that the caller chooses."""
    inputs = Input(SHAPE)
    return Model(inputs, block(inputs, 3, list(filters), training=None))


def disturbed(model, seed=1):
    """The model with weights that no two layers have in common."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in model.get_weights()])
    return model


class OlderBlock(Model):
    """A subclass of Model used as a block, its layers in another order, as in older code."""

    def __init__(self):
        super().__init__()
        self.shortcut = layers.Conv2D(6, 1, strides=2)
        self.norms = [layers.BatchNormalization() for _ in range(4)]
        self.third = layers.Conv2D(6, 1)
        self.second = layers.Conv2D(4, 3, padding="same")
        self.first = layers.Conv2D(4, 1, strides=2)

    def call(self, x, training=False):
        main = keras.activations.relu(self.norms[3](self.first(x), training=training))
        main = keras.activations.relu(self.norms[2](self.second(main), training=training))
        main = self.norms[1](self.third(main), training=training)
        return keras.activations.relu(main + self.norms[0](self.shortcut(x), training=training))


def first_line_of(source, target):
    with pytest.raises(WeightsError) as caught:
        transfer(source, target)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("make", [lambda: ConvolutionalBlock([4, 4, 6], 3), OlderBlock])
def test_a_functional_and_a_subclassed_block_agree_after_a_transfer_both_ways(make):
    source, target, back = disturbed(functional()), make(), functional()
    places = transfer(source, target)
    assert places[:2] == ["main.1.conv", "main.1.bn"] and places[-1] == "shortcut.bn"
    np.testing.assert_allclose(target(IMAGES), source(IMAGES), rtol=1e-6)
    transfer(target, back)
    np.testing.assert_array_equal(back(IMAGES), source(IMAGES))


def test_batch_normalization_takes_its_epsilon_along_into_functions_compiled_before():
    source, target = disturbed(functional()), functional()
    for layer in source.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.epsilon = 0.5
    target.predict(IMAGES, verbose=0)
    transfer(source, target)
    np.testing.assert_allclose(target.predict(IMAGES, verbose=0), source(IMAGES), rtol=1e-5)


def test_a_network_is_copied_stage_by_stage():
    source, target = disturbed(cifar_resnet(20)), cifar_resnet(20)
    places = transfer(source, target)
    assert "stage3.block2.main.2.bn" in places and places[-1] == "head.dense"
    for one, other in zip(source.get_weights(), target.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_differs_is_named_by_its_place_and_nothing_is_copied():
    source, target = disturbed(functional()), functional((5, 4, 6))
    before = target.get_weights()
    line = first_line_of(source, target)
    assert line.startswith("main.1.conv: ") and "(1, 1, 6, 4)" in line and "(1, 1, 6, 5)" in line
    for old, new in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_another_kind_of_layer_and_a_layer_too_few_are_named():
    dense = keras.Sequential([Input(SHAPE), layers.Conv2D(4, 3), layers.Dense(2)])
    conv = keras.Sequential([Input(SHAPE), layers.Conv2D(4, 3), layers.Conv2D(2, 1)])
    assert "has a Conv2D there" in first_line_of(dense, conv)
    line = first_line_of(functional(), functional(block=identity_block))
    assert line.startswith("shortcut.conv: ") and "no layer left" in line
    assert "(7, 7, 3" not in first_line_of(cifar_resnet(20), cifar_resnet(26))


def test_a_target_that_shares_what_the_source_does_not_is_refused():
    inputs, shared = Input(SHAPE), layers.Conv2D(6, 1)
    twice = Model(inputs, shared(shared(inputs)))
    apart = keras.Sequential([Input(SHAPE), layers.Conv2D(6, 1), layers.Conv2D(6, 1)])
    assert "uses the layer of" in first_line_of(apart, twice)
    transfer(twice, apart)
    np.testing.assert_allclose(apart(IMAGES), twice(IMAGES), rtol=1e-6)


def test_without_an_input_shape_and_with_two_inputs_the_line_says_so():
    new = IdentityBlock([4, 4, 6], 3)
    assert "call one of them" in first_line_of(new, IdentityBlock([4, 4, 6], 3))
    inputs = Input(SHAPE), Input(SHAPE)
    two = Model(inputs, layers.Dense(1)(layers.Add()(inputs)))
    assert "one input" in first_line_of(two, two)
