"""A photograph of your own hand: what the network sees of it, what it answers, where it looked."""

from resnet_lesson.lab.photograph.ask import ask, see, upload

__all__ = ["ask", "see", "upload"]
