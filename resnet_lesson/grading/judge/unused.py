"""Tells what is missing by what was made and not used, where putting that back explains it."""

from resnet_lesson.figures.labels import lines
from resnet_lesson.grading.judge.alignment import Comparison, Difference
from resnet_lesson.grading.judge.compare import compare, grouped
from resnet_lesson.graph.operations import Series, Unused, operations
from resnet_lesson.graph.places import Place

LEAST = 0.5  # that has to be mended: a whole operation, not one of its settings


def explained(
    expected: Series, comparison: Comparison, unused: tuple[Unused, ...], partial: bool
) -> Comparison:
    """The comparison, with what follows from an operation that nothing uses told as that.

    Args:
        expected: series with places.
        comparison: of the graph as it is.
        unused: the ways to put operations back into it.
        partial: as for `compare`.
    """
    best: dict[str, tuple[Comparison, Difference]] = {}
    costs: dict = {}  # most blocks are the same in all ways
    for way in unused:
        mended = compare(expected, way.series, partial, costs)
        place = next((want.place for want, op in mended.pairs if op.node == way.node), None)
        if place is None or mended.cost > comparison.cost - LEAST:
            continue
        if place not in best or mended.cost < best[place][0].cost:
            best[place] = mended, _unused(way, place)
    if not best:
        return comparison
    ways_back = [repaired for repaired, _ in best.values()]
    one = len(best) == 1
    pairs = ways_back[0].pairs if one else comparison.pairs
    rest = ways_back[0].differences if one else _left(comparison, ways_back)
    if comparison.differences[0].what == "operands":  # which says it better: one tensor twice
        return Comparison((comparison.differences[0], *rest), pairs)
    order = [op.place for op in operations(expected)]
    stages = {Place.parse(place).stage for place in best}
    rest = tuple(d for d in rest if d.what != "block_count" or d.place.stage not in stages)
    merged = _merged([difference for _, difference in best.values()], rest, order)
    return Comparison(grouped(merged), pairs)


def _unused(way, place):
    op = next(op for op in operations(way.series) if op.node == way.node)
    words = [line.partition(" · ")[0] for line in lines(op)]
    return Difference(place, "unused", "used by what follows", " with ".join(words[:2]))


def _left(comparison, mended):
    """The differences that no repair takes away."""
    gone = [d for d in comparison.differences if any(d not in m.differences for m in mended)]
    return tuple(d for d in comparison.differences if d not in gone)


def _merged(unused, rest, order):
    """Both in the order of computation; a place that is not expected stays behind its neighbour."""
    turns, turn = [], -1
    for difference in rest:
        turn = order.index(difference.where) if difference.where in order else turn
        turns.append((turn, 1, difference))
    turns += [(order.index(d.where), 0, d) for d in unused]
    return [difference for *_, difference in sorted(turns, key=lambda item: item[:2])]
