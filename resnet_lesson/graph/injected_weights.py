"""Weights that follow from what a layer is and where it stands, computed without Keras."""

import math
import zlib
from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np

EPSILON = 1e-3  # of every BatchNorm


class InjectedWeights:
    """Weights for one layer after the other, in the order in which they are computed.

    Args:
        seed: all weights follow from it, and from the names and shapes asked for so far.
    """

    def __init__(self, seed: int):
        self.seed = seed
        self._count: Counter[tuple] = Counter()

    def next(self, layer: str, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """The next weight of this name and shape in a layer of this class of Keras's.

        Biases of convolutions are 0: the normalisation that follows takes their role, so a block
        may do without them.
        """
        kind = layer, name, shape
        self._count[kind] += 1
        if name == "bias" and layer == "Conv2D":
            return np.zeros(shape, "float32")
        values = _drawn(shape, f"{self.seed}/{kind[1:]}/{self._count[kind]}")
        if name in ("gamma", "moving_variance"):
            return (1 + 0.5 * np.tanh(values)).astype("float32")
        if name == "kernel":
            # Small enough that sixteen blocks neither blow the values up nor saturate the softmax.
            scale = 0.1 if layer == "Dense" and shape[1] < shape[0] else 1.0
            return values * np.float32(scale / np.sqrt(max(math.prod(shape[:-1]), 1)))
        return values * np.float32(0.3)


def most_weights_after(steps: Iterable[tuple[int, Iterable[int], bool]]) -> Counter[int]:
    """How many steps with weights follow each step at most, by its number.

    Of layers with equally many before them, that with more after it gets its weights first.

    Args:
        steps: as they are computed, for each its number, those that it reads, whether it has
            weights.
    """
    after: Counter[int] = Counter()
    for number, reads, has_weights in reversed(list(steps)):
        for read in reads:
            after[read] = max(after[read], after[number] + has_weights)
    return after


def _drawn(shape, key):
    pool = _pool()
    start = zlib.crc32(key.encode()) % len(pool)
    end = start + math.prod(shape)
    if end > len(pool):  # begin again, as often as it takes
        pool = np.tile(pool, math.ceil(end / len(pool)))
    return pool[start:end].reshape(shape)


@cache
def _pool():
    return np.random.default_rng(20151210).standard_normal(1_000_003, "float32")
