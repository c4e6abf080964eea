"""A graded lesson on residual networks: the names that a learner uses in a notebook.

Importing the package costs milliseconds: TensorFlow is loaded by the first call that needs it.
"""

import importlib
import os
import sys


# No f-strings in this file, and no package: any Python can read it, to say that it is another.
class NotReady(ImportError):
    """Says in one line why the lesson cannot run here, and what to do."""

    def _render_traceback_(self):
        """What a notebook shows instead of a traceback."""
        return [type(self).__name__ + ": " + str(self)]


PYTHONS = ("3.11", "3.12", "3.13")
if ".".join(map(str, sys.version_info[:2])) not in PYTHONS:
    _line = (
        "the lesson needs Python " + ", ".join(PYTHONS[:-1]) + " or " + PYTHONS[-1] + ", and "
        "this is " + sys.version.split()[0] + " (" + str(sys.executable) + "); install one of "
        "these and make the folder .venv anew with it (README.md, Troubleshooting)"
    )
    if sys.argv[:1] == ["-m"]:  # `python -m`, which would show where the error comes from
        sys.exit(__name__ + ": " + _line)
    raise NotReady(_line)

# TensorFlow's C++ start-up lines land in the output of whichever cell imports it first, and
# nbgrader scores a graded cell that wrote to stderr with 0. A value that is set already wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "keras" not in sys.modules:
    # What a learner has set for other work, as variables or in keras.json, is not for the lesson.
    os.environ.update(KERAS_BACKEND="tensorflow", TF_USE_LEGACY_KERAS="0")
if not os.path.isabs(os.path.expanduser("~")):
    # A user without a home, as in a container: libraries would raise, or make a folder named ~.
    import tempfile

    os.environ["HOME"] = os.path.join(tempfile.gettempdir(), "resnet-lesson-" + str(os.getuid()))

__version__ = "0.1.0"
_HOMES = {
    "check": "check",
    "hint": "hints",
    "progress": "progress",
    "question": "questions",
    "reset": "reset",
    "solution": "hints",
    "trusted": "check",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError("module " + repr(__name__) + " has no attribute " + repr(name))
    importlib.import_module(__name__ + ".lab.tensorflow_log").load_tensorflow()
    importlib.import_module(__name__ + ".environment").remind()
    return getattr(importlib.import_module(__name__ + ".lab." + _HOMES[name]), name)
