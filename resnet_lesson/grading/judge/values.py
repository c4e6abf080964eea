"""Names what is wrong with a function of arrays by what it computes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from resnet_lesson.exercises import Exercise, all_exercises
from resnet_lesson.exercises.mistakes import mistaken
from resnet_lesson.grading.judge.alignment import Difference

WHERE = "submission"


@dataclass(frozen=True)
class Known:
    """A mistake that is known, and what it computes of each call: None where it raises."""

    what: str
    outputs: tuple[np.ndarray | None, ...]


def known_mistakes(exercise: Exercise, seed: int = 0) -> tuple[Known, ...]:
    """What the mistakes of an exercise compute; none but of a function of arrays."""
    return _computed(exercise.id, seed) if exercise.kind == "values" else ()


@cache
def _computed(exercise_id, seed):
    exercise = all_exercises()[exercise_id]
    reference, probes = exercise.load_reference(), exercise.probes_for(seed)
    return tuple(
        Known(m.what, tuple(_output(mistaken(reference, m), probe) for probe in probes))
        for m in exercise.mistakes
    )


def _output(function, probe):
    try:
        with np.errstate(all="ignore"):
            return np.asarray(function(**probe.arguments), "float64")
    except (TypeError, ValueError, IndexError):
        return None


def difference_of_values(
    have: Sequence[np.ndarray],
    want: Sequence[np.ndarray],
    tolerance: float,
    known: Sequence[Known] = (),
) -> Difference | None:
    """The first difference between what an attempt and the reference compute, or None.

    Args:
        have: of each call what the attempt computes.
        want: the same of the reference.
        tolerance: how far right values may be apart, relative to the largest.
        known: mistakes; of those that compute what the attempt does in the first call that went
            wrong, the one that does so in most calls is named.
    """
    wrong = [not _alike(a, b, tolerance) for a, b in zip(have, want, strict=True)]
    if not any(wrong):
        return None
    first = wrong.index(True)

    def agreeing(mistake: Known) -> int:
        alike = [_alike(*pair, tolerance) for pair in zip(have, mistake.outputs, strict=True)]
        return sum(alike) if alike[first] else 0

    expected, got = _apart(have[first], want[first])
    best = max(known, key=agreeing, default=None)
    if best and agreeing(best):
        return Difference(WHERE, best.what, expected, got)
    what = "values" if have[first].shape == want[first].shape else "shape"
    return Difference(WHERE, what, expected, got)


def _alike(have: np.ndarray, want: np.ndarray | None, tolerance: float) -> bool:
    """Whether two results are the same; not a number is one value among others."""
    if want is None or (have.shape != want.shape and not have.size == want.size == 1):
        return False
    largest = max(float(np.abs(want[np.isfinite(want)]).max(initial=0)), 1e-6)
    have = have.reshape(want.shape)
    return np.allclose(have, want, rtol=0, atol=tolerance * largest, equal_nan=True)


def _apart(have, want):
    """What was expected and found, in words: the shapes, or the two numbers furthest apart."""
    if have.shape != want.shape:
        return f"shape {want.shape}", f"shape {have.shape}"
    gap = np.abs(have - want)
    at = np.unravel_index(np.argmax(np.where(np.isnan(gap), np.inf, gap)), gap.shape)
    place, there = (f" at {list(map(int, at))}", " there") if at else ("", "")
    return f"{want[at]:.4g}{place}", f"{have[at]:.4g}{there}"
