"""Keras code → graph: follows a symbolic tensor back to the input, and runs what it found."""

import inspect
import zlib
from copy import copy
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from resnet_lesson.errors import LessonError
from resnet_lesson.graph.composites import expand, inside, is_composite, keras_class
from resnet_lesson.graph.describing import describe
from resnet_lesson.graph.operations import Branch, Op, count, with_places
from resnet_lesson.keras_internals import (
    arguments_of,
    is_computed,
    layers_within,
    origin,
    own_variables,
)

MOST_OPERATIONS = 5000
END = -1  # what reads the result, where steps that read others are numbered
EPSILON = 1e-3


class TraceError(LessonError, ValueError):
    """What was returned does not lead back to the input, or is too large to follow."""


@dataclass(frozen=True)
class Step:
    """One computed operation, its call, and the tensors that it reads and writes."""

    operation: object
    arguments: object
    inputs: tuple  # (id of the argument, number of the step that computes it)
    output: object


class Trace:
    """The graph of a function or model, and the means to run it.

    Args:
        output: Keras tensor, what the function returned.
        source: Keras tensor, what it was given.
        failed: None, or ``(operation, tensors)``: the call that raised, to be shown as the last
            operation.
        known_layers: dictionary of the layers met before, for several traces to share: a layer that
            occurs in two of them has one number in both.
        owned: None, or the layers that the object which is traced keeps; one with weights that is
            not among them is marked by the attribute ``owned=False``.
        first: tensors to be followed as well, before the output.

    Attributes:
        series: the graph, a tuple of `resnet_lesson.graph.operations.Op` and `Branch`.
        steps: list of `Step` in the order of computation; the first is the input.
    """

    def __init__(self, output, source, failed=None, known_layers=None, owned=None, first=()):
        self._tensors = []  # keeps tensors alive, since they are known by their id
        self._expanded = {}
        self._owned_layers = None if owned is None else {id(layer) for layer in owned}
        self._output, self._failed = output, failed
        self.source = source
        self.steps = []
        ends = failed[1] if failed else [output]
        numbers = {}
        for end in (*first, *ends):
            self._follow(end, numbers)
        if id(source) not in numbers:
            raise TraceError("the result does not depend on the input")
        self.parents = [[number for _, number in step.inputs] for step in self.steps]
        self._budget = MOST_OPERATIONS
        self._dominators = self._find_dominators()
        self._layers = {} if known_layers is None else known_layers
        self._start = numbers[id(source)]
        self.ends = [numbers[id(self._resolve(end))] for end in ends]
        self.series = self._graph(self.ends)

    def _graph(self, ends):
        if self._failed:
            return self._series_to_failure(self._start, ends, self._failed[0])
        return self._series(self._start, ends[0])

    def _resolve(self, tensor):
        """Looks inside layers that are made of layers: the tensor that really computes this one."""
        met = set()
        while tensor is not self.source:
            self._refuse_circle(tensor, met)
            if inside(tensor) is not None:
                tensor = inside(tensor)
                continue
            if not is_computed(tensor):
                raise TraceError("the result does not depend on the input")
            inner = self._expand(tensor)
            if inner is None:
                return tensor
            tensor = inner[origin(tensor)[2]]
        return tensor

    def number_of(self, tensor):
        """The number of the step that computes a symbolic tensor, -1 if none does."""
        resolved = self._resolve(tensor)
        return next((n for n, step in enumerate(self.steps) if step.output is resolved), -1)

    def computes(self, tensor):
        """Whether one of the steps computes a symbolic tensor."""
        try:
            return self.number_of(tensor) >= 0
        except TraceError:
            return False

    def beginning_with(self, tensor):
        """The trace of the same result in which what leads to another tensor comes first."""
        return Trace(self._output, self.source, self._failed, first=[tensor])

    def ancestors(self, numbers):
        """The steps that lead to others, and these."""
        met, stack = set(), list(numbers)
        while stack:
            number = stack.pop()
            if number not in met:
                met.add(number)
                stack += self.parents[number]
        return met

    def rewired(self, reads):
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

    def _refuse_circle(self, tensor, met):
        """A layer that returns its own input makes Keras say that it computes itself."""
        if id(tensor) in met:
            raise TraceError("a layer returns the tensor that it was given")
        met.add(id(tensor))

    def _expand(self, tensor):
        operation, call, _ = origin(tensor)
        if not is_composite(operation):
            return None
        key = (id(operation), call)
        if key not in self._expanded:
            self._expanded[key] = expand(operation, arguments_of(tensor))
        return self._expanded[key]

    def _follow(self, end, numbers):
        stack, met = [self._resolve(end)], set()
        while stack:
            tensor = stack[-1]
            if id(tensor) in numbers:
                stack.pop()
                continue
            arguments, read = None, []
            if tensor is not self.source:
                arguments = arguments_of(tensor)
                read = [(id(t), self._resolve(t)) for t in arguments.keras_tensors]
            pending = [t for _, t in read if id(t) not in numbers]
            if pending:
                self._refuse_circle(tensor, met)
                stack.extend(pending)
                continue
            stack.pop()
            numbers[id(tensor)] = len(self.steps)
            inputs = tuple((argument, numbers[id(t)]) for argument, t in read)
            self.steps.append(Step(origin(tensor)[0], arguments, inputs, tensor))
            self._tensors.append(tensor)

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
                items.append(branch([self._series(join, p) for p in parents], op))
                end = join
        return tidy(reversed(items))

    def _series_to_failure(self, start, ends, operation):
        if is_composite(operation):  # what raised inside it stays unknown
            return self._series(start, ends[0]) if len(ends) == 1 else ()
        shapes = [tuple(self.steps[end].output.shape[1:]) for end in ends]
        op = Op(*describe(operation, shapes, None), shape=(), layer=self._layer_number(operation))
        if len(ends) == 1:
            return (*self._series(start, ends[0]), op)
        join = self._meet(ends)
        merged = branch([self._series(join, end) for end in ends], op)
        return (*self._series(start, join), merged)

    def _op(self, number):
        step = self.steps[number]
        shapes = [tuple(self.steps[n].output.shape[1:]) for _, n in step.inputs]
        kind, attrs = describe(step.operation, shapes, step.arguments)
        layer = self._layer_number(step.operation)
        if (
            layer >= 0
            and self._owned_layers is not None
            and id(step.operation) not in self._owned_layers
        ):
            attrs = {**attrs, "owned": False}
        return Op(kind, attrs, tuple(step.output.shape[1:]), node=number, layer=layer)

    def _layer_number(self, operation):
        if not getattr(operation, "weights", None):
            return -1
        # Kept with its number, since an id can be given again once its object is gone.
        number, _ = self._layers.setdefault(id(operation), (len(self._layers), operation))
        return number

    def inject(self, seed):
        """Gives every layer weights of its own, by kind, shape and order of computation.

        Two graphs that compute the same function in the same way get the same weights, whatever
        order their layers were created in. Biases of convolutions become 0: the normalisation that
        follows takes their role, so a block may do without them. BatchNorm's epsilon, which is
        free, becomes the same everywhere.
        """
        depth = []
        for step, parents in zip(self.steps, self.parents, strict=True):
            weighty = bool(getattr(step.operation, "weights", None))
            depth.append(weighty + max((depth[p] for p in parents), default=0))
        seen, met = set(), {}
        for number in sorted(range(len(self.steps)), key=lambda n: (depth[n], n)):
            for layer in _parts(self.steps[number].operation):
                if id(layer) in seen:
                    continue
                seen.add(id(layer))
                if isinstance(layer, layers.BatchNormalization):
                    layer.epsilon = EPSILON
                for weight in own_variables(layer):
                    shape = tuple(weight.shape)
                    key = (keras_class(layer).__name__, weight.name, shape)
                    met[key] = met.get(key, 0) + 1
                    key = f"{seed}/{key[1:]}/{met[key]}"
                    weight.assign(_weight(weight.name, shape, layer, key))

    def run(self, x, training=None):
        """Computes every step.

        Args:
            x: array ``(N, H, W, C)``.
            training: True or False overrides the mode of every layer, as a model does; None leaves
                the one that each layer was called with.

        Returns:
            List of arrays, one for each step.
        """
        values = [ops.convert_to_tensor(x)]
        for step in self.steps[1:]:
            known = {argument: values[number] for argument, number in step.inputs}
            args, kwargs = step.arguments.fill_in(known)
            if training is not None and _takes_training(step.operation):
                kwargs = {**kwargs, "training": training}
            values.append(step.operation(*args, **kwargs))
        return [np.asarray(value) for value in values]


