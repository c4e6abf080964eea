"""Learning from a few images: which are chosen, what is measured, and that seeds repeat it."""

import keras
import numpy as np
import pytest

from resnet_lesson.training import few_images, few_of_each, learning_curves

LABELS = np.tile(np.arange(3), 12)
# A class is a colour: red, green or blue, more or less bright.
IMAGES = np.zeros((36, 8, 8, 3), "uint8")
IMAGES[np.arange(36), :, :, LABELS] = np.linspace(120, 250, 36)[:, None, None]


def start():
    layers = [keras.Input((8, 8, 3)), keras.layers.GlobalAveragePooling2D()]
    return keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])


@pytest.fixture
def at_length(monkeypatch):
    monkeypatch.delenv("RESNET_LESSON_QUICK", raising=False)


def curves(**options):
    defaults = {"count": 2, "steps": 20, "seeds": (0, 1), "prepare": lambda images: images / 255}
    return learning_curves(start, (IMAGES, LABELS), (IMAGES, LABELS), 0.3, **defaults | options)


def test_each_class_gives_as_many_and_each_seed_others():
    chosen = few_of_each(LABELS, 4, seed=0)
    assert np.bincount(LABELS[chosen]).tolist() == [4, 4, 4]
    assert len(set(chosen)) == 12 and chosen.tolist() == few_of_each(LABELS, 4, seed=0).tolist()
    assert sorted(chosen) != sorted(few_of_each(LABELS, 4, seed=1))


def test_a_class_with_fewer_gives_all():
    assert sorted(few_of_each(np.array([0, 0, 0, 2]), 2, seed=0))[-1] == 3


def test_what_can_be_learned_is_learned_and_measured_every_ten_steps(at_length):
    learned = curves()
    assert learned.shape == (2, 2) and learned[:, -1].min() == 1
    np.testing.assert_array_equal(learned, curves())


def test_only_the_chosen_examples_are_seen_and_prepared_as_asked(at_length, monkeypatch):
    seen = []

    def prepare(images):
        seen.append(images.copy())
        return images / 255

    curves(seeds=(3,), prepare=prepare, moved=False, steps=10)
    trained = [images for images in seen if len(images) == 6]
    expected = IMAGES[few_of_each(LABELS, 2, seed=3)]
    assert len(trained) == 10 and all(np.array_equal(images, expected) for images in trained)
    monkeypatch.setattr(few_images, "augment", lambda images, rng: images[:, ::-1] * 0)
    seen.clear()
    curves(seeds=(3,), prepare=prepare, steps=10)
    assert all(images.max() == 0 for images in seen if len(images) == 6)


def test_all_test_images_are_measured_in_inference_mode(at_length, monkeypatch):
    monkeypatch.setattr(few_images, "_AT_ONCE", 5)

    def guessing():
        network = keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                keras.layers.GlobalAveragePooling2D(),
                keras.layers.Dropout(0.9),
                keras.layers.Dense(3, activation="softmax", kernel_initializer="identity"),
            ]
        )
        network.trainable = False
        return network

    whole = learning_curves(guessing, (IMAGES, LABELS), (IMAGES, LABELS), 0.1, steps=10, seeds=(0,))
    assert whole.tolist() == [[1.0]]
    odd = np.roll(LABELS, 1)[:33]
    none = learning_curves(
        guessing, (IMAGES, LABELS), (IMAGES[:33], odd), 0.1, steps=10, seeds=(0,)
    )
    assert none.tolist() == [[0.0]]


def test_to_be_quick_it_takes_two_steps(monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_QUICK", "1")
    assert curves().shape == (1, 2)
