"""Explorers: pictures with controls, for what moving something teaches better than reading.

Each is one function without arguments that are needed, `explore_…()`, the last line of a cell. In
JupyterLab it shows controls and a picture that follows them; where widgets are off, on GitHub and
in tests, the same picture stands still, with its summary in words.
"""

from resnet_lesson.lab.explorers.features import explore_features
from resnet_lesson.lab.explorers.gradients import explore_gradients
from resnet_lesson.lab.explorers.receptive_field import explore_receptive_field
from resnet_lesson.lab.explorers.shapes import explore_shapes

__all__ = [
    "explore_features",
    "explore_gradients",
    "explore_receptive_field",
    "explore_shapes",
]
