"""The ImageNet and CIFAR families against the libraries that everybody trusts.

ResNet-50, 101 and 152 are held against `keras.applications`. ResNet-34, which it lacks, is held
against what torchvision gave for the same weights (tests/support/record_resnet34.py records it).
"""

from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from keras.layers import BatchNormalization, Conv2D, Dense
from support import resnet34_weights

from resnet_lesson.graph.costs import by_part, model_costs
from resnet_lesson.graph.operations import operations, with_places
from resnet_lesson.graph.tracing import Trace, trace_model
from resnet_lesson.networks import GROUPS, ResNet34, cifar_resnet, resnet

FIXTURE = Path(__file__).parent / "fixtures" / "resnet34_torchvision.npz"
IN_KERAS = {
    50: keras.applications.ResNet50,
    101: keras.applications.ResNet101,
    152: keras.applications.ResNet152,
}
bottleneck_depths = pytest.mark.parametrize(
    "depth",
    [50, pytest.param(101, marks=pytest.mark.slow), pytest.param(152, marks=pytest.mark.slow)],
)


@cache
def pair(depth):
    """The lesson's network and that of `keras.applications`, for small images and few classes."""
    theirs = IN_KERAS[depth](weights=None, input_shape=(64, 64, 3), classes=10)
    return resnet(depth, (64, 64, 3), 10), theirs


def layers_by_place(model):
    """The layers with weights by their place in the graph, such as ``stem.conv``."""
    followed = Trace(model.outputs[0], model.inputs[0])
    ops = operations(with_places(followed.series))
    return {op.place: followed.steps[op.node].operation for op in ops if op.layer >= 0}


def set_epsilon(model, epsilon):
    for layer in model.layers:
        if isinstance(layer, BatchNormalization):
            layer.epsilon = epsilon


def make_every_weight_count(model):
    """Gives each weight values of its own, so that none is where a new layer has it."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        values = rng.standard_normal(weight.shape)
        if weight.name in ("gamma", "moving_variance"):
            values = 0.6 + 0.3 * np.tanh(values)
        elif weight.name == "kernel":
            values /= np.sqrt(np.prod(weight.shape[:-1]))
        weight.assign(values)


def described(model):
    """Place, kind, shape and settings of every operation, initializers left out."""
    return [
        (op.place, op.kind, op.shape, {k: v for k, v in op.attrs.items() if k != "initializer"})
        for op in operations(trace_model(model))
    ]


def test_resnet34_written_out_is_the_34_layers_of_the_family():
    assert described(ResNet34((65, 97, 1), 7)) == described(resnet(34, (65, 97, 1), 7))


@bottleneck_depths
def test_the_network_is_layer_for_layer_that_of_keras(depth):
    ours, theirs = pair(depth)
    assert described(ours) == described(theirs)
    assert sum(c.kind in ("conv", "dense") for c in model_costs(ours)) == depth + len(GROUPS[depth])


@bottleneck_depths
def test_with_the_same_weights_the_network_gives_what_that_of_keras_gives(depth):
    ours, theirs = pair(depth)
    set_epsilon(ours, 1.001e-5)
    make_every_weight_count(theirs)
    taken = layers_by_place(theirs)
    for place, layer in layers_by_place(ours).items():
        layer.set_weights(taken[place].get_weights())
    images = np.random.default_rng(1).standard_normal((2, 64, 64, 3)).astype("float32")
    expected = np.asarray(theirs(images, training=False))
    assert 0.05 < expected.std() < 0.4  # neither all alike nor saturated
    np.testing.assert_allclose(ours(images, training=False), expected, atol=1e-5)


def with_known_weights(model):
    """Gives our ResNet-34 the weights by formula that the recorded one had."""
    set_epsilon(model, 1e-5)
    norms = {id(la.input): la for la in model.layers if isinstance(la, BatchNormalization)}
    numbers = {}
    for conv in (layer for layer in model.layers if isinstance(layer, Conv2D)):
        side, _, channels, filters = conv.kernel.shape
        number = numbers[side] = numbers.get(side, -1) + 1
        conv.set_weights([resnet34_weights.convolution(side, number, channels, filters)])
        norm = norms[id(conv.output)]
        norm.set_weights(resnet34_weights.normalisation(side, number, filters))
    (dense,) = (layer for layer in model.layers if isinstance(layer, Dense))
    dense.set_weights(resnet34_weights.classifier(*dense.kernel.shape))
    dense.activation = keras.activations.linear  # the logits were recorded
    return model


@pytest.mark.parametrize("name", resnet34_weights.SHAPES)
def test_resnet34_gives_what_torchvision_gives_with_the_same_weights(name):
    shape = resnet34_weights.SHAPES[name]
    model = with_known_weights(ResNet34((*shape[1:], 3)))
    with np.load(FIXTURE) as recorded:
        expected = recorded[name]
    logits = model(resnet34_weights.images(*shape), training=False)
    np.testing.assert_allclose(logits, expected, atol=1e-4)


@pytest.mark.parametrize("depth", [18, 34, 50])
def test_the_parts_hand_on_the_published_shapes(depth):
    wide = 4 if depth >= 50 else 1
    counted = model_costs(resnet(depth))
    assert next(cost.shape for cost in counted if cost.kind == "conv") == (112, 112, 64)
    stages = [(56 // 2**n, 56 // 2**n, 64 * 2**n * wide) for n in range(4)]
    assert [part.shape for part in by_part(counted)] == [(56, 56, 64), *stages, (1000,)]


def test_a_depth_that_the_paper_does_not_have_is_named_with_those_that_it_has():
    with pytest.raises(ValueError, match=r"35.*18, 34, 50, 101 or 152"):
        resnet(35)
    with pytest.raises(ValueError, match=r"21.*6n"):
        cifar_resnet(21)
