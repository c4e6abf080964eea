"""Holds the graph of an attempt against the expected one and names where they part."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from resnet_lesson.grading.judge.alignment import (
    GAP,
    Comparison,
    Difference,
    align,
    kind_in_places,
    moved,
)
from resnet_lesson.graph.operations import (
    Branch,
    Op,
    Series,
    count,
    map_operations,
    operations,
    split_network,
)
from resnet_lesson.graph.places import Place

ANOTHER_BLOCK = 3.0  # most that two blocks at one place can differ by
BLOCK_GAP = 3.5
OTHER_PATH = 2.0  # more than an operation out of its turn
GIVEN_AND_INPUT = "`main_path(X)` and `X`"


def compare(
    expected: Series, attempt: Series, partial: bool = False, costs: dict | None = None
) -> Comparison:
    """Compares two graphs.

    Args:
        expected: series with places.
        attempt: series of the attempt.
        partial: True if the attempt raised at its last operation: what would have followed is
            unknown.
        costs: how far apart blocks of networks are, for several comparisons to share; what is
            found here is added.

    Returns:
        Differences and pairs. The differences are grouped, so that one mistake made alike at
        several places is one difference.
    """
    if count(expected, "dense") and count(expected, "add") > 1:
        costs = {} if costs is None else costs
        comparison = _compare_networks(expected, attempt, partial, costs)
    else:
        comparison = _compare_blocks(expected, attempt, partial)
    differences = _with_shared(comparison, [op.place for op in operations(expected)])
    return replace(comparison, differences=grouped(differences))


def placed(series: Series, comparison: Comparison) -> Series:
    """The attempt's series with the places of the expected operations that its own ones stand for.

    What is extra, or comes out of its turn, bears the place that its difference names.
    """
    names = {id(op): want.place for want, op in comparison.pairs}
    extras = [where for d in comparison.differences if d.what == "extra" for where in d.places]
    late = [d.where for d in comparison.differences if d.what == "order"]
    extras += [where for where in late if where not in names.values()]
    for op in operations(series):
        if id(op) not in names:
            kinds = (kind_in_places(op), op.kind)
            where = next((w for w in extras if Place.parse(w).kind in kinds), "")
            names[id(op)] = where
            if where:
                extras.remove(where)
    return map_operations(lambda op: replace(op, place=names[id(op)]), series)


def _with_shared(comparison, order):
    """The differences, and in their turn the places that use another place's layer.

    Whatever else differs at such a place follows from that.
    """
    shared = {difference.where: difference for difference in _shared_weights(comparison.pairs)}
    differences = [d for d in comparison.differences if d.where not in shared]
    for difference in shared.values():
        later = set(order[order.index(difference.where) :])
        at = next((i for i, d in enumerate(differences) if d.where in later), len(differences))
        differences.insert(at, difference)
    return differences


def _shared_weights(pairs):
    """Places that use the weights of an earlier place instead of their own."""
    owners = {}
    for want, have in pairs:
        if have.layer < 0:
            continue
        owner = owners.setdefault(have.layer, want.place)
        if owner != want.place:
            got = f"the layer of {owner}"
            yield Difference(want.place, "shared_layer", "a layer of its own", got)


def grouped(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """The differences, one mistake made alike at several places, or a run of layers, as one."""
    groups: list[Difference] = []
    for difference in differences:
        number = next((n for n, first in enumerate(groups) if _alike(first, difference)), None)
        if number is None:
            groups.append(difference)
        elif difference.where != groups[number].where:
            also = (*groups[number].also, difference.where)
            groups[number] = replace(groups[number], also=also)
    for relu, layers in pairwise(tuple(groups)):
        if _leads_to(relu, layers):  # the convolution is the mistake, what leads to it follows
            at = groups.index(relu)
            also = (relu.where, *relu.also, *layers.also)
            groups[at : at + 2] = [replace(layers, also=also)]
    return tuple(groups)


def _leads_to(relu, layers):
    """Whether the first is the activation before the convolution that the second begins with."""
    if relu.what != layers.what or relu.what not in ("missing", "extra"):
        return False
    before, after = relu.place, layers.place
    on_one_path = before.group and after.group and before.at("main") == after.at("main")
    if (before.kind, after.kind) != ("relu", "conv") or not on_one_path:
        return False
    steps = after.group - before.group
    return steps == 1 or (steps == 0 and relu.what == "extra")


def _alike(first, other):
    """Whether two differences are one mistake: made alike at two places, or a run of layers."""
    if first.what != other.what:
        return False
    if first.what == "shared_layer":  # whichever layer each place shares
        return True
    if first.what not in ("missing", "extra", "unkept_layer"):
        return (first.expected, first.got) == (other.expected, other.got)
    if first.got != other.got:
        return False
    same_kind = first.place.kind == other.place.kind
    # A convolution with what follows it: one group that is missing, or too many.
    groups = first.place.kind == "conv" and other.place.kind in ("bn", "relu", "pool")
    places = [Place.parse(where) for where in first.places]
    return same_kind or (groups and any(other.place.shares_path(place) for place in places))


# --- one block


def _compare_blocks(expected, attempt, partial):
    if not any(isinstance(item, Branch) for item in expected):
        path = align(expected, attempt, partial)
        return replace(path, differences=moved(path.differences))
    at = next(i for i, item in enumerate(expected) if isinstance(item, Branch))
    want, tail = expected[at], expected[at + 1 :]
    positions = [i for i, item in enumerate(attempt) if isinstance(item, Branch)]
    if not positions:
        return _compare_chain(want, tail, attempt, partial)
    here = max(positions, key=lambda i: len(attempt[i].main) + count(attempt[i].main, "conv"))
    before, branch, after = attempt[:here], attempt[here], attempt[here + 1 :]
    paths = (branch.main, branch.shortcut)
    both = (paths, paths[::-1])
    as_it_is = min(
        (
            _compare_branch(want, tail, (before, main, shortcut, branch, after), partial)
            for main, shortcut in both
        ),
        key=lambda comparison: comparison.cost,
    )
    for path, other in both if not branch.others else ():
        if before and path and isinstance(path[0], Op) and (other or path[1:]):
            main = (*before, path[0], *other)
            parts = ((), main, path[1:], Branch(main, path[1:], branch.merge), after)
            given_back = _compare_branch(want, tail, parts, partial)
            if given_back.cost + OTHER_PATH <= as_it_is.cost:
                return _with_result_on_other_path(given_back, path[0])
    return as_it_is


def _with_result_on_other_path(comparison, op):
    """The comparison of a block as it would be if the result of ``op`` stayed on its own path."""
    place = next((want.place for want, have in comparison.pairs if have is op), None)
    if place is None:
        return comparison
    path = Place.parse(place).path
    own, other = ("main path", "shortcut") if path == "main" else ("shortcut", "main path")
    difference = Difference(place, "other_path", f"read by the {own}", f"read by the {other}")
    differences = tuple(d for d in comparison.differences if d.where != place)
    return replace(comparison, differences=(difference, *differences), cost=comparison.cost + GAP)


def _compare_chain(want, tail, attempt, partial):
    """A block without a branch: its one path is one of the two, and the addition is missing."""
    if partial:
        return align(want.main, attempt, partial)
    chain = align((*want.main, *tail), attempt, partial)
    if want.shortcut:
        shortcut = align((*want.shortcut, *tail), attempt, partial)
        begins = want.shortcut[0].place
        if shortcut.cost < chain.cost and all(d.where != begins for d in shortcut.differences):
            chain = shortcut
    wrong, _ = _without_given(want, chain.differences)
    last = len(wrong)
    if tail:
        last = next((i for i, d in enumerate(wrong) if d.place.path == "output"), last)
    missing = Difference(want.merge.place, "missing", "an addition of the shortcut", "none")
    differences = (*wrong[:last], missing, *wrong[last:])
    return Comparison(differences, chain.pairs, chain.cost + 3 * GAP)


def _compare_branch(want, tail, parts, partial):
    before, main, shortcut, branch, after = parts
    main_path = align(want.main, (*before, *main))
    block = Place.parse(want.merge.place)
    raised = bool(shortcut) and isinstance(shortcut[-1], Op) and shortcut[-1].node < 0
    side_path = align(want.shortcut, shortcut, raised, path=block.at("shortcut"))
    main_wrong, strays = _without_given(want, main_path.differences)
    side_wrong, side_strays = _without_given(want, side_path.differences)
    merge = _compare_merge(want, branch, before, main_path, (*strays, *side_strays))
    rest = Comparison() if partial else align(tail, after, path=block.at("output"))
    if merge and not branch.main and not before:  # the input is added to itself
        differences = (*merge, *main_wrong, *side_wrong)
    elif any(d.what == "operands" for d in merge):  # what the shortcut lacks follows from that
        differences = (*main_wrong, *merge, *side_wrong)
    else:
        differences = (*main_wrong, *side_wrong, *merge)
    differences = moved((*differences, *rest.differences))
    pairs = (
        *main_path.pairs,
        *side_path.pairs,
        *(() if merge else ((want.merge, branch.merge),)),
        *rest.pairs,
    )
    cost = main_path.cost + side_path.cost + rest.cost + GAP * len(merge)
    return Comparison(differences, pairs, cost)


def _without_given(want, differences):
    """Parts the differences into those to name and those in a main path that the exercise gives.

    What a given path (one without convolutions) computes is not the attempt's to build. Where it is
    not called, or called too often, the addition joins the wrong tensors.
    """
    if count(want.main, "conv"):
        return differences, ()
    kinds = {op.kind for op in want.main}
    strays = [d for d in differences if d.what in ("missing", "extra") and d.place.kind in kinds]
    return tuple(d for d in differences if d not in strays), strays


def _compare_merge(want, branch, before, main_path, strays):
    place = want.merge.place
    if branch.others:
        got = f"{2 + len(branch.others)} tensors"
        return [Difference(place, "operands", "two tensors", got)]
    if branch.merge.kind != want.merge.kind:
        got = branch.merge.attrs.get("name", branch.merge.kind)
        return [Difference(place, "merge", "addition", got)]
    if strays:
        missing = strays[0].what == "missing"
        got = "no call of `main_path`" if missing else "more than one call of `main_path`"
        return [Difference(place, "operands", GIVEN_AND_INPUT, got)]
    if not (before or branch.main):
        return [Difference(place, "operands", "the main path and the input", "the input twice")]
    taken = {id(op) for op in before}
    joined_late = [want_op.place for want_op, op in main_path.pairs if id(op) in taken]
    if joined_late and not count(want.main, "conv"):
        return [Difference(place, "operands", GIVEN_AND_INPUT, "`main_path(X)` twice")]
    if joined_late:
        got = f"the output of {Place.parse(joined_late[-1]).in_block}"
        return [Difference(place, "operands", "the block's input", got)]
    return []


# --- a network


def _compare_networks(expected, attempt, partial, costs):
    stem, units, head = split_network(expected)
    attempt_stem, attempt_units, attempt_head = split_network(attempt)
    in_head = any(op.kind in ("pool", "flatten", "dense") for op in attempt_head)
    beginning = align(stem, attempt_stem, partial and not attempt_units)
    body = _compare_bodies(units, attempt_units, partial and not in_head, costs)
    ending = Comparison()
    if in_head or not partial:
        ending = align(head, attempt_head, partial, path=Place(path="head"))
    differences = list(moved(ending.differences))
    if any(d.what == "pool_kind" for d in differences):  # global pooling flattens by itself
        differences = [d for d in differences if d.where != "head.flatten"]
    return Comparison(
        (*moved(beginning.differences), *body.differences, *differences),
        (*beginning.pairs, *body.pairs, *ending.pairs),
        beginning.cost + body.cost + ending.cost,
    )


def _compare_bodies(expected, attempt, partial, costs):
    """Aligns the blocks of two networks, so that one missing block is one difference."""
    rows, columns = len(expected), len(attempt)
    forms = [_form_of_unit(unit) for unit in expected]
    attempt_forms = [_form_of_unit(unit) for unit in attempt]

    @cache
    def compare_at(i, j):
        return _compare_units(expected[i], attempt[j], partial and j == columns - 1)

    def cost_at(i, j):
        key = (forms[i], attempt_forms[j], partial and j == columns - 1)
        if key not in costs:
            costs[key] = compare_at(i, j).cost
        return costs[key]

    same = 0  # blocks that are right from the beginning on: no other way can be cheaper there
    while same < min(rows, columns) and not cost_at(same, same):
        same += 1
    rest, cost = _cheapest_way(
        rows - same, columns - same, lambda i, j: cost_at(same + i, same + j), partial
    )
    way = [(i, i, "match") for i in range(same)]
    way += [(same + i, same + j, move) for i, j, move in rest]
    differences, pairs, counts = [], [], {}
    for i, j, move in way:
        if move == "match":
            differences += compare_at(i, j).differences
            pairs += compare_at(i, j).pairs
            continue
        stage = _stage(expected[min(i, rows - 1) if move == "missing" else max(i - 1, 0)])
        if stage not in counts:
            differences.append(Difference(stage, "block_count"))
        counts[stage] = counts.get(stage, 0) + (1 if move == "extra" else -1)
    return Comparison(
        tuple(_with_counts(d, counts, expected) for d in differences), tuple(pairs), cost
    )


def _form_of_unit(unit):
    return (_form(unit.series), unit.reaches_back)


def _form(series):
    """All that it depends on how far a block is from another, as a key.

    The blocks of a stage are alike in it: left out are places, shapes, and the numbers of
    operations and layers.
    """
    return tuple(
        (tuple(_form(path) for path in item.paths), _form([item.merge]))
        if isinstance(item, Branch)
        else (item.kind, repr(sorted(item.attrs.items())), item.node < 0)
        for item in series
    )


def _cheapest_way(rows, columns, cost, partial):
    """The moves that align blocks, ``[(row, column, move)]``, and what they cost.

    A move is "match", "missing" or "extra". What is missing after the last column of a partial
    attempt costs nothing and is left out.
    """
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]

    def moves(i, j):
        if i < rows and j < columns:
            yield min(cost(i, j), ANOTHER_BLOCK) + best[i + 1][j + 1], 0, "match"
        if i < rows:
            unknown = partial and j == columns
            yield (0.0 if unknown else BLOCK_GAP) + best[i + 1][j], 1, "missing"
        if j < columns:
            yield BLOCK_GAP + best[i][j + 1], 2, "extra"

    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i < rows or j < columns:
                best[i][j] = min(moves(i, j))[0]
    way, i, j = [], 0, 0
    while i < rows or j < columns:
        _, _, move = min(moves(i, j))
        if partial and j == columns:
            break
        way.append((i, j, move))
        i, j = i + (move != "extra"), j + (move != "missing")
    return way, best[0][0]


def _with_counts(difference, counts, expected):
    if difference.what != "block_count":
        return difference
    right = sum(_stage(unit) == difference.where for unit in expected)
    return replace(difference, expected=right, got=right + counts[difference.where])


def _stage(unit):
    return Place.parse(unit.branch.merge.place).part


def _compare_units(want, have, partial):
    comparison = _compare_blocks(want.series, have.series, partial)
    block = Place.parse(want.branch.merge.place).unit
    if have.branch is None:
        return comparison
    if have.reaches_back:
        comparison = _reaching_back(want, comparison)
    needs, projection = bool(want.branch.shortcut), str(block.at("shortcut", kind="conv"))
    unfit = {d.where: d.what for d in comparison.differences}.get(projection)
    if unfit != ("missing" if needs else "extra") or (needs and have.branch.shortcut):
        return comparison
    kinds = ("convolutional", "identity") if needs else ("identity", "convolutional")
    rest = [d for d in comparison.differences if d.place.path != "shortcut"]
    return replace(comparison, differences=(Difference(str(block), "block_kind", *kinds), *rest))


def _reaching_back(want, comparison):
    """The comparison of a block whose shortcut starts before an earlier block."""
    place = want.branch.merge.place
    difference = Difference(place, "operands", "the block's input", "the input of an earlier block")
    differences = [d for d in comparison.differences if d.where != place]
    at = next((i for i, d in enumerate(differences) if d.place.path == "output"), None)
    differences.insert(len(differences) if at is None else at, difference)
    pairs = tuple(pair for pair in comparison.pairs if pair[0] is not want.branch.merge)
    return Comparison(tuple(differences), pairs, comparison.cost + GAP)
