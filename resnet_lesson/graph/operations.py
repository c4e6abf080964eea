"""The graph of a block or a network as data: its operations, and where paths part and meet.

A graph is a *series*: a tuple of `Op` (one operation) and `Branch` (paths that part and are merged
again).
The learner's attempt, the reference, the diagrams and the tables of parameters are all read off
such series. `resnet_lesson.graph.tracing` makes them from Keras code.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

UNKNOWN = "unknown"  # kind of an operation that stands for a whole graph that cannot be followed
CONVOLUTIONS = 3  # on the main path of a block, in the networks that are told apart block by block


@dataclass(frozen=True)
class Op:
    """One operation.

    Attributes:
        kind: "conv", "bn", "relu", "add", "pool", "pad", "flatten", "dense", "activation", or the
            Keras class in lower case for what the lesson does not use.
        attrs: its settings by name, plain data: ``{"filters": 64, "kernel_size": (3, 3), ...}``.
        shape: the shape of its output without the batch axis; None where it is open.
        place: where it stands, such as ``"main.2.conv"``; empty until `with_places` has named it.
        node: its number in the order of computation, -1 if it was never computed.
        layer: the number of the layer that holds its weights, -1 if it has none. Two operations
            with one number share their weights.
    """

    kind: str
    attrs: dict = field(default_factory=dict)
    shape: tuple = ()
    place: str = ""
    node: int = -1
    layer: int = -1


@dataclass(frozen=True)
class Branch:
    """Paths that start at one tensor and are merged.

    Attributes:
        main: series with the most convolutions.
        shortcut: series of the other path, empty if the tensor itself is merged.
        merge: the `Op` that joins them, "add" in a residual block.
        others: further paths, if more than two tensors are merged.
    """

    main: "Series"
    shortcut: "Series"
    merge: Op
    others: tuple["Series", ...] = ()

    @property
    def paths(self):
        """All paths, the main one first."""
        return (self.main, self.shortcut, *self.others)


Series: TypeAlias = tuple[Op | Branch, ...]


@dataclass(frozen=True)
class Unused:
    """An operation whose output nothing uses, put back into the graph.

    Attributes:
        node: its number in the series, the `Op.node`.
        series: the graph as it would be if one other operation, or the result, read its output.
    """

    node: int
    series: Series


def operations(series: Series) -> Iterator[Op]:
    """Yields every `Op` of a series in the order of computation, branches included."""
    for item in series:
        if isinstance(item, Branch):
            for path in item.paths:
                yield from operations(path)
            yield item.merge
        else:
            yield item


def map_operations(change: Callable[[Op], Op], series: Series) -> Series:
    """The series with every `Op`, branches included, changed by a function."""
    return tuple(
        Branch(
            map_operations(change, item.main),
            map_operations(change, item.shortcut),
            change(item.merge),
            tuple(map_operations(change, path) for path in item.others),
        )
        if isinstance(item, Branch)
        else change(item)
        for item in series
    )


def count(series: Series, kind: str) -> int:
    """How many operations of a kind a series holds, branches included."""
    return sum(op.kind == kind for op in operations(series))


@dataclass(frozen=True)
class Unit:
    """A residual block as it stands in a network.

    Attributes:
        before: operations that lead to the branch and belong to the block (none in a right one).
        branch: the `Branch`, or None where the block has no shortcut.
        after: operations that follow the merge (a ReLU in a right one).
        reaches_back: True if the shortcut starts before an earlier block (never in a right one).
    """

    before: tuple
    branch: Branch | None
    after: tuple
    reaches_back: bool = False

    @property
    def series(self):
        """The block as a series."""
        return self.before + ((self.branch,) if self.branch else ()) + self.after


def split_network(series):
    """Splits the series of a network into stem, residual blocks and head.

    Args:
        series: tuple of `Op` and `Branch`.

    Returns:
        ``(stem, units, head)``: a tuple of `Op`, a list of `Unit`, a tuple of `Op`. Runs of three
        convolutions without a branch become units whose ``branch`` is None, so that a block
        without its shortcut is still seen as a block.
    """
    stem_end = _end_of_stem(series)
    stem, rest = series[:stem_end], series[stem_end:]
    head_start = _start_of_head(rest)
    rest, head = rest[:head_start], rest[head_start:]
    units, run = [], []
    for item, reaches_back in _blocks_in_turn(rest):
        if isinstance(item, Branch):
            *chains, before = _cut_run(run, item)
            units += [Unit(tuple(chain), None, ()) for chain in chains]
            units.append(Unit(tuple(before), item, (), reaches_back))
            run = []
        elif not run and units and units[-1].branch and item.kind != "conv":
            units[-1] = replace(units[-1], after=(*units[-1].after, item))
        else:
            run.append(item)
    units += [Unit(tuple(chain), None, ()) for chain in _cut_run(run)]
    return stem, units, head


def _end_of_stem(series):
    """The stem ends after its pooling, or else before its second convolution or first branch.

    A pooling belongs to it if no more than one block's convolutions lead there.
    """
    end, second, convolutions, since = 0, 0, 0, 0
    for i, item in enumerate(series):
        if isinstance(item, Branch):
            return end or second or i
        if item.kind == "conv":
            convolutions, since = convolutions + 1, since + 1
            second = i if convolutions == 2 else second
        if since > CONVOLUTIONS:
            return end or second
        if item.kind == "pool" and convolutions:
            end, since = i + 1, 0
    return end or second or len(series)


def _start_of_head(series):
    """The head is what follows the last block and its activation."""
    start = len(series)
    while start and not isinstance(series[start - 1], Branch):
        if series[start - 1].kind == "conv":
            break
        start -= 1
    while start < len(series) and series[start].kind in ("relu", "bn"):
        start += 1
    return start


def _blocks_in_turn(series):
    """Yields ``(item, reaches back)``, blocks one after another.

    A shortcut that starts before an earlier block makes a branch whose main path holds that block
    whole; the earlier one comes first, then the branch with what is left of its main path.
    """
    for item in series:
        parts = item.main if _is_block(item) else ()
        inside = [i for i, part in enumerate(parts) if _is_block(part)]
        if not inside:
            yield item, False
            continue
        end = inside[-1] + 1
        while end < len(item.main) and getattr(item.main[end], "kind", "") == "relu":
            end += 1
        yield from _blocks_in_turn(item.main[:end])
        yield replace(item, main=item.main[end:]), True


def _is_block(item):
    return isinstance(item, Branch) and count(item.main, "conv") >= CONVOLUTIONS


def _cut_run(run, branch=None):
    """Cuts a run of operations into chains of three convolutions each.

    Args:
        run: list of `Op`.
        branch: the `Branch` that follows. What is left over leads to it, and so does a whole chain
            if the branch has no main path of its own.

    Returns:
        List of chains; the last one leads to the branch, if there is one.
    """
    chains, convolutions = [[]], 0
    for op in run:
        if op.kind == "conv":
            convolutions += 1
            if convolutions > CONVOLUTIONS:
                chains.append([])
                convolutions = 1
        chains[-1].append(op)
    if branch is None:
        return chains if chains[-1] else []
    if convolutions == CONVOLUTIONS and count(branch.main, "conv") > 1:
        chains.append([])
    return chains


def with_places(series):
    """Names the place of every operation in a right block or network.

    Args:
        series: tuple of `Op` and `Branch`, as the reference gives it. One without a branch is a
            main path and nothing else.

    Returns:
        The same series, each `Op` with its ``place``: ``main.1.conv``, ``shortcut.bn``, ``add``,
        ``output.relu``; in a network ``stem.pad``, ``stage2.block1.main.1.conv``, ``head.dense``.
    """
    if not any(isinstance(item, Branch) for item in series):
        return _place_chain(series, "main.")
    if not any(op.kind == "dense" for op in series if isinstance(op, Op)):
        return _place_block(series, "")
    stem, units, head = split_network(series)
    placed = [replace(op, place=f"stem.{op.kind}") for op in stem]
    stage, block, shape = 1, 0, None
    for unit in units:
        out_shape = unit.branch.merge.shape
        stage, block = (stage + 1, 1) if out_shape != shape else (stage, block + 1)
        shape = out_shape
        placed += _place_block(unit.series, f"stage{stage}.block{block}.")
    placed += [replace(op, place=f"head.{op.kind}") for op in head]
    return tuple(placed)


def _place_block(series, prefix):
    placed = []
    for item in series:
        if isinstance(item, Branch):
            placed.append(
                Branch(
                    _place_chain(item.main, prefix + "main."),
                    tuple(replace(op, place=f"{prefix}shortcut.{op.kind}") for op in item.shortcut),
                    replace(item.merge, place=f"{prefix}add"),
                )
            )
        else:
            placed.append(replace(item, place=f"{prefix}output.{item.kind}"))
    return tuple(placed)


def _place_chain(chain, prefix):
    placed, number = [], 0
    for op in chain:
        number += op.kind in ("conv", "dense")
        placed.append(replace(op, place=f"{prefix}{max(number, 1)}.{op.kind}"))
    return tuple(placed)
