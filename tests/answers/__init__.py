"""Answers written by hand: right ones in forms that people use, wrong ones from real mistakes.

Each module is named after an exercise and what it holds, such as
``identity_block_wrong_wiring``. Its functions are the answers; their names say what is special
about them.
"""

import importlib
import pkgutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer: the function, and for a wrong one the place and kind of its root cause."""

    exercise: str
    function: object
    where: str = ""
    what: str = ""

    @property
    def is_right(self):
        return not self.where

    def __str__(self):
        return f"{self.exercise}-{self.function.__name__}"


_answers = []


def right(exercise):
    """Marks a function as a right answer to an exercise."""

    def mark(function):
        _answers.append(Answer(exercise, function))
        return function

    return mark


def wrong(exercise, where, what):
    """Marks a function as a wrong answer whose root cause is ``what`` at ``where``."""

    def mark(function):
        _answers.append(Answer(exercise, function, where, what))
        return function

    return mark


def all_answers():
    """Every answer of every module, in the order of the files."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return list(_answers)
