"""Whatever is changed in what a child sends, it earns nothing."""

import json
import os
import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from support.attempts import HIDDEN_SEED, SEED, observed_of, sent, zeroed
from support.attempts import attempt as defined
from support.attempts import whole_reference as reference

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.judge.catalogue import kinds
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.sandbox.observation_bytes import LENGTH, to_bytes
from resnet_lesson.grading.sandbox.protocol import Outcome
from resnet_lesson.grading.submissions.reading import Reading
from resnet_lesson.grading.submissions.source import Source, parse

A_FEW = ("identity_block", "skip_connection", "residual_block", "bottleneck_block")
WITHOUT_LAST_RELU = ('    X = Activation("relu")(X)\n    return', "    return")


def mutate(data, rng):
    """Changes one thing somewhere in the header or in the numbers of an observation."""
    size = LENGTH.unpack_from(data)[0]
    header, numbers = json.loads(data[LENGTH.size :][:size]), bytearray(data[LENGTH.size + size :])
    if rng.random() < 0.2:
        place = 4 * rng.randrange(len(numbers) // 4)
        value = rng.choice([0.0, 1e30, -1.0, np.nan, np.inf])
        numbers[place : place + 4] = np.float32(value).tobytes()
    elif rng.random() < 0.1:
        numbers = numbers[: rng.randrange(len(numbers))]
    else:
        owner, key = rng.choice(list(places(header)))
        how = rng.choice(["drop", "retype", "double", "swap", "random"])
        if how == "drop":
            del owner[key]
        elif how == "retype":
            owner[key] = rng.choice([None, True, -1, 2**70, 0.5, "x\x1b[2K\n", [], {}, [[]]])
        elif isinstance(owner, list) and how == "double":
            owner.insert(key, owner[key])
        elif how == "swap":
            other = rng.choice(list(owner) if isinstance(owner, dict) else range(len(owner)))
            owner[key], owner[other] = owner[other], owner[key]
        else:
            owner[key] = rng.choice([0, 1, 7, "relu", "eager", "symbolic", False])
    text = json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text + bytes(numbers)


def places(value):
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


class Observer:
    """Hands out one answer."""

    def __init__(self, parts):
        self.parts = parts

    def observe(self, job, timeout, memory):
        first, rest = sent(reference(job.exercise)) if job.reference else self.parts
        return Outcome("answered", first, rest=rest)


def earned(name, parts):
    """The points that the grader gives for what a child sent."""
    exercise = all_exercises()[name]
    source = f"def {name}({exercise.signature}): pass"
    if exercise.kind in ("layer", "model"):
        source = f"class {name}:\n    def __init__(self, {exercise.signature}): pass"
    reading = Reading("a.py", [Source("a.py", parse(source, "<a.py>"))])
    grader = Grader(Observer(parts), [name], SEED)
    grader.held_back = HIDDEN_SEED
    graded = grader.grade_one(reading)
    json.dumps(graded.result)
    assert "could not be graded" not in str(graded.result)
    return graded.result["points"]


@cache
def attempt(name):
    """What would be sent of one that is wrong and was really run, or is right and zero throughout.

    Its values from the call that was held back on are those of nobody.
    """
    if name == "identity_block":
        return sent(observed_of(defined(name, WITHOUT_LAST_RELU), name))
    return sent(replace(reference(name), runs=(*map(zeroed, reference(name).runs),)))


def _mutations(names, count):
    # The same for everyone: who looks for further changes that get through gives another seed.
    seed = int(os.environ.get("MUTATION_SEED", "0"))
    rng = random.Random(seed)
    for _ in range(count):
        name = rng.choice(names)
        before, parts = earned_unchanged(name), list(attempt(name))
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            part = rng.randrange(2)
            try:
                parts[part] = mutate(parts[part], rng)
            except (IndexError, KeyError, ValueError, TypeError):
                break
        after = earned(name, parts)
        assert after < all_exercises()[name].points and (before or not after), (seed, name, after)


@cache
def earned_unchanged(name):
    return earned(name, attempt(name))


def test_a_few_mutated_observations_earn_nothing():
    _mutations(A_FEW, 60)


@pytest.mark.slow
def test_thousands_of_mutated_observations_earn_nothing():
    """In every exercise; those of networks, which are large, are fewer."""
    small = [e.id for e in all_exercises().values() if e.kind in ("block", "layer")]
    _mutations(small, 4000)
    large = [e.id for e in all_exercises().values() if e.kind in ("network", "model", "values")]
    _mutations(large, 200)


def test_no_forged_failure_earns_anything():
    for what in sorted(kinds()):
        failure = to_bytes(Observation(failure=Failure(what, "E", "m")))
        assert earned("identity_block", (failure, to_bytes(Observation()))) == 0
