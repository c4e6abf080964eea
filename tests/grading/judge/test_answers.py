"""Right answers are accepted; wrong ones are rejected, each with its mistake named in its place."""

from collections import Counter
from functools import cache

import pytest
from answers import all_answers

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.values import known_mistakes
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.report.report import report

ANSWERS = all_answers()
BLOCKS = [a for a in ANSWERS if all_exercises()[a.exercise].kind == "block"]
VALUES = [a for a in ANSWERS if all_exercises()[a.exercise].kind == "values"]
LAYERS = [a for a in ANSWERS if all_exercises()[a.exercise].kind == "layer"]
NETWORKS = [a for a in ANSWERS if a not in BLOCKS + LAYERS + VALUES]
RIGHT = [a for a in BLOCKS if a.is_right]
WRONG = [a for a in BLOCKS if not a.is_right]
SEEDS = (1, 7, 123456789)  # other inputs, weights and sizes; seed 0 is the exercises' own


@cache
def _reference(exercise_id, seed):
    exercise = all_exercises()[exercise_id]
    return observe(exercise.load_reference(), exercise, seed)


def _check(answer, seed):
    exercise = all_exercises()[answer.exercise]
    observed = observe(answer.function, exercise, seed)
    known = known_mistakes(exercise, seed)
    result = report(exercise, judge(observed, _reference(answer.exercise, seed), known))
    first = result.findings[0] if result.findings else None
    return result, (first.where, first.what) if first else None


def _confusion(answers, seed=0):
    """What became of each answer; prints the table and returns the answers that were misjudged."""
    counts, misjudged = Counter(), []
    for answer in answers:
        result, named = _check(answer, seed)
        expected = None if answer.is_right else (answer.where, answer.what)
        outcome = "accepted" if result.passed else "named" if named == expected else "misnamed"
        counts[answer.exercise, "right" if answer.is_right else "wrong", outcome] += 1
        if outcome != ("accepted" if answer.is_right else "named"):
            misjudged.append(f"{answer}: expected {expected or 'passed'}, got {named or 'passed'}")
    print("\nexercise, answers, outcome: count")
    for key, number in sorted(counts.items()):
        print(f"{', '.join(key)}: {number}")
    return misjudged


def test_right_answers_and_some_of_the_wrong_ones_to_blocks_are_judged_right():
    assert not (misjudged := _confusion(RIGHT + WRONG[::10])), "\n".join(misjudged)


def test_some_of_the_answers_that_are_layers_are_judged_right():
    assert not (misjudged := _confusion(LAYERS[::6])), "\n".join(misjudged)


@pytest.mark.parametrize("seed", (0, *SEEDS))
def test_functions_of_arrays_are_judged_by_what_they_compute(seed):
    assert not (misjudged := _confusion(VALUES, seed)), "\n".join(misjudged)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_few_answers_are_judged_alike_with_other_numbers(seed):
    few = [*RIGHT[seed % 5 :: 20], *WRONG[seed % 7 :: 50], LAYERS[seed % len(LAYERS)]]
    assert not (misjudged := _confusion(few, seed)), "\n".join(misjudged)


@pytest.mark.slow
@pytest.mark.parametrize("seed", (0, *SEEDS))
@pytest.mark.parametrize(
    "answers", [BLOCKS, LAYERS, NETWORKS], ids=["blocks", "layers", "networks"]
)
def test_all_answers_are_judged_right(answers, seed):
    """Half of them with the exercises' own numbers, a sixth with each of the other seeds'."""
    turns = (0, 1, 0, 7, 0, 123456789)
    share = [answer for n, answer in enumerate(answers) if turns[n % len(turns)] == seed]
    assert not (misjudged := _confusion(share, seed)), "\n".join(misjudged)
