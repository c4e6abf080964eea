"""Decides whether an attempt is right, and names the root cause if it is not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from resnet_lesson.grading.judge.alignment import Comparison, Difference
from resnet_lesson.grading.judge.borders import (
    with_free_padding,
    with_implied_borders,
    without_idle_padding,
)
from resnet_lesson.grading.judge.compare import compare, placed
from resnet_lesson.grading.judge.observation import HELD_BACK, Failure, Observation, Run
from resnet_lesson.grading.judge.unused import explained
from resnet_lesson.grading.judge.values import Known, difference_of_values
from resnet_lesson.graph.operations import (
    UNKNOWN,
    Op,
    Series,
    map_operations,
    operations,
    with_places,
)

CLOSE = 1e-3  # of the largest value; right answers differ by rounding, below 1e-5
EXACT = 1e-6
CLOSE_VALUES = 1e-4  # of a function of arrays, which may compute in float32
# For calls on values, where BatchNorm's epsilon, which is free, is the attempt's own.
ROUGH = 0.05
# Modes in which the attempt has the very same epsilon.
INJECTED = ("symbolic", "again", "called", "model", HELD_BACK)
# Of a layer, that a caller's arguments decide.
SETTINGS = ("filters", "kernel_size", "strides", "units")
SAVED = {
    "config": "the same layer from `get_config`",
    "weights": "the same values from a new layer with the weights of a `.weights.h5` file",
    "keras": "the same values from what a `.keras` file holds",
}


@dataclass(frozen=True)
class Deviation:
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
    """What the judge decided.

    Attributes:
        passed: True if the attempt computes the right function.
        differences: what differs, the root cause first.
        failure: what stopped it, or None.
        run: the run that shows the root cause, or None.
        values: how far the values of that run are off.
        expected: series of the reference in that run.
        notes: what is worth telling and costs no points.
        partly: False if no call at all gave what it should.
    """

    passed: bool
    differences: tuple[Difference, ...] = ()
    failure: Failure | None = None
    run: Run | None = None
    values: tuple[Deviation, ...] = ()
    expected: Series = ()
    notes: tuple[str, ...] = ()
    partly: bool = True


@dataclass(frozen=True)
class Pair:
    """A call of the attempt, and the same call of the reference.

    Attributes:
        have: the attempt's run.
        want: the reference's.
        tolerance: how far the outputs of a right attempt may be apart.
    """

    have: Run
    want: Run
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether the attempt's output is right."""
        if self.have.failure or not self.same_shape:
            return False
        return _difference(self.have.output, self.want.output) <= self.tolerance

    @property
    def same_shape(self) -> bool:
        """Whether there are outputs, of one shape."""
        have, want = self.have.output, self.want.output
        return have is not None and want is not None and have.shape == want.shape

    @cached_property
    def comparison(self) -> Comparison:
        """The two graphs held against each other; empty where the attempt's is unknown."""
        have = self.have
        unknown = not have.series and (have.failure or have.mode != "symbolic")
        if unknown or any(op.kind == UNKNOWN for op in operations(have.series)):
            return Comparison()
        return compare(self.want.series, have.series, have.failure is not None)

    @cached_property
    def explanation(self) -> Comparison:
        """What differs, told by what was made and not used where that explains it."""
        if not self.comparison.differences or not self.have.unused:
            return self.comparison
        partial = self.have.failure is not None
        return explained(self.want.series, self.comparison, self.have.unused, partial)

    def verdict(
        self,
        *differences: Difference,
        failure: Failure | None = None,
        values: tuple[Deviation, ...] = (),
    ) -> Verdict:
        """The verdict that these differences are what is wrong, as this call shows."""
        run = replace(self.have, series=placed(self.have.series, self.comparison))
        return Verdict(False, differences, failure, run, values, self.want.series)


