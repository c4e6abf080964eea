"""What a learner calls inside a notebook."""

import sys

from resnet_lesson.lab.quiet import stderr_closed

if "tensorflow" not in sys.modules:
    with stderr_closed():
        import tensorflow  # noqa: F401

from resnet_lesson.lab.check import check, trusted
from resnet_lesson.lab.help import hint, progress, solution
from resnet_lesson.lab.questions import question

__all__ = ["check", "hint", "progress", "question", "solution", "trusted"]
