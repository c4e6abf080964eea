"""Training on several devices: the same result as on one, and what is refused.

TensorFlow divides a processor into virtual devices only before it computes anything, so these
trainings run in processes of their own.
"""

import json
import os
import signal
import socket
import subprocess

import h5py
import numpy as np
import pytest
import tensorflow as tf
from support.paths import ROOT, TESTS
from support.processes import PIPES
from support.training import signs_of_colours, tiny_model

from resnet_lesson.training import TrainingError, strategy_for, train

SMALL = """
import sys
import keras
import numpy as np
from keras import layers
from support.training import norm_of, signs_of_colours
from resnet_lesson import training
from resnet_lesson.training import TrainingError, strategy_for, train

signs, results = signs_of_colours(), {}

def small_model(input_shape=(64, 64, 3), classes=6):
    # Without biases in front of BatchNormalization: Adam would turn their gradients, which are
    # nothing but rounding, into whole steps.
    start = keras.initializers.GlorotUniform(0)
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Conv2D(8, 8, 8, use_bias=False, kernel_initializer=start),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(classes, "softmax", kernel_initializer=start),
    ])
"""

ON_TWO = """
two, one = strategy_for(2), strategy_for(1)

def trained(name, strategy, **options):
    with strategy.scope():
        model = small_model()
    written = model.get_config()
    history = train(model, signs, **{"epochs": 2, "batch_size": 8} | options)
    assert model.get_config() == written
    results[name + " loss"] = history.loss
    results[name + " accuracy"] = history.train_accuracy + history.test_accuracy
    results[name + " precision"] = history.precision
    for number, weight in enumerate(model.weights):
        results[f"{name} weight {number}"] = weight.numpy()
    return model

def refused(name, model, **options):
    try:
        train(model, signs, epochs=1, **options)
    except TrainingError as error:
        results[name] = str(error)

trained("one", one, precision="float32")
model = trained("two", two, precision="float32")
copies = two.experimental_local_results(norm_of(model).moving_variance.value)
results["copies"] = [copy.numpy() for copy in copies]
trained("begun on two", two, precision="float32", target=0, checkpoint="signs.h5")
trained("ended on one", one, precision="float32", checkpoint="signs.h5")
trained("two in bfloat16", two, precision="mixed_bfloat16")
refused("an odd batch", model, batch_size=9)
plain = small_model()
with two.scope():
    refused("a model from elsewhere", plain)
try:
    strategy_for(3)
except TrainingError as error:
    results["too late"] = str(error)
np.savez(sys.argv[1], **results)
"""


def started(python, code, folder, *arguments, **environment):
    """A process that runs code after that of `SMALL`, in a folder."""
    variables = os.environ | {"PYTHONPATH": f"{TESTS}{os.pathsep}{ROOT}"} | environment
    command = [*python, "-c", SMALL + code, *arguments]
    return subprocess.Popen(command, cwd=folder, env=variables, **PIPES)


@pytest.fixture(scope="module")
def results(tmp_path_factory, python):
    """What the trainings on two virtual devices and on one gave, by name."""
    folder = tmp_path_factory.mktemp("found")
    process = started(python, ON_TWO, folder, "results.npz")
    err = process.communicate()[1]
    assert process.returncode == 0, err
    return np.load(folder / "results.npz")


def weights_of(results, name):
    return [results[key] for key in results.files if key.startswith(f"{name} weight ")]


@pytest.mark.parametrize("name", ["two", "ended on one"])
def test_two_devices_give_what_one_gives(results, name):
    np.testing.assert_allclose(results[f"{name} loss"], results["one loss"], rtol=1e-4)
    np.testing.assert_allclose(results[f"{name} accuracy"], results["one accuracy"])
    pairs = zip(weights_of(results, name), weights_of(results, "one"), strict=True)
    for have, want in pairs:
        np.testing.assert_allclose(have, want, rtol=1e-2, atol=1e-4)


def test_a_training_that_another_number_of_devices_began_goes_on(results):
    assert len(results["begun on two loss"]) == 1 and len(results["ended on one loss"]) == 2


def test_all_devices_keep_the_same_moving_statistics(results):
    first, second = results["copies"]
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, 1, atol=1e-2)