def judge(observed: Observation, reference: Observation, known: Sequence[Known] = ()) -> Verdict:
    """Holds an attempt's observation against the reference's.

    Right is what computes the right values for every input, mode and set of weights that was
    tried. The structure explains a failure and never fails a right answer.

    Args:
        observed: of the attempt.
        reference: of the reference implementation, made in the same way.
        known: of a function of arrays, what mistakes compute of the same calls.
    """
    if observed.failure:
        verdict = Verdict(False, failure=observed.failure)
    elif observed.runs[0].mode == "values":
        verdict = _judged_by_values(observed, reference, known)
    else:
        verdict = _judged(_paired(observed, reference))
    notes = (*observed.notes, *_fixed_modes(observed)) if verdict.passed else observed.notes
    return _with_early_return(replace(verdict, notes=notes), observed.early_return)


def _fixed_modes(observed):
    """A line on the mode that the blocks of a right network fix, which its model overrides."""
    if "training" not in observed.free:
        return ()
    ops = [op for op in operations(observed.runs[0].series) if op.kind == "bn"]
    modes = {op.attrs.get("training") for op in ops} - {None}
    if not modes:
        return ()
    fixed = " and ".join(f"training={mode}" for mode in sorted(modes))
    return (
        f"BatchNorm is called with {fixed} in this network. The model decides all the same, as "
        "Keras 3 runs it: hand on `training=None` to say so.",
    )


def _with_early_return(verdict, said):
    """The verdict with the `return` that leaves lines out: as the cause where it explains it."""
    missing = [n for n, d in enumerate(verdict.differences) if d.what == "missing"]
    if said and missing and missing[-1] == len(verdict.differences) - 1:
        before, rest = verdict.differences[: missing[0]], verdict.differences[missing[0] :]
        cause = Difference("submission", "early_return", "the last `return`", said)
        return replace(verdict, differences=(*before, cause, *rest))
    said = f"{said[:1].upper()}{said[1:]}." if said else ""
    failure = verdict.failure
    if said and failure and not verdict.differences and failure.what == "wrong_type":
        return replace(verdict, failure=replace(failure, hint=said))
    return replace(verdict, notes=(*verdict.notes, said)) if said else verdict


def _judged_by_values(observed, reference, known):
    failed = next((run for run in observed.runs if run.failure), None)
    if failed:
        return Verdict(False, failure=failed.failure, run=failed)
    have, want = (_outputs(observation, held_back=False) for observation in (observed, reference))
    difference = difference_of_values(have, want, CLOSE_VALUES, known)
    if difference is None:
        have, want = (
            _outputs(observation, held_back=True) for observation in (observed, reference)
        )
        difference = difference_of_values(have, want, CLOSE_VALUES)
    return Verdict(difference is None, (difference,) if difference else (), run=observed.runs[0])


def _outputs(observation, held_back):
    return [run.output for run in observation.runs if (run.mode == HELD_BACK) is held_back]


def of_held_back_call(
    observed: Observation, reference: Observation
) -> tuple[Pair, Pair, tuple[Deviation, ...]]:
    """The call that was held back, that which shows its graph, and how far the values are off.

    Args:
        observed: of an attempt, with that call.
        reference: of the reference implementation, with it too.
    """
    pairs = _paired(observed, reference)
    held_back = next(pair for pair in pairs if pair.have.mode == HELD_BACK)
    graph = _with_graph(held_back, pairs)
    return held_back, graph, _values(held_back, graph.comparison)


def _judged(pairs):
    wrong = [pair for pair in pairs if not pair.agrees]
    for pair in wrong:
        graph = _with_graph(pair, pairs)
        differences, failure = graph.explanation.differences, graph.have.failure
        if differences and pair.have.mode not in SAVED:
            return graph.verdict(
                *differences,
                *_fixed_settings(graph, pairs),
                failure=failure,
                values=_values(graph, graph.explanation),
            )
    wrong = [pair for pair in wrong if not _begins_otherwise(pair, pairs)]
    reused = _reused(pairs)
    if reused:
        return reused
    by_default = _trains_by_default(wrong, pairs)
    if by_default:
        return by_default
    if not wrong:
        return Verdict(True, run=pairs[0].have, expected=pairs[0].want.series)
    unkept = _unkept(pairs)
    if unkept:
        return unkept
    return (_not_saved if wrong[0].have.mode in SAVED else _unexplained)(wrong[0], pairs)


