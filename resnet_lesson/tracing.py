"""Keras code → graph: follows a symbolic tensor back to the input, and runs what it found."""

import inspect
import zlib
from dataclasses import dataclass

import keras
import numpy as np
from keras import activations, layers, ops

from resnet_lesson.graph import Branch, Op, count, with_places

MOST_OPERATIONS = 5000
# Known by behaviour, so that `Activation("relu")`, `ReLU()`, `keras.ops.relu` and a Lambda are one.
ELEMENTWISE = {
    "linear": activations.linear,
    "relu": activations.relu,
    "relu6": activations.relu6,
    "leaky_relu": activations.leaky_relu,
    "elu": activations.elu,
    "selu": activations.selu,
    "gelu": activations.gelu,
    "silu": activations.silu,
    "sigmoid": activations.sigmoid,
    "tanh": activations.tanh,
    "softplus": activations.softplus,
    "softmax": activations.softmax,
}
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
POOLS = {"MaxPooling2D": "max", "AveragePooling2D": "average"}
GLOBAL_POOLS = {
    "GlobalMaxPooling2D": "global max",
    "GlobalAveragePooling2D": "global average",
}


class TraceError(ValueError):
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

    Arguments:
        output: Keras tensor, what the function returned.
        source: Keras tensor, what it was given.
        failed: None, or ``(operation, tensors)``: the call that raised, to be shown as the last
            operation.

    Attributes:
        series: the graph, a tuple of `resnet_lesson.graph.Op` and `Branch`.
        steps: list of `Step` in the order of computation; the first is the input.
    """

    def __init__(self, output, source, failed=None):
        self._kept = []  # keeps tensors alive, since they are known by their id
        self._expanded = {}
        self.source = source
        self.steps = []
        ends = failed[1] if failed else [output]
        numbers = {}
        for end in ends:
            self._follow(end, numbers)
        if id(source) not in numbers:
            raise TraceError("the result does not depend on the input")
        self._parents = [[number for _, number in step.inputs] for step in self.steps]
        self._budget = MOST_OPERATIONS
        self._dominators = self._find_dominators()
        self._layers = {}
        start = numbers[id(source)]
        last = [numbers[id(self._resolve(end))] for end in ends]
        if failed:
            self.series = self._series_to_failure(start, last, failed[0])
        else:
            self.series = self._series(start, last[0])

    def _resolve(self, tensor):
        """Looks inside layers that are made of layers: the tensor that really computes this one."""
        while tensor is not self.source:
            operation, node_index, tensor_index = tensor._keras_history
            inner = self._expand(operation, node_index)
            if inner is None:
                return tensor
            tensor = inner[tensor_index]
        return tensor

    def _expand(self, operation, node_index):
        if not _is_composite(operation):
            return None
        key = (id(operation), node_index)
        if key not in self._expanded:
            arguments = operation._inbound_nodes[node_index].arguments
            try:
                inner = operation.call(*arguments.args, **arguments.kwargs)
                inner = keras.tree.flatten(inner)
                if not all(
                    keras.utils.is_keras_tensor(t) and hasattr(t, "_keras_history") for t in inner
                ):
                    inner = None
            except Exception:
                # Its `call` needs values (a TensorFlow function, say): it stays one closed
                # operation.
                inner = None
            self._expanded[key] = inner
        return self._expanded[key]

    def _follow(self, end, numbers):
        stack = [self._resolve(end)]
        while stack:
            tensor = stack[-1]
            if id(tensor) in numbers:
                stack.pop()
                continue
            if tensor is self.source:
                operation, arguments, read = tensor._keras_history.operation, None, []
            else:
                operation, node_index, _ = tensor._keras_history
                arguments = operation._inbound_nodes[node_index].arguments
                read = [(id(t), self._resolve(t)) for t in arguments.keras_tensors]
            pending = [t for _, t in read if id(t) not in numbers]
            if pending:
                stack.extend(pending)
                continue
            stack.pop()
            numbers[id(tensor)] = len(self.steps)
            inputs = tuple((argument, numbers[id(t)]) for argument, t in read)
            self.steps.append(Step(operation, arguments, inputs, tensor))
            self._kept.append(tensor)

    def _find_dominators(self):
        """For each step the nearest one through which every way from the input leads."""
        dominators = []
        for parents in self._parents:
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
            parents = self._parents[end]
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
        shapes = [tuple(self.steps[end].output.shape[1:]) for end in ends]
        op = Op(*describe(operation, shapes, None), shape=(), node=-1)
        if len(ends) == 1:
            return (*self._series(start, ends[0]), op)
        join = self._meet(ends)
        merged = branch([self._series(join, end) for end in ends], op)
        return (*self._series(start, join), merged)

    def _op(self, number):
        step = self.steps[number]
        shapes = [tuple(self.steps[n].output.shape[1:]) for _, n in step.inputs]
        kind, attrs = describe(step.operation, shapes, step.arguments)
        layer = -1
        if getattr(step.operation, "weights", None):
            layer = self._layers.setdefault(id(step.operation), len(self._layers))
        return Op(kind, attrs, tuple(step.output.shape[1:]), node=number, layer=layer)

    def inject(self, seed):
        """Gives every layer weights of its own, by kind, shape and order of computation.

        Two graphs that compute the same function in the same way get the same weights, whatever
        order their layers were created in. Biases of convolutions become 0: the normalisation that
        follows takes their role, so a block may do without them.
        """
        depth = []
        for step, parents in zip(self.steps, self._parents, strict=True):
            weighty = bool(getattr(step.operation, "weights", None))
            depth.append(weighty + max((depth[p] for p in parents), default=0))
        seen, met = set(), {}
        for number in sorted(range(len(self.steps)), key=lambda n: (depth[n], n)):
            layer = self.steps[number].operation
            if id(layer) in seen or not getattr(layer, "weights", None):
                continue
            seen.add(id(layer))
            for weight in layer.weights:
                name = weight.name
                shape = tuple(weight.shape)
                key = (type(layer).__name__, name, shape)
                met[key] = met.get(key, 0) + 1
                weight.assign(_weight(name, shape, layer, f"{seed}/{key[1:]}/{met[key]}"))

    def run(self, x, training=None):
        """Computes every step.

        Arguments:
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
            and item.kind in ("relu", "activation")
            and isinstance(last, Op)
            and last.kind == "dense"
            and last.attrs["activation"] == "linear"
        ):
            name = item.attrs.get("name", "relu")
            item = Op(
                "dense", {**last.attrs, "activation": name}, item.shape, "", item.node, last.layer
            )
            series.pop()
        series.append(item)
    return tuple(series)


