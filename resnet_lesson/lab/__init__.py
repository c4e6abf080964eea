"""What a learner calls inside a notebook."""

import os
import sys


def _import_tensorflow_quietly():
    """Imports TensorFlow without the log lines that its C++ part writes at once.

    They go to the process's stderr, would stand under the learner's first cell, and make nbgrader
    score a graded cell with 0.
    """
    if "tensorflow" in sys.modules:
        return
    try:
        stderr = os.dup(2)
    except OSError:  # no stderr at all: nothing can be written
        import tensorflow

        return
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


_import_tensorflow_quietly()

from resnet_lesson.lab.check import check, trusted  # noqa: E402
from resnet_lesson.lab.help import hint, progress, solution  # noqa: E402
from resnet_lesson.lab.questions import question  # noqa: E402

__all__ = ["check", "hint", "progress", "question", "solution", "trusted"]