def test_two_devices_train_in_bfloat16_too(results):
    assert results["two in bfloat16 precision"] == "mixed_bfloat16"
    np.testing.assert_allclose(results["two in bfloat16 loss"], results["one loss"], rtol=0.05)
    assert not np.array_equal(results["two in bfloat16 loss"], results["two loss"])


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        (
            "an odd batch",
            "9 images cannot be divided among 2 devices; give a batch_size such as 10",
        ),
        ("a model from elsewhere", "with strategy.scope(): model = ResNet50()"),
        ("too late", "3 devices only before TensorFlow computes anything"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(results, name, phrase):
    assert phrase in str(results[name]) and "\n" not in str(results[name])


BY_SUBCLASSING = """
from resnet_lesson import layers as subclasses

subclasses.RESNET50_STAGES = (([4, 4, 8], 1, 2),)
for name, strategy in (("two", strategy_for(2)), ("one", strategy_for(1))):
    with strategy.scope():
        model = subclasses.ResNet50Model()
    assert not model.weights
    results[name + " loss"] = train(model, signs, 1, 24, precision="float32").loss
    for number, weight in enumerate(model.weights):
        results[f"{name} weight {number} {weight.name}"] = weight.numpy()
np.savez(sys.argv[1], **results)
"""


@pytest.mark.slow
def test_two_devices_give_a_subclassed_model_what_one_gives(tmp_path, python):
    process = started(python, BY_SUBCLASSING, tmp_path, "results.npz")
    err = process.communicate()[1]
    assert process.returncode == 0, err
    results = np.load(tmp_path / "results.npz")
    np.testing.assert_allclose(results["two loss"], results["one loss"], rtol=1e-4)
    # Biases in front of BatchNormalization move by rounding, and the moving means follow them.
    names = [
        name for name in results.files if name.endswith(("kernel", "gamma", "beta", "variance"))
    ]
    assert len(names) == 2 * (8 + 3 * 8 + 1)
    for name in names[: len(names) // 2]:
        want = results[name.replace("two", "one", 1)]
        np.testing.assert_allclose(results[name], want, rtol=1e-2, atol=1e-4, err_msg=name)


ON_WORKERS = """
import json, os, signal
from resnet_lesson.training import loop

loop.load_signs, loop.ResNet50 = lambda data: signs, small_model
one_epoch = loop._one_epoch

def dying(model, step, signs, batch_size, seed, *rest):
    if seed == (0, 1) and sys.argv[2] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return one_epoch(model, step, signs, batch_size, seed, *rest)

loop._one_epoch = dying
try:
    print(json.dumps(training.run(
        epochs=2, batch_size=8, precision="float32", checkpoint=sys.argv[1]
    )))
except TrainingError as error:
    print(error)
"""


def two_workers(python, folder, second="lives", checkpoints=("signs.h5", "signs.h5")):
    """What two workers on this machine printed, and their exit statuses."""
    with socket.socket() as first, socket.socket() as other:
        for each in (first, other):
            each.bind(("127.0.0.1", 0))
        cluster = {"worker": [f"127.0.0.1:{each.getsockname()[1]}" for each in (first, other)]}
    processes = []
    for index, last in enumerate(("lives", second)):
        task = {"cluster": cluster, "task": {"type": "worker", "index": index}}
        config = json.dumps(task)
        processes.append(
            started(python, ON_WORKERS, folder, checkpoints[index], last, TF_CONFIG=config)
        )
    try:
        printed = [process.communicate()[0].strip() for process in processes]
    finally:
        for process in processes:
            process.kill()
    return printed, [process.returncode for process in processes]


def loss_in(checkpoint):
    with h5py.File(checkpoint) as file:
        return json.loads(file.attrs["history"])["loss"]


@pytest.mark.slow
def test_two_workers_give_what_one_device_gives_and_the_first_speaks(results, tmp_path, python):
    (first, second), statuses = two_workers(python, tmp_path)
    assert statuses == [0, 0] and second == "null"
    assert json.loads(first)["epochs"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["signs.h5"]
    np.testing.assert_allclose(loss_in(tmp_path / "signs.h5"), results["one loss"], rtol=1e-4)


@pytest.mark.slow
def test_workers_say_that_another_died_and_go_on_when_they_are_started_again(
    results, tmp_path, python
):
    (first, _), statuses = two_workers(python, tmp_path, second="dies")
    assert statuses == [0, -signal.SIGKILL]
    assert first.startswith("another worker has ended") and "\n" not in first
    assert len(loss_in(tmp_path / "signs.h5")) == 1
    (first, second), _ = two_workers(python, tmp_path, checkpoints=("signs.h5", "elsewhere.h5"))
    assert "do not read the same checkpoint signs.h5" in first
    assert "do not read the same checkpoint elsewhere.h5" in second
    two_workers(python, tmp_path)
    np.testing.assert_allclose(loss_in(tmp_path / "signs.h5"), results["one loss"], rtol=1e-4)


def test_a_model_that_is_not_built_for_the_workers_is_refused(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}}')
    with pytest.raises(TrainingError, match="names 2 workers, and the model is built for one"):
        train(tiny_model(), signs_of_colours(), epochs=1)
    with pytest.raises(TrainingError, match="2 devices and the 2 workers of TF_CONFIG"):
        strategy_for(2)


@pytest.mark.parametrize("text", ["nonsense", '{"cluster": 3}'])
def test_what_is_no_tf_config_is_told_in_one_line(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(TrainingError, match="the variable TF_CONFIG is") as caught:
        strategy_for()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("cards", "devices", "used"), [(2, None, 2), (6, None, 4), (3, 3, 3)])
def test_several_graphics_cards_are_used(monkeypatch, cards, devices, used):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["card"] * cards)
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", list)
    assert strategy_for(devices) == [f"GPU:{number}" for number in range(used)]


@pytest.mark.parametrize("devices", [0, -2, 1.5, "two", True])
def test_a_number_of_devices_that_is_none_is_refused(devices):
    with pytest.raises(TrainingError, match=f"devices is {devices!r}; give a whole number of 1"):
        strategy_for(devices)


@pytest.mark.parametrize("cards", [0, 1])
def test_one_device_needs_no_strategy_and_more_cards_than_there_are_are_refused(monkeypatch, cards):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["card"] * cards)
    assert strategy_for() is tf.distribute.get_strategy()
    if cards:
        with pytest.raises(TrainingError, match="2 devices were asked for, and there are 1 GPUs"):
            strategy_for(2)
