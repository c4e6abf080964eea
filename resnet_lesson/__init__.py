"""A graded lesson on residual networks: the names that a learner uses in a notebook.

Importing the package costs milliseconds: TensorFlow is loaded by the first call that needs it.
"""

import importlib
import sys

# No f-strings before the check of the version, here and in errors: any Python can read them.
from resnet_lesson.errors import NotReady

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
if ".".join(map(str, sys.version_info[:2])) not in PYTHONS:
    _line = (
        "the lesson needs Python " + ", ".join(PYTHONS[:-1]) + " or " + PYTHONS[-1] + ", and "
        "this is " + sys.version.split()[0] + " (" + str(sys.executable) + "); install one of "
        "these and make the folder .venv anew with it (README.md, Troubleshooting)"
    )
    if sys.argv[:1] == ["-m"]:  # `python -m`, which would show where the error comes from
        sys.exit(__name__ + ": " + _line)
    raise NotReady(_line)

from resnet_lesson.settings import prepare_libraries  # noqa: E402

prepare_libraries()
__version__ = "0.1.0"
_HOMES = {
    "check": "check",
    "hint": "hints",
    "passed": "check",
    "predicted": "questions",
    "progress": "progress",
    "question": "questions",
    "reset": "reset",
    "solution": "hints",
    "trusted": "check",
    "use_variant": "variant",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError("module " + repr(__name__) + " has no attribute " + repr(name))
    tensorflow_log = importlib.import_module(__name__ + ".lab.tensorflow_log")
    if name in ("check", "passed", "trusted"):
        tensorflow_log.load_tensorflow()
    else:
        tensorflow_log.load_quietly()
    importlib.import_module(__name__ + ".environment").remind()
    return getattr(importlib.import_module(__name__ + ".lab." + _HOMES[name]), name)
