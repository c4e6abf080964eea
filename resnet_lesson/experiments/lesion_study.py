"""What single pairs of a network are worth: take one out, or silence it."""

from collections.abc import Callable, Iterable
from itertools import count
from math import comb
from typing import Any

import keras
import numpy as np

from resnet_lesson.experiments.stacks import build_stack
from resnet_lesson.progress_bar import progress_bar


def silence(model: keras.Model, pairs: Iterable[int]) -> None:
    """Makes the main path of some pairs give zero: their last BatchNorm gets scale and shift 0.

    Args:
        model: a network of `build_stack` with norms, changed in place.
        pairs: the pairs' numbers, from 1.

    Source: Goyal et al. (2017), section 5.1, where it is a way to start.
    """
    for number in pairs:
        norm = model.get_layer(f"pair{number}_norm2")
        norm.gamma.assign(np.zeros(norm.gamma.shape))
        norm.beta.assign(np.zeros(norm.beta.shape))


def without_pair(
    model: keras.Model, number: int, depth: int, connect: Callable, **options: Any
) -> keras.Model:
    """A copy of a network with one pair taken out; the others keep their weights.

    Its input goes on as its output; where it opens a group, in the shape of the group.

    Args:
        model: a network of ``build_stack(depth, connect, **options)``, trained or not.
        number: of the pair, from 1.
        depth, connect, options: what the network was built with.

    Source: Veit et al. (2016), section 4.1.
    """
    numbers = count(1)

    def connect_others(X, main_path):
        return X if next(numbers) == number else connect(X, main_path)

    shorter = build_stack(depth, connect_others, **options)
    weighted = [layer for layer in shorter.layers if layer.weights]
    *named, classifier = weighted
    for layer in named:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    classifier.set_weights(model.layers[-1].get_weights())
    return shorter


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of images that a network classifies correctly in inference mode."""
    answers = np.argmax(model(images, training=False), axis=-1)
    return float(np.mean(answers == labels))


def accuracies_without_pairs(
    model: keras.Model,
    depth: int,
    connect: Callable,
    images: np.ndarray,
    labels: np.ndarray,
    **options: Any,
) -> list[float]:
    """What `accuracy` is left without each single pair: one number for each, from the first on.

    Args:
        model, depth, connect, options: as for `without_pair`.
        images, labels: as for `accuracy`.
    """
    pairs = range(1, depth // 2)
    left = []
    with progress_bar(f"{len(pairs)} networks, a pair less each") as report:
        for number in pairs:
            shorter = without_pair(model, number, depth, connect, **options)
            left.append(accuracy(shorter, images, labels))
            report(number, len(pairs))
    return left


def path_lengths(blocks: int) -> list[int]:
    """How many ways lead through residual blocks in a row, by the number of main paths taken.

    Source: Veit et al. (2016), section 3 (the paths) and section 5 (their lengths).
    """
    return [comb(blocks, k) for k in range(blocks + 1)]
