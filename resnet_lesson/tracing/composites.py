"""What happens inside layers that are made of layers: models, and subclasses of Layer."""

import warnings

import keras
import tensorflow as tf
from keras import layers


def is_composite(operation):
    """True for models and for layers that are not Keras's own."""
    if isinstance(operation, keras.Model):
        return True
    module = type(operation).__module__
    return isinstance(operation, layers.Layer) and not module.startswith("keras.")


def call_inside(operation, *args, **kwargs):
    """Calls a composite on symbolic tensors, so that the operations inside it can be followed.

    Arguments:
        operation: a layer made of layers.
        *args, **kwargs: of its call, symbolic tensors among them.

    Returns:
        What its `call` returns, as it came out of the operations inside.

    Raises:
        Whatever its `call` raises.
    """
    computed = []

    def look_inside(*args, **kwargs):
        with _functions_on_symbols:
            computed.append(operation.call(*args, **kwargs))
        # Keras names this composite as the origin of what it returns: hand it copies.
        return keras.tree.map_structure(_copy, computed[-1])

    # Called as a whole, not by `call` alone: only so do the layers inside learn of `training`.
    vars(operation)["compute_output_spec"] = look_inside
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of what raises in the next line
            operation(*args, **kwargs)
    finally:
        del vars(operation)["compute_output_spec"]
    return computed[0]


def _copy(value):
    known = keras.utils.is_keras_tensor(value)
    return keras.KerasTensor(value.shape, value.dtype) if known else value


def expand(operation, arguments):
    """Calls a composite once more, so that the operations inside it can be followed.

    Arguments:
        operation: a layer made of layers.
        arguments: the arguments of its call, symbolic tensors among them.

    Returns:
        List of the symbolic tensors that are computed inside and come out; None if the layer cannot
        be called in this way and stays one closed operation.
    """
    try:
        inner = keras.tree.flatten(call_inside(operation, *arguments.args, **arguments.kwargs))
    except Exception:
        return None
    return inner if all(hasattr(tensor, "_keras_history") for tensor in inner) else None


class TensorFlowFunction(keras.Operation):
    """A TensorFlow function as a Keras operation: ``tf.nn.relu`` in the `call` of a layer, say."""

    def __init__(self, function):
        super().__init__()
        self.call = function


class _FunctionsOnSymbols(tf.__internal__.dispatch.GlobalOpDispatcher):
    """Lets TensorFlow functions take symbolic Keras tensors while a composite is being expanded.

    Inside a layer's `call` they are allowed, for Keras runs it in a TensorFlow graph; outside they
    raise, and must go on doing so.
    """

    def __init__(self):
        self._active = False

    def __enter__(self):
        self._active = True

    def __exit__(self, *_):
        self._active = False

    def handle(self, op, args, kwargs):
        """Called by TensorFlow when a function has refused its arguments."""
        given = keras.tree.flatten((args, kwargs))
        if self._active and any(keras.utils.is_keras_tensor(value) for value in given):
            return TensorFlowFunction(op)(*args, **kwargs)
        return self.NOT_SUPPORTED


_functions_on_symbols = _FunctionsOnSymbols()
_functions_on_symbols.register()
