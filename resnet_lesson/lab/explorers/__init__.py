"""Explorers: pictures with controls, for what moving something teaches better than reading.

Each is one function without arguments that are needed, `explore_…()`, the last line of a cell. In
JupyterLab it shows controls and a picture that follows them; where widgets are off, on GitHub and
in tests, the same picture stands still, with its summary in words.
"""

import importlib

_HOMES = {
    "explore_features": "features",
    "explore_gradients": "gradients",
    "explore_receptive_field": "receptive_field",
    "explore_shapes": "shapes",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