def _fixed_settings(graph, pairs):
    """What is right in a call and, written as a number, wrong in others with other arguments."""
    right = {want.place for want, _ in graph.comparison.pairs}
    right -= {where for d in graph.explanation.differences for where in d.places}
    others = {}
    for pair in pairs:
        if pair.have.mode == "symbolic" and pair.have.probe != graph.have.probe:
            for d in pair.explanation.differences:
                if d.what in SETTINGS and right.issuperset(d.places):
                    others.setdefault((d.where, d.what), replace(d, probe=pair.have.probe))
    return others.values()


def _paired(observed, reference):
    """Each run of the attempt with the reference's, ready to be compared.

    Borders are written in one way, the reference's operations bear their places, and what the
    form of the attempt leaves free is taken out of both. Where "same" could not stand for the
    reference's borders, the attempt's stay as written, too.
    """
    implied = [with_implied_borders(run.series) for run in reference.runs]
    either = implied != [run.series for run in reference.runs]
    known = {}
    for run, series in zip(reference.runs, implied, strict=True):
        series = with_places(with_free_padding(without_idle_padding(series)))
        series = _without(observed.free, series)
        known.setdefault(_key(run), []).append(replace(run, series=series))

    def ready(series: Series) -> Series:
        series = with_implied_borders(series, lenient=True) if either else series
        return _without(observed.free, without_idle_padding(series))

    pairs, firsts = [], {}
    for run in observed.runs:
        run = replace(
            run,
            series=ready(run.series),
            unused=tuple(replace(way, series=ready(way.series)) for way in run.unused),
        )
        if run.mode == "symbolic":
            firsts[run.probe, run.training] = run.first
        # A right model is called a second time as its configuration remakes it, and only so.
        candidates = known.get(_key(run)) or known[run.probe, run.training, "config"]
        # Two eager runs share a key: the caller's initializer first, then Keras's own.
        turn = sum(_key(pair.have) == _key(run) for pair in pairs)
        want = candidates[min(turn, len(candidates) - 1)]
        tolerance = CLOSE if run.mode in INJECTED else ROUGH
        if run.mode == "eager" and "initializer" in observed.free:  # it draws its own weights
            first = firsts.get((run.probe, run.training))
            want = want if first is None else replace(want, output=first)
            tolerance = np.inf if first is None else ROUGH
        pairs.append(Pair(run, want, tolerance))
    return pairs


def _key(run):
    return (run.probe, run.training, run.mode)


def _without(settings, series):
    """The series without some settings of its operations."""

    def strip(op: Op) -> Op:
        return replace(op, attrs={k: v for k, v in op.attrs.items() if k not in settings})

    return map_operations(strip, series) if settings else series


def _difference(have, want):
    if have.shape != want.shape or not np.all(np.isfinite(have)):
        return float("inf")
    largest = max(float(np.abs(want).max(initial=0)), 1e-6)
    return float(np.abs(have - want).max(initial=0)) / largest


def _with_graph(pair, pairs):
    """The pair that shows the structure: of a call on values, its symbolic counterpart."""
    if pair.have.mode == "symbolic" or pair.have.series:
        return pair
    call = (pair.have.probe, pair.have.training)
    symbolic = (p for p in pairs if p.have.mode == "symbolic")
    return next((p for p in symbolic if (p.have.probe, p.have.training) == call), pair)


def _reused(pairs):
    """The verdict on layers that an earlier call made: two blocks would share their weights."""
    owners = {}
    for pair in pairs:
        call = (pair.have.probe, pair.have.training if pair.have.separate else None)
        again = [
            expected.place
            for expected, op in pair.comparison.pairs
            if op.layer >= 0 and owners.setdefault(op.layer, call) != call
        ]
        if again:
            expected, got = "a layer of its own", "a layer that an earlier call made"
            difference = Difference(again[0], "reused_layer", expected, got, tuple(again[1:]))
            return pair.verdict(difference, failure=pair.have.failure)
    return None


