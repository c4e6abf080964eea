"""Right answers are accepted; wrong ones are rejected, each with its mistake named in its place.

What `grade` makes of each observation, once it has come out of a sandbox as bytes, is the same.
"""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
from answers import all_answers
from support.answers import source_of
from support.attempts import HIDDEN_SEED, observed_of, whole_reference

from resnet_lesson.exercises import all_exercises
from resnet_lesson.exercises.variants import PUBLISHED
from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.observation import HELD_BACK, Observation
from resnet_lesson.grading.judge.values import known_mistakes
from resnet_lesson.grading.report.report import report
from resnet_lesson.grading.sandbox.observation_bytes import to_bytes
from resnet_lesson.grading.sandbox.protocol import ANSWERED, Outcome
from resnet_lesson.grading.submissions.reading import Reading
from resnet_lesson.grading.submissions.source import Source, parse

ANSWERS = all_answers()
BLOCKS = [a for a in ANSWERS if all_exercises()[a.exercise].kind == "block"]
VALUES = [a for a in ANSWERS if all_exercises()[a.exercise].kind == "values"]
LAYERS = [a for a in ANSWERS if all_exercises()[a.exercise].kind == "layer"]
NETWORKS = [a for a in ANSWERS if a not in BLOCKS + LAYERS + VALUES]
RIGHT = [a for a in BLOCKS if a.is_right]
WRONG = [a for a in BLOCKS if not a.is_right]
SEEDS = (1, 7, 123456789)  # other inputs, weights and sizes; seed 0 is the exercises' own


def _in_parts(observed):
    """An observation without the call that is held back, and one of that call alone."""
    calls = tuple(run for run in observed.runs if run.mode != HELD_BACK)
    return replace(observed, runs=calls), Observation(observed.runs[len(calls) :])


def _check(answer, seed):
    exercise = all_exercises()[answer.exercise]
    first, rest = _in_parts(observed_of(answer.function, exercise.id, seed))
    whole = whole_reference(exercise.id, seed)
    reference, _ = _in_parts(whole)
    result = report(exercise, judge(first, reference, known_mistakes(exercise, seed)))
    graded = _graded(answer, seed, Outcome(ANSWERED, to_bytes(first), rest=to_bytes(rest)), whole)
    return result, graded, _named(result.findings)


def _named(findings):
    return (findings[0].where, findings[0].what) if findings else None


def _graded(answer, seed, outcome, reference):
    """What `grade` makes of an answer's observation, as a child sends it."""
    reading = Reading("a.py", [Source("a.py", parse(source_of(answer), "<a.py>"))])
    child = SimpleNamespace(observe=lambda *_: outcome)
    grader = Grader(child, [answer.exercise], seed)
    grader.held_back = HIDDEN_SEED
    grader._references[answer.exercise, PUBLISHED] = reference
    [result] = grader.grade_one(reading).reports
    return result


def _confusion(answers, seed=0):
    """What became of each answer; prints the table and returns the answers that were misjudged."""
    counts, misjudged = Counter(), []
    for answer in answers:
        result, graded, named = _check(answer, seed)
        outcomes = [(r.status, r.points, _named(r.findings)) for r in (result, graded)]
        if outcomes[0] != outcomes[1]:
            misjudged.append(f"{answer}: check {outcomes[0]}, grade {outcomes[1]}")
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
