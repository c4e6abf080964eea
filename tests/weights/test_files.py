"""Weights files that ``keras.applications`` wrote: what is loaded predicts the same, or a line."""

import shutil
from itertools import chain

import h5py
import keras
import numpy as np
import pytest
from keras import layers
from keras.src.legacy.saving import legacy_h5_format

from resnet_lesson.layers import ResNet50Model
from resnet_lesson.networks import ResNet34, ResNet50, resnet
from resnet_lesson.weights import IMAGENET_EPSILON, WeightsError, load_weights
from resnet_lesson.weights.files import names_in_order
from resnet_lesson.weights.transfer import layers_by_place

SHAPE = (64, 64, 3)
IMAGES = np.random.default_rng(0).normal(size=(2, *SHAPE)).astype("float32")
FORMATS = "legacy.h5", "counted.weights.h5", "unnamed.weights.h5"


def perturbed(model):
    """Biases, scales and moving statistics away from the zeros and ones that they start with."""
    rng = np.random.default_rng(1)
    model.set_weights(
        [w + rng.uniform(0, 0.2, w.shape) if w.ndim == 1 else w for w in model.get_weights()]
    )
    return model


def zeroed(model):
    """The model without what an earlier test has loaded."""
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    return model


def write_legacy(model, path):
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)


def write_as_keras_2(model, path):
    """The layout of the published files: Keras 2 ended its weights' names in ``:0``."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group = file.create_group(layer.name)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights, strict=True):
                group[name] = weight.numpy()


def forget_names(path):
    """Makes a ``.weights.h5`` one of an older Keras, which noted no layer names."""
    with h5py.File(path, "r+") as file:
        for layer in file["layers"].values():
            layer["vars"].attrs.pop("name", None)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A ResNet50 of ``keras.applications`` and the folder with its weights in every format."""
    folder = tmp_path_factory.mktemp("weights")
    keras.utils.set_random_seed(0)
    model = perturbed(keras.applications.ResNet50(weights=None, input_shape=SHAPE))
    base = keras.Model(model.input, model.layers[-3].output)
    write_legacy(model, folder / "legacy.h5")
    write_as_keras_2(base, folder / "notop.h5")
    model.save_weights(folder / "counted.weights.h5")
    base.save_weights(folder / "notop.weights.h5")
    shutil.copy(folder / "counted.weights.h5", folder / "unnamed.weights.h5")
    forget_names(folder / "unnamed.weights.h5")
    yield model, folder
    shutil.rmtree(folder)  # half a gigabyte, which pytest would keep


@pytest.fixture(scope="module")
def own():
    return resnet(50, SHAPE)


def refusal(model, path, **options):
    """The line that is raised; the model must be as it was."""
    before = model.get_weights()
    with pytest.raises(WeightsError) as caught:
        load_weights(model, path, **options)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    return str(caught.value).replace(str(path), "FILE")


