"""Weights for a traced graph that depend on what its layers are and where they stand alone."""

import zlib
from functools import cache

import numpy as np
from keras import layers

from resnet_lesson.graph.composites import keras_class
from resnet_lesson.graph.eager_order import EagerOrder
from resnet_lesson.graph.tracing import Trace
from resnet_lesson.keras_internals import layers_within, own_variables

EPSILON = 1e-3


def inject(trace: Trace | EagerOrder, seed: int) -> None:
    """Gives every layer weights of its own, by kind, shape and order of computation.

    Two graphs that compute the same function in the same way get the same weights, whatever order
    their layers were created in. Biases of convolutions become 0: the normalisation that follows
    takes their role, so a block may do without them. BatchNorm's epsilon, which is free, becomes
    the same everywhere.
    """
    depth: list[int] = []
    for step, parents in zip(trace.steps, trace.parents, strict=True):
        weighty = bool(getattr(step.operation, "weights", None))
        depth.append(weighty + max((depth[p] for p in parents), default=0))
    done: set[int] = set()
    count: dict[tuple, int] = {}
    for number in sorted(range(len(trace.steps)), key=lambda n: (depth[n], n)):
        for layer in _layers_of(trace.steps[number].operation):
            if id(layer) in done:
                continue
            done.add(id(layer))
            if isinstance(layer, layers.BatchNormalization):
                layer.epsilon = EPSILON
            for weight in own_variables(layer):
                kind = keras_class(layer).__name__, weight.name, tuple(weight.shape)
                count[kind] = count.get(kind, 0) + 1
                key = f"{seed}/{kind[1:]}/{count[kind]}"
                weight.assign(_values(weight.name, kind[2], layer, key))


def _layers_of(operation):
    """The layers that an operation consists of, itself among them; none for a mere function."""
    return layers_within(operation) if isinstance(operation, layers.Layer) else ()


def _values(name, shape, layer, key):
    if name == "bias" and isinstance(layer, layers.Conv2D):
        return np.zeros(shape, "float32")
    pool = _pool()
    size = int(np.prod(shape))
    start = zlib.crc32(key.encode()) % len(pool)
    values = np.take(pool, np.arange(start, start + size), mode="wrap").reshape(shape)
    if name in ("gamma", "moving_variance"):
        return (1 + 0.5 * np.tanh(values)).astype("float32")
    if name == "kernel":
        # Small enough that sixteen blocks neither blow the values up nor saturate the softmax.
        scale = 0.1 if isinstance(layer, layers.Dense) and layer.units < shape[0] else 1.0
        return values * np.float32(scale / np.sqrt(max(np.prod(shape[:-1]), 1)))
    return values * np.float32(0.3)


@cache
def _pool():
    return np.random.default_rng(20151210).standard_normal(1_000_003, "float32")
