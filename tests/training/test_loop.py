"""Training on a tiny stand-in for the signs: what it learns, what it leaves alone, what it says."""

import io
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support.paths import REAL_SIGNS
from support.schemas import assert_fits
from support.training import message_of, norm_of, tiny_model

from resnet_lesson import keras_internals, training
from resnet_lesson.networks import ResNet50
from resnet_lesson.signs import Signs, SignsError, load_signs, normalise, one_hot
from resnet_lesson.signs.schema import NO_SIGN
from resnet_lesson.training import display, loop, step, train


def test_a_model_learns_and_is_measured_in_inference_mode_after_every_epoch(signs):
    model = tiny_model()
    history = train(model, signs, epochs=80, batch_size=8)
    predicted = model.predict(normalise(signs.test_images), verbose=0).argmax(axis=1)
    assert history.test_accuracy[-1] == np.mean(predicted == signs.test_labels) == 1
    assert history.loss[-1] < history.loss[0]
    assert {len(numbers) for numbers in list(vars(history).values())[:5]} == {80}
    assert history.images_per_second > 0


@pytest.mark.parametrize("inside", [False, True], ids=["own layer", "layer of a layer"])
def test_a_models_own_momentum_is_back_after_the_training(signs, inside):
    model = tiny_model()
    if inside:
        model = keras.Sequential([keras.Input((64, 64, 3)), model])
    norm = norm_of(model.layers[0] if inside else model)
    norm.momentum = 0.97
    train(model, signs, epochs=1, batch_size=8)
    assert norm.momentum == 0.97
    assert abs(norm.moving_variance - 1).numpy().min() > 0.5  # six steps at 0.97 move it by 0.17


def test_a_step_after_the_training_follows_the_models_own_momentum(signs):
    model = tiny_model()
    train(model, signs, epochs=1, batch_size=8)
    norm = norm_of(model)
    norm.moving_mean.assign(np.full(8, 1000.0))
    model.train_on_batch(normalise(signs.train_images[:8]), one_hot(signs.train_labels[:8]))
    np.testing.assert_allclose(norm.moving_mean, 990, atol=1)


def test_one_seed_gives_one_training_and_another_seed_another(signs):
    first, again, other = (
        train(tiny_model(), signs, epochs=2, batch_size=8, seed=seed).loss for seed in (1, 1, 2)
    )
    np.testing.assert_allclose(first, again, rtol=1e-5)
    assert not np.allclose(first, other, rtol=1e-3)


class Further(Signs):
    """Signs that bring one batch more for every epoch, of which the model sees the brightness."""

    further_count = 8

    def further(self, epoch):
        return np.full((8, 64, 64, 3), epoch + 1, "uint8"), np.full(8, NO_SIGN)


def test_an_epoch_takes_further_images_besides_and_learns_nothing_certain_of_no_sign(
    signs, monkeypatch
):
    targets = loop._targets(np.array([2, NO_SIGN]), 4)
    np.testing.assert_allclose(targets, [[0, 0, 1, 0], [0.25] * 4])
    further = Further(*signs)
    for epoch in (0, 1):
        images, labels = loop._images_of(further, epoch)
        assert len(images) == len(labels) == len(signs.train_labels) + 8
        assert (images[-8:] == epoch + 1).all() and (labels[-8:] == NO_SIGN).all()
    steps = []
    monkeypatch.setattr(display.QuietDisplay, "step", lambda self, loss: steps.append(loss))
    train(tiny_model(), further, epochs=2, batch_size=8)
    assert len(steps) == 2 * (len(signs.train_labels) + 8) // 8


def test_nothing_is_drawn_from_the_global_random_state(signs):
    def draws():
        return random.random(), np.random.random(), float(tf.random.uniform(()))

    model = tiny_model()
    keras.utils.set_random_seed(3)
    expected = draws()
    keras.utils.set_random_seed(3)
    train(model, signs, epochs=1, batch_size=8)
    assert draws() == expected


def test_answers_do_not_depend_on_how_images_are_put_into_batches(signs):
    model = tiny_model()
    train(model, signs, epochs=1, batch_size=8)
    one_by_one = [training.probabilities(model, signs.test_images[i : i + 1], 1) for i in range(20)]
    answers = training.probabilities(model, signs.test_images, batch_size=8)
    np.testing.assert_allclose(answers, np.concatenate(one_by_one), atol=1e-5)


def test_a_loss_that_is_no_number_stops_the_training_and_leaves_the_momentum(signs):
    model = tiny_model()
    norm_of(model).gamma.assign(np.full(8, np.nan))
    assert "loss became nan at step 1" in message_of(train, model, signs, epochs=1)
    assert norm_of(model).momentum == 0.99


def rates(monkeypatch):
    """Lets a training of one epoch go by the learning rates of the first of two."""
    compile_for = loop.compile_for
    monkeypatch.setattr(loop, "compile_for", lambda model, steps, *_: compile_for(model, steps, 2))


