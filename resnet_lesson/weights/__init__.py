"""Weights from one form of a network to another, and from the files of ``keras.applications``."""

from resnet_lesson.weights.files import IMAGENET_EPSILON, Loaded, load_weights
from resnet_lesson.weights.imagenet import class_names, find_weights
from resnet_lesson.weights.transfer import WeightsError, transfer

__all__ = [
    "IMAGENET_EPSILON",
    "Loaded",
    "WeightsError",
    "class_names",
    "find_weights",
    "load_weights",
    "transfer",
]
