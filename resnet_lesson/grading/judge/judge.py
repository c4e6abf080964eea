"""Decides whether an attempt is right, and names the root cause if it is not."""

import re
from dataclasses import dataclass, replace

import numpy as np

from resnet_lesson.grading.judge.alignment import KEPT_LAYER
from resnet_lesson.grading.judge.borders import with_implied_borders
from resnet_lesson.grading.judge.compare import (
    EARLIER_LAYER,
    OWN_LAYER,
    Comparison,
    Difference,
    compare,
    placed,
)
from resnet_lesson.graph.operations import with_places

CLOSE = 1e-3  # of the largest value; right answers differ by rounding, below 1e-5
EXACT = 1e-6
# For calls on values, where BatchNorm's epsilon, which is free, is the attempt's own.
ROUGH = 0.05
# Modes in which the attempt has the very same epsilon.
INJECTED = ("symbolic", "again", "called", "model")
SAVED = {
    "config": "the same layer from `get_config`",
    "weights": "the same values from a new layer with the weights of a `.weights.h5` file",
    "keras": "the same values from what a `.keras` file holds",
}


@dataclass(frozen=True)
class Place:
    """How far an attempt's values are from the expected ones at one place.

    Attributes:
        where: the place.
        verdict: "exact", "close" or "different".
        difference: the largest difference, relative to the largest expected value.
    """

    where: str
    verdict: str
    difference: float


@dataclass(frozen=True)
class Verdict:
    """What the judge found.

    Attributes:
        passed: True if the attempt computes the right function.
        differences: `Difference` objects, the root cause first.
        failure: the `Failure` that stopped it, or None.
        run: the run that shows the root cause, or None.
        values: tuple of `Place`.
        expected: series of the reference in that run.
        notes: what is worth telling and costs no points.
    """

    passed: bool
    differences: tuple = ()
    failure: object = None
    run: object = None
    values: tuple = ()
    expected: tuple = ()
    notes: tuple = ()


def judge(observed, reference):
    """Holds an attempt's observation against the reference's.

    Right is what computes the right values for every input, mode and set of weights that was
    tried. The structure explains a failure and never fails a right answer.

    Args:
        observed: `Observation` of the attempt.
        reference: `Observation` of the reference implementation, made in the same way.

    Returns:
        A `Verdict`.
    """
    return replace(_judged(observed, reference), notes=observed.notes)


def _judged(observed, reference):
    if observed.failure:
        return Verdict(False, failure=observed.failure)
    pairs = _paired(*_comparable(observed.runs, reference.runs), observed.free)
    wrong = [(have, want) for have, want in pairs if not _same(have, want, observed.free)]
    if not wrong:
        return _right(pairs, observed.free)
    for have, want in wrong:
        if have.mode in SAVED:
            continue
        have, want = _with_graph(have, want, pairs)
        if not have.series and (have.failure or have.mode != "symbolic"):
            continue
        comparison = compare(want.series, have.series, have.failure is not None, observed.free)
        if comparison.differences:
            values = _values(have, want, comparison)
            have = replace(have, series=placed(have.series, comparison))
            return Verdict(False, comparison.differences, have.failure, have, values, want.series)
    wrong = [pair for pair in wrong if not _begins_otherwise(*pair, pairs)]
    if not wrong:
        return _right(pairs, observed.free)
    reused = _reused(pairs, observed.free)
    if reused or wrong[0][0].mode not in SAVED:
        return reused or _unexplained(*wrong[0], pairs, observed.free)
    return _not_saved(*wrong[0], pairs, observed.free)


def _right(pairs, free):
    """The verdict where all values are as expected: passed, unless layers are shared."""
    return _reused(pairs, free) or Verdict(True, run=pairs[0][0], expected=pairs[0][1].series)


def _comparable(runs, expected):
    """The runs of both with the same way to write borders, and places on those of the reference.

    Where "same" could not stand for the reference's borders, the attempt's stay as written, too.
    """
    implied = [with_implied_borders(run.series) for run in expected]
    if implied != [run.series for run in expected]:
        runs = [replace(run, series=with_implied_borders(run.series)) for run in runs]
    named = zip(expected, implied, strict=True)
    return runs, [replace(run, series=with_places(series)) for run, series in named]


def _paired(runs, expected, free):
    known = {}
    for run in expected:
        known.setdefault((run.probe, run.training, run.mode), []).append(run)
    pairs = []
    for run in runs:
        training = False if run.training is None and "training" in free else run.training
        candidates = known.get((run.probe, training, run.mode))
        # A right model is called a second time as its configuration remakes it, and only so.
        candidates = candidates or known[run.probe, training, "config"]
        # Two eager runs share a key: the caller's initializer first, then Keras's own.
        place = sum(_key(r) == _key(run) for r, _ in pairs)
        pairs.append((run, candidates[min(place, len(candidates) - 1)]))
    return pairs