def test_when_the_loss_is_lost_the_weights_of_the_last_good_epoch_are_back(signs, monkeypatch):
    model = tiny_model()
    steps = iter(range(100))
    make = step.training_step

    def spoilt(*arguments):
        compiled = make(*arguments)

        def call(inputs, labels):
            loss, share = compiled(inputs, labels)
            if next(steps) == 8:  # in the second epoch of six steps
                norm_of(model).gamma.assign(np.full(8, np.nan))
                return np.nan, share
            return loss, share

        call.get_concrete_function = compiled.get_concrete_function
        return call

    monkeypatch.setattr(step, "training_step", spoilt)
    message = message_of(train, model, signs, epochs=2, batch_size=8, precision="float32")
    assert "at step 9" in message and "before this epoch" in message
    monkeypatch.undo()
    alone = tiny_model()
    monkeypatch.setattr(loop, "fitting_momentum", lambda steps: 0.01 ** (1 / 12))
    rates(monkeypatch)
    train(alone, signs, epochs=1, batch_size=8, precision="float32")
    for weight, expected in zip(model.weights, alone.weights, strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-6)


def test_weights_that_the_last_step_of_an_epoch_spoils_are_lost_too(signs, tmp_path):
    class Edge(layers.Layer):
        """Zero, its gradient infinite: the loss is a number, what is learned from it is none."""

        def call(self, X):
            return X + keras.ops.sqrt(X - X)

    inputs = keras.Input((64, 64, 3))
    X = layers.GlobalAveragePooling2D()(Edge()(layers.Conv2D(8, 8, 8)(inputs)))
    model = keras.Model(inputs, layers.Dense(6, "softmax")(X))
    before = model.get_weights()
    file = tmp_path / "signs.h5"
    message = message_of(train, model, signs, epochs=1, batch_size=50, checkpoint=file)
    assert "weights became infinite or no numbers at step 1" in message and not file.exists()
    for weight, good in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, good)


def test_a_training_ends_once_it_reaches_its_target(signs):
    history = train(tiny_model(), signs, epochs=80, batch_size=8, target=0.5)
    assert len(history.loss) < 80
    assert history.test_accuracy[-1] >= 0.5 > max(history.test_accuracy[:-1], default=0)


def test_a_model_that_cannot_compute_in_bfloat16_is_trained_in_float32(signs):
    class Strict(layers.Layer):
        def call(self, X):
            return tf.linalg.matmul(X, tf.eye(8, dtype="float32"))

    inputs = keras.Input((64, 64, 3))
    X = Strict()(layers.BatchNormalization()(layers.Conv2D(8, 8, 8)(inputs)))
    X = layers.GlobalAveragePooling2D()(X)
    model = keras.Model(inputs, layers.Dense(6, "softmax")(X))
    history = train(model, signs, epochs=1, batch_size=8, precision="mixed_bfloat16")
    assert history.precision == "float32" and np.isfinite(history.loss[0])


@pytest.mark.parametrize("name", ["_flatten_layers", "_momentums", "_inbound_nodes"])
def test_where_keras_lacks_a_private_name_training_goes_on_with_plain_steps(
    signs, name, monkeypatch, capfd
):
    private = keras_internals._private

    def lacking(owner, wanted):
        return private(owner, f"{wanted}_of_another_release" if wanted == name else wanted)

    monkeypatch.setattr(keras_internals, "_private", lacking)
    step._notice_once.cache_clear()
    nested = keras.Sequential([keras.Input((64, 64, 3)), tiny_model()])
    plain = [train(model, signs, epochs=2, batch_size=8) for model in (nested, tiny_model())]
    notice = capfd.readouterr().err
    assert notice.count("\n") == 1
    assert f"has no {name}_of" in notice and "training goes on with Keras's own steps" in notice
    monkeypatch.undo()
    fast = train(tiny_model(), signs, epochs=2, batch_size=8, precision="float32")
    assert plain[1].precision == "float32"
    for history in plain:
        np.testing.assert_allclose(history.loss, fast.loss, rtol=1e-2)


def test_run_measures_the_reference_network(signs, monkeypatch):
    monkeypatch.setattr(loop, "load_signs", lambda data: signs if data == "here" else None)
    monkeypatch.setattr(loop, "ResNet50", tiny_model)
    measured = training.run("here", epochs=2)
    assert_fits(measured, "train")
    assert list(measured) == [
        "epochs",
        "seconds",
        "images_per_second",
        "train_accuracy",
        "test_accuracy",
        "precision",
    ]
    assert measured["epochs"] == 2 and measured["precision"] == training.fitting_precision()
    assert all(0 <= measured[f"{part}_accuracy"] <= 1 for part in ("train", "test"))


def test_run_passes_on_what_is_wrong_with_the_data(tmp_path):
    with pytest.raises(SignsError):
        training.run(tmp_path / "nothing")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_and_one_line_an_epoch(signs, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(display, "_SECONDS_BETWEEN", 0)
    train(tiny_model(), signs, epochs=3, batch_size=8)
    written = terminal.getvalue()
    assert written.startswith("\rpreparing the training step, 0 s\r")
    assert written.count("\n") == 3 and "epoch 3 of 3: loss " in written
    assert "[##############################] epoch 3 of 3" in written
    assert " s left" in written and written.endswith("\r")


def test_where_there_is_neither_notebook_nor_terminal_nothing_is_written(signs, capfd):
    train(tiny_model(), signs, epochs=1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.skipif(not REAL_SIGNS.is_dir(), reason="the photographs are not here")
def test_photographs_are_read_right_after_ten_epochs():
    signs = load_signs(REAL_SIGNS)
    assert train(ResNet50(), signs, epochs=10).test_accuracy[-1] >= 0.95
