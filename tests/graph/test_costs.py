"""Parameters and MACs, counted from the graph: the published tables, and Keras's own count."""

import keras
import pytest
from keras.layers import Activation, Conv2D

from resnet_lesson.blocks import bottleneck_block, residual_block
from resnet_lesson.graph.costs import by_part, costs, model_costs, total
from resnet_lesson.graph.tracing import trace
from resnet_lesson.networks import ResNet34, ResNet50, cifar_resnet, resnet

# Parameters without convolution biases and moving statistics: torchvision's table.
PARAMETERS = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}
# Keras's table, biases and moving statistics included.
ALL_PARAMETERS = {50: 25_636_712, 101: 44_707_176, 152: 60_419_944}
GIGA_MACS = {18: 1.814, 34: 3.664, 50: 4.089, 101: 7.801, 152: 11.514}
GIGA_MACS_STRIDE_IN_1X1 = {50: 3.858, 101: 7.570, 152: 11.282}
CIFAR = {20: 269_722, 56: 853_018, 110: 1_727_962}


@pytest.mark.parametrize(
    "depth",
    [depth if depth < 152 else pytest.param(depth, marks=pytest.mark.slow) for depth in PARAMETERS],
)
def test_the_published_tables_come_out(depth):
    model = resnet(depth, stride_in_3x3=True)
    counted = model_costs(model)
    parameters, macs = total(counted)
    assert parameters == PARAMETERS[depth]
    assert round(macs / 1e9, 3) == GIGA_MACS[depth]
    moving = sum(cost.moving for cost in counted)
    biases = sum(cost.biases for cost in counted) if depth >= 50 else 0
    assert parameters + moving + biases == model.count_params()
    if depth >= 50:
        assert model.count_params() == ALL_PARAMETERS[depth]


@pytest.mark.parametrize("depth", [50, 101, pytest.param(152, marks=pytest.mark.slow)])
def test_the_stride_in_the_first_1x1_costs_fewer_macs_and_as_many_parameters(depth):
    parameters, macs = total(model_costs(resnet(depth)))
    assert parameters == PARAMETERS[depth]
    assert round(macs / 1e9, 3) == GIGA_MACS_STRIDE_IN_1X1[depth]


@pytest.mark.parametrize("depth", [20, 56, pytest.param(110, marks=pytest.mark.slow)])
def test_the_cifar_networks_have_the_published_number_of_parameters(depth):
    model = cifar_resnet(depth)
    counted = model_costs(model)
    assert total(counted)[0] == CIFAR[depth]
    assert CIFAR[depth] + sum(cost.moving for cost in counted) == model.count_params()


def test_the_small_resnet50_counts_as_keras_counts():
    model = ResNet50()
    counted = model_costs(model)
    assert sum(c.parameters + c.biases + c.moving for c in counted) == model.count_params()
    assert round(total(counted)[1] / 1e9, 2) == 0.31  # 224²/64² as many at 224, the odd sizes aside


def test_the_parts_of_a_network_sum_to_the_whole():
    counted = model_costs(ResNet34())
    parts = by_part(counted)
    assert [part.place for part in parts] == ["stem", *(f"stage{n}" for n in (2, 3, 4, 5)), "head"]
    assert [part.shape for part in parts] == [
        (56, 56, 64), (56, 56, 64), (28, 28, 128), (14, 14, 256), (7, 7, 512), (1000,)
    ]  # fmt: skip
    assert total(parts) == total(counted)


def test_a_bottleneck_costs_what_a_residual_block_with_a_quarter_of_the_channels_does():
    narrow = total(costs(trace_block(residual_block, 64, 64), (56, 56, 64)))
    wide = total(costs(trace_block(bottleneck_block, 64, 256), (56, 56, 256)))
    assert narrow == (2 * (9 * 64 * 64 + 2 * 64), 2 * 9 * 64 * 64 * 56 * 56)
    assert wide == (17 * 64 * 64 + 2 * 64 * 6, 17 * 64 * 64 * 56 * 56)


def trace_block(block, n_filters, channels):
    return trace(lambda x: block(n_filters, x), (56, 56, channels))


def test_weights_used_twice_are_counted_once_and_their_macs_twice():
    inputs = keras.Input((5, 4, 6))
    shared = Conv2D(6, 3, padding="same")
    outputs = shared(Activation("relu")(shared(inputs)))
    counted = model_costs(keras.Model(inputs, outputs))
    assert sum(cost.parameters for cost in counted) == 9 * 6 * 6
    assert sum(cost.biases for cost in counted) == 6
    assert [cost.macs for cost in counted if cost.kind == "conv"] == [9 * 6 * 6 * 5 * 4] * 2


def test_groups_divide_the_parameters_and_the_macs():
    inputs = keras.Input((5, 4, 6))
    model = keras.Model(inputs, Conv2D(9, 3, groups=3, padding="same", use_bias=False)(inputs))
    counted = model_costs(model)
    assert total(counted) == (model.count_params(), model.count_params() * 5 * 4)