@pytest.fixture
def altered(written, tmp_path):
    """Makes a copy of the legacy file, changed by a function of the open file."""
    path = tmp_path / "altered.h5"

    def alter(change):
        shutil.copy(written[1] / "legacy.h5", path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    yield alter
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("file", FORMATS)
def test_the_prediction_equals_that_of_keras_applications(written, own, file):
    expected, folder = written
    loaded = load_weights(zeroed(own), folder / file)
    np.testing.assert_allclose(own(IMAGES), expected(IMAGES), atol=1e-5)
    inside = [keras.Model(m.input, m.layers[-3].output)(IMAGES) for m in (own, expected)]
    np.testing.assert_allclose(*inside, rtol=1e-5, atol=1e-5)
    assert len(loaded.layers) == 107 and repr(loaded).startswith("107 layers loaded")
    assert ("stage2.block1.shortcut.conv", "conv2_block1_0_conv") in loaded.layers


@pytest.mark.parametrize("file", ["legacy.h5", "notop.h5", "notop.weights.h5"])
def test_a_base_without_a_head_takes_files_with_and_without_one(written, own, file):
    expected, folder = written
    base = keras.Model(own.input, own.layers[-3].output)
    load_weights(zeroed(base), folder / file)
    same = keras.Model(expected.input, expected.layers[-3].output)
    np.testing.assert_allclose(base(IMAGES), same(IMAGES), rtol=1e-5, atol=1e-5)


def test_a_head_of_ones_own_stays_aside_when_asked(written):
    model = ResNet50()
    head = model.layers[-1].get_weights()
    loaded = load_weights(model, written[1] / "notop.h5", head=False)
    np.testing.assert_array_equal(head[0], model.layers[-1].get_weights()[0])
    assert loaded.left_aside == ("head.dense",) and "left aside head.dense" in repr(loaded)


@pytest.mark.parametrize("file", ["notop.h5", "notop.weights.h5", "legacy.h5"])
def test_head_none_takes_the_head_that_the_file_has(written, own, file):
    before = zeroed(own).layers[-1].get_weights()[0]
    loaded = load_weights(own, written[1] / file, head=None)
    without = file.startswith("notop")
    assert loaded.left_aside == (("head.dense",) if without else ())
    assert np.array_equal(before, own.layers[-1].get_weights()[0]) == without


def test_a_subclassed_model_takes_them_too(written):
    expected, folder = written
    model = ResNet50Model()
    model.build((None, *SHAPE))
    load_weights(model, folder / "legacy.h5", head=False)
    kernel = expected.get_layer("conv5_block3_3_conv").get_weights()[0]
    np.testing.assert_array_equal(model.blocks[-1].conv3.get_weights()[0], kernel)


def test_every_normalization_gets_the_epsilon_of_these_weights(written, own):
    load_weights(own, written[1] / "legacy.h5")
    norms = [layer for _, layer in layers_by_place(own) if "norm" in layer.name]
    assert len(norms) == 53 and {norm.epsilon for norm in norms} == {IMAGENET_EPSILON}
    assert written[0].get_layer("conv1_bn").epsilon == IMAGENET_EPSILON


def test_the_order_of_weights_h5_is_that_of_keras_applications(written):
    kinds = {"conv2d": layers.Conv2D, "batch_normalization": layers.BatchNormalization}
    for kind, of_class in kinds.items():
        names = [layer.name for layer in written[0].layers if isinstance(layer, of_class)]
        assert names_in_order((3, 4, 6, 3))[kind] == names


@pytest.mark.slow
@pytest.mark.parametrize("depth", [101, 152])
@pytest.mark.parametrize("named", [True, False])
def test_the_deeper_networks_take_their_weights_too(depth, named, tmp_path):
    keras.utils.set_random_seed(depth)
    model = getattr(keras.applications, f"ResNet{depth}")(weights=None, input_shape=SHAPE)
    path, own = tmp_path / "deep.weights.h5", resnet(depth, SHAPE)
    perturbed(model).save_weights(path)
    if not named:
        forget_names(path)
    load_weights(own, path)
    path.unlink()
    np.testing.assert_allclose(own(IMAGES), model(IMAGES), atol=1e-5)


def test_a_file_of_another_network_is_named(written):
    deep, flat = resnet(101, SHAPE), ResNet34(SHAPE)
    line = refusal(deep, written[1] / "counted.weights.h5")
    assert "weights of a ResNet-50" in line and "conv4_block7_1_conv" in line
    line = refusal(flat, written[1] / "legacy.h5")
    assert "conv2_block1_0_" in line and "no such layer" in line


def test_weights_of_a_resnet_101_do_not_fit_a_resnet_50(own, tmp_path):
    path = tmp_path / "large.h5"
    with h5py.File(path, "w") as file:  # names alone: shapes are not looked at before
        for name in chain(*names_in_order((3, 4, 23, 3)).values()):
            file.create_group(name).attrs["weight_names"] = ["kernel:0"]
            file[name].create_dataset("kernel:0", (1,))
    line = refusal(own, path)
    assert "weights of a ResNet-101" in line and "conv4_block7_" in line


def test_a_notop_file_and_another_number_of_classes_want_to_be_asked_for(written, own):
    for file in ("notop.h5", "notop.weights.h5"):
        line = refusal(own, written[1] / file)
        assert "notop" in line and "head=False" in line
    line = refusal(ResNet50(), written[1] / "legacy.h5")
    assert "layer predictions" in line and "(2048, 1000)" in line and "(2048, 6)" in line
    assert "head=False" in line


def test_a_missing_layer_is_named_with_its_place(own, altered):
    def change(file):
        del file["conv3_block2_2_bn"]

    assert "conv3_block2_2_bn (stage3.block2.main.2.bn)" in refusal(own, altered(change))


def test_a_wrong_shape_is_named_with_the_layer_and_both_shapes(own, altered):
    def change(file):
        del file["conv2_block1_1_conv/conv2_block1_1_conv/kernel"]
        file["conv2_block1_1_conv/conv2_block1_1_conv/kernel"] = np.zeros((3, 3, 64, 64))

    line = refusal(own, altered(change))
    assert "layer conv2_block1_1_conv" in line
    assert "(3, 3, 64, 64)" in line and "(1, 1, 64, 64)" in line


def test_values_that_are_no_numbers_are_found(own, altered):
    def change(file):
        file["conv5_block3_3_bn/conv5_block3_3_bn/moving_variance"][7] = np.nan

    line = refusal(own, altered(change))
    assert "conv5_block3_3_bn" in line and "NaN" in line


def test_a_truncated_file_is_called_truncated(own, written, tmp_path):
    for file in ("legacy.h5", "counted.weights.h5"):
        path = tmp_path / "cut.h5"
        with open(written[1] / file, "rb") as whole:
            path.write_bytes(whole.read(1_000_000))
        assert "truncated (1000000 bytes" in refusal(own, path)


def test_what_is_no_weights_file_is_named(own, tmp_path):
    page, other, empty = tmp_path / "page.h5", tmp_path / "other.h5", tmp_path / "empty.h5"
    page.write_text("<html>not found</html>")
    empty.touch()
    with h5py.File(other, "w") as file:
        file["train_set_x"] = np.zeros(3)
    assert "not an HDF5 file (it starts with b'<html>" in refusal(own, page)
    assert "is empty (0 bytes)" in refusal(own, empty)
    assert "no layers with weights (it holds train_set_x)" in refusal(own, other)
    assert "does not exist" in refusal(own, tmp_path / "none.h5")
    assert "is a folder" in refusal(own, tmp_path)


def test_a_file_of_a_network_that_counts_in_another_order_is_refused(own, tmp_path):
    path = tmp_path / "own.weights.h5"
    own.save_weights(path)
    assert "load_weights of the model that wrote it" in refusal(own, path)
    forget_names(path)  # now only the shapes tell that the projections come in another place
    line = refusal(own, path)
    path.unlink()
    assert "layer conv3_block1_" in line and "network needs kernel" in line
