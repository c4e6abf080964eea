"""The loss around a network's weights, along two random directions."""

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

from resnet_lesson.experiments.scales import mean_loss
from resnet_lesson.progress_bar import progress_bar


def loss_surface(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    steps: int = 21,
    reach: float = 1.0,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """The loss on a square of weights around the network's own.

    Kernels move along filter-normalised directions; biases and norms stay (as in the source). The
    network runs in inference mode, with the statistics that its norms hold (see `settle`).

    Args:
        model: a Keras model that gives probabilities; it is not changed.
        images: float32 array ``(m, H, W, 3)``.
        labels: integer array ``(m,)``.
        steps: odd, points along a side.
        reach: how far the square goes to each side; 1 is as far as the filters are long.
        seed: chooses the directions.

    Returns:
        The places along a side, float ``(steps,)``, and the mean cross-entropies, float
        ``(steps, steps)``: the row is the place along the first direction.

    Source: Li et al. (2018), section 4 and appendix.
    """
    start = [tf.convert_to_tensor(weight) for weight in model.trainable_variables]
    fixed = [tf.convert_to_tensor(weight) for weight in model.non_trainable_variables]
    first, second = (filter_normalised(start, seed + turn) for turn in (0, 1000))

    @tf.function
    def loss_at(a, b):
        moved = [w + a * u + b * v for w, u, v in zip(start, first, second, strict=True)]
        probabilities, _ = model.stateless_call(moved, fixed, images, training=False)
        return mean_loss(probabilities, labels)

    places = np.linspace(-reach, reach, steps).astype("float32")
    losses = []
    with progress_bar("Loss surface, row by row") as report:
        for a in places:
            losses.append([float(loss_at(tf.constant(a), tf.constant(b))) for b in places])
            report(len(losses), steps)
    return places, np.array(losses)


def filter_normalised(weights: Iterable, seed: int) -> list[np.ndarray]:
    """A random direction in which every filter is as long as the network's own.

    Args:
        weights: arrays; the last axis of a kernel counts its filters. Those with one axis (biases
            and norms) do not move.
        seed: chooses the direction.

    Source: Li et al. (2018), section 4.
    """
    rng = np.random.default_rng(seed)
    return [_direction(rng, np.asarray(weight)) for weight in weights]


def _direction(rng, weight):
    if weight.ndim < 2:
        return np.zeros_like(weight)
    direction = rng.standard_normal(weight.shape).astype(weight.dtype)
    axes = tuple(range(weight.ndim - 1))
    lengths = [np.sqrt((array**2).sum(axes, keepdims=True)) for array in (weight, direction)]
    return direction * lengths[0] / lengths[1]
