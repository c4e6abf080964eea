"""Whether the values of the call that was held back follow from the graph that was sent.

A graph is only what a child says. Its values on inputs and weights that nobody knew when it was
sent are evidence: here each step is computed again, from what was sent of the steps before it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from resnet_lesson.grading.judge.borders import same_padding
from resnet_lesson.graph.injected_weights import EPSILON, InjectedWeights, most_weights_after
from resnet_lesson.graph.operations import Branch, Op, Series

CLOSE = 1e-2  # of the largest value: of a step, computed from the values of those before it
MOST_WORK = 4e9  # multiplications; a ResNet-50 takes a third
MOST_WINDOWS = 30_000_000  # numbers, of one convolution
USUAL = {"filters", "kernel_size", "strides", "padding", "activation", "initializer", "owned"}
ACTIVATIONS = {"linear": lambda x: x, "relu": lambda x: np.maximum(x, 0)}


@dataclass(frozen=True)
class Step:
    """An operation, the numbers of the steps that it reads, and how many have weights before it."""

    op: Op
    reads: tuple[int, ...]
    depth: int


class Evidence:
    """The steps of a graph, each held against what it would compute.

    Args:
        series: the graph as it was sent.
        values: of each step.
        seed: of the weights.

    Attributes:
        proved: the numbers of the steps that compute what the graph says.
        refuted: those of the steps that compute something else.
    """

    def __init__(self, series: Series, values: tuple[np.ndarray, ...], seed: int):
        self.values = values
        self.proved: set[int] = set()
        self.refuted: set[int] = set()
        self._work = 0.0
        self._weights = InjectedWeights(seed)
        self._of_layer: dict[int, dict[str, np.ndarray]] = {}
        self._unclear = False  # whether further weights are unknown, after a layer with others
        every = _steps(series, 0, 0)[0]
        steps = {step.op.node: step for step in every if step.op.node > 0}
        after = most_weights_after((s.op.node, s.reads, s.op.layer >= 0) for s in every)
        for node in sorted(steps, key=lambda node: (steps[node].depth, -after[node], node)):
            self._try(steps[node])

    def _try(self, step):
        op, inputs = step.op, [self.values[node] for node in step.reads]
        if self._is_another_layer(op, inputs[0]):
            self.refuted.add(op.node)
            return
        candidates = list(self._candidates(op, inputs))
        # What becomes of a division by zero shows nothing.
        if candidates and all(np.isfinite(x).all() for x in inputs):
            have = self.values[op.node]
            agrees = any(_agree(have, want) for want in candidates)
            (self.proved if agrees else self.refuted).add(op.node)

    def _candidates(self, op, inputs) -> Iterator[np.ndarray]:
        """What the operation may compute; nothing where that is not known here."""
        if op.kind == "relu":
            yield np.maximum(inputs[0], 0)
        elif op.kind == "add" and len(inputs) > 1 and _broadcast(inputs):
            yield sum(inputs)
        elif op.kind in ("conv", "bn"):
            weights = self._weights_of(op, inputs[0])
            if weights:
                yield from (self._conv if op.kind == "conv" else _bn)(op, inputs[0], weights)

    def _is_another_layer(self, op, x):
        """Whether the layer it is said to be has weights of other names or shapes already."""
        held = self._of_layer.get(op.layer, {})
        return bool(held) and {name: w.shape for name, w in held.items()} != _shapes(op, x)

    def _weights_of(self, op, x):
        if op.layer in self._of_layer:
            return self._of_layer[op.layer]
        shapes = _shapes(op, x)
        self._unclear = self._unclear or not shapes
        if self._unclear:
            return {}
        kind = {"conv": "Conv2D", "bn": "BatchNormalization"}[op.kind]
        weights = {name: self._weights.next(kind, name, shape) for name, shape in shapes.items()}
        self._of_layer[op.layer] = weights
        return weights

    def _conv(self, op, x, weights):
        attrs, kernel = op.attrs, weights["kernel"]
        if attrs.get("activation") not in ACTIVATIONS or not set(attrs) <= USUAL:
            return
        windows = _windows(x, kernel.shape[:2], attrs["strides"], attrs.get("padding"))
        self._work += windows.size * kernel.shape[-1]
        if windows.size > MOST_WINDOWS or self._work > MOST_WORK:
            return
        y = np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2)))
        yield ACTIVATIONS[attrs["activation"]](y)


def _steps(series, start, depth):
    """The steps of a graph, ``(steps, number of the last, depth)``; the input's number is 0."""
    steps: list[Step] = []
    for item in series:
        reads, depths = (start,), [depth]
        op = item
        if isinstance(item, Branch):
            op, ends = item.merge, [_steps(path, start, depth) for path in item.paths]
            steps += [step for path, _, _ in ends for step in path]
            reads, depths = tuple(end for _, end, _ in ends), [depth for _, _, depth in ends]
        start, depth = op.node, max(depths) + (op.layer >= 0)
        steps.append(Step(op, reads, depth))
    return steps, start, depth


def _shapes(op, x):
    """The shapes of a layer's weights by their names, in order; empty where they are not known."""
    if x.ndim != 4 or op.layer < 0:
        return {}
    if op.kind == "bn":
        axis = op.attrs.get("axis")
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        return dict.fromkeys(names, (x.shape[axis],)) if axis in (1, 2, 3) else {}
    size, filters = op.attrs.get("kernel_size"), op.attrs.get("filters")
    groups = op.attrs.get("groups", 1)
    sizes = _pair(size) and _pair(op.attrs.get("strides")) and _pair((filters, groups))
    channels = x.shape[1 if "data_format" in op.attrs else 3]
    if not sizes or math.prod((*size, channels, filters)) > MOST_WINDOWS:
        return {}
    return {"kernel": (*size, channels // groups, filters)}


def _pair(value):
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(type(n) is int and 0 < n <= 4096 for n in value)
    )


def _windows(x, size, strides, padding):
    """The windows of a convolution, ``(N, H, W, C, height, width)``; none if it has none."""
    if padding == "same":
        borders = map(same_padding, x.shape[1:3], size, strides)
        x = np.pad(x, ((0, 0), *borders, (0, 0)))
    if x.shape[1] < size[0] or x.shape[2] < size[1]:
        return np.zeros((0, 0, 0, x.shape[3], *size), "float32")
    return sliding_window_view(x, size, axis=(1, 2))[:, :: strides[0], :: strides[1]]


def _bn(op, x, weights):
    """In both modes: a layer that is not to be trained normalises by what it holds."""
    if {"scale_and_shift", "own_call"} & set(op.attrs):
        return
    x = np.moveaxis(x, op.attrs["axis"], -1)
    held = weights["moving_mean"], weights["moving_variance"]
    for mean, variance in (held, (x.mean((0, 1, 2)), x.var((0, 1, 2)))):
        y = (x - mean) / np.sqrt(variance + EPSILON)
        yield np.moveaxis(y * weights["gamma"] + weights["beta"], -1, op.attrs["axis"])


def _broadcast(inputs):
    try:
        return np.broadcast_shapes(*(x.shape for x in inputs))
    except ValueError:
        return None


def _agree(have, want):
    if have.shape != want.shape or not np.all(np.isfinite(have)):
        return False
    largest = max(float(np.abs(want).max(initial=0)), 1e-6)
    return float(np.abs(have - want).max(initial=0)) <= CLOSE * largest
