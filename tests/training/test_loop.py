"""Training on a tiny stand-in for the signs: the recipe, what it leaves alone, and bad input."""

import io
import random
import signal
import subprocess

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support.paths import REAL_SIGNS, TESTS
from support.schemas import assert_fits
from support.training import norm_of, signs_of_colours, tiny_model

from resnet_lesson import keras_internals, training
from resnet_lesson.networks import ResNet50
from resnet_lesson.signs import Signs, SignsError, load_signs, normalise, one_hot
from resnet_lesson.signs.schema import NO_SIGN
from resnet_lesson.training import TrainingError, checkpoints, display, loop, step, train


@pytest.fixture
def signs():
    return signs_of_colours()


def test_a_model_learns_and_is_measured_in_inference_mode_after_every_epoch(signs):
    model = tiny_model()
    history = train(model, signs, epochs=80, batch_size=8)
    predicted = model.predict(normalise(signs.test_images), verbose=0).argmax(axis=1)
    assert history.test_accuracy[-1] == np.mean(predicted == signs.test_labels) == 1
    assert history.loss[-1] < history.loss[0]
    assert {len(numbers) for numbers in list(vars(history).values())[:5]} == {80}
    assert history.images_per_second > 0


def test_the_learning_rate_warms_up_for_one_epoch_and_then_falls_to_nearly_nothing(signs):
    rates = train(tiny_model(), signs, epochs=4, batch_size=8).learning_rate
    assert rates[0] == pytest.approx(training.PEAK_LEARNING_RATE)
    assert list(rates) == sorted(rates, reverse=True) and rates[-1] < rates[0] / 50
    higher = train(tiny_model(), signs, epochs=4, batch_size=8, learning_rate=0.01).learning_rate
    np.testing.assert_allclose(np.array(higher) / 0.01, np.array(rates) / rates[0], rtol=1e-3)


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


def test_answers_do_not_depend_on_how_images_are_put_into_batches(signs):
    model = tiny_model()
    train(model, signs, epochs=1, batch_size=8)
    one_by_one = [training.probabilities(model, signs.test_images[i : i + 1], 1) for i in range(20)]
    answers = training.probabilities(model, signs.test_images, batch_size=8)
    np.testing.assert_allclose(answers, np.concatenate(one_by_one), atol=1e-5)


def message_of(call, *arguments, **options):
    """The message of the error that a call raises; it must be one line."""
    with pytest.raises(TrainingError) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value._render_traceback_() == [f"TrainingError: {message}"]
    return message


@pytest.mark.parametrize("option", ["epochs", "batch_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, "3", None, True])
def test_a_count_that_is_none_is_refused(signs, option, value):
    message = message_of(train, tiny_model(), signs, **{option: value})
    assert option in message and repr(value) in message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("seed", -1),
        ("seed", None),
        ("seed", 0.5),
        ("target", 97),
        ("target", "0.9"),
        ("target", -1),
        ("learning_rate", 0),
        ("learning_rate", "0.1"),
        ("learning_rate", float("nan")),
    ],
)
def test_a_seed_or_target_that_is_none_is_refused_before_the_training(signs, option, value):
    message = message_of(train, tiny_model(), signs, **{option: value})
    assert f"{option} is {value!r}; give a" in message


def test_numbers_of_numpy_serve_with_a_checkpoint_too(signs, tmp_path):
    numbers = {"epochs": np.int64(1), "batch_size": np.int32(8), "seed": np.uint8(3)}
    train(tiny_model(), signs, **numbers, checkpoint=tmp_path / "signs.h5", target=np.float32(0))
    assert (tmp_path / "signs.h5").is_file()


@pytest.mark.parametrize(
    ("shape", "classes", "phrase"),
    [
        ((32, 32, 3), 6, "takes (32, 32, 3)"),
        ((64, 64, 1), 6, "takes (64, 64, 1)"),
        ((64, 64, 3), 10, "gives (10,)"),
    ],
)
def test_a_model_that_does_not_fit_the_data_is_refused(signs, shape, classes, phrase):
    message = message_of(train, tiny_model(shape, classes), signs, epochs=1)
    assert phrase in message and "input_shape=(64, 64, 3) and classes=6" in message


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (lambda inputs, X: {"sign": X}, "gives a dict of 1"),
        (lambda inputs, X: [X, X], "gives"),
        (lambda inputs, X: X - 3, "gives numbers from -"),
    ],
)
def test_a_model_that_gives_no_probabilities_is_refused(signs, change, phrase):
    tiny = tiny_model()
    model = keras.Model(tiny.inputs, change(tiny.inputs, tiny.outputs[0]))
    assert phrase in message_of(train, model, signs, epochs=1)


