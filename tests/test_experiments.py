"""The degradation experiment shows what notebook 01 says it shows."""

import numpy as np
import pytest
from keras.layers import Activation, Add, Conv2D

from resnet_lesson import experiments
from resnet_lesson.blocks import skip_connection
from resnet_lesson.experiments import stacks


def plain(X, main_path):
    """Layers without a shortcut."""
    return Activation("relu")(main_path(X))


def stripes(count):
    """Noisy images told apart by the stripes' colour and direction, float32, and their labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 6
    images = rng.uniform(0, 0.5, (count, 16, 16, 3)).astype("float32")
    for image, label in zip(images, labels, strict=True):
        turned = image.swapaxes(0, 1) if label // 3 else image
        turned[::4, :, label % 3] += 0.5
    return images, labels


@pytest.mark.parametrize("depth", [4, 8, 20])
def test_depth_counts_the_layers_with_weights(depth):
    model = experiments.build_stack(depth, plain)
    weighted = [layer for layer in model.layers if hasattr(layer, "kernel")]
    assert len(weighted) == depth
    assert model.output_shape == (None, 6)


def test_plain_and_residual_stacks_differ_in_the_additions_alone():
    stacks = [experiments.build_stack(8, connect) for connect in (plain, skip_connection)]
    additions = [sum(isinstance(layer, Add) for layer in stack.layers) for stack in stacks]
    assert additions == [0, 3]
    for one, other in zip(stacks[0].weights, stacks[1].weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_two_convolutions_of_a_stack_start_alike():
    stack = experiments.build_stack(8, plain)
    convolutions = [layer for layer in stack.layers if isinstance(layer, Conv2D)][1:]
    kernels = [layer.kernel.numpy().tobytes() for layer in convolutions]
    assert len(set(kernels)) == len(kernels) == 6


@pytest.mark.parametrize("depth", [2, 9])
def test_impossible_depth_is_refused(depth):
    with pytest.raises(ValueError, match=f"depth is {depth}; give an even number"):
        experiments.build_stack(depth, plain)


def test_small_signs_are_the_means_of_windows(monkeypatch):
    pixels = np.arange(2 * 64 * 64 * 3).reshape(2, 64, 64, 3).astype("uint8")
    signs = type("Signs", (), {"train_images": pixels, "train_labels": np.array([4, 1])})
    monkeypatch.setattr(stacks, "load_signs", lambda: signs)
    images, labels = experiments.small_signs(2)
    assert images.shape == (2, 16, 16, 3)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(labels, [4, 1])
    np.testing.assert_allclose(images[1, 2, 3], pixels[1, 8:12, 12:16].mean((0, 1)) / 255, 1e-5)


def test_deep_plain_stack_learns_worse_than_shallow_and_a_shortcut_repairs_it(monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_QUICK", "1")
    shallow, deep = experiments.depths()
    images, labels = stripes(128)

    def final_loss(depth, connect):
        stack = experiments.build_stack(depth, connect)
        return experiments.training_losses(stack, images, labels)[-1]

    plain_deep = final_loss(deep, plain)
    assert plain_deep > 1.2 * final_loss(shallow, plain)
    assert plain_deep > 1.2 * final_loss(deep, skip_connection)


def test_training_losses_has_one_number_an_epoch():
    images, labels = stripes(70)
    stack = experiments.build_stack(4, skip_connection)
    losses = experiments.training_losses(stack, images, labels, 9)
    assert len(losses) == 9
    assert losses[-1] < losses[0]
