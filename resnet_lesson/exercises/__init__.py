"""The exercises, one module each: a module here and a notebook add an exercise."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import (
    Exercise,
    Probe,
    all_exercises,
    forget_references,
    no_such,
)

__all__ = ["Exercise", "Mistake", "Probe", "all_exercises", "forget_references", "no_such"]
