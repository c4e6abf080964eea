"""The mistakes that exercises name are edits of their references, and each shows."""

import random

import numpy as np
import pytest

from resnet_lesson.exercises import Mistake, all_exercises
from resnet_lesson.exercises.mistakes import mistaken, mistaken_source
from resnet_lesson.grading.judge.catalogue import kinds
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.values import difference_of_values, known_mistakes
from resnet_lesson.grading.observe.observe import observe

EXERCISES = list(all_exercises().values())
TO_BE_FOUND = [
    (exercise, mistake)
    for exercise in EXERCISES
    if exercise.kind != "values"
    for mistake in exercise.mistakes
]
BY_VALUES = [exercise for exercise in EXERCISES if exercise.kind == "values"]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_mistake_is_an_edit_of_the_reference_and_has_an_entry(exercise):
    reference = exercise.load_reference()
    for mistake in exercise.mistakes:
        compile(mistaken_source(reference, mistake), exercise.id, "exec")
        assert mistake.what in kinds()


def test_an_edit_that_fits_nowhere_is_refused():
    reference = all_exercises()["one_hot"].load_reference()
    with pytest.raises(ValueError, match="stands 0 times in one_hot"):
        mistaken_source(reference, Mistake("sign", (("no such text", ""),)))


@pytest.mark.parametrize("exercise", BY_VALUES, ids=lambda exercise: exercise.id)
def test_a_mistake_shows_whatever_the_seed_and_has_its_own_name(exercise):
    reference = exercise.load_reference()
    for seed in (0, *random.Random(0).sample(range(1, 10**6), 40)):
        probes = exercise.probes_for(seed)
        want = [np.asarray(reference(**probe.arguments)) for probe in probes]
        known = known_mistakes(exercise, seed)
        for mistake in known:
            if all(output is not None for output in mistake.outputs):
                found = difference_of_values(mistake.outputs, want, 1e-4, known)
                assert found is not None and found.what == mistake.what, (seed, mistake.what)


@pytest.mark.parametrize(
    ("exercise", "mistake"), TO_BE_FOUND, ids=lambda x: getattr(x, "id", None) or x.where
)
def test_a_mistake_in_a_block_is_named_where_it_is(exercise, mistake):
    reference = exercise.load_reference()
    verdict = judge(observe(mistaken(reference, mistake), exercise), observe(reference, exercise))
    first = verdict.differences[0]
    assert (first.where, first.what) == (mistake.where, mistake.what)
