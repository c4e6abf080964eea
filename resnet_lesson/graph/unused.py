"""Operations that were called and whose output nothing uses, and what the graph would be with them.

Whoever forgets to assign a layer's result, or assigns it to the wrong variable, gets a graph
without that layer. It is found by what was called on the way, and put back where it can belong.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from resnet_lesson.graph.composites import inside
from resnet_lesson.graph.following import TraceError
from resnet_lesson.graph.operations import Op, Unused, map_operations
from resnet_lesson.graph.tracing import END, Trace
from resnet_lesson.keras_internals import readers

MOST_ENDS = 16  # as many as a network has blocks
MOST_STEPS = 40  # of a graph in which every place is tried


@lru_cache(maxsize=1)
def unused(trace: Trace) -> tuple[Unused, ...]:
    """Every way to put an operation that nothing uses back into a graph, in the order of the calls.

    Args:
        trace: of what was returned, or of what was computed up to an exception.
    """
    return tuple(way for end in _ends(trace)[:MOST_ENDS] for way in _ways_back(trace, end))


def with_other_path(trace: Trace) -> Trace:
    """The trace of a call that raised, with the one path that it was to be joined with."""
    ends = _ends(trace)
    return trace.with_other_path(ends[0]) if len(ends) == 1 else trace


def _ends(trace):
    """The tensors that lead nowhere, found from the input on."""
    tensors, met, ends = [trace.source], {id(trace.source)}, []
    for tensor in tensors:  # grows on the way
        outputs = [output for call in _calls_on(tensor) for output in call.outputs]
        tensors += [output for output in outputs if id(output) not in met]
        met |= {id(output) for output in outputs}
        if not outputs and not trace.computes(tensor):
            ends.append(tensor)
    return ends


def _calls_on(tensor):
    """The calls that read a tensor, or a copy of it that came out of a layer made of layers."""
    for call in readers(tensor):
        given = call.arguments.keras_tensors
        if any(origin is tensor for argument in given for origin in _origins(argument)):
            yield call


def _origins(tensor):
    origins = [tensor]
    while inside(tensor) is not None:
        tensor = inside(tensor)
        origins.append(tensor)
    return origins


def _ways_back(trace, end) -> Iterator[Unused]:
    try:
        whole = trace.beginning_with(end)
        node = whole.number_of(end)
    except TraceError:
        return
    # The steps that are used keep their numbers, by which their values are known.
    known = {id(step.output): number for number, step in enumerate(trace.steps)}
    new = len(trace.steps)
    numbers = [known.get(id(step.output), new + n) for n, step in enumerate(whole.steps)]

    def renumbered(op: Op) -> Op:
        return op if op.node < 0 else replace(op, node=numbers[op.node])

    for reads in _edges(whole, node):
        try:
            series = whole.rewired(dict.fromkeys(reads, node))
        except TraceError:
            continue
        yield Unused(numbers[node], map_operations(renumbered, series))


def _edges(trace, node):
    """The inputs that may have been meant to come from a step: one or several at once."""
    to_node, used = trace.ancestors([node]), trace.ancestors(trace.ends)
    parents = {**dict(enumerate(trace.parents)), END: trace.ends}
    edges = [
        (step, turn)
        for step in (*sorted(used - to_node), END)
        for turn in range(len(parents[step]))
    ]
    left_at = {p for step in to_node - used for p in trace.parents[step]} & used
    near = [edge for edge in edges if parents[edge[0]][edge[1]] in left_at]
    tried = [(edge,) for edge in (*near, *(e for e in edges if e[0] == END))]
    tried += [tuple(near)] if near else []
    left = min(left_at, default=0)
    merge = next((s for s in sorted(used - to_node) if len(parents[s]) > 1 and s > left), END)
    tried += [((merge, turn),) for turn in range(len(parents[merge]))]
    if len(trace.steps) <= MOST_STEPS:
        tried += [(edge,) for edge in edges]
    return dict.fromkeys(tried)
