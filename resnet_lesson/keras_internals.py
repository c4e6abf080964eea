"""Everything the lesson uses of Keras and TensorFlow that they do not document.

Nothing else in the package names a private attribute or module of theirs, so that a new release can
break this file only; ``tests/test_keras_internals.py`` checks each function against the release
that is installed. Importing this module loads neither library.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from resnet_lesson.errors import LessonError

# Modules through which Keras reaches TensorFlow's 2,000 others, and where the public ones lie.
TENSORFLOW_MODULES = (
    "tensorflow",
    "tensorflow.python.framework.ops",
    "tensorflow.python.ops.nn_ops",
)
TENSORFLOW_API = "tensorflow._api.v2."
KERAS_2 = "tensorflow.python.keras"  # what older code imports; TensorFlow still has it


class InternalsChanged(LessonError):
    """This release of Keras or TensorFlow lacks something undocumented that the lesson uses."""


def _private(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        raise InternalsChanged(
            f"this release of Keras or TensorFlow has no {name}; "
            "`python -m resnet_lesson doctor` says which releases the lesson was tested with"
        ) from None


def layers_within(layer: Any) -> list:
    """A layer or model and all layers inside it, at any depth.

    Needs `Layer._flatten_layers`: the public `Model.layers` stops at the first level, and layers
    that are made of layers have no list at all.
    """
    return list(_private(layer, "_flatten_layers")())


def own_variables(layer: Any) -> list:
    """The variables of a layer without those of the layers inside it.

    Needs `Layer._trainable_variables` and `Layer._non_trainable_variables`: the public lists hold
    the inner layers' variables too.
    """
    names = "_trainable_variables", "_non_trainable_variables"
    return [variable for name in names for variable in _private(layer, name)]


def unlock_state(layer: Any) -> None:
    """Lets a built layer take new layers and variables.

    Needs `Layer._tracker`: Keras locks it after `build`, and has no way to unlock it.
    """
    _private(_private(layer, "_tracker"), "unlock")()


def has_default_build(layer: Any) -> bool:
    """Whether a layer inherits Keras's `build`, which calls the layer to build what it is made of.

    Needs the mark `_is_default` on `Layer.build`; False where Keras no longer sets it.
    """
    return getattr(layer.build, "_is_default", False)


def seed_as_given(initializer: Any) -> Any:
    """The seed that an initializer was made with, None if Keras drew it.

    Needs `_init_seed`, since the public `seed` does not tell the two apart; it serves where there
    is no other.
    """
    return getattr(initializer, "_init_seed", getattr(initializer, "seed", None))


def is_computed(tensor: Any) -> bool:
    """Whether a symbolic tensor knows the operation that computes it.

    Needs `KerasTensor._keras_history`; tensors made by hand have none, or one without operation.
    """
    return getattr(tensor, "_keras_history", (None,))[0] is not None


def origin(tensor: Any) -> tuple:
    """Where a symbolic tensor comes from: ``(operation, number of its call, place in its output)``.

    Needs `KerasTensor._keras_history`: a public model lists its operations, but a tensor that
    belongs to no model has no public link to what computed it.
    """
    return _private(tensor, "_keras_history")


def calls(operation: Any) -> list:
    """The calls of an operation on symbolic tensors, in turn.

    Needs `Operation._inbound_nodes`. Each call has ``operation``, ``input_tensors`` and
    ``arguments``; these have ``args``, ``kwargs``, ``keras_tensors`` and ``fill_in``, which puts
    values in the place of the tensors, known by their ids.
    """
    return _private(operation, "_inbound_nodes")


def arguments_of(tensor: Any) -> Any:
    """The arguments of the call that computes a symbolic tensor."""
    operation, number, _ = origin(tensor)
    return calls(operation)[number].arguments


def readers(tensor: Any) -> list:
    """The calls, as `calls` gives them, that read an output of what computes a symbolic tensor.

    Needs `Operation._outbound_nodes`: nothing public leads from a tensor to what reads it.
    """
    operation = origin(tensor)[0] if is_computed(tensor) else None
    return [] if operation is None else list(dict.fromkeys(_private(operation, "_outbound_nodes")))


def continue_history(copy: Any, tensor: Any) -> None:
    """Makes a symbolic tensor come from where another one comes from.

    Needs `KerasTensor._keras_history`, so that what reads the copy is among the `readers`.
    """
    if is_computed(tensor):
        copy._keras_history = origin(tensor)


@contextmanager
def symbolic_calls(wrap: Callable[[Callable], Callable]) -> Iterator[None]:
    """Wraps what every layer does when it is called on symbolic tensors.

    Needs `Layer.symbolic_call`, and `Layer.compute_output_spec`, which a `build` may call to have
    the layers inside built: both replace the tensors that were computed inside by new ones.

    Args:
        wrap: takes one of these methods and returns what replaces it while the context lasts.
    """
    import keras

    layer_class = keras.layers.Layer
    names = "symbolic_call", "compute_output_spec"
    originals = {name: _private(layer_class, name) for name in names}
    for name, original in originals.items():
        setattr(layer_class, name, wrap(original))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(layer_class, name, original)


def add_dispatcher(handle: Callable) -> None:
    """Lets ``handle(function, args, kwargs)`` answer calls that TensorFlow's functions refuse.

    Needs `tf.__internal__.dispatch.GlobalOpDispatcher`: ``tf.nn.relu`` refuses a symbolic Keras
    tensor outside of a layer. `handle` returns ``NotImplemented`` where it has no answer.
    """
    import tensorflow as tf

    base: Any = _private(_private(_private(tf, "__internal__"), "dispatch"), "GlobalOpDispatcher")

    class Dispatcher(base):
        def handle(self, function, args, kwargs):
            result = handle(function, args, kwargs)
            return self.NOT_SUPPORTED if result is NotImplemented else result

    Dispatcher().register()


@contextmanager
def methods_of_tensorflow(on_use: Callable[[str], None]) -> Iterator[None]:
    """Lets symbolic tensors do what TensorFlow's do in Keras's own graph of a layer.

    They know `get_shape` and `set_shape`, a `tf.function` that is called with one runs the Python
    function in it, and a layer's `add_loss` takes one, and leaves it out. Needs the class of
    `tf.function`, which has no public name.

    Args:
        on_use: is called with the name of a method that symbolic tensors lack in Keras 3.
    """
    import keras
    import tensorflow as tf

    is_symbolic = keras.utils.is_keras_tensor

    def get_shape(tensor):
        on_use("get_shape")
        return tf.TensorShape(tensor.shape)

    def set_shape(tensor, shape):
        on_use("set_shape")
        tf.TensorShape(tensor.shape).assert_is_compatible_with(shape)

    def called(function, *args, **kwargs):
        symbolic = any(map(is_symbolic, keras.tree.flatten((args, kwargs))))
        return (function.python_function if symbolic else original)(
            *(() if symbolic else (function,)), *args, **kwargs
        )

    def add_loss(layer, loss):
        if not is_symbolic(loss):
            original_add_loss(layer, loss)

    function_class = type(tf.function(lambda: None))
    original, original_add_loss = function_class.__call__, keras.layers.Layer.add_loss
    keras.KerasTensor.get_shape, keras.KerasTensor.set_shape = get_shape, set_shape
    function_class.__call__, keras.layers.Layer.add_loss = called, add_loss
    try:
        yield
    finally:
        del keras.KerasTensor.get_shape, keras.KerasTensor.set_shape
        function_class.__call__, keras.layers.Layer.add_loss = original, original_add_loss


@contextmanager
def light_variables(is_light: Callable[[Any, tuple, str], bool]) -> Iterator[None]:
    """Lets new variables be mere tensors, until something needs a variable of TensorFlow's.

    To make TensorFlow's variables takes three quarters of the time in which Keras builds a network.
    What was made in this context goes on in the same way after it. Needs
    `Variable._initialize_with_initializer`, which Keras calls where it makes one.

    Args:
        is_light: takes the initializer, the shape and the dtype of a variable, and says whether the
            initializer may be called later, or never.
    """
    import tensorflow as tf

    light, name = _light_variable(), "_initialize_with_initializer"
    original = _private(light, name)
    owner: Any = next(cls for cls in light.__mro__ if name in vars(cls))

    def initialize(self, initializer):
        if tf.executing_eagerly() and is_light(initializer, self._shape, self._dtype):
            self.first_values, self.tensor = initializer, None
            self.__class__ = light
        else:
            original(self, initializer)

    owner._initialize_with_initializer = initialize
    try:
        yield
    finally:
        owner._initialize_with_initializer = original


@cache
def _light_variable() -> Any:
    """A subclass of Keras's class of variables that holds a tensor as long as that will do.

    It does for what is computed at once, and not for graphs, gradients and files of TensorFlow's:
    then the variable becomes what Keras makes. Needs Keras's names for the shape, the dtype and
    TensorFlow's variable, `_initialize`, which takes that, and `_direct_assign`, which changes it;
    and TensorFlow's own class, as `tf.Variable` refuses to make one while a `tf.function` runs.
    """
    import keras
    import tensorflow as tf
    from tensorflow.python.eager.record import could_possibly_record
    from tensorflow.python.ops.resource_variable_ops import ResourceVariable

    variable: Any = keras.Variable
    trackable = _private(_private(tf, "__internal__"), "tracking").Trackable

    class LightVariable(variable):  # type: ignore[misc]
        first_values: Any
        tensor: Any

        def _becomes_heavy(self):
            with tf.init_scope():
                value = ResourceVariable(self._held(), self.trainable, name=self.name)
            self.__class__ = variable
            self._initialize(value)
            del self.first_values, self.tensor

        def _held(self):
            if self.tensor is None:
                values = self.first_values(self._shape, dtype=self._dtype)
                self.tensor = tf.convert_to_tensor(values)
            return self.tensor

        @property
        def _value(self):
            if tf.executing_eagerly() and not could_possibly_record():
                return self._held()
            self._becomes_heavy()
            return self._value

        def _direct_assign(self, value):
            if tf.executing_eagerly():
                self.tensor = tf.cast(value, self._dtype)
            else:
                self._becomes_heavy()
                self._direct_assign(value)

    def made_heavy(name):
        def read(self):
            self._becomes_heavy()
            return getattr(self, name)

        return property(read)

    saving = inspect.getmembers(trackable, inspect.isfunction)
    changed = [name for name, method in saving if getattr(variable, name) is not method]
    for name in ("handle", *changed):
        if not name.startswith("__"):
            setattr(LightVariable, name, made_heavy(name))
    return LightVariable


def adam_moments(optimizer: Any, variable: Any) -> tuple:
    """Adam's running means of the gradients of a variable and of their squares.

    Needs `Adam._momentums`, `Adam._velocities` and `Optimizer._get_variable_index`: the public
    `Optimizer.variables` is one list without a key.
    """
    number = _private(optimizer, "_get_variable_index")(variable)
    return tuple(_private(optimizer, name)[number] for name in ("_momentums", "_velocities"))
