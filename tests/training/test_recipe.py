"""The recipe: learning rates, momentum, and how images are moved."""

import numpy as np
import pytest
from support.training import tiny_model

from resnet_lesson import training
from resnet_lesson.training import train


def test_the_learning_rate_warms_up_for_one_epoch_and_then_falls_to_nearly_nothing(signs):
    rates = train(tiny_model(), signs, epochs=4, batch_size=8).learning_rate
    assert rates[0] == pytest.approx(training.PEAK_LEARNING_RATE)
    assert list(rates) == sorted(rates, reverse=True) and rates[-1] < rates[0] / 50
    higher = train(tiny_model(), signs, epochs=4, batch_size=8, learning_rate=0.01).learning_rate
    np.testing.assert_allclose(np.array(higher) / 0.01, np.array(rates) / rates[0], rtol=1e-3)


def test_momentum_is_less_where_the_steps_are_few():
    assert training.fitting_momentum(340) == 0.8
    assert training.fitting_momentum(1350) == pytest.approx(0.987, abs=1e-3)
    assert training.fitting_momentum(10**6) == 0.99
    for steps in (1, 3, 20):
        assert training.fitting_momentum(steps) ** steps == pytest.approx(0.01)


class Chosen:
    """Draws the middle of every range, and one of two choices."""

    def __init__(self, choice):
        self.index = choice

    def uniform(self, low, high, size):
        return np.full(size, (low + high) / 2)

    def choice(self, values, size):
        return np.full(size, values[self.index])


def test_augmenting_by_nothing_changes_nothing_and_mirroring_swaps_left_and_right():
    images = np.random.default_rng(0).random((2, 6, 9, 3), "float32")
    np.testing.assert_allclose(training.augment(images, Chosen(1)), images, atol=1e-5)
    np.testing.assert_allclose(training.augment(images, Chosen(0)), images[:, :, ::-1], atol=1e-5)


def test_augmenting_moves_each_image_its_own_way_and_fills_up_with_what_is_at_the_edge():
    images = np.repeat(np.random.default_rng(0).uniform(0.4, 0.6, (1, 16, 16, 3)), 20, axis=0)
    moved = training.augment(images.astype("float32"), np.random.default_rng(1))
    assert moved.shape == images.shape and moved.dtype == "float32"
    assert len(np.unique(moved.reshape(20, -1), axis=0)) == 20
    assert 0.4 <= moved.min() <= moved.max() <= 0.6
