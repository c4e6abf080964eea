"""What an exercise is, and which there are: every module beside this one that has an `EXERCISE`."""

import ast
import importlib
import pkgutil
import random
import sys
from dataclasses import dataclass, field
from functools import cache

from resnet_lesson.exercises.mistakes import Mistake


@dataclass(frozen=True)
class Probe:
    """One call of a learner's function: input shape ``(N, H, W, C)`` and keyword arguments.

    ``training`` and ``initializer`` are not named here: every probe is tried with both modes and
    with the initializers that the judging needs. A function of arrays has no such input: its shape
    is empty, and the arrays are among the arguments.
    """

    shape: tuple
    arguments: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Goals:
    """What a network of the learner's own has to reach.

    Attributes:
        parameters: the most that it may have.
        blocks: the fewest residual blocks.
        accuracy: the smallest share of hidden images that it reads.
    """

    parameters: int
    blocks: int
    accuracy: float


@dataclass(frozen=True)
class Exercise:
    """What a learner is asked to define, and all that is needed to help and to judge.

    Attributes:
        id: the exercise's id, which is also the name that the learner defines.
        kind: "block" (a function of a tensor), "network" (a function that returns a Keras model),
            "layer" or "model" (a class, made with arguments and then called on a tensor), "values"
            (a function of NumPy arrays), "trained" (as "network", with weights of the learner's).
        signature: the parameters as a reader would write them, ``"X, f, filters, training=True"``;
            of a class, those that it is made with.
        notebook: the notebook's file name without its ending.
        points: most points to be had.
        minutes: how long a learner takes, in minutes.
        reference: where the reference implementation lies, ``"module:name"``; it may lie in the
            exercise's own module, and then imports Keras inside.
        probes: the calls that are tried, most telling first.
        turn: its place among the exercises of its notebook, from 1 on.
        fresh_probes: None, or a callable ``(random.Random) -> probes``: calls of other sizes that
            tell the same.
        hints: steps of help, each a little more than the last; Markdown.
        explanation: what the solution does and why; Markdown.
        mistakes: the ones that learners make, as edits of the reference. Of a function of arrays
            they are named by what they compute; of others one is there to be found.
        goals: of a trained network, in place of a comparison with the reference.
        variant: the variant that it is of, see `resnet_lesson.exercises.variants`; 0 as published.
    """

    id: str
    kind: str
    notebook: str
    points: float
    minutes: int
    reference: str
    signature: str
    probes: tuple
    hints: tuple
    explanation: str
    turn: int = 1
    fresh_probes: object = None
    mistakes: tuple[Mistake, ...] = ()
    goals: Goals | None = None
    variant: int = 0

    @property
    def weights_file(self):
        """The file with the weights that a learner hands in beside a trained network."""
        return f"{self.id}.weights.h5"

    @property
    def parameters(self):
        """The names of the parameters, in their order."""
        arguments = ast.parse(f"lambda {self.signature}: None", mode="eval").body.args
        return tuple(argument.arg for argument in arguments.args)

    def probes_for(self, seed):
        """The calls to try: `probes` for seed 0, else others that depend on the seed alone."""
        if seed == 0 or self.fresh_probes is None:
            return self.probes
        return self.fresh_probes(random.Random(f"{self.id}/{seed}"))

    def load_reference(self):
        """Imports the reference implementation and returns it."""
        module, _, name = self.reference.partition(":")
        return getattr(importlib.import_module(module), name)


@cache
def all_exercises():
    """Every exercise by id, in the order in which the notebooks ask for them."""
    package = importlib.import_module(__package__)
    modules = [
        importlib.import_module(f"{__package__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    ]
    found = [module.EXERCISE for module in modules if hasattr(module, "EXERCISE")]
    return {exercise.id: exercise for exercise in sorted(found, key=lambda e: (e.notebook, e.turn))}


def no_such(exercise_id):
    """Says that there is no such exercise, and which there are: a line for an error."""
    return f"no exercise {exercise_id!r}; the exercises are: {', '.join(all_exercises())}"


def forget_references():
    """Takes the references that lie in exercises' own modules out of this process.

    For one that is about to run a learner's code: what it holds in memory, that code can read.
    """
    for exercise in all_exercises().values():
        module, _, name = exercise.reference.partition(":")
        if module.startswith(f"{__package__}."):
            vars(sys.modules[module]).pop(name, None)