def _takes_training(operation):
    return "training" in inspect.signature(operation.call).parameters


def _is_composite(operation):
    if isinstance(operation, keras.Model):
        return True
    module = type(operation).__module__
    return isinstance(operation, layers.Layer) and not module.startswith("keras.")


def describe(operation, shapes, arguments):
    """Kind and settings of a Keras operation.

    Arguments:
        operation: a Keras layer or operation.
        shapes: the shapes of its inputs without the batch axis.
        arguments: the arguments of its call, None if unknown.

    Returns:
        ``(kind, attrs)`` as in `resnet_lesson.graph.Op`.
    """
    name = type(operation).__name__
    if isinstance(operation, layers.Conv2D) and name == "Conv2D":
        return "conv", _conv(operation)
    if isinstance(operation, layers.BatchNormalization):
        return "bn", _bn(operation, shapes, arguments)
    if isinstance(operation, layers.Dense):
        attrs = {"units": operation.units, "activation": activation_name(operation.activation)}
        return "dense", attrs
    if name in POOLS:
        attrs = {
            key: _plain(getattr(operation, key)) for key in ("pool_size", "strides", "padding")
        }
        return "pool", {"pool_kind": POOLS[name], **attrs}
    if name in GLOBAL_POOLS:
        return "pool", {"pool_kind": GLOBAL_POOLS[name]}
    if name == "ZeroPadding2D":
        return "pad", {"padding": _plain(operation.padding)}
    if name == "Flatten":
        return "flatten", {}
    if name in MERGES and len(shapes) > 1:
        return ("add", {}) if name == "Add" else ("merge", {"name": name})
    return _by_behaviour(operation, shapes, arguments)


