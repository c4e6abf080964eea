"""A graded lesson on residual networks: the names that a learner uses in a notebook.

Importing the package costs milliseconds: TensorFlow is loaded by the first call that needs it.
"""

import importlib
import os

# TensorFlow's C++ start-up lines land in the output of whichever cell imports it first, and
# nbgrader scores a graded cell that wrote to stderr with 0. A value that is set already wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"
_HOMES = {
    "check": "check",
    "hint": "help",
    "progress": "progress",
    "question": "questions",
    "solution": "help",
    "trusted": "check",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    lab = f"{__name__}.lab"
    importlib.import_module(f"{lab}.quiet").load_tensorflow()
    return getattr(importlib.import_module(f"{lab}.{_HOMES[name]}"), name)
