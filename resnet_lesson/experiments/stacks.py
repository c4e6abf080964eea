"""Plain and residual stacks of several depths, small enough to be trained in seconds.

One argument tells the two apart: ``connect(X, main_path)`` joins a pair of convolutions to what
came before them. `resnet_lesson.blocks.skip_connection` is one such function.
"""

from collections.abc import Callable, Sequence
from itertools import count

import keras
import numpy as np
from keras import layers, ops
from keras.initializers import HeNormal

from resnet_lesson.progress_bar import progress_bar
from resnet_lesson.settings import quick
from resnet_lesson.signs import load_signs, normalise

BATCH = 64
LEARNING_RATE = 0.002
# Groups of pairs: (channels, stride of the group's first convolution).
ONE_GROUP = ((16, 2),)
THREE_GROUPS = ((8, 1), (16, 2), (32, 2))


def depths() -> tuple[int, ...]:
    """The depths to compare, in layers with weights; fewer under ``RESNET_LESSON_QUICK=1``."""
    return (8, 26) if quick() else (8, 20, 44)


def small_signs(count: int = 256, size: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """The first training images of the hand signs, shrunk so that a network trains in seconds.

    Args:
        count: how many images.
        size: their new height and width in pixels; a divisor of 64.

    Returns:
        Images, float32 ``(count, size, size, 3)`` in [0, 1], and labels, int64
        ``(count,)``.
    """
    signs = load_signs()
    side = 64 // size
    windows = normalise(signs.train_images[:count]).reshape(-1, size, side, size, side, 3)
    return windows.mean(axis=(2, 4)), signs.train_labels[:count]


def build_stack(
    depth: int,
    connect: Callable,
    groups: Sequence[tuple[int, int]] = ONE_GROUP,
    norm: bool = True,
    seed: int = 0,
    classes: int = 6,
) -> keras.Model:
    """A network of ``depth`` layers with weights: one convolution, pairs of them, a classifier.

    Networks of one depth and one seed start with the same weights, whatever joins their layers.

    Args:
        depth: even, 4 or more: 2 + 2 · (number of pairs).
        connect: ``connect(X, main_path)`` joins a pair of convolutions, ``main_path``, to
            their input; returns a tensor of the shape of ``X``.
        groups: pairs (channels, stride of the group's first convolution); each group gets the same
            number of pairs. The first convolution of the network opens the first group. Where a new
            group begins, ``connect`` gets the input averaged down to the group's size, channels of
            zeros added.
        norm: False leaves BatchNorm out and gives the convolutions a bias.
        seed: chooses the weights.
        classes: how many classes to tell apart.

    Returns:
        A Keras model from images ``(N, H, W, 3)`` to probabilities ``(N, classes)``. Its layers'
        names begin with ``pair1`` … for the pairs; the last norm of one is ``pair1_norm2``.

    Raises:
        ValueError: the depth is odd or below 4, or the pairs cannot be shared out to the groups.

    Source: after He et al. (2015), section 4.2, with its option A where groups meet (an average
    instead of every second pixel).
    """
    if depth < 4 or depth % 2:
        raise ValueError(f"depth is {depth}; give an even number of layers, 4 or more")
    pairs = (depth - 2) // 2
    if pairs % len(groups):
        raise ValueError(
            f"depth {depth} makes {pairs} pairs, which {len(groups)} groups cannot share evenly; "
            f"give 2 plus a multiple of {2 * len(groups)}"
        )
    convolve = _Convolutions(norm, first_seed=1000 * seed)
    inputs = keras.Input((None, None, 3))
    X = layers.Activation("relu")(convolve(inputs, *groups[0], name="stem_conv"))
    for number in range(pairs):
        group = groups[number * len(groups) // pairs]
        X = _add_pair(X, connect, convolve, group, f"pair{number + 1}_")
    X = layers.GlobalAveragePooling2D()(X)
    start = HeNormal(seed=1000 * seed + depth)
    return keras.Model(inputs, layers.Dense(classes, "softmax", kernel_initializer=start)(X))


def _add_pair(X, connect, convolve, group, name):
    """Joins one more pair; where a group begins, the main path takes the input as it was."""
    channels, stride = group
    if X.shape[-1] == channels:
        return connect(X, lambda X: convolve.pair(X, channels, 1, name))
    shortcut = layers.AveragePooling2D(stride)(X)
    missing = channels - X.shape[-1]
    shortcut = ops.pad(shortcut, [[0, 0], [0, 0], [0, 0], [0, missing]])
    return connect(shortcut, lambda _: convolve.pair(X, channels, stride, name))


class _Convolutions:
    """Makes 3×3 convolutions with their norm; no two of them start alike."""

    def __init__(self, norm, first_seed):
        self.norm, self.seeds = norm, count(first_seed)

    def __call__(self, X, channels, stride, name):
        convolution = layers.Conv2D(
            channels,
            3,
            stride,
            "same",
            use_bias=not self.norm,  # the norm that follows has a bias of its own
            kernel_initializer=HeNormal(seed=next(self.seeds)),
            name=name,
        )
        X = convolution(X)
        return layers.BatchNormalization(name=name.replace("conv", "norm"))(X) if self.norm else X

    def pair(self, X, channels, stride, name):
        X = layers.Activation("relu")(self(X, channels, stride, f"{name}conv1"))
        return self(X, channels, 1, f"{name}conv2")


def training_losses(
    model: keras.Model, images: np.ndarray, labels: np.ndarray, epochs: int | None = None
) -> list[float]:
    """Trains a model; returns each epoch's mean cross-entropy on the training images.

    Args:
        model: a Keras model that gives probabilities; it is compiled and trained in place.
        images: float32 array ``(m, 16, 16, 3)``.
        labels: integer array ``(m,)``.
        epochs: passes over the images; by default 20, or 10 under
            ``RESNET_LESSON_QUICK=1``.
    """
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy", jit_compile=False
    )
    # Keras would do that within the first step, and then trace the step a second time.
    model.optimizer.build(model.trainable_variables)
    rng = np.random.default_rng(0)
    losses = []
    epochs = epochs or (10 if quick() else 20)
    with progress_bar("Training, epoch by epoch") as report:
        for epoch in range(epochs):
            order = rng.permutation(len(images))
            model.reset_metrics()
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                mean = model.train_on_batch(images[batch], labels[batch])
            losses.append(float(mean))
            report(epoch + 1, epochs)
    return losses


def settle(model: keras.Model, images: np.ndarray) -> None:
    """Gives every BatchNorm the exact mean and variance of these images; no weight changes.

    What the norms have collected while training lags behind the weights (notebook 05). Layer by
    layer, the statistics of one large batch are what inference on it needs.

    Args:
        model: a Keras model, changed in place.
        images: float32 array ``(m, H, W, 3)``.
    """
    norms = [x for x in model.layers if isinstance(x, layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model(images, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