def _begins_otherwise(pair, pairs):
    """True for own first weights that differ where nothing says how they begin.

    Such as a last BatchNorm whose gamma begins at 0: with injected weights the values are right.
    """
    graph = _with_graph(pair, pairs).have
    eager = pair.have.mode == "eager" and graph.mode == "symbolic" and graph.output is not None
    right = all(p.agrees for p in pairs if p.have.mode == "symbolic")
    if not (eager and right and pair.same_shape):
        return False
    # Of two such calls, the first has the caller's initializer, as the graph has.
    call = next(p.have for p in pairs if _key(p.have) == _key(pair.have))
    if graph.first is None or call.output is None:
        return graph.first is None
    return _difference(call.output, graph.first) <= ROUGH


def _unkept(pairs):
    """The verdict on an object that makes a layer anew in a later call, with other weights."""
    for pair in pairs:
        for difference in pair.comparison.differences if pair.have.series else ():
            if difference.what == "unkept_layer":
                return pair.verdict(difference)
    return None


def _trains_by_default(wrong, pairs):
    """The verdict on an object that works as in training where it is called without a mode."""
    for pair in wrong:
        graph = _with_graph(pair, pairs)
        if pair.have.mode != "called" or pair.have.training or pair.have.output is None:
            continue
        trained = [p.want.output for p in pairs if p.have.training and p.have.mode == "symbolic"]
        if any(_difference(pair.have.output, output) <= CLOSE for output in trained):
            place = next(op.place for op in operations(graph.want.series) if op.kind == "bn")
            got = "training=True by default"
            return graph.verdict(Difference(place, "training", "the mode of the model", got))
    return None


def _not_saved(pair, pairs):
    """The verdict on a layer that is right until it is saved and loaded."""
    graph, have = _with_graph(pair, pairs), pair.have
    got = "other values"
    if have.failure:
        got = f"{have.failure.error}: {_first_sentence(have.failure.message)}"
    elif not pair.same_shape:
        got = f"an output of shape {have.output.shape} instead of {pair.want.output.shape}"
    return graph.verdict(Difference("submission", "config", SAVED[have.mode], got))


def _first_sentence(message):
    """What an exception says first, without what Keras wraps around one raised in loading."""
    text = " ".join(message.rpartition("Exception encountered:")[2].split())
    return re.split(r"[.!?] (?=[A-Z])", text)[0].rstrip(".")


def _values(pair, comparison):
    values = []
    for expected, op in comparison.pairs:
        if 0 <= op.node < len(pair.have.values) and 0 <= expected.node < len(pair.want.values):
            want = pair.want.values[expected.node]
            if _activates(op) and not _activates(expected):
                want = np.maximum(want, 0)  # the ReLU inside it is a difference of its own
            off = _difference(pair.have.values[op.node], want)
            verdict = "exact" if off < EXACT else "close" if off < CLOSE else "different"
            values.append(Deviation(expected.place, verdict, off))
    return tuple(values)


def _activates(op):
    return op.kind == "conv" and op.attrs.get("activation") == "relu"


def _unexplained(pair, pairs):
    """The structure is as expected: an exception, the first place that differs, or "unknown"."""
    if pair.have.failure:
        failed = Verdict(False, failure=pair.have.failure, run=pair.have)
        partly = any(other.agrees for other in pairs)
        return replace(failed, expected=pair.want.series, partly=partly)
    graph = _with_graph(pair, pairs)
    values = _values(graph, graph.comparison)
    first = next((value for value in values if value.verdict == "different"), None)
    if first:
        got = f"off by {first.difference:.2g}"
        ops = {want.place: op for want, op in graph.comparison.pairs}
        if "own_call" in ops[first.where].attrs:
            got += ", by a method of your own"
        difference = Difference(first.where, "values", "", got)
    else:
        off = _difference(pair.have.output, pair.want.output)
        graph_is_known = all(op.kind != UNKNOWN for op in operations(graph.have.series))
        got = f"{pair.have.mode} result off by {off:.2g}" if graph_is_known else "other values"
        difference = Difference("submission", "unrecognised", "", got)
    return graph.verdict(difference, values=values)
