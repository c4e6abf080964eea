"""Keeping log lines out of a notebook."""

import contextlib
import os
import sys


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


def load_tensorflow():
    """Imports TensorFlow, if it is not there yet, without its log lines."""
    if "tensorflow" not in sys.modules:
        with stderr_closed():
            import tensorflow  # noqa: F401
