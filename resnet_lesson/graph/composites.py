"""Layers that are made of layers, models and subclasses of Layer, and the operations in them."""

import contextlib
import warnings
from typing import Any

import keras
from keras import layers

from resnet_lesson.keras_internals import (
    add_dispatcher,
    continue_history,
    has_default_build,
    is_computed,
    layers_within,
    methods_of_tensorflow,
    symbolic_calls,
)


def is_composite(operation: Any) -> bool:
    """True for models, and for layers that do something else than a layer of Keras's does."""
    if isinstance(operation, keras.Model) or not isinstance(operation, layers.Layer):
        return isinstance(operation, keras.Model)
    known = keras_class(operation)
    if known is layers.Layer or known in (layers.Conv2D, layers.BatchNormalization):
        return known is layers.Layer
    return not type(operation).call.__module__.startswith("keras.")


def keras_class(operation: Any) -> type:
    """The class of Keras's that an operation is an instance of: of a learner's own its base."""
    bases = type(operation).__mro__
    return next((base for base in bases if base.__module__.startswith("keras.")), bases[0])


def call_inside(operation: Any, *args: Any, **kwargs: Any) -> Any:
    """Calls a composite on symbolic tensors, so that the operations inside it can be followed.

    Of each tensor that its `call` returns `inside` gives the one that computes it. What `call`
    raises is raised.
    """
    # Called as a whole, not by `call` alone: only so do the layers inside learn of `training`.
    with _inlined(), _functions_on_symbols, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of what raises in the next line
        return operation(*args, **kwargs)


def _inlined():
    """Runs the `call` of composites on symbolic tensors themselves, and remembers what comes out.

    Keras names a composite as the origin of what it returns: it is handed copies.
    """

    def inlined(original):
        def called(self, *args, **kwargs):
            if is_composite(self):
                return keras.tree.map_structure(_copy, self.call(*args, **kwargs))
            return original(self, *args, **kwargs)

        return called

    return symbolic_calls(inlined)


def mark_built(operation: Any) -> None:
    """Spares composites that make no weights of their own what Keras does to build them.

    It would run each of them twice without values. The layers inside are built when they are
    called.
    """
    for layer in layers_within(operation):
        if is_composite(layer) and has_default_build(layer):
            layer.built = True


def _copy(tensor):
    if not keras.utils.is_keras_tensor(tensor):
        return tensor
    copy = keras.KerasTensor(tensor.shape, tensor.dtype)
    copy.computed_inside = tensor
    continue_history(copy, tensor)
    return copy


def inside(tensor: Any) -> Any:
    """The symbolic tensor inside a composite that computes this one; None if there is none."""
    return getattr(tensor, "computed_inside", None)


def expand(operation: Any, arguments: Any) -> list | None:
    """Calls a composite once more, so that the operations inside it can be followed.

    Args:
        operation: a layer made of layers.
        arguments: of its call, symbolic tensors among them.

    Returns:
        The symbolic tensors that are computed inside and come out; None if the layer cannot be
        called in this way and stays one closed operation.
    """
    try:
        outputs = keras.tree.flatten(call_inside(operation, *arguments.args, **arguments.kwargs))
    except Exception:
        return None
    inner = [inside(tensor) for tensor in outputs]
    return inner if all(map(is_computed, inner)) else None


class TensorFlowFunction(keras.Operation):
    """A TensorFlow function as a Keras operation: ``tf.nn.relu`` in the `call` of a layer, say."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns; a number for what returns no tensor, as assertions do."""
        result = self.function(*args, **kwargs)
        is_tensor = all(map(keras.ops.is_tensor, keras.tree.flatten(result)))
        return result if is_tensor and result is not None else keras.ops.zeros(())


class _FunctionsOnSymbols:
    """Lets TensorFlow functions take symbolic Keras tensors while a composite is being expanded.

    Inside a layer's `call` they are allowed, for Keras runs it in a TensorFlow graph; outside they
    raise, and must go on doing so.
    """

    def __init__(self):
        self._active = 0  # depth: composites lie in composites
        self.on_use = None

    def __enter__(self):
        self._active += 1
        if self._active == 1:
            self._patches = contextlib.ExitStack()
            self._patches.enter_context(methods_of_tensorflow(self._note))

    def __exit__(self, *_):
        self._active -= 1
        if not self._active:
            self._patches.close()

    def _note(self, name):
        if self.on_use and self._active == 1:
            self.on_use(name)

    def handle(self, function, args, kwargs):
        """Called by TensorFlow when a function has refused its arguments."""
        values = keras.tree.flatten((args, kwargs))
        if self._active and any(map(keras.utils.is_keras_tensor, values)):
            self._note(function.__name__)
            return TensorFlowFunction(function)(*args, **kwargs)
        return NotImplemented


_functions_on_symbols = _FunctionsOnSymbols()


@contextlib.contextmanager
def functions_on_symbols(on_use):
    """Lets TensorFlow functions take symbolic tensors everywhere, as Keras 2 did.

    Args:
        on_use: is called with the name of each function that is used so outside of a layer.
    """
    before, _functions_on_symbols.on_use = _functions_on_symbols.on_use, on_use
    try:
        with _functions_on_symbols:
            yield
    finally:
        _functions_on_symbols.on_use = before


add_dispatcher(_functions_on_symbols.handle)
