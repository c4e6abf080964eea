"""The exercises, one module each: adding a module here and a notebook adds an exercise."""

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True)
class Probe:
    """One call of a learner's function: input shape ``(N, H, W, C)`` and keyword arguments.

    ``training`` and ``initializer`` are not named here: every probe is tried with both modes and
    with the initializers that the judging needs.
    """

    shape: tuple
    arguments: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """What a learner is asked to define, and all that is needed to help and to judge.

    Attributes:
        id: the exercise's id, which is also the name that the learner defines.
        kind: "block" (called with a tensor first) or "network" (returns a Keras model).
        notebook: the notebook's file name without its ending.
        points: most points to be had.
        minutes: how long a learner takes, in minutes.
        reference: where the reference implementation lies, ``"module:name"``.
        probes: the calls that are tried, most telling first.
        hints: steps of help, each a little more than the last; Markdown.
        explanation: what the solution does and why; Markdown.
    """

    id: str
    kind: str
    notebook: str
    points: float
    minutes: int
    reference: str
    probes: tuple
    hints: tuple
    explanation: str

    def load_reference(self):
        """Imports the reference implementation and returns it."""
        module, _, name = self.reference.partition(":")
        return getattr(importlib.import_module(module), name)


@cache
def all_exercises():
    """Every exercise by id, in the order of the notebooks."""
    found = [
        importlib.import_module(f"{__name__}.{module.name}").EXERCISE
        for module in pkgutil.iter_modules(__path__)
    ]
    return {exercise.id: exercise for exercise in sorted(found, key=lambda e: e.notebook)}
