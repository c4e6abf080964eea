"""The explorer of shapes: what it says of a block is what Keras says."""

import keras
import pytest

from resnet_lesson.blocks import convolutional_block
from resnet_lesson.lab.explorers import explore_shapes
from resnet_lesson.lab.explorers.shapes import convolutions

SETTINGS = [(15, 256, (128, 128, 512), 2), (7, 64, (64, 64, 256), 3), (8, 64, (64, 64, 256), 1)]


@pytest.mark.parametrize("size, channels, filters, s", SETTINGS)
def test_shapes_and_weights_are_those_of_the_block(size, channels, filters, s):
    inputs = keras.Input((size, size, channels))
    block = keras.Model(inputs, convolutional_block(inputs, 3, filters, s=s))
    layers = [layer for layer in block.layers if isinstance(layer, keras.layers.Conv2D)]
    items = convolutions(size, channels, filters, s).values()
    expected = [(layer.output.shape[1:], layer.kernel.numpy().size) for layer in layers]
    assert sorted((item.shape, item.parameters) for item in items) == sorted(expected)


def test_moving_a_control_changes_picture_and_words():
    explorer = explore_shapes()
    first, *_ = boxes = explorer.panel().children
    picture = boxes[-1]
    before = picture.value
    stride = first.children[-1]
    assert "8×8×512, so the two can be added" in before
    stride.value = 1
    assert "15×15×512, so the two can be added" in picture.value
    assert picture.value.partition("</p>")[0] != before.partition("</p>")[0]


def test_every_setting_of_the_controls_can_be_drawn():
    explorer = explore_shapes()
    for control in explorer.controls:
        for value in control.options.values():
            chosen = {c.name: c.value for c in explorer.controls} | {control.name: value}
            assert "can be added" in explorer.draw(**chosen).summary
