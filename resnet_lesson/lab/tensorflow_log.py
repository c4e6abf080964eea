"""Keeping log lines out of a notebook."""

import contextlib
import os
from functools import cache

from resnet_lesson import NotReady
from resnet_lesson.environment import explained, require


@contextlib.contextmanager
def stderr_closed():
    """Drops what is written to stderr meanwhile, by Python code and by libraries below it.

    TensorFlow's C++ part writes its log lines to the process's stderr. They would stand under the
    learner's cell, and make nbgrader score a graded cell with 0.
    """
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        try:
            stderr = os.dup(2)
        except OSError:  # no stderr at all: nothing can be written
            yield
            return
        try:
            os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@cache
def load_tensorflow():
    """Imports TensorFlow and Keras without their log lines, and sets them as the lesson needs it.

    Raises:
        NotReady: they are missing, do not load, or are in use with another engine already; or
            another package is missing.
    """
    require()
    with stderr_closed():
        try:
            import keras
            import tensorflow  # noqa: F401
        except Exception as error:  # a broken installation raises whatever it likes
            raise explained(error) from error
    if keras.backend.backend() != "tensorflow":
        raise NotReady(
            f"Keras was loaded with {keras.backend.backend()} before the lesson; restart the "
            "kernel (menu Kernel), and run this cell before you import keras"
        )
    keras.config.set_image_data_format("channels_last")  # a keras.json may say otherwise
    keras.config.set_floatx("float32")
