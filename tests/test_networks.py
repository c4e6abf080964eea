"""The networks: shapes, parameter counts, and how BatchNorm follows the mode."""

import keras
import numpy as np
import pytest
from keras.initializers import GlorotUniform
from keras.layers import BatchNormalization, Conv2D

from resnet_lesson.networks import RESNET50_STAGES, ResNet50


@pytest.fixture(scope="module")
def network():
    return ResNet50()


def numbers(weights):
    return sum(int(np.prod(w.shape)) for w in weights)


def images(count, seed=0):
    return np.random.default_rng(seed).uniform(size=(count, 64, 64, 3)).astype("float32")


def different_kernels(seed):
    """An initializer that ignores the seed, so that equal shapes do not get equal kernels."""
    return GlorotUniform()


def test_resnet50_has_the_known_number_of_parameters(network):
    assert network.count_params() == 23_600_006
    assert numbers(network.non_trainable_weights) == 53_120


def test_what_is_not_trainable_is_a_mean_and_a_variance_for_each_channel(network):
    norms = [layer for layer in network.layers if isinstance(layer, BatchNormalization)]
    assert 2 * sum(layer.gamma.shape[0] for layer in norms) == 53_120


def test_resnet50_has_50_layers_on_its_main_path(network):
    convolutions = [layer for layer in network.layers if isinstance(layer, Conv2D)]
    projections = len(RESNET50_STAGES)
    assert len(convolutions) - projections + 1 == 50


def test_the_stages_have_the_known_shapes(network):
    shapes = list(dict.fromkeys(layer.output.shape[1:] for layer in network.layers))
    landmarks = [(70, 70, 3), (32, 32, 64), (15, 15, 64)]
    stages = [(15, 15, 256), (8, 8, 512), (4, 4, 1024), (2, 2, 2048)]
    head = [(1, 1, 2048), (2048,), (6,)]
    expected = [*landmarks, *stages, *head]
    assert [shape for shape in shapes if shape in expected] == expected


def test_input_shape_and_classes_are_the_callers():
    model = ResNet50(input_shape=(96, 80, 1), classes=4)
    assert model.input_shape == (None, 96, 80, 1)
    assert model.output_shape == (None, 4)


def test_images_of_37_pixels_are_the_smallest():
    assert ResNet50(input_shape=(37, 37, 3)).output_shape == (None, 6)
    with pytest.raises(ValueError):
        ResNet50(input_shape=(36, 36, 3))


def test_probabilities_sum_to_one(network):
    np.testing.assert_allclose(network.predict(images(2), verbose=0).sum(axis=1), 1, atol=1e-5)


def test_the_callers_initializer_reaches_every_kernel():
    model = ResNet50(initializer=lambda seed: keras.initializers.Constant(0.5))
    kernels = [w for w in model.weights if w.path.endswith("kernel")]
    assert len(kernels) == 54
    assert all((np.asarray(kernel) == 0.5).all() for kernel in kernels)


def test_predict_uses_moving_statistics(network):
    X = images(3)
    together = network.predict(X, verbose=0)
    np.testing.assert_allclose(together, network(X, training=False), atol=1e-5)
    alone = network.predict(X[:1], verbose=0)
    np.testing.assert_allclose(together[:1], alone, atol=1e-5)


def test_no_mode_is_built_into_the_network(network):
    """`predict` would hide one: Keras 3 overrides the mode that a layer was called with."""
    X = images(2)
    np.testing.assert_allclose(network(X), network(X, training=False), atol=1e-6)


def test_one_step_of_fit_trains_and_moves_the_statistics():
    model = ResNet50(initializer=different_kernels)
    # Eagerly: tracing the network for one step takes longer than the step.
    model.compile("sgd", "categorical_crossentropy", run_eagerly=True)
    before = [weight.numpy() for weight in model.weights]
    history = model.fit(images(2), np.eye(6, dtype="float32")[:2], verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    # A convolution's bias, right before BatchNorm, has a gradient of nearly zero: left out.
    moved = {
        weight.path: bool((weight.numpy() != old).any())
        for weight, old in zip(model.weights, before, strict=True)
        if weight.path.endswith(("kernel", "moving_mean", "moving_variance"))
    }
    assert len(moved) == 54 + 2 * 53
    assert all(moved.values()), [path for path, has_moved in moved.items() if not has_moved]