@pytest.mark.parametrize(
    ("model", "signs", "phrase"),
    [
        ("ResNet50", None, "the model is a str"),
        (keras.Model, None, "the model is a type"),
        (None, "datasets", "signs is a str"),
        (None, {"train_images": np.zeros((50, 64, 64, 3))}, "train_images is float64"),
        (None, {"train_labels": np.zeros(20, int)}, "for 20 labels"),
        (None, {"test_images": np.zeros((0, 64, 64, 3), "uint8"), "test_labels": []}, "for 0"),
    ],
)
def test_what_is_no_model_and_what_are_no_signs_is_refused(model, signs, phrase):
    if not isinstance(signs, str):
        signs = signs_of_colours()._replace(**signs or {})
    assert phrase in message_of(train, model or tiny_model(), signs, epochs=1)


def test_lists_and_tensors_serve_as_signs(signs):
    train_images, *others, classes = signs
    converted = Signs(tf.constant(train_images), *(array.tolist() for array in others), classes)
    converted = converted._replace(test_images=signs.test_images)
    assert (
        train(tiny_model(), converted, epochs=1).loss == train(tiny_model(), signs, epochs=1).loss
    )


@pytest.mark.parametrize("kind", ["float64", "bfloat16"])
def test_layers_of_any_precision_are_trained(signs, kind):
    inputs = keras.Input((64, 64, 3))
    X = layers.BatchNormalization(dtype=kind)(layers.Conv2D(8, 8, 8, dtype=kind)(inputs))
    X = layers.GlobalAveragePooling2D()(X)
    model = keras.Model(inputs, layers.Dense(6, "softmax")(X))
    assert np.isfinite(train(model, signs, epochs=1).loss[0])


def test_a_model_for_any_size_fits(signs):
    train(tiny_model((None, None, 3)), signs, epochs=1)


def test_a_loss_that_is_no_number_stops_the_training_and_leaves_the_momentum(signs):
    model = tiny_model()
    norm_of(model).gamma.assign(np.full(8, np.nan))
    assert "loss became nan at step 1" in message_of(train, model, signs, epochs=1)
    assert norm_of(model).momentum == 0.99


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


def rates(monkeypatch):
    """Lets a training of one epoch go by the learning rates of the first of two."""
    compile_for = loop.compile_for
    monkeypatch.setattr(loop, "compile_for", lambda model, steps, *_: compile_for(model, steps, 2))


def test_a_training_ends_once_it_reaches_its_target(signs):
    history = train(tiny_model(), signs, epochs=80, batch_size=8, target=0.5)
    assert len(history.loss) < 80
    assert history.test_accuracy[-1] >= 0.5 > max(history.test_accuracy[:-1], default=0)


INTERRUPTED = """
import os, signal, sys
import numpy as np
from support.training import signs_of_colours, tiny_model
from resnet_lesson.training import loop

write = loop.write_checkpoint
def killed(path, model, settings, history):
    write(path, model, settings, history)
    if len(history["loss"]) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
loop.write_checkpoint = killed
loop.train(tiny_model(), signs_of_colours(), epochs=4, batch_size=8, checkpoint=sys.argv[1])
"""


