"""Keeping log lines out of a notebook."""

import contextlib
import os
import sys
from functools import cache, partial
from importlib.machinery import PathFinder

from resnet_lesson import NotReady
from resnet_lesson.environment import ENGINE, explained, require


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
def load_tensorflow() -> None:
    """Imports TensorFlow and Keras without their log lines, and sets them as the lesson needs it.

    Raises:
        NotReady: they are missing, do not load, or are in use with another engine already; or
            another package is missing.
    """
    load_quietly()
    try:
        import keras
        import tensorflow  # noqa: F401
    except ImportError as error:
        raise explained(error) from error
    if keras.backend.backend() != "tensorflow":
        raise NotReady(
            f"Keras was loaded with {keras.backend.backend()} before the lesson; restart the "
            "kernel (menu Kernel), and run this cell before you import keras"
        )
    _set_formats()


@cache
def load_quietly() -> None:
    """Sees to it that Keras and TensorFlow log nothing when somebody imports them later.

    Raises:
        NotReady: they, or another package, are missing.
    """
    require()
    sys.meta_path.insert(0, _QuietImport())
    if "keras" in sys.modules:
        _set_formats()


class _QuietImport:
    """Import hook that drops the log lines of Keras and TensorFlow while they are loaded."""

    def find_spec(self, name, path=None, target=None):
        """Called by Python for each module that is imported for the first time."""
        spec = PathFinder.find_spec(name) if name in ENGINE else None
        if spec and spec.loader:
            execute = spec.loader.exec_module
            spec.loader.exec_module = partial(self._execute, execute)  # type: ignore[method-assign]
        return spec

    def _execute(self, execute, module):
        try:
            with stderr_closed():
                execute(module)
        except Exception as error:  # a broken installation raises whatever it likes
            raise explained(error) from error
        if module.__name__ == "keras":
            _set_formats()


def _set_formats():
    """The formats of the lesson, whatever a keras.json says."""
    import keras

    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
