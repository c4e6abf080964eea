"""Weights from one form of a network to another, and from the files of ``keras.applications``."""

from resnet_lesson.weights.transfer import WeightsError, transfer

__all__ = ["WeightsError", "transfer"]
