"""Weights for ResNet-34 by a formula that needs NumPy alone, so that two libraries can share them.

A layer is known by its kernel's side and by its number among the convolutions of that side, in the
order of computation: 1×1 are the projections, 3×3 the main paths, 7×7 is the stem.
"""

import numpy as np

DENSE = 0  # stands for the side of the classifier's kernel


def convolution(side, number, channels, filters):
    """The kernel of a convolution, ``(side, side, channels, filters)``."""
    scale = np.sqrt(2 / (side * side * channels))
    kernel = np.random.default_rng([side, number]).standard_normal((side, side, channels, filters))
    return (scale * kernel).astype("float32")


def normalisation(side, number, channels):
    """Gamma, beta, moving mean and moving variance of the BatchNorm behind a convolution."""
    rng = np.random.default_rng([side, number, channels])
    gamma, variance = rng.uniform(0.3, 0.7, channels), rng.uniform(0.5, 1.5, channels)
    beta, mean = 0.2 * rng.standard_normal((2, channels))
    return [values.astype("float32") for values in (gamma, beta, mean, variance)]


def classifier(features, classes):
    """Kernel ``(features, classes)`` and bias of the dense layer."""
    rng = np.random.default_rng([DENSE, features])
    kernel = rng.standard_normal((features, classes)) / np.sqrt(features)
    return kernel.astype("float32"), rng.standard_normal(classes).astype("float32")


def images(count, height, width):
    """Images of noise, ``(count, height, width, 3)``."""
    rng = np.random.default_rng([count, height, width])
    return rng.standard_normal((count, height, width, 3)).astype("float32")


SHAPES = {"published": (1, 224, 224), "even": (2, 70, 96)}
