"""Keras operations → kinds and settings: what an operation is, by its class or by what it does."""

import contextlib
from typing import Any

import keras
import numpy as np
from keras import activations, layers, ops

from resnet_lesson.graph.composites import keras_class
from resnet_lesson.keras_internals import seed_as_given

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
MERGES = {
    "Add": ops.add,
    "Subtract": ops.subtract,
    "Multiply": ops.multiply,
    "Average": lambda a, b: (a + b) / 2,
    "Maximum": ops.maximum,
    "Minimum": ops.minimum,
    "Concatenate": lambda a, b: ops.concatenate([a, b], axis=-1),
}
POOLS = {"MaxPooling2D": "max", "AveragePooling2D": "average"}
GLOBAL_POOLS = {
    "GlobalMaxPooling2D": "global max",
    "GlobalAveragePooling2D": "global average",
}


def describe(operation: Any, shapes: list[tuple], arguments: Any) -> tuple[str, dict[str, Any]]:
    """Kind and settings of a Keras operation, as `resnet_lesson.graph.operations.Op` has them.

    Args:
        operation: of Keras, a layer or not.
        shapes: of its inputs without the batch axis.
        arguments: of its call, None if unknown.
    """
    name = _class_name(operation)
    if name == "Conv2D":
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
        return "pool", {"pool_kind": POOLS[name], **attrs, **_unusual_format(operation)}
    if name in GLOBAL_POOLS:
        return "pool", {"pool_kind": GLOBAL_POOLS[name], **_unusual_format(operation)}
    if name == "ZeroPadding2D":
        return "pad", {"padding": _plain(operation.padding)}
    if name == "Flatten":
        return "flatten", {}
    if len(shapes) > 1:
        name = name if name in MERGES else _merge_by_behaviour(operation, shapes, arguments)
        if name:
            return ("add", {}) if name == "Add" else ("merge", {"name": name})
    return _by_behaviour(operation, shapes, arguments)


def _class_name(operation):
    known = keras_class(operation)
    return (type(operation) if known in (layers.Layer, keras.Operation) else known).__name__


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
    attrs |= _unusual_format(layer) | _own_call(layer, layers.Conv2D)
    if set(layer.dilation_rate) != {1}:
        attrs["dilation_rate"] = _plain(layer.dilation_rate)
    if layer.groups != 1:
        attrs["groups"] = layer.groups
    return attrs


def _unusual_format(layer):
    """Where a layer looks for the channels, if not at the last axis."""
    return {} if layer.data_format == "channels_last" else {"data_format": layer.data_format}


def _own_call(layer, known):
    """Where a subclass of a layer computes in a method of its own, maybe something else."""
    methods = ("call", "convolution_op")
    same = all(getattr(type(layer), m, 0) is getattr(known, m, 0) for m in methods)
    return {} if same else {"own_call": True}


def _bn(layer, shapes, arguments):
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    rank = len(shapes[0]) + 1
    attrs = {"axis": axis + rank if axis < 0 else axis}
    if arguments is not None:
        training = arguments.kwargs.get("training")
        attrs["training"] = None if training is None else bool(training)
    if not (layer.scale and layer.center):
        attrs["scale_and_shift"] = False
    return attrs | _own_call(layer, layers.BatchNormalization)


def initializer_name(initializer: Any) -> str:
    """An initializer in words: what the caller gave, with its seed, or the class with its seed."""
    seed = seed_as_given(initializer)
    if getattr(initializer, "is_the_callers", False):
        return f"initializer(seed={seed})" if seed is not None else "initializer()"
    return f"{type(initializer).__name__}({'' if seed is None else f'seed={seed}'})"


def activation_name(function: Any) -> str:
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


def _merge_by_behaviour(operation, shapes, arguments):
    """The name of the known way to join two tensors that gives the same values, or None."""
    tensors = [] if arguments is None else arguments.keras_tensors
    if len(tensors) != 2 or tensors[0] is tensors[1] or getattr(operation, "weights", None):
        return None
    rng = np.random.default_rng(0)
    shapes = [(2, *(7 if size is None else size for size in shape)) for shape in shapes]
    values = [ops.convert_to_tensor(rng.standard_normal(shape, "float32")) for shape in shapes]
    known = {id(tensor): value for tensor, value in zip(tensors, values, strict=True)}
    args, kwargs = arguments.fill_in(known)
    for name, function in MERGES.items():
        with contextlib.suppress(Exception):
            result, expected = map(np.asarray, (operation(*args, **kwargs), function(*values)))
            if result.shape == expected.shape and np.allclose(result, expected, atol=1e-6):
                return name
    return None


def _by_behaviour(operation, shapes, arguments):
    """Layers, operations and Lambdas without weights are known by what they do to one sample."""
    name = _class_name(operation)
    activation = None
    if isinstance(operation, layers.Activation):
        activation = activation_name(operation.activation)
    elif len(shapes) == 1 and arguments is not None and not getattr(operation, "weights", None):
        shape = (2, *(7 if size is None else size for size in shapes[0]))
        x = np.linspace(-8, 8, int(np.prod(shape)), dtype="float32").reshape(shape)
        tensor = arguments.keras_tensors[0]

        def call(x):
            args, kwargs = arguments.fill_in({id(tensor): ops.convert_to_tensor(x)})
            if "training" in kwargs:  # in training, as a model may call it, Dropout is no identity
                kwargs["training"] = True
            return operation(*args, **kwargs)

        activation = _match(call, x)
        if name == "Reshape" and activation is None:
            return "flatten", {}
    if activation in ("linear", "relu"):
        return activation, {}
    if activation:
        return "activation", {"name": activation}
    if isinstance(operation, layers.Softmax):
        return "activation", {"name": f"softmax over axis {operation.axis}"}
    if isinstance(operation, (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.Activation)):
        return "activation", {"name": name.lower()}
    return name.lower(), {}


def _plain(value):
    """Keras settings as tuples of integers or text."""
    if isinstance(value, (list, tuple)):
        return tuple(_plain(v) for v in value)
    return value
