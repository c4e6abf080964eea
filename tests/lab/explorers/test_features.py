"""The explorer of features: the maps are what the network's layers hand on."""

import keras
import numpy as np
import pytest

from resnet_lesson.lab.explorers import explore_features
from resnet_lesson.lab.explorers.features import PARTS, _inside, _sign, picture
from resnet_lesson.layers import ResNet50Model
from resnet_lesson.networks import ResNet50

NAMES = "glorot_uniform"


@pytest.fixture(scope="module")
def network():
    return ResNet50(initializer=lambda seed: NAMES)


def test_the_parts_are_the_outputs_of_stem_and_stages(network):
    image = _sign(2, 64, 64)[np.newaxis]
    (pool,) = (x for x in network.layers if isinstance(x, keras.layers.MaxPooling2D))
    (average,) = (x for x in network.layers if isinstance(x, keras.layers.AveragePooling2D))
    expected = keras.Model(network.inputs[0], [pool.output, average.input])(image)
    features = _inside(network)(image)
    np.testing.assert_array_equal(features[0], expected[0])
    np.testing.assert_array_equal(features[4], expected[1])
    shapes = [tuple(values.shape[1:]) for values in features[1:]]
    assert shapes == [(15, 15, 256), (8, 8, 512), (4, 4, 1024), (2, 2, 2048)]


def test_moving_a_control_changes_picture_and_words(network):
    explorer = explore_features(network)
    controls, shown = explorer.panel().children
    _, part, _ = controls.children
    before = shown.value
    assert "after stage 2, 15×15 pixels each" in before
    part.value = "stage 4"
    assert "after stage 4, 4×4 pixels each" in shown.value
    assert shown.value.partition("</p>")[0] != before.partition("</p>")[0]


def test_the_strongest_channels_are_those_with_the_largest_mean():
    features = np.zeros((4, 4, 20), "float32")
    features[:, :, 17], features[1, 1, 3] = 2, 9
    chart = picture(np.zeros((8, 8, 3)), features, 3, "stage 4", "strongest")
    titles = [axes.get_title("left") for axes in chart.axes]
    assert [t for t in titles if "channel" in t][:2] == ["channel 17", "channel 3"]
    assert "18 channels all zero" in chart.get_suptitle()


def test_a_sign_is_the_same_each_time_and_differs_from_the_others():
    np.testing.assert_array_equal(_sign(3, 64, 64), _sign(3, 64, 64))
    assert not np.array_equal(_sign(3, 64, 64), _sign(4, 64, 64))
    assert _sign(3, 96, 80).shape == (96, 80, 3)
    assert len(PARTS) == 5


@pytest.mark.parametrize(
    "wrong, phrase",
    [
        (ResNet50Model, "ResNet50Model has no graph"),
        (lambda: keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3)]), "stages"),
    ],
    ids=["subclass", "no stages"],
)
def test_a_network_that_cannot_be_looked_into_is_told_in_one_line(wrong, phrase):
    with pytest.raises(ValueError, match=phrase) as error:
        explore_features(wrong())
    assert "\n" not in str(error.value)
