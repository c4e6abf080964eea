"""A network of one's own is held against its goals, with the weights that were handed in."""

from functools import cache

import numpy as np
import pytest
from keras import Input, Model, Sequential, layers
from support.paths import SOLUTIONS

from resnet_lesson.blocks import bottleneck_projection_block, residual_block
from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.by_kind import judged
from resnet_lesson.grading.judge.hidden_images import hidden_images
from resnet_lesson.grading.observe.observe import Material, observe
from resnet_lesson.grading.report.report import report

EXERCISE = all_exercises()["capstone"]
WEIGHTS = SOLUTIONS / EXERCISE.weights_file
FEW = np.zeros((8, 64, 64, 3), np.uint8)


def network(body, width=16, **norm):
    def capstone(input_shape=(64, 64, 3), classes=6):
        inputs = Input(input_shape)
        x = layers.Conv2D(width, 3, strides=4, padding="same")(inputs)
        x = layers.BatchNormalization()(x, **norm)
        x = layers.GlobalAveragePooling2D()(body(layers.Activation("relu")(x)))
        return Model(inputs, layers.Dense(classes, activation="softmax")(x))

    return capstone


def own_block(n_filters, x, s=1):
    """A right block in a form that the lesson does not have: group normalisation, ELU."""
    shortcut = layers.Conv2D(n_filters, 1, strides=s)(x) if s > 1 else x
    for stride in (s, 1):
        x = layers.Conv2D(n_filters, 3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.Activation("elu")(layers.GroupNormalization(4)(x))
    return x + shortcut


def of_own_blocks(x):
    return own_block(32, own_block(32, own_block(32, x, s=2)))


def of_bottlenecks(x):
    for n_filters in (8, 16, 32):
        x = bottleneck_projection_block(n_filters, x)
    return x


def plain(x):
    for _ in range(6):
        x = layers.Activation("relu")(layers.Conv2D(16, 3, padding="same")(x))
    return x


def three_blocks(x):
    return residual_block(16, residual_block(16, residual_block(16, x)))


RIGHT = [network(of_own_blocks), network(of_bottlenecks)]
WRONG = {
    "residual_blocks": network(lambda x: bottleneck_projection_block(8, x)),
    "projection": network(three_blocks),
    "fixed_mode": network(of_bottlenecks, training=True),
    "parameters": network(lambda x: of_bottlenecks(layers.Conv2D(512, 3)(x)), width=256),
    "wrong_type": lambda input_shape=(64, 64, 3), classes=6: None,
}


@cache
def reference(seed):
    material = Material(hidden_images(seed)[0] if seed else FEW)
    return observe(EXERCISE.load_reference(), EXERCISE, seed, material)


def found(function, weights=b"", seed=0):
    images = hidden_images(seed)[0] if seed else FEW
    observed = observe(function, EXERCISE, seed, Material(images, weights))
    result = report(EXERCISE, judged(EXERCISE, observed, reference(seed), seed))
    return result, [finding.what for finding in result.findings]


def test_the_weights_that_ship_reach_the_goal_on_hands_that_nobody_has_seen():
    result, findings = found(EXERCISE.load_reference(), WEIGHTS.read_bytes(), seed=99)
    assert result.passed and findings == []


def test_untrained_weights_miss_it(tmp_path):
    network = EXERCISE.load_reference()()
    network.save_weights(tmp_path / EXERCISE.weights_file)
    weights = (tmp_path / EXERCISE.weights_file).read_bytes()
    assert found(EXERCISE.load_reference(), weights, seed=99)[1] == ["accuracy"]


@pytest.mark.parametrize("function", RIGHT, ids=["own blocks", "bottlenecks"])
def test_a_right_network_lacks_nothing_but_weights(function):
    result, findings = found(function)
    assert findings == ["untrained"] and result.points == EXERCISE.points / 2


def test_weights_of_another_network_are_refused():
    assert found(RIGHT[0], WEIGHTS.read_bytes())[1] == ["weights"]
    assert found(RIGHT[0], b"no HDF5 file")[1] == ["weights"]


@pytest.mark.parametrize("what", WRONG)
def test_what_a_network_lacks_is_named_first(what):
    assert found(WRONG[what])[1][0] == what


def test_a_plain_network_gets_few_points_however_well_it_reads():
    result, findings = found(network(plain))
    assert findings == ["residual_blocks", "projection", "untrained"] and result.points <= 4


def test_a_network_without_normalisation_is_told_so():
    def body(inputs):
        shortcut = layers.Conv2D(8, 1)(inputs)
        x = layers.Conv2D(8, 3, padding="same")(inputs) + shortcut
        for _ in range(2):
            x = x + layers.Conv2D(8, 3, padding="same")(x)
        return x

    def capstone(input_shape=(64, 64, 3), classes=6):
        inputs = Input(input_shape)
        head = Sequential([layers.GlobalAveragePooling2D(), layers.Dense(6, activation="softmax")])
        return Model(inputs, head(body(layers.AveragePooling2D(4)(inputs))))

    assert found(capstone)[1] == ["normalisation", "untrained"]
