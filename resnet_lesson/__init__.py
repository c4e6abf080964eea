"""A graded lesson on residual networks: the names that a learner uses in a notebook.

Importing the package costs milliseconds: TensorFlow is loaded by the first call that needs it.
"""

import importlib
import os

# TensorFlow's C++ start-up lines land in the output of whichever cell imports it first, and
# nbgrader scores a graded cell that wrote to stderr with 0. A value that is set already wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"
__all__ = ["check", "hint", "progress", "question", "solution", "trusted"]


def __getattr__(name):
    if name in __all__:
        return getattr(importlib.import_module("resnet_lesson.lab"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
