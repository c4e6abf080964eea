"""What one output of a stack of convolutions sees of the image."""

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf


def theoretical_size(layers: Iterable[tuple[int, int]]) -> int:
    """The side, in pixels, of the square of the image that can reach one output at all.

    Args:
        layers: pairs (window, stride), in pixels of each layer's own input, from the image on.
    """
    size, jump = 1, 1
    for window, stride in layers:
        size += (window - 1) * jump
        jump *= stride
    return size


def gradient_map(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """How strongly each pixel moves the output in the middle of the last feature map.

    In inference mode: in training, every image's pixels reach every output by way of the batch's
    statistics.

    Args:
        model: a network of `build_stack`.
        images: float32 array ``(m, H, W, 3)``.

    Returns:
        Float array ``(H, W)`` with sum 1: squared gradients, summed over images and colours.

    Source: Luo et al. (2016), section 2.
    """
    *_, pooling, _ = model.layers
    features = keras.Model(model.input, pooling.input)
    X = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(X)
        outputs = features(X, training=False)
        _, rows, columns, _ = outputs.shape
        middle = tf.reduce_sum(outputs[:, rows // 2, columns // 2])
    squares = np.sum(np.square(tape.gradient(middle, X), dtype="float64"), axis=(0, 3))
    return squares / squares.sum()


def share_inside(squares: np.ndarray, share: float = 0.95) -> int:
    """The side of the smallest square about the centre of gravity that holds a share of the sum.

    It is odd, in pixels; ``squares (H, W)`` are not negative.
    """
    squares = np.asarray(squares) / np.sum(squares)
    rows, columns = np.indices(squares.shape)
    middle = [round(float((place * squares).sum())) for place in (rows, columns)]
    distance = np.maximum(abs(rows - middle[0]), abs(columns - middle[1]))
    held = [squares[distance <= radius].sum() for radius in range(max(squares.shape))]
    return 2 * int(np.argmax(np.array(held) >= share)) + 1
