"""What a network costs: parameters and multiply-accumulates, read off its traced graph.

A multiply-accumulate (MAC) is one product that is added to a sum. As in the published tables,
those of convolutions and dense layers are counted, for one image, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import prod
from typing import Any

from resnet_lesson.graph.operations import Branch
from resnet_lesson.graph.places import Place


@dataclass(frozen=True)
class Cost:
    """What one operation costs.

    Attributes:
        place: where it stands, such as ``"stage2.block1.main.1.conv"``.
        kind: what it is, as in `resnet_lesson.graph.operations.Op`.
        shape: the shape of its output without the batch axis.
        parameters: how many numbers training sets in it, a convolution's biases left out.
        macs: multiply-accumulates for one image.
        biases: the biases that a convolution has, or would have.
        moving: BatchNorm's moving means and variances.
    """

    place: str
    kind: str
    shape: tuple
    parameters: int = 0
    macs: int = 0
    biases: int = 0
    moving: int = 0


def costs(series: tuple, input_shape: tuple) -> list[Cost]:
    """What every operation of a graph costs, in the order of computation.

    Args:
        series: tuple of `resnet_lesson.graph.operations.Op` and `Branch`, as
            `resnet_lesson.graph.tracing` gives it.
        input_shape: shape of one input, ``(H, W, C)``.

    Returns:
        List of `Cost`. Weights that two operations share are counted once, MACs each time.
    """
    return list(_walk(series, input_shape[-1], set()))


def model_costs(model: Any) -> list[Cost]:
    """`costs` of a Keras model with one input of known size and one output."""
    from resnet_lesson.graph.tracing import trace_model

    return costs(trace_model(model), model.input_shape[1:])


def total(items: Iterable[Cost]) -> tuple[int, int]:
    """Parameters and MACs of many operations: ``(parameters, macs)``."""
    return sum(item.parameters for item in items), sum(item.macs for item in items)


def by_part(items: Iterable[Cost]) -> list[Cost]:
    """The costs summed up by stem, stages and head: ``shape`` is what each hands on.

    ``items`` are those of a network, in the order of computation.
    """
    parts = []
    for place, group in groupby(items, key=lambda item: Place.parse(item.place).part):
        members = list(group)
        parts.append(Cost(place, "part", members[-1].shape, *total(members)))
    return parts


def _walk(series, channels, met):
    for item in series:
        if isinstance(item, Branch):
            for path in item.paths:
                yield from _walk(path, channels, met)
            item = item.merge
        shared = item.layer >= 0 and item.layer in met
        met.add(item.layer)
        yield _cost(item, channels, shared)
        channels = item.shape[-1]


def _cost(op, channels, shared):
    """The cost of an operation that reads so many channels; ``shared`` leaves its weights out."""
    weights, macs, biases, moving = 0, 0, 0, 0
    if op.kind == "conv":
        *pixels, biases = op.shape
        kernel = prod(op.attrs["kernel_size"]) * channels // op.attrs.get("groups", 1) * biases
        weights, macs = kernel, kernel * prod(pixels)
    elif op.kind == "dense":
        kernel = channels * op.attrs["units"]
        weights, macs = kernel + op.attrs["units"], kernel * prod(op.shape[:-1])
    elif op.kind == "bn":
        weights = moving = 2 * channels
    if shared:
        weights, biases, moving = 0, 0, 0
    return Cost(op.place, op.kind, op.shape, weights, macs, biases, moving)
