"""Checkpoints, from which a killed training goes on, and files of trained models."""

import signal
import subprocess

import keras
import numpy as np
import pytest
from keras import layers
from support.paths import TESTS
from support.training import message_of, tiny_model

from resnet_lesson import training
from resnet_lesson.training import TrainingError, checkpoints, train


def test_numbers_of_numpy_serve_with_a_checkpoint_too(signs, tmp_path):
    numbers = {"epochs": np.int64(1), "batch_size": np.int32(8), "seed": np.uint8(3)}
    train(tiny_model(), signs, **numbers, checkpoint=tmp_path / "signs.h5", target=np.float32(0))
    assert (tmp_path / "signs.h5").is_file()


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
