"""Keras code → graph: the paths that the operations of a function or model form."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from resnet_lesson.graph.composites import is_composite
from resnet_lesson.graph.describing import describe
from resnet_lesson.graph.following import Followed, TraceError
from resnet_lesson.graph.operations import Branch, Op, count, operations, with_places

MOST_OPERATIONS = 5000
# Layers of which Keras wants nothing but `call` where float32 goes in and comes out.
PLAIN = {
    *(layers.Conv2D, layers.BatchNormalization, layers.Activation, layers.ReLU, layers.Add),
    *(layers.ZeroPadding2D, layers.MaxPooling2D, layers.AveragePooling2D, layers.Flatten),
}
END = -1  # what reads the result, where steps that read others are numbered


class Trace:
    """The graph of a function or model, and the means to run it.

    Args:
        output: Keras tensor, what the function returned.
        source: Keras tensor, its input.
        failed: None, or ``(operation, tensors)``: the call that raised, to be shown as the last
            operation.
        known_layers: numbers of the layers met before, for several traces to share: a layer that
            occurs in two of them has one number in both.
        owned: None, or the layers that the traced object keeps; one with weights that is not
            among them is marked by the attribute ``owned=False``.
        first: tensors to be followed as well, before the output.

    Attributes:
        series: the graph, a tuple of `resnet_lesson.graph.operations.Op` and `Branch`.
        steps: list of `Step` in the order of computation; the first is the input.
        parents: for each step the numbers of those that it reads.
        ends: the numbers of the steps that compute the output, or what the failed call reads.

    Raises:
        TraceError: the output cannot be followed back to the input.
    """

    def __init__(
        self,
        output: Any,
        source: Any,
        failed: tuple | None = None,
        known_layers: dict | None = None,
        owned: Iterable | None = None,
        first: Iterable = (),
    ):
        self._output, self._failed = output, failed
        self._followed = Followed(failed[1] if failed else [output], source, first)
        self.source, self.steps, self.ends = source, self._followed.steps, self._followed.ends
        self.parents = [[number for _, number in step.inputs] for step in self.steps]
        self._owned = None if owned is None else {id(layer) for layer in owned}
        self._layers = {} if known_layers is None else known_layers
        self._budget = MOST_OPERATIONS
        self._described: dict[int, tuple[str, dict]] = {}  # what `describe` says of each step
        self._dominators = self._find_dominators()
        self.series = self._graph(self.ends)

    def _graph(self, ends):
        start = self._followed.start
        if self._failed:
            return self._series_to_failure(start, ends, self._failed[0])
        return self._series(start, ends[0])

    def number_of(self, tensor: Any) -> int:
        """The number of the step that computes a symbolic tensor, -1 if none does."""
        return self._followed.number_of(tensor)

    def computes(self, tensor: Any) -> bool:
        """Whether one of the steps computes a symbolic tensor."""
        try:
            return self.number_of(tensor) >= 0
        except TraceError:
            return False

    def beginning_with(self, tensor: Any) -> "Trace":
        """The trace of the same result in which what leads to another tensor comes first."""
        return Trace(self._output, self.source, self._failed, first=[tensor])

    def with_other_path(self, end: Any) -> "Trace":
        """The trace of a call that raised, with the path to ``end`` that was computed before.

        It is itself where the two paths have more in common than the input.
        """
        both = Trace(None, self.source, self._failed, self._layers, first=[end])
        number = both.number_of(end)
        start = self._followed.start
        if not self.series or both.ancestors([number]) & both.ancestors(both.ends) != {start}:
            return self
        other = both._series(start, number)
        if count(other, "conv") > count(both.series, "conv"):
            both.series = (_branch([other, both.series], Op("add")),)
            return both
        return self

    def ancestors(self, numbers: Iterable[int]) -> set[int]:
        """The steps that lead to others, and these."""
        met: set[int] = set()
        stack = list(numbers)
        while stack:
            number = stack.pop()
            if number not in met:
                met.add(number)
                stack += self.parents[number]
        return met

    def rewired(self, reads: Mapping[tuple[int, int], int]) -> tuple:
        """The graph as it would be if some steps read others.

        Args:
            reads: ``(step, turn of its input) → number of the step to be read``; the step `END` is
                what was returned, or the call that raised.
        """
        twin, ends = copy(self), list(self.ends)
        twin.parents = [list(parents) for parents in self.parents]
        for (step, turn), number in reads.items():
            (ends if step == END else twin.parents[step])[turn] = number
        twin._budget = MOST_OPERATIONS
        twin._dominators = twin._find_dominators()
        return twin._graph(ends)

    def _find_dominators(self):
        """For each step the nearest one through which every way from the input leads."""
        dominators = []
        for parents in self.parents:
            dominators.append(self._meet(parents, dominators) if parents else -1)
        return dominators

    def _meet(self, numbers, dominators=None):
        dominators = self._dominators if dominators is None else dominators
        numbers = set(numbers)
        while len(numbers) > 1:
            latest = max(numbers)
            numbers.remove(latest)
            numbers.add(dominators[latest])
        return numbers.pop()

    def _series(self, start, end):
        items = []
        while end != start:
            parents = self.parents[end]
            if not parents:
                raise TraceError("a part of the result does not depend on the input")
            self._budget -= 1
            if self._budget < 0:
                raise TraceError("the graph is too large to follow")
            op = self._op(end)
            if len(parents) == 1:
                items.append(op)
                end = parents[0]
            else:
                join = self._meet(parents)
                if join < 0:
                    raise TraceError("a part of the result does not depend on the input")
                items.append(_branch([self._series(join, p) for p in parents], op))
                end = join
        return _tidy(reversed(items))

    def _series_to_failure(self, start, ends, operation):
        if is_composite(operation):  # what raised inside it stays unknown
            return self._series(start, ends[0]) if len(ends) == 1 else ()
        shapes = [tuple(self.steps[end].output.shape[1:]) for end in ends]
        op = Op(*describe(operation, shapes, None), shape=(), layer=self._layer_number(operation))
        if len(ends) == 1:
            return (*self._series(start, ends[0]), op)
        join = self._meet(ends)
        merged = _branch([self._series(join, end) for end in ends], op)
        return (*self._series(start, join), merged)

    def _op(self, number):
        step = self.steps[number]
        if number not in self._described:  # else for another way to wire the same steps
            shapes = [tuple(self.steps[n].output.shape[1:]) for _, n in step.inputs]
            self._described[number] = describe(step.operation, shapes, step.arguments)
        kind, attrs = self._described[number]
        layer = self._layer_number(step.operation)
        foreign = self._owned is not None and id(step.operation) not in self._owned
        if layer >= 0 and foreign:
            attrs = {**attrs, "owned": False}
        return Op(kind, attrs, tuple(step.output.shape[1:]), node=number, layer=layer)

    def _layer_number(self, operation):
        if not getattr(operation, "weights", None):
            return -1
        # Held with its number, since an id is used again once its object is gone.
        number, _ = self._layers.setdefault(id(operation), (len(self._layers), operation))
        return number

    def run(self, x: np.ndarray, training: bool | None = None) -> list[np.ndarray]:
        """Computes every step on ``x (N, H, W, C)``.

        ``training`` overrides the mode of every layer, as a model does; None leaves the one that
        each layer was called with.
        """
        values = [ops.convert_to_tensor(x)]
        for step in self.steps[1:]:
            known = {argument: values[number] for argument, number in step.inputs}
            args, kwargs = step.arguments.fill_in(known)
            if training is not None and _takes_training(step.operation):
                kwargs = {**kwargs, "training": training}
            values.append(_called(step.operation, args, kwargs))
        return [np.asarray(value) for value in values]


def _branch(paths, merge):
    """A `Branch` of these paths, the one with the most convolutions as the main one.

    Of two that are alike it is the one that comes first in the order of computation.
    """

    def rank(path):
        first = min((op.node for op in operations(path)), default=0)
        return -count(path, "conv"), -len(path), first

    paths = sorted(paths, key=rank)
    return Branch(paths[0], paths[1], merge, tuple(paths[2:]))


def _tidy(items):
    """Drops what changes nothing and joins a dense layer with the activation behind it."""
    series = []
    for item in items:
        if isinstance(item, Op) and item.kind == "linear":
            continue
        last = series[-1] if series else None
        if (
            isinstance(item, Op)
            and item.kind == "activation"
            and isinstance(last, Op)
            and last.kind == "dense"
            and last.attrs["activation"] == "linear"
        ):
            attrs = {**last.attrs, "activation": item.attrs["name"]}
            item = Op("dense", attrs, item.shape, "", item.node, last.layer)
            series.pop()
        series.append(item)
    return tuple(series)


def _called(operation, args, kwargs):
    """What an operation computes: without all that Keras does around a layer, where it can be."""
    if type(operation) in PLAIN and operation.compute_dtype == "float32":
        tensors = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        if all(ops.is_tensor(tensor) and tensor.dtype == "float32" for tensor in tensors):
            try:
                return operation.call(*args, **kwargs)
            except Exception:  # Keras says more of it
                return operation(*args, **kwargs)
    return operation(*args, **kwargs)


def _takes_training(operation):
    call = operation.call
    return _has_training(getattr(call, "__func__", call))


@lru_cache(256)
def _has_training(function):
    return "training" in inspect.signature(function).parameters


def trace(function: Callable, shape: tuple, **arguments: Any) -> tuple:
    """The graph, with places, of a block ``(X, ...) -> tensor`` on an input ``(H, W, C)``."""
    source = keras.Input(shape)
    return with_places(Trace(function(source, **arguments), source).series)


def trace_model(model: keras.Model) -> tuple:
    """The graph, with places, of a Keras model with one input and one output."""
    return with_places(Trace(model.outputs[0], model.inputs[0]).series)
