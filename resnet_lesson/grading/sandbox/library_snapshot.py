"""Notices functions and classes of the libraries that a learner's code has replaced.

What is added, such as a name of an older version, replaces nothing.
"""

import builtins
import sys

from resnet_lesson.keras_internals import TENSORFLOW_API, TENSORFLOW_MODULES

LIBRARIES = ("keras", "numpy", "tensorflow", "resnet_lesson")


class LibrarySnapshot:
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

    def replaced(self):
        """The names of what was replaced or deleted since, at most ten."""
        names = []
        for name, (owner, held) in self._before.items():
            now = vars(owner)
            changed = {k for k, v in held.items() if now.get(k) is not v} | _overridden(owner, held)
            names += [f"{name}.{key}" for key in sorted(changed) if not _is_old_alias(now.get(key))]
            if len(names) >= 10:
                break
        return names[:10]


def _is_watched(name):
    library = name.partition(".")[0]
    if library == "tensorflow":
        return name in TENSORFLOW_MODULES or (
            name.startswith(TENSORFLOW_API) and ".compat." not in name
        )
    return library in LIBRARIES


def _overridden(owner, held):
    """The methods of a class that it inherited before and has now itself."""
    if not isinstance(owner, type):
        return set()
    added = {key for key, value in vars(owner).items() if key not in held and _is_code(value)}
    return {key for key in added if any(key in vars(base) for base in owner.__mro__[1:])}


def _is_code(value):
    return callable(value) or isinstance(value, (staticmethod, classmethod, property))


def _is_old_alias(value):
    """True for ``numpy.bool = bool`` and the like, by which old code is kept alive."""
    return isinstance(value, type) and value.__module__ == "builtins"