def _key(run):
    return (run.probe, run.training, run.mode)


def _same(have, want, free):
    if have.failure or have.output is None or have.output.shape != want.output.shape:
        return False
    if have.mode == "eager" and "initializer" in free:
        return True  # it drew its own weights
    return _difference(have.output, want.output) < (CLOSE if have.mode in INJECTED else ROUGH)


def _difference(have, want):
    if have.shape != want.shape or not np.all(np.isfinite(have)):
        return float("inf")
    largest = max(float(np.abs(want).max(initial=0)), 1e-6)
    return float(np.abs(have - want).max(initial=0)) / largest


def _with_graph(have, want, pairs):
    """The run that shows the structure: of a call on values, its symbolic counterpart."""
    if have.mode == "symbolic" or have.series:
        return have, want
    for other, expected in pairs:
        if other.mode == "symbolic" and (other.probe, other.training) == (
            have.probe,
            have.training,
        ):
            return other, expected
    return have, want


def _reused(pairs, free):
    """The verdict on layers that an earlier call made: two blocks would share their weights."""
    owners = {}
    for have, want in pairs:
        if not have.series:
            continue
        call = (have.probe, have.training if have.separate else None)
        comparison = compare(want.series, have.series, have.failure is not None, free)
        again = [
            expected.place
            for expected, op in comparison.pairs
            if op.layer >= 0 and owners.setdefault(op.layer, call) != call
        ]
        if again:
            found = Difference(again[0], "missing", OWN_LAYER, EARLIER_LAYER, tuple(again[1:]))
            have = replace(have, series=placed(have.series, comparison))
            return Verdict(False, (found,), have.failure, have, (), want.series)
    return None


def _begins_otherwise(have, want, pairs):
    """True for own first weights that differ where nothing says how they begin.

    Such as a last BatchNorm whose gamma begins at 0: with injected weights the values are right.
    """
    graph, _ = _with_graph(have, want, pairs)
    first = have.mode == "eager" and graph.mode == "symbolic" and graph.output is not None
    shown = first and have.output is not None and have.output.shape == want.output.shape
    return shown and all(_same(h, w, ()) for h, w in pairs if h.mode == "symbolic")


def _not_saved(have, want, pairs, free):
    """The verdict on a layer that is right until it is saved and loaded."""
    graph, expected = _with_graph(have, want, pairs)
    comparison = compare(expected.series, graph.series, False, free)
    found = next((d for d in comparison.differences if d.expected == KEPT_LAYER), None)
    if found is None:
        got = "other values"
        if have.failure:
            got = f"{have.failure.error}: {_first_sentence(have.failure.message)}"
        elif have.output.shape != want.output.shape:
            got = f"an output of shape {have.output.shape} instead of {want.output.shape}"
        found = Difference("submission", "config", SAVED[have.mode], got)
    graph = replace(graph, series=placed(graph.series, comparison))
    return Verdict(False, (found,), None, graph, (), expected.series)


def _first_sentence(message):
    """What an exception says first, without what Keras wraps around one raised in loading."""
    said = " ".join(message.rpartition("Exception encountered:")[2].split())
    return re.split(r"[.!?] (?=[A-Z])", said)[0].rstrip(".")


def _values(have, want, comparison):
    places = []
    for expected, found in comparison.pairs:
        if 0 <= found.node < len(have.values) and 0 <= expected.node < len(want.values):
            difference = _difference(have.values[found.node], want.values[expected.node])
            verdict = (
                "exact" if difference < EXACT else "close" if difference < CLOSE else "different"
            )
            places.append(Place(expected.place, verdict, difference))
    return tuple(places)


def _unexplained(have, want, pairs, free):
    """The structure is as expected: an exception, the first place that differs, or "unknown"."""
    if have.failure:
        return Verdict(False, failure=have.failure, run=have, expected=want.series)
    graph, expected = _with_graph(have, want, pairs)
    comparison = (
        compare(expected.series, graph.series, False, free) if graph.series else Comparison()
    )
    values = _values(graph, expected, comparison)
    first = next((place for place in values if place.verdict == "different"), None)
    if first:
        difference = Difference(first.where, "values", "", f"off by {first.difference:.2g}")
    else:
        off = _difference(have.output, want.output)
        difference = Difference(
            "submission", "unrecognised", "", f"{have.mode} result off by {off:.2g}"
        )
    return Verdict(False, (difference,), None, graph, values, expected.series)
