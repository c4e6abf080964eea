"""The blocks against published numbers and against the same mathematics in plain NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.initializers import Constant, GlorotUniform, RandomUniform

from resnet_lesson.blocks import (
    bottleneck_block,
    bottleneck_projection_block,
    convolutional_block,
    identity_block,
    projection_block,
    residual_block,
    skip_connection,
)

EPSILON = 1e-3  # Keras's default in BatchNormalization


def ones(seed):
    return Constant(1.0)


def strided_in_the_3x3(n_filters, x, s=2):
    return bottleneck_projection_block(n_filters, x, s, stride_in_3x3=True)


def constant_images(value):
    return np.full((1, 4, 4, 3), value, dtype="float32")


def random_images(*shape):
    return np.random.default_rng(3).normal(size=shape).astype("float32")


def convolve(X, filters, f, stride=1, padding="valid"):
    """Convolution by its definition, with the kernel that GlorotUniform(seed=0) gives its shape."""
    kernel = np.asarray(GlorotUniform(seed=0)((f, f, X.shape[3], filters)), dtype="float64")
    if padding == "same":  # at stride 1; TensorFlow puts the odd pixel below and to the right
        before, after = (f - 1) // 2, f // 2
        X = np.pad(X, ((0, 0), (before, after), (before, after), (0, 0)))
    rows = range(0, X.shape[1] - f + 1, stride)
    columns = range(0, X.shape[2] - f + 1, stride)
    pixels = [[np.tensordot(X[:, r : r + f, c : c + f], kernel, 3) for c in columns] for r in rows]
    return np.moveaxis(np.array(pixels), 2, 0)


def batch_norm(X, training):
    """Fresh BatchNorm: by the batch's statistics, or by moving ones, still mean 0, variance 1."""
    mean, variance = (X.mean((0, 1, 2)), X.var((0, 1, 2))) if training else (0, 1)
    return (X - mean) / np.sqrt(variance + EPSILON)


def relu(X):
    return np.maximum(X, 0)


def plain_main_path(X, f, filters, s, training):
    X = relu(batch_norm(convolve(X, filters[0], 1, s), training))
    X = relu(batch_norm(convolve(X, filters[1], f, padding="same"), training))
    return batch_norm(convolve(X, filters[2], 1), training)


def plain_identity_block(X, f, filters, training):
    return relu(plain_main_path(X, f, filters, 1, training) + X)


def plain_convolutional_block(X, f, filters, s, training):
    shortcut = batch_norm(convolve(X, filters[2], 1, s), training)
    return relu(plain_main_path(X, f, filters, s, training) + shortcut)


def test_glorot_uniform_with_seed_0_gives_the_known_numbers():
    expected = [[-0.7078647, 0.50461936], [0.73500216, 0.6633029]]
    np.testing.assert_allclose(GlorotUniform(seed=0)((2, 2)), expected, atol=1e-6)


def test_skip_connection_adds_before_the_relu():
    X = np.array([[1.0, -1.0, 2.0]], dtype="float32")
    np.testing.assert_allclose(skip_connection(X, lambda x: -2 * x + 1), [[0, 2, 0]])


@pytest.mark.parametrize(
    ("value", "interior", "edge", "corner"),
    [(1, 192.71237, 96.85619, 48.928097), (3, 578.1371, 290.56857, 146.78429), (-1, 0, 0, 0)],
)
def test_identity_block_of_ones_gives_the_classic_numbers(value, interior, edge, corner):
    block = identity_block(constant_images(value), 2, [4, 4, 3], training=False, initializer=ones)
    expected = np.full((4, 4), float(interior))
    expected[3, :] = expected[:, 3] = edge
    expected[3, 3] = corner
    for channel in range(3):
        np.testing.assert_allclose(block[0, :, :, channel], expected, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("shape", "f", "filters"),
    [((2, 5, 6, 7), 3, [4, 5, 7]), ((3, 4, 4, 3), 2, [4, 6, 3]), ((1, 6, 5, 5), 5, [2, 3, 5])],
)
def test_identity_block_agrees_with_plain_arithmetic(shape, f, filters, training):
    X = random_images(*shape)
    np.testing.assert_allclose(
        identity_block(X, f, filters, training=training),
        plain_identity_block(X, f, filters, training),
        atol=1e-5,
    )


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("shape", "f", "filters", "s"),
    [
        ((2, 7, 8, 3), 3, [4, 5, 7], 2),
        ((3, 5, 5, 6), 2, [2, 4, 9], 1),
        ((1, 9, 8, 5), 5, [3, 2, 6], 3),
    ],
)
def test_convolutional_block_agrees_with_plain_arithmetic(shape, f, filters, s, training):
    X = random_images(*shape)
    np.testing.assert_allclose(
        convolutional_block(X, f, filters, s=s, training=training),
        plain_convolutional_block(X, f, filters, s, training),
        atol=1e-5,
    )


