"""Whether a picture shows a sign, by what the last layer reads, in networks of any form."""

import sys

import keras
import numpy as np
import pytest

from resnet_lesson.lab import photograph
from resnet_lesson.lab.photograph import certainty
from resnet_lesson.lab.photograph.counterexamples import compose
from resnet_lesson.lab.photograph.recognition import ANSWERED, Recognition, recognition_of


@pytest.fixture(scope="module")
def vectors():
    """Features of signs and of others, whose first ten of forty directions differ a little."""
    rng = np.random.default_rng(0)
    middle = np.where(np.arange(40) < 10, 1.0, 0.0)
    return rng.normal(middle, 1, (900, 40)), rng.normal(0, 1, (900, 40))


def test_signs_are_told_from_others_and_the_stated_share_of_them_is_answered(vectors):
    signs, others = vectors
    recognition = Recognition(signs[:300], others[:300], signs[300:600])
    answered = recognition(signs[600:]) >= 0.5
    assert answered.mean() == pytest.approx(ANSWERED, abs=0.05)
    assert (recognition(others[600:]) >= 0.5).mean() < 0.1


def test_features_that_tell_nothing_apart_refuse_no_more_than_the_stated_share(vectors):
    _, others = vectors
    recognition = Recognition(others[:300], others[300:600], others[600:750])
    assert (recognition(others[750:]) >= 0.5).mean() == pytest.approx(ANSWERED, abs=0.1)


def test_from_each_drawing_a_picture_without_a_sign_is_composed():
    drawings = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 3), dtype="uint8")
    pictures = compose(drawings, np.random.default_rng(2))
    assert pictures.shape == drawings.shape and pictures.dtype == "uint8"
    np.testing.assert_array_equal(  # pieces in another order: the same pixels
        np.sort(pictures[0].reshape(-1, 3), axis=0), np.sort(drawings[0].reshape(-1, 3), axis=0)
    )
    assert all((new != old).any() for new, old in zip(pictures, drawings, strict=True))
    np.testing.assert_array_equal(pictures, compose(drawings, np.random.default_rng(2)))


# ------------------------------------------------------------------------------- of what networks


def dark(layers=keras.layers):
    """Reads the mean brightness of the nine parts of a picture."""
    return [layers.AveragePooling2D(21), layers.Flatten(), layers.Dense(6, "softmax")]


def functional():
    inputs = X = keras.Input((64, 64, 3))
    for layer in dark():
        X = layer(X)
    return keras.Model(inputs, X)


def nested():
    return keras.Sequential([keras.Input((64, 64, 3)), functional()])


def subclassed():
    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.pool, self.flat, self.head = dark()

        def call(self, images):
            return self.head(self.flat(self.pool(images)))

    return Network()


def without_a_dense_layer():
    inputs = keras.Input((64, 64, 3))
    X = keras.layers.Conv2D(6, 1)(inputs)
    return keras.Model(inputs, keras.layers.Softmax()(keras.layers.GlobalAveragePooling2D()(X)))


def with_a_layer_that_is_never_called():
    model = functional()
    unused = keras.layers.Dense(6)
    unused.build((None, 3))
    model.unused = unused
    model.layers[-1].units = 7  # so that no other is found
    return model


@pytest.mark.parametrize("kind", [functional, nested, subclassed])
def test_networks_of_any_form_are_read_and_stay_as_they_are(kind):
    model = kind()
    before = model.predict_on_batch(np.zeros((1, 64, 64, 3), "float32"))
    sign = recognition_of(model, np.ones(240, bool))
    assert 0 <= sign(np.full((64, 64, 3), 200, "uint8")) <= 1
    after = model.predict_on_batch(np.zeros((1, 64, 64, 3), "float32"))
    np.testing.assert_array_equal(before, after)
    assert not [layer for layer in model._flatten_layers() if "call" in vars(layer)]


@pytest.mark.parametrize("kind", [without_a_dense_layer, with_a_layer_that_is_never_called])
def test_a_network_without_such_a_layer_is_done_without(kind):
    assert recognition_of(kind(), np.ones(240, bool)) is None


# ------------------------------------------------------------------------------- what is answered


@pytest.mark.parametrize(
    ("sign", "top", "verdict"),
    [
        (0.9, 0.5, "answers 0. 0: 45 %"),
        (0.9, 0.3, "does not know. 0: 27 %"),
        (0.6, 0.5, "does not know. 0: 30 %"),
        (0.2, 0.98, "does not know. 0: 20 %"),
        (None, 0.5, "does not know. 0: 50 %"),
        (None, 0.7, "answers 0. 0: 70 %"),
    ],
)
def test_a_sure_answer_to_what_is_no_sign_is_none(monkeypatch, sign, top, verdict):
    row = np.array([top] + 5 * [(1 - top) / 5], "float32")

    class Model(keras.Model):
        def predict_on_batch(self, images):
            return np.tile(row, (len(images), 1))

    known = certainty.Certainty(None, row, 1.0, sign and (lambda image: sign))
    asking = sys.modules["resnet_lesson.lab.photograph.ask"]  # its function has its name
    monkeypatch.setattr(asking, "certainty_of", lambda model: known)
    chart = photograph.ask(Model(), photograph.see())
    assert chart.summary.startswith(f"The network {verdict}")
    assert ("no sign: 80 %" in chart.summary) == (sign == 0.2)
    assert ("no sign" in chart.summary) == (sign is not None)


def test_what_was_found_out_serves_until_the_answers_change(monkeypatch):
    found = []
    monkeypatch.setattr(certainty, "recognition_of", lambda *given: found.append(given))
    monkeypatch.setattr(certainty, "_READ", 0)
    model = functional()
    assert certainty.certainty_of(model) is certainty.certainty_of(model) and len(found) == 1
    model.layers[-1].bias.assign([3, 0, 0, 0, 0, 0])
    certainty.certainty_of(model)
    assert len(found) == 2


def test_a_network_that_does_not_read_drawn_signs_is_not_judged_by_them(monkeypatch):
    monkeypatch.setattr(certainty, "recognition_of", lambda *given: pytest.fail("judged"))
    assert certainty.certainty_of(functional()).sign is None
