"""The degradation experiment of notebook 01: plain and residual stacks of several depths.

One argument tells the two apart: ``connect(X, main_path)`` joins a pair of convolutions to what
came before them. `resnet_lesson.blocks.skip_connection` is one such function.
"""

import os

import keras
import numpy as np
from keras import layers
from keras.initializers import HeNormal

from resnet_lesson.signs import load_signs, normalise

BATCH = 64
LEARNING_RATE = 0.002


def depths():
    """The depths to compare, in layers with weights; fewer under ``RESNET_LESSON_QUICK=1``."""
    return (8, 26) if _quick() else (8, 20, 44)


def small_signs(count=256):
    """The first training images of the hand signs, shrunk so that a network trains in seconds.

    Arguments:
        count: integer, how many images.

    Returns:
        Tuple of images, float32 ``(count, 16, 16, 3)`` in [0, 1], and labels, int64 ``(count,)``.
    """
    signs = load_signs()
    windows = normalise(signs.train_images[:count]).reshape(-1, 16, 4, 16, 4, 3)
    return windows.mean(axis=(2, 4)), signs.train_labels[:count]


def build_stack(depth, connect, width=16, classes=6):
    """A network of ``depth`` layers with weights: one convolution, pairs of them, a classifier.

    Networks of one depth start with the same weights, whatever joins their layers.

    Arguments:
        depth: even integer, 4 or more.
        connect: callable ``connect(X, main_path)``, joins a pair of convolutions, ``main_path``, to
            their input; returns a tensor of the shape of ``X``.
        width: integer, the channels of every convolution.
        classes: integer, how many classes to tell apart.

    Returns:
        A Keras model from images ``(N, 16, 16, 3)`` to probabilities ``(N, classes)``.

    Raises:
        ValueError: the depth is odd or below 4.

    Source: after He et al. (2015), section 4.2, with one width and one image size throughout.
    """
    if depth < 4 or depth % 2:
        raise ValueError(f"depth is {depth}; give an even number of layers, 4 or more")
    inputs = keras.Input((16, 16, 3))
    X = layers.Activation("relu")(_convolution(inputs, width, seed=0, strides=2))
    for seed in range(1, depth - 1, 2):
        X = connect(X, lambda X, seed=seed: _two_convolutions(X, width, seed))
    X = layers.GlobalAveragePooling2D()(X)
    outputs = layers.Dense(classes, "softmax", kernel_initializer=HeNormal(seed=depth))(X)
    return keras.Model(inputs, outputs)


def _two_convolutions(X, width, seed):
    X = layers.Activation("relu")(_convolution(X, width, seed))
    return _convolution(X, width, seed + 1)


def _convolution(X, width, seed, strides=1):
    # The norm that follows has a bias of its own.
    X = layers.Conv2D(
        width, 3, strides, "same", use_bias=False, kernel_initializer=HeNormal(seed=seed)
    )(X)
    return layers.BatchNormalization()(X)


def training_losses(model, images, labels, epochs=None):
    """Trains a model and returns how wrong it was on the very images that it learnt from.

    Arguments:
        model: a Keras model that gives probabilities; it is compiled and trained in place.
        images: float32 array ``(m, 16, 16, 3)``.
        labels: integer array ``(m,)``.
        epochs: integer, passes over the images; by default 20, or 10 under
            ``RESNET_LESSON_QUICK=1``.

    Returns:
        List of floats, the mean cross-entropy of each epoch.
    """
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy", jit_compile=False
    )
    rng = np.random.default_rng(0)
    losses = []
    for _ in range(epochs or (10 if _quick() else 20)):
        order = rng.permutation(len(images))
        model.reset_metrics()
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            mean = model.train_on_batch(images[batch], labels[batch])
        losses.append(float(mean))
    return losses


def _quick():
    return os.environ.get("RESNET_LESSON_QUICK") == "1"