def test_a_killed_training_goes_on_and_ends_as_an_unbroken_one(signs, tmp_path, python):
    file = tmp_path / "signs.h5"
    done = subprocess.run([*python, "-c", INTERRUPTED, file], cwd=TESTS)
    assert done.returncode == -signal.SIGKILL and file.exists()
    resumed, unbroken = tiny_model(), tiny_model()
    history = train(resumed, signs, epochs=4, batch_size=8, checkpoint=file)
    expected = train(unbroken, signs, epochs=4, batch_size=8)
    np.testing.assert_allclose(history.loss, expected.loss, rtol=1e-3)
    assert len(history.loss) == 4 and history.learning_rate == expected.learning_rate
    for weight, same in zip(resumed.weights, unbroken.weights, strict=True):
        np.testing.assert_allclose(weight, same, rtol=1e-2, atol=1e-4)
    assert [path.name for path in tmp_path.iterdir()] == ["signs.h5"]


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("none/a.h5", "is no folder"),
        ("broken.h5", "no checkpoint that can be read"),
        ("other.h5", "of another training (epochs 2, not 1; batch_size 8, not 32)"),
        ("a" * 300 + ".h5", "is no name of a file (File name too long)"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_told_in_one_line(signs, tmp_path, name, phrase):
    (tmp_path / "broken.h5").write_bytes(b"nothing")
    train(tiny_model(), signs, epochs=2, batch_size=8, checkpoint=tmp_path / "other.h5", target=0)
    message = message_of(train, tiny_model(), signs, epochs=1, checkpoint=tmp_path / name)
    assert phrase in message and "\n" not in message


def test_a_training_does_not_go_on_with_other_images(signs, tmp_path):
    train(tiny_model(), signs, epochs=1, batch_size=8, checkpoint=tmp_path / "signs.h5")
    other = signs._replace(train_images=255 - signs.train_images)
    options = {"epochs": 1, "batch_size": 8, "checkpoint": tmp_path / "signs.h5"}
    assert "images with the checksum" in message_of(train, tiny_model(), other, **options)


def test_a_full_disk_is_told_in_one_line(signs, tmp_path, monkeypatch):
    """HDF5 says it in many."""

    def full(path, mode):
        raise OSError("Can't write\n(time = today\n, error message = 'No space left on device')")

    monkeypatch.setattr(checkpoints.h5py, "File", full)
    message = message_of(train, tiny_model(), signs, epochs=1, checkpoint=tmp_path / "signs.h5")
    assert "signs.h5 cannot be written (No space left on device)" in message


def test_what_a_training_left_that_was_killed_in_writing_is_written_over(signs, tmp_path):
    (tmp_path / "signs.h5.tmp").write_bytes(b"half a checkpoint")
    train(tiny_model(), signs, epochs=1, checkpoint=tmp_path / "signs.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["signs.h5"]


def test_a_checkpoint_cannot_be_in_a_folder_that_may_not_be_written_to(
    signs, monkeypatch, tmp_path
):
    monkeypatch.setattr(checkpoints.os, "access", lambda path, mode: False)
    message = message_of(train, tiny_model(), signs, checkpoint=tmp_path / "signs.h5")
    assert "a folder that you may write to" in message


def test_random_numbers_of_a_dropout_go_on_where_they_were(signs, tmp_path):
    def model():
        first = tiny_model()
        inputs = keras.Input((64, 64, 3))
        return keras.Model(inputs, first(layers.Dropout(0.5, seed=1)(inputs)))

    options = {"epochs": 2, "batch_size": 8, "precision": "float32"}
    expected = train(model(), signs, **options).loss
    file = tmp_path / "signs.h5"
    train(model(), signs, **options, checkpoint=file, target=0)  # ends after the first epoch
    np.testing.assert_allclose(train(model(), signs, **options, checkpoint=file).loss, expected)


def test_a_checkpoint_that_cannot_be_written_leaves_the_trained_weights(signs, tmp_path):
    folder = tmp_path / "folder.h5"
    (folder / "inside").mkdir(parents=True)
    model = tiny_model()
    with pytest.raises(TrainingError, match="be read"):
        train(model, signs, epochs=1, batch_size=8, checkpoint=folder)
    with pytest.raises(TrainingError, match="cannot be written"):
        checkpoints.write_checkpoint(folder, model, {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["folder.h5"]


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


def test_an_unknown_precision_is_refused(signs):
    message = message_of(train, tiny_model(), signs, precision="float8")
    assert "'float8'" in message and "mixed_bfloat16" in message


def test_a_saved_model_gives_the_same_answers(signs, tmp_path):
    model = tiny_model()
    train(model, signs, epochs=1)
    training.save(model, tmp_path / "signs.keras")
    again = training.load(str(tmp_path / "signs.keras"))
    answers = [training.probabilities(m, signs.test_images) for m in (model, again)]
    np.testing.assert_allclose(*answers, atol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["signs.keras"]


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("signs.h5", "does not end in .keras"),
        ("none/signs.keras", "cannot be written"),
        ("file/signs.keras", "cannot be written"),
    ],
)
def test_where_a_model_cannot_be_saved_one_line_says_why(tmp_path, name, phrase):
    (tmp_path / "file").write_text("I am no folder")
    message = message_of(training.save, tiny_model(), tmp_path / name)
    assert phrase in message and name in message


@pytest.mark.parametrize("content", [None, b"", b"no model at all"])
def test_what_is_no_model_cannot_be_loaded(tmp_path, content):
    path = tmp_path / "signs.keras"
    if content is not None:
        path.write_bytes(content)
    assert "signs.keras" in message_of(training.load, path)


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
