"""Notices functions and classes of the libraries that a learner's code has replaced.

What is added, such as a name of an older version, replaces nothing.
"""

import builtins
import sys

LIBRARIES = ("keras", "numpy", "tensorflow", "resnet_lesson")
# Deep inside TensorFlow there are 2,000 modules more, which Keras reaches through these.
TENSORFLOW = ("tensorflow", "tensorflow.python.framework.ops", "tensorflow.python.ops.nn_ops")


class Patches:
    """What the libraries' modules and classes hold now, to be compared with later."""

    def __init__(self):
        self._before = {}
        for name, module in list(sys.modules.items()):
            if module is not None and _is_watched(name):
                self._remember(name, module)
        self._remember("builtins", builtins)

    def _remember(self, name, module):
        held = {key: value for key, value in vars(module).items() if callable(value)}
        self._before[name] = (module, held)
        for key, value in held.items():
            if isinstance(value, type) and value.__module__ == name:
                own = {k: v for k, v in vars(value).items() if _is_code(v)}
                self._before[f"{name}.{key}"] = (value, own)

    def made(self):
        """The names of what was replaced or deleted since, at most ten."""
        found = []
        for name, (owner, held) in self._before.items():
            now = vars(owner)
            for key, value in held.items():
                if now.get(key) is not value and not _is_old_alias(now.get(key)):
                    found.append(f"{name}.{key}")
                    if len(found) == 10:
                        return found
        return found


def _is_watched(name):
    library = name.partition(".")[0]
    return name in TENSORFLOW if library == "tensorflow" else library in LIBRARIES


def _is_code(value):
    return callable(value) or isinstance(value, (staticmethod, classmethod, property))


def _is_old_alias(value):
    """True for ``numpy.bool = bool`` and the like, by which old code is kept alive."""
    return isinstance(value, type) and value.__module__ == "builtins"