def test_the_stride_is_2_and_the_mode_training_unless_said_otherwise():
    X = random_images(2, 6, 6, 3)
    np.testing.assert_allclose(
        convolutional_block(X, 3, [4, 5, 7]),
        convolutional_block(X, 3, [4, 5, 7], s=2, training=True),
    )


@pytest.mark.parametrize("block", [identity_block, convolutional_block])
def test_the_callers_initializer_makes_every_kernel(block):
    inputs = keras.Input((6, 6, 4))
    seeds = []

    def initializer(seed):
        seeds.append(seed)
        return RandomUniform(minval=2, maxval=3, seed=seed)

    model = keras.Model(inputs, block(inputs, 3, [2, 3, 4], initializer=initializer))
    kernels = [np.asarray(w) for w in model.weights if w.path.endswith("kernel")]
    assert len(kernels) == len(seeds)
    assert set(seeds) == {0}
    assert all(((k >= 2) & (k <= 3)).all() for k in kernels)


@pytest.mark.parametrize("block", [identity_block, convolutional_block])
def test_training_none_leaves_the_mode_to_the_model(block):
    X = random_images(4, 6, 6, 4)
    inputs = keras.Input((6, 6, 4))
    model = keras.Model(inputs, block(inputs, 3, [2, 3, 4], training=None))
    moving, batch = model(X, training=False), model(X, training=True)
    np.testing.assert_allclose(moving, block(X, 3, [2, 3, 4], training=False), atol=1e-6)
    np.testing.assert_allclose(batch, block(X, 3, [2, 3, 4], training=True), atol=1e-6)
    assert np.abs(np.asarray(moving) - np.asarray(batch)).max() > 0.1


def plain_residual_block(X, training):
    main = relu(batch_norm(convolve(X, 4, 3, padding="same"), training))
    return relu(batch_norm(convolve(main, 4, 3, padding="same"), training) + X)


def plain_bottleneck_block(X, training):
    return plain_identity_block(X, 3, [3, 3, 12], training)


@pytest.mark.parametrize(
    ("block", "n_filters", "channels", "plain"),
    [
        (residual_block, 4, 4, plain_residual_block),
        (bottleneck_block, 3, 12, plain_bottleneck_block),
    ],
)
def test_the_papers_blocks_agree_with_plain_arithmetic(block, n_filters, channels, plain):
    X = random_images(2, 5, 6, channels)
    inputs = keras.Input(X.shape[1:])
    model = keras.Model(inputs, block(n_filters, inputs))
    for kernel in (weight for weight in model.weights if weight.name == "kernel"):
        kernel.assign(GlorotUniform(seed=0)(kernel.shape))
    for training in (False, True):  # training moves the statistics
        np.testing.assert_allclose(model(X, training=training), plain(X, training), atol=1e-5)


@pytest.mark.parametrize(
    "block", [projection_block, bottleneck_projection_block, strided_in_the_3x3]
)
@pytest.mark.parametrize(("s", "height", "width"), [(1, 9, 10), (2, 5, 5)])
def test_a_projection_block_divides_the_size_by_its_stride_rounding_up(block, s, height, width):
    wide = 1 if block is projection_block else 4
    output = block(6, keras.Input((9, 10, 5)), s=s)
    assert output.shape == (None, height, width, 6 * wide)


@pytest.mark.parametrize(
    ("block", "share"),
    [
        (bottleneck_projection_block, 1 / 4),  # three of four pixels are never read
        (strided_in_the_3x3, 1),
        (projection_block, 1),
    ],
)
def test_the_place_of_the_stride_decides_how_many_pixels_are_read(block, share):
    X = tf.Variable(random_images(8, 8, 8, 3))
    inputs = keras.Input(X.shape[1:])
    model = keras.Model(inputs, block(8, inputs))
    with tf.GradientTape() as tape:
        output = tf.reduce_sum(model(X, training=False) ** 2)
    read = np.abs(tape.gradient(output, X).numpy()).max(axis=(0, 3)) > 0
    assert read.mean() == share


@pytest.mark.parametrize(
    "make", [lambda X: identity_block(X, 3, [64, 64, 256]), lambda X: residual_block(128, X)]
)
def test_a_block_without_a_projection_cannot_change_the_number_of_channels(make):
    with pytest.raises(ValueError, match="shape"):
        make(keras.Input((15, 15, 64)))