def _weight(name, shape, layer, key):
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


def _pool(cache=[]):  # noqa: B006 - drawn once, and read only
    if not cache:
        cache.append(np.random.default_rng(20151210).standard_normal(1_000_003, "float32"))
    return cache[0]


def branch(paths, merge):
    """A `Branch` of these paths, the one with the most convolutions as the main one."""
    paths = sorted(paths, key=lambda path: (-count(path, "conv"), -len(path)))
    return Branch(paths[0], paths[1], merge, tuple(paths[2:]))


def tidy(items):
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


def _parts(operation):
    """The layers that an operation consists of, itself among them; none for a mere function."""
    return layers_within(operation) if isinstance(operation, layers.Layer) else ()


def _takes_training(operation):
    return "training" in inspect.signature(operation.call).parameters


def trace(function, shape, **arguments):
    """Calls a function on a symbolic input and returns its graph with places.

    Args:
        function: a block ``(X, ...) -> tensor``.
        shape: the input's shape without the batch axis, ``(H, W, C)``.
        **arguments: passed on to the function.

    Returns:
        The series, each `Op` with its place.
    """
    source = keras.Input(shape)
    return with_places(Trace(function(source, **arguments), source).series)


def trace_model(model):
    """The graph, with places, of a Keras model with one input and one output."""
    return with_places(Trace(model.outputs[0], model.inputs[0]).series)