def _conv(layer):
    kernel_size = _plain(layer.kernel_size)
    # On a 1×1 window both kinds of padding are the same computation.
    padding = "valid" if set(kernel_size) == {1} else layer.padding
    attrs = {
        "filters": layer.filters,
        "kernel_size": kernel_size,
        "strides": _plain(layer.strides),
        "padding": padding,
        "activation": activation_name(layer.activation),
        "initializer": initializer_name(layer.kernel_initializer),
    }
    if set(layer.dilation_rate) != {1}:
        attrs["dilation_rate"] = _plain(layer.dilation_rate)
    if layer.groups != 1:
        attrs["groups"] = layer.groups
    return attrs


def _bn(layer, shapes, arguments):
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    rank = len(shapes[0]) + 1
    attrs = {"axis": axis + rank if axis < 0 else axis}
    training = None
    if arguments is not None:
        training = arguments.kwargs.get("training")
        training = arguments.args[1] if len(arguments.args) > 1 else training
    attrs["training"] = None if training is None else bool(training)
    if not (layer.scale and layer.center):
        attrs["scale_and_shift"] = False
    return attrs


def initializer_name(initializer):
    """An initializer in words: what the caller gave, with its seed, or the class with its seed."""
    seed = getattr(initializer, "seed", None)
    if getattr(initializer, "is_the_callers", False):
        return f"initializer(seed={seed})" if seed is not None else "initializer()"
    return f"{type(initializer).__name__}({'' if seed is None else f'seed={seed}'})"


def activation_name(function):
    """The name of an activation function, found by what it does where its name is unknown."""
    if function is None:
        return "linear"
    for name, known in ELEMENTWISE.items():
        if function is known:
            return name
    return _match(function, np.linspace(-8, 8, 24, dtype="float32").reshape(2, 12)) or getattr(
        function, "__name__", "unknown"
    )


def _match(function, x):
    """The name of the known activation that gives the same values, or None."""
    try:
        y = np.asarray(function(x))
    except Exception:
        return None
    if y.shape != x.shape:
        return None
    for name, known in ELEMENTWISE.items():
        if np.allclose(y, np.asarray(known(x)), atol=1e-6):
            return name
    return None


def _by_behaviour(operation, shapes, arguments):
    """Layers, operations and Lambdas without weights are known by what they do to one sample."""
    name = type(operation).__name__
    found = None
    if isinstance(operation, layers.Activation):
        found = activation_name(operation.activation)
    elif len(shapes) == 1 and arguments is not None and not getattr(operation, "weights", None):
        shape = (2, *(7 if size is None else size for size in shapes[0]))
        x = np.linspace(-8, 8, int(np.prod(shape)), dtype="float32").reshape(shape)
        tensor = arguments.keras_tensors[0]

        def call(x):
            args, kwargs = arguments.fill_in({id(tensor): ops.convert_to_tensor(x)})
            return operation(*args, **kwargs)

        found = _match(call, x)
        if name == "Reshape" and found is None:
            return "flatten", {}
    if found in ("linear", "relu"):
        return found, {}
    if found:
        return "activation", {"name": found}
    if isinstance(operation, (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.Activation)):
        return "activation", {"name": name.lower()}
    return name.lower(), {}


def _plain(value):
    """Keras settings as tuples of integers or text."""
    if isinstance(value, (list, tuple)):
        return tuple(_plain(v) for v in value)
    return value


def trace(function, shape, **arguments):
    """Calls a function on a symbolic input and returns its graph with places.

    Arguments:
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
