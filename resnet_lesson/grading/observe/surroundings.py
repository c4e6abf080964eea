"""The settings of Python, NumPy and Keras under which an attempt runs."""

import contextlib
import random
import warnings

import keras
import numpy as np


@contextlib.contextmanager
def older_pooling(notes):
    """Lets pooling layers take a window of 2×2 where none is named, as Keras 2 did."""
    classes = (keras.layers.AveragePooling2D, keras.layers.MaxPooling2D)
    originals = [cls.__init__ for cls in classes]

    def with_default(cls, original):
        def __init__(self, pool_size=None, *args, **kwargs):
            if pool_size is None:
                pool_size = (2, 2)
                notes.add(
                    f"{cls.__name__}() names no pool_size: Keras 2 took 2×2, Keras 3 wants it."
                )
            original(self, pool_size, *args, **kwargs)

        return __init__

    for cls, original in zip(classes, originals, strict=True):
        cls.__init__ = with_default(cls, original)
    try:
        yield
    finally:
        for cls, original in zip(classes, originals, strict=True):
            cls.__init__ = original


@contextlib.contextmanager
def untouched():
    """Restores random state, precision and error filtering afterwards."""
    python, array = random.getstate(), np.random.get_state()
    policy = keras.config.dtype_policy()
    filtering = keras.config.is_traceback_filtering_enabled()
    keras.config.set_dtype_policy("float32")
    keras.config.disable_traceback_filtering()  # its frames hold the operation that raised
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the report says in the learner's terms
            yield
    finally:
        if filtering:
            keras.config.enable_traceback_filtering()
        keras.config.set_dtype_policy(policy)
        random.setstate(python)
        np.random.set_state(array)
