"""Training on several devices: the same result as on one, and what is refused.

TensorFlow divides a processor into virtual devices only before it computes anything, so these
trainings run in processes of their own.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent

ON_TWO = """
import sys
import keras
import numpy as np
from keras import layers
from test_training import norm_of, signs_of_colours
from resnet_lesson.training import TrainingError, strategy_for, train

signs, found = signs_of_colours(), {}
two, one = strategy_for(2), strategy_for(1)

def small_model():
    # Without biases in front of BatchNormalization: Adam would turn their gradients, which are
    # nothing but rounding, into whole steps.
    start = keras.initializers.GlorotUniform(0)
    return keras.Sequential([
        keras.Input((64, 64, 3)),
        layers.Conv2D(8, 8, 8, use_bias=False, kernel_initializer=start),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(6, "softmax", kernel_initializer=start),
    ])

def trained(name, strategy, **options):
    with strategy.scope():
        model = small_model()
    written = model.get_config()
    history = train(model, signs, **{"epochs": 2, "batch_size": 8} | options)
    assert model.get_config() == written
    found[name + " loss"] = history.loss
    found[name + " accuracy"] = history.train_accuracy + history.test_accuracy
    found[name + " precision"] = history.precision
    for number, weight in enumerate(model.weights):
        found[f"{name} weight {number}"] = weight.numpy()
    return model

def refused(name, model, **options):
    try:
        train(model, signs, epochs=1, **options)
    except TrainingError as error:
        found[name] = str(error)

trained("one", one, precision="float32")
model = trained("two", two, precision="float32")
copies = two.experimental_local_results(norm_of(model).moving_variance.value)
found["copies"] = [copy.numpy() for copy in copies]
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
    found["too late"] = str(error)
np.savez(sys.argv[1], **found)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the trainings on two virtual devices and on one gave, by name."""
    folder = tmp_path_factory.mktemp("found")
    done = subprocess.run(
        [sys.executable, "-c", ON_TWO, "found.npz"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return np.load(folder / "found.npz")


def weights_of(found, name):
    return [found[key] for key in found.files if key.startswith(f"{name} weight ")]


@pytest.mark.parametrize("name", ["two", "ended on one"])
def test_two_devices_give_what_one_gives(found, name):
    np.testing.assert_allclose(found[f"{name} loss"], found["one loss"], rtol=1e-4)
    np.testing.assert_allclose(found[f"{name} accuracy"], found["one accuracy"])
    pairs = zip(weights_of(found, name), weights_of(found, "one"), strict=True)
    for have, want in pairs:
        np.testing.assert_allclose(have, want, rtol=1e-2, atol=1e-4)


def test_a_training_that_another_number_of_devices_began_goes_on(found):
    assert len(found["begun on two loss"]) == 1 and len(found["ended on one loss"]) == 2


def test_all_devices_keep_the_same_moving_statistics(found):
    first, second = found["copies"]
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, 1, atol=1e-2)


def test_two_devices_train_in_bfloat16_too(found):
    assert found["two in bfloat16 precision"] == "mixed_bfloat16"
    np.testing.assert_allclose(found["two in bfloat16 loss"], found["one loss"], rtol=0.05)
    assert not np.array_equal(found["two in bfloat16 loss"], found["two loss"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "an odd batch",
            "9 images cannot be divided among 2 devices; give a batch_size such as 10",
        ),
        ("a model from elsewhere", "with strategy.scope(): model = ResNet50()"),
        ("too late", "3 devices only before TensorFlow computes anything"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(found, name, said):
    assert said in str(found[name]) and "\n" not in str(found[name])
