"""What an observation must be to be believed: only the numbers in it are the child's to choose."""

from itertools import takewhile

import numpy as np

from resnet_lesson.grading.judge.evidence import Evidence
from resnet_lesson.grading.judge.judge import of_held_back_call
from resnet_lesson.grading.judge.observation import HELD_BACK, Observation, Run
from resnet_lesson.graph.operations import UNKNOWN, operations

SAMPLED = ("network", "model", "trained")  # kinds of exercise of whose steps samples are kept


def contradiction(
    observed: Observation, reference: Observation, kind: str, free: tuple[str, ...] | None = None
) -> str:
    """Why an observation cannot have been made by calling an attempt; empty if it can.

    Args:
        observed: of the attempt.
        reference: of the reference implementation.
        kind: of the exercise.
        free: what the form of the attempt leaves free, by its source; None if that does not say.
    """
    if observed.failure:
        return ""
    if free is not None and set(free) != set(observed.free):
        return "asks for other settings than its source"
    for run in observed.runs:
        problem = _contradiction_in(run, kind)
        if problem:
            return problem
    eager = {(run.probe, run.training) for run in observed.runs if run.mode == "eager"}
    for run in observed.runs if kind == "block" else ():
        graph = run.mode == "symbolic" and run.output is not None
        if graph and (run.probe, run.training) in eager and run.first is None:
            return "has no values to compare a call on numbers with"
    if _is_exhausted(observed.runs):
        return ""
    return _missing_calls(observed, reference, kind)


def _contradiction_in(run: Run, kind: str) -> str:
    if (run.output is None) == (run.failure is None):
        return "has a result and a failure in one call, or neither"
    if run.mode == HELD_BACK:
        return "has a graph of a call that makes none" if run.series else ""
    if run.output is None:
        return "has values of a call that failed" if run.values else ""
    has_graph = run.mode in ("symbolic", "again") or (run.mode == "config" and kind == "model")
    if bool(run.values) != has_graph or (run.series and not has_graph):
        return "has a graph of a call that makes none, or none of one that does"
    if any(op.node >= len(run.values) for op in operations(run.series)):
        return "has steps without values"
    sampled = not has_graph or kind in SAMPLED
    if not (sampled or np.array_equal(run.values[-1], run.output, equal_nan=True)):
        return "ends in other values than those it returned"
    return ""


def _is_exhausted(runs: tuple[Run, ...]) -> bool:
    """Whether a call used up the stack or memory, after which none is tried."""
    failure = runs[0].failure if len(runs) == 1 else None
    return failure is not None and (failure.error == "RecursionError" or failure.what == "memory")


def _missing_calls(observed, reference, kind):
    """Holds the calls against the reference's: all of them, in that order.

    A call that failed can be the reason for others of the same probe to be missing.
    """
    wanted = _wanted(observed.free, reference, kind)
    failed = {run.probe for run in observed.runs if run.failure}
    calls = [(run.probe, run.training, run.mode, run.separate) for run in observed.runs]
    left = list(calls)
    missing = []
    for call in wanted:
        if left and left[0] == call:
            left.pop(0)
        else:
            missing.append(call)
        if kind == "model" and call[2] == "config" and left[:1] == [_without_config(call)]:
            left.pop(0)  # where the configuration is another model's, or is not to be had
    if left:
        return "makes calls that were not asked for"
    modes = {mode for _, _, mode, _ in missing}
    if kind == "layer" and modes == {"config", "keras"}:
        return ""  # a subclass of Model in the older way is saved by its weights alone
    if kind == "model":
        missing = [call for call in missing if _without_config(call) not in calls]
    unexplained = [call for call in missing if call[0] not in failed]
    return "left calls out" if unexplained else ""


def _wanted(free, reference, kind):
    """The calls to be made of this form of an attempt."""
    calls = [(run.probe, run.training, run.mode, run.separate) for run in reference.runs]
    if kind == "layer" and "initializer" in set(free) - set(reference.free):
        calls = [call for call in calls if call[2] != "eager"]
    return calls


def _without_config(call):
    probe, training, _, _ = call
    return (probe, training, "symbolic", False)


def is_unfounded(observed: Observation, reference: Observation, seed: int) -> bool:
    """Whether an answer that did not pass is less than its graph says.

    Points for a graph that is right in part are points for what it computes, on inputs and with
    weights that were held back: each step from those before it, and before the first difference
    what the reference computes. Of a call that failed, something has to have been computed.

    Args:
        observed: of the attempt.
        reference: of the reference implementation.
        seed: of the call that was held back.
    """
    have, want = _held_back(observed), _held_back(reference)
    if have is None or want is None:
        return True
    call = (have.probe, have.training)
    graphs = (run for run in observed.runs if run.mode == "symbolic")
    series = next((run.series for run in graphs if (run.probe, run.training) == call), ())
    held_back, graph, values = of_held_back_call(observed, reference)
    if any(op.kind == UNKNOWN for op in operations(series)):
        return not held_back.agrees
    complete = all(op.node < len(have.values) for op in operations(series))
    if not (complete and _begin_alike(have, want)):
        return True
    evidence = Evidence(series, have.values, seed)
    agrees = any(value.verdict != "different" for value in values)
    nothing_ran = have.failure is not None and not (evidence.proved or agrees)
    # What a method of the attempt's own computes cannot be held against anything.
    if any("own_call" in op.attrs for op in operations(series)):
        of_layers = {op.node for op in operations(series) if op.layer >= 0}
        nothing_ran |= not (evidence.proved & of_layers or agrees)
    return bool(evidence.refuted) or nothing_ran or _differs_early(graph, values)


def _held_back(observation):
    return next((run for run in observation.runs if run.mode == HELD_BACK), None)


def _begin_alike(have, want):
    return bool(have.values) and np.array_equal(have.values[0], want.values[0])


def _differs_early(graph, values):
    """Whether most values before the first difference of a graph, on its path, are other ones.

    Not all agree: the weights that are injected depend on what follows.
    """
    differences = graph.comparison.differences
    where = str(differences[0].where) if differences else ""
    # Where two operations bear one name, as in a block that begins with BatchNorm, the first one.
    agrees = {str(value.where): value.verdict != "different" for value in reversed(values)}
    # A ReLU within a convolution is one with it: the value of both is no value of the convolution.
    within = {
        want.place
        for want, op in graph.comparison.pairs
        if op.kind == "conv" and op.attrs.get("activation", "linear") != "linear"
    }
    computed_first = _places_in_turn(graph)
    before: list[bool] = []
    for place in (str(op.place) for op in operations(graph.want.series)):
        if where and (place == where or place.startswith(f"{where}.")):
            break
        on_path = place in agrees and place not in within and place in computed_first
        if on_path and (not where or _leads_to(place, where)):
            before.append(agrees[place])
    return 2 * sum(before) < len(before)


def _places_in_turn(graph):
    """The places that an attempt computes before the first operation that has no place there.

    What is one too many, comes too early, or is computed by a method of the attempt's own, changes
    the values of all that follows it.
    """
    pairs = graph.comparison.pairs
    places = {id(op): str(want.place) for want, op in pairs if "own_call" not in op.attrs}
    return {
        places[id(op)]
        for op in takewhile(lambda op: id(op) in places, operations(graph.have.series))
    }


def _leads_to(place, where):
    """Whether a place, which is computed earlier, lies on the way to another one."""
    block, shortcut, _ = where.partition("shortcut")
    if not shortcut:
        return "shortcut" not in place
    return place.startswith(f"{block}shortcut") or not place.startswith(block)
