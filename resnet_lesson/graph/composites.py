"""What happens inside layers that are made of layers: models, and subclasses of Layer."""

import contextlib
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

    Args:
        operation: a layer made of layers.
        *args, **kwargs: of its call, symbolic tensors among them.

    Returns:
        What its `call` returns. Each tensor says by `inside` what computes it.

    Raises:
        Whatever its `call` raises.
    """
    # Called as a whole, not by `call` alone: only so do the layers inside learn of `training`.
    with _inlined(), _functions_on_symbols, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of what raises in the next line
        return operation(*args, **kwargs)


@contextlib.contextmanager
def _inlined():
    """Runs the `call` of composites on symbolic tensors themselves, and remembers what comes out.

    Keras names a composite as the origin of what it returns: it is handed copies.
    """
    # The second is what a `build` may ask for, to have the layers inside built.
    names = "symbolic_call", "compute_output_spec"
    originals = {name: getattr(layers.Layer, name) for name in names}

    def inlined(original):
        def called(self, *args, **kwargs):
            if is_composite(self):
                return keras.tree.map_structure(_copy, self.call(*args, **kwargs))
            return original(self, *args, **kwargs)

        return called

    for name, original in originals.items():
        setattr(layers.Layer, name, inlined(original))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(layers.Layer, name, original)


def mark_built(operation):
    """Spares composites that make no weights of their own what Keras does to build them.

    It would run each of them twice without values. The layers inside are built when they are
    called.
    """
    for layer in operation._flatten_layers():
        if is_composite(layer) and getattr(layer.build, "_is_default", False):
            layer.built = True


def _copy(tensor):
    if not keras.utils.is_keras_tensor(tensor):
        return tensor
    copy = keras.KerasTensor(tensor.shape, tensor.dtype)
    copy.computed_inside = tensor
    return copy


def inside(tensor):
    """The symbolic tensor inside a composite that computes this one; None if there is none."""
    return getattr(tensor, "computed_inside", None)


def expand(operation, arguments):
    """Calls a composite once more, so that the operations inside it can be followed.

    Args:
        operation: a layer made of layers.
        arguments: the arguments of its call, symbolic tensors among them.

    Returns:
        List of the symbolic tensors that are computed inside and come out; None if the layer cannot
        be called in this way and stays one closed operation.
    """
    try:
        outputs = keras.tree.flatten(call_inside(operation, *arguments.args, **arguments.kwargs))
    except Exception:
        return None
    inner = [inside(tensor) for tensor in outputs]
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
        self._active = 0  # depth: composites lie in composites

    def __enter__(self):
        self._active += 1

    def __exit__(self, *_):
        self._active -= 1

    def handle(self, op, args, kwargs):
        """Called by TensorFlow when a function has refused its arguments."""
        given = keras.tree.flatten((args, kwargs))
        if self._active and any(keras.utils.is_keras_tensor(value) for value in given):
            return TensorFlowFunction(op)(*args, **kwargs)
        return self.NOT_SUPPORTED


_functions_on_symbols = _FunctionsOnSymbols()
_functions_on_symbols.register()
