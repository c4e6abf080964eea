"""The settings of Python, NumPy and Keras under which an attempt runs."""

import contextlib
import functools
import inspect
import math
import random
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType

import keras
import numpy as np
import tensorflow as tf
from keras import initializers

from resnet_lesson.grading.observe.probes import Blank, CallersInitializer
from resnet_lesson.graph.composites import functions_on_symbols
from resnet_lesson.keras_internals import light_variables

# What Keras 1 and 2 called the settings of layers, `regularizers` and optimizers: the name today,
# or None for what has gone.
OLD_SETTINGS = {
    "BatchNormalization": dict.fromkeys(
        ("fused", "mode", "renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size")
    ),
    "Conv2D": {
        **{"nb_filter": "filters", "subsample": "strides", "border_mode": "padding"},
        **{"init": "kernel_initializer", "W_regularizer": "kernel_regularizer", "bias": "use_bias"},
        "dim_ordering": None,
    },
    "MaxPooling2D": {"border_mode": "padding", "dim_ordering": None},
    "AveragePooling2D": {"border_mode": "padding", "dim_ordering": None},
    "Dense": {"output_dim": "units", "init": "kernel_initializer"},
    "Dropout": {"p": "rate"},
    "L1": {"l": "l1"},
    "L2": {"l": "l2"},
    **{name: {"lr": "learning_rate", "decay": None} for name in ("Adam", "RMSprop", "SGD")},
}
HOMES = (keras.layers, keras.regularizers, keras.optimizers)
# They raise for no shape, and with a number as their seed give the same whenever they are called.
STEADY = {
    *(Blank, CallersInitializer, initializers.Zeros, initializers.Ones),
    *(initializers.GlorotNormal, initializers.GlorotUniform),
    *(initializers.HeNormal, initializers.HeUniform),
    *(initializers.LecunNormal, initializers.LecunUniform),
}
LARGEST_LIGHT = 10_000_000  # numbers; that there is not enough memory for more has to show at once


@contextlib.contextmanager
def older_dialects(notes: set[str]) -> Iterator[None]:
    """Lets code for Keras 1 and 2 run as it stands; what it says otherwise is noted."""

    def on_use(name):
        notes.add(
            f"`{name}` of TensorFlow is called on a tensor that has no values yet: Keras 2 took "
            "that, Keras 3 wants a layer or a function of `keras.ops`."
        )

    old_functions = _gone_from_backend(notes)
    for name, function in old_functions.items():
        setattr(keras.backend, name, function)
    classes = {n: next(getattr(h, n) for h in HOMES if hasattr(h, n)) for n in OLD_SETTINGS}
    originals = {name: cls.__init__ for name, cls in classes.items()}
    for name, original in originals.items():
        classes[name].__init__ = _older(name, original, notes)
    try:
        with functions_on_symbols(on_use):
            yield
    finally:
        for name, original in originals.items():
            classes[name].__init__ = original
        for name in old_functions:
            delattr(keras.backend, name)


def _gone_from_backend(notes):
    """The functions that `keras.backend` lacks today and `tf.keras.backend` still has."""

    def noted(name, function):
        @functools.wraps(function)
        def called(*args, **kwargs):
            notes.add(f"`{name}` is gone from `keras.backend` in Keras 3: see `keras.ops`.")
            return function(*args, **kwargs)

        return called

    older, today = vars(tf.keras.backend), vars(keras.backend)
    return {
        name: noted(name, function)
        for name, function in older.items()
        if inspect.isfunction(function) and name not in today
    }


@contextlib.contextmanager
def nothing_written(notes: set[str]) -> Iterator[None]:
    """Leaves out what a function does beside its task: a model saved, or drawn without `pydot`.

    It changes nothing of what is returned, and a submission may not write files of any size.
    """

    def left_out(name):
        def called(*args, **kwargs):
            notes.add(f"`{name}` was left out while your function was tried: it writes a file.")

        return called

    originals = {name: getattr(keras.Model, name) for name in ("save", "save_weights", "export")}
    for name in originals:
        setattr(keras.Model, name, left_out(name))
    # In a notebook, and only there, Keras says that `pydot` is missing where it raises elsewhere.
    marker = "IPython.core.magics.namespace"
    is_notebook = marker in sys.modules
    sys.modules.setdefault(marker, ModuleType(marker))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(keras.Model, name, original)
        if not is_notebook:
            del sys.modules[marker]


def _older(name, original, notes):
    """A class's `__init__` that understands its older settings."""
    known = inspect.signature(original).parameters

    def __init__(self, *args, **kwargs):
        if name.endswith("Pooling2D") and not args and "pool_size" not in kwargs:
            kwargs["pool_size"] = (2, 2)
            notes.add(f"{name}() names no pool_size: Keras 2 took 2×2, Keras 3 wants it.")
        for old, new in OLD_SETTINGS[name].items():
            if old in kwargs and old not in known:
                value = kwargs.pop(old)
                if new:
                    kwargs[new] = value
                today = f"`{new}` today" if new else "gone in Keras 3"
                notes.add(f"`{old}` of {name} is {today}.")
        original(self, *args, **kwargs)

    return __init__


def weights_made_when_needed() -> contextlib.AbstractContextManager[None]:
    """Spares most weights their first values, which are replaced before they are used."""

    def is_light(initializer, shape, dtype):
        steady = type(initializer) in STEADY and dtype == "float32"
        number = isinstance(getattr(initializer, "seed", None), (int, type(None)))
        return steady and number and math.prod(shape) <= LARGEST_LIGHT

    return light_variables(is_light)


@contextlib.contextmanager
def untouched():
    """Restores random state, precision, TensorFlow's log and error filtering afterwards."""
    python, array = random.getstate(), np.random.get_state()
    policy = keras.config.dtype_policy()
    filtering = keras.config.is_traceback_filtering_enabled()
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")  # a `tf.function` is traced anew for each shape, which is no fault
    keras.config.set_dtype_policy("float32")
    keras.config.disable_traceback_filtering()  # its frames hold the operation that raised
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the report says in the learner's terms
            yield
    finally:
        logger.setLevel(level)
        if filtering:
            keras.config.enable_traceback_filtering()
        keras.config.set_dtype_policy(policy)
        random.setstate(python)
        np.random.set_state(array)
