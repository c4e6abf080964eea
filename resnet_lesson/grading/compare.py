"""Holds the graph of an attempt against the expected one and names where they part."""

from dataclasses import dataclass, replace

from resnet_lesson.graph import Branch, count, operations, split_network

GAP = 1.0
ATTRIBUTE = 0.22
SUBSTITUTE = 0.9
ORDER_OF_ATTRIBUTES = (
    "pool_kind",
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "activation",
    "axis",
    "training",
    "pool_size",
    "units",
    "initializer",
)
OWN_LAYER = "a layer of its own"
EARLIER_LAYER = "a layer that an earlier call made"
# Free in a network: its blocks may fix a mode, which the model overrides, and draw their own
# weights.
FREE_IN_NETWORKS = ("training", "initializer")
ROLES = (
    {"relu", "activation"},
    {"conv", "depthwiseconv2d", "separableconv2d", "conv2dtranspose", "conv1d"},
    {"bn", "layernormalization", "groupnormalization", "unitnormalization"},
    {"flatten", "reshape"},
)


@dataclass(frozen=True)
class Difference:
    """One way in which an attempt leaves the specification.

    Attributes:
        where: place, in the vocabulary of findings.
        what: kind of the difference, in the same vocabulary.
        expected: what belongs there, plain data.
        got: what was found.
        also: further places that differ in the same way.
    """

    where: str
    what: str
    expected: object = None
    got: object = None
    also: tuple = ()


@dataclass(frozen=True)
class Comparison:
    """What came of holding two graphs against each other.

    Attributes:
        differences: `Difference` objects in the order of computation.
        pairs: ``(expected Op, found Op)`` that stand at the same place.
        cost: how far apart the two are; 0 for the same structure.
    """

    differences: tuple = ()
    pairs: tuple = ()
    cost: float = 0.0


def compare(expected, found, partial=False, free=()):
    """Compares two graphs.

    Arguments:
        expected: series with places.
        found: series of the attempt.
        partial: True if the attempt raised at its last operation: what would have followed is
            unknown.
        free: names of settings that may differ.

    Returns:
        A `Comparison`; its differences are grouped, so that one mistake made alike at several
        places is one difference.
    """
    if count(expected, "dense") and count(expected, "add") > 1:
        comparison = _compare_networks(expected, found, partial, (*free, *FREE_IN_NETWORKS))
    else:
        comparison = _compare_blocks(expected, found, partial, free)
    differences = _with_shared(comparison, [op.place for op in operations(expected)])
    return replace(comparison, differences=_grouped(differences))


def placed(series, comparison):
    """The attempt's series with the places of the expected operations that its own ones stand for.

    What is extra bears the place that its difference names.
    """
    names = {id(op): want.place for want, op in comparison.pairs}
    extras = [w for d in comparison.differences if d.what == "extra" for w in (d.where, *d.also)]
    for op in operations(series):
        if id(op) not in names:
            kind = _kind_in_places(op)
            where = next((w for w in extras if w.rpartition(".")[2] == kind), "")
            names[id(op)] = where
            if where:
                extras.remove(where)
    return _renamed(series, names)


def _renamed(series, names):
    return tuple(
        Branch(
            _renamed(item.main, names),
            _renamed(item.shortcut, names),
            replace(item.merge, place=names[id(item.merge)]),
            tuple(_renamed(path, names) for path in item.others),
        )
        if isinstance(item, Branch)
        else replace(item, place=names[id(item)])
        for item in series
    )


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
            yield Difference(want.place, "missing", OWN_LAYER, f"the layer of {owner}")


def _grouped(differences):
    groups = {}
    for difference in differences:
        key = (difference.what, repr(difference.expected), repr(difference.got))
        if difference.what in ("missing", "extra"):
            key = (difference.what, repr(difference.got))
        first = groups.setdefault(key, difference)
        if first is not difference and difference.where != first.where:
            groups[key] = replace(first, also=(*first.also, difference.where))
    return tuple(groups.values())


# --- one block
# ---------------------------------------------------------------------------------------


def _compare_blocks(expected, found, partial, free):
    at = next(i for i, item in enumerate(expected) if isinstance(item, Branch))
    want, tail = expected[at], expected[at + 1 :]
    positions = [i for i, item in enumerate(found) if isinstance(item, Branch)]
    if not positions:
        return _compare_chain(want, tail, found, partial, free)
    here = max(positions, key=lambda i: len(found[i].main) + count(found[i].main, "conv"))
    before, branch, after = found[:here], found[here], found[here + 1 :]
    return min(
        (
            _compare_branch(want, tail, (before, main, shortcut, branch, after), partial, free)
            for main, shortcut in ((branch.main, branch.shortcut), (branch.shortcut, branch.main))
        ),
        key=lambda comparison: comparison.cost,
    )


def _compare_chain(want, tail, found, partial, free):
    """A block without a branch: its one path is one of the two, and the addition is missing."""
    if partial:
        return _align(want.main, found, partial, free)
    chain = _align((*want.main, *tail), found, partial, free)
    if want.shortcut:
        shortcut = _align((*want.shortcut, *tail), found, partial, free)
        begins = want.shortcut[0].place
        if shortcut.cost < chain.cost and all(d.where != begins for d in shortcut.differences):
            chain = shortcut
    found_wrong, _ = _without_given(want, chain.differences)
    last = len(found_wrong)
    if tail:
        prefix = tail[0].place.removesuffix("output.relu") + "output."
        last = next((i for i, d in enumerate(found_wrong) if d.where.startswith(prefix)), last)
    missing = Difference(want.merge.place, "missing", "an addition of the shortcut", "none")
    differences = (*found_wrong[:last], missing, *found_wrong[last:])
    return Comparison(differences, chain.pairs, chain.cost + 3 * GAP)


def _compare_branch(want, tail, parts, partial, free):
    before, main, shortcut, branch, after = parts
    main_path = _align(want.main, (*before, *main), False, free)
    side_path = _align(
        want.shortcut, shortcut, False, free, prefix=_prefix(want.merge) + "shortcut"
    )
    main_wrong, strays = _without_given(want, main_path.differences)
    side_wrong, side_strays = _without_given(want, side_path.differences)
    merge = _compare_merge(want, branch, before, main_path, (*strays, *side_strays))
    if partial:
        rest = Comparison()
    else:
        rest = _align(tail, after, False, free, prefix=_prefix(want.merge) + "output")
    if merge and not branch.main and not before:  # the input is added to itself
        differences = (*merge, *main_wrong, *side_wrong)
    elif any(d.what == "operands" for d in merge):  # what the shortcut lacks follows from that
        differences = (*main_wrong, *merge, *side_wrong)
    else:
        differences = (*main_wrong, *side_wrong, *merge)
    differences = _moved((*differences, *rest.differences))
    pairs = (
        *main_path.pairs,
        *side_path.pairs,
        *(() if merge else ((want.merge, branch.merge),)),
        *rest.pairs,
    )
    cost = main_path.cost + side_path.cost + rest.cost + GAP * len(merge)
    return Comparison(differences, pairs, cost)


def _prefix(merge):
    return merge.place.removesuffix("add")


def _without_given(want, differences):
    """Parts the differences into those to name and those in a main path that the exercise gives.

    What a given path (one without convolutions) computes is not the attempt's to build. Where it is
    not called, or called too often, the addition joins the wrong tensors.
    """
    if count(want.main, "conv"):
        return differences, ()
    kinds = {op.kind for op in want.main}
    strays = [
        d
        for d in differences
        if d.what in ("missing", "extra") and d.where.rpartition(".")[2] in kinds
    ]
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
        return [Difference(place, "operands", "`main_path(X)` and `X`", got)]
    if not (before or branch.main):
        return [Difference(place, "operands", "the main path and the input", "the input twice")]
    taken = {id(op) for op in before}
    joined_late = [want_op.place for want_op, op in main_path.pairs if id(op) in taken]
    if joined_late:
        got = f"the output of {joined_late[-1]}"
        return [Difference(place, "operands", "the block's input", got)]
    return []


def _moved(differences):
    """One operation that is missing here and extra further on has only changed its place."""
    result = list(differences)
    for missing in [d for d in differences if d.what == "missing"]:
        path, _, kind = missing.where.rpartition(".")
        for extra in [d for d in result if d.what == "extra"]:
            other_path, _, other_kind = extra.where.rpartition(".")
            later = differences.index(extra) > differences.index(missing)
            same_path = "main" in path and "main" in other_path
            if kind == other_kind and (later or same_path):
                first, second = (missing, extra) if later else (extra, missing)
                turn = "too late" if later else "too early"
                moved = Difference(first.where, "order", "in its turn", turn)
                result[result.index(first)] = moved
                result.remove(second)
                break
    return tuple(result)


# --- one path
# ----------------------------------------------------------------------------------------


def _align(expected, found, partial, free, prefix=None):
    """Aligns two chains by edit distance: as few operations as can be are missing or extra."""
    rows, columns = len(expected), len(found)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i < rows or j < columns:
                best[i][j] = min(_moves(expected, found, i, j, best, partial, free))[0]
    differences, pairs = [], []
    i = j = 0
    while i < rows or j < columns:
        _, _, move = min(_moves(expected, found, i, j, best, partial, free))
        if move == "match":
            pairs.append((expected[i], found[j]))
            differences += _compare_ops(expected[i], found[j], free)
            i, j = i + 1, j + 1
        elif move == "missing":
            if not (partial and j == columns):
                differences.append(_missing(expected[i]))
            i += 1
        else:
            if isinstance(found[j], Branch) or found[j].node >= 0:  # else the call that raised
                where = _place_of_extra(expected, found, i, j, prefix)
                differences.append(Difference(where, "extra", "nothing", _name(found[j])))
            j += 1
    return Comparison(tuple(differences), tuple(pairs), best[0][0])


def _moves(expected, found, i, j, best, partial, free):
    """The ways on from here: (cost to the end, preference among equals, name)."""
    rows, columns = len(expected), len(found)
    moves = []
    if i < rows and j < columns:
        step = _distance(expected[i], found[j], free)
        if step is not None:
            moves.append((step + best[i + 1][j + 1], 0, "match"))
    if i < rows:
        step = 0.0 if partial and j == columns else GAP
        moves.append((step + best[i + 1][j], 1, "missing"))
    if j < columns:
        moves.append((GAP + best[i][j + 1], 2, "extra"))
    return moves


def _distance(want, have, free):
    if isinstance(have, Branch):
        return None
    if want.kind == have.kind:
        return min(ATTRIBUTE * len(_compare_ops(want, have, free)), SUBSTITUTE)
    if any({want.kind, have.kind} <= role for role in ROLES):
        return SUBSTITUTE
    return None


def _compare_ops(want, have, free):
    if want.kind != have.kind:
        if want.kind == "relu":
            got = have.attrs.get("name", have.kind)
            return [Difference(want.place, "activation", "relu", got)]
        return [replace(_missing(want), got=_name(have))]
    differences = []
    for name in ORDER_OF_ATTRIBUTES:
        if name in free or name not in want.attrs:
            continue
        if have.kind == "bn" and name not in have.attrs:  # of a call that raised
            continue
        expected, got = want.attrs[name], have.attrs.get(name)
        if expected != got:
            differences.append(Difference(want.place, name, expected, got))
        if name == "pool_kind" and differences:  # another kind has other settings
            return differences
    unusual = sorted(set(have.attrs) - set(want.attrs))
    differences += [
        Difference(want.place, "values", f"no {name}", f"{name}={have.attrs[name]}")
        for name in unusual
    ]
    return differences


def _missing(want):
    return Difference(want.place, "missing", _name(want), "nothing")


def _place_of_extra(expected, found, i, j, prefix):
    kind = _kind_in_places(found[j])
    if prefix is not None:
        return f"{prefix}.{kind}"
    place = expected[max(i - 1, 0)].place if expected else "main.1.conv"
    if i < len(expected) and kind == "conv":
        place = expected[i].place
    return f"{place.rsplit('.', 1)[0]}.{kind}"


def _kind_in_places(item):
    if isinstance(item, Branch):
        return "add"
    for name in ("relu", "conv", "bn"):
        if any({name, item.kind} <= role for role in ROLES):
            return name
    return item.kind


def _name(item):
    if isinstance(item, Branch):
        return "another branch"
    return item.attrs.get("name", item.kind) if item.kind == "activation" else item.kind


# --- a network
# ---------------------------------------------------------------------------------------


def _compare_networks(expected, found, partial, free):
    stem, units, head = split_network(expected)
    found_stem, found_units, found_head = split_network(found)
    beginning = _align(stem, found_stem, partial and not found_units, free)
    body = _compare_bodies(units, found_units, partial, free)
    ending = Comparison() if partial else _align(head, found_head, False, free, prefix="head")
    differences = list(ending.differences)
    if any(d.what == "pool_kind" for d in differences):  # global pooling flattens by itself
        differences = [d for d in differences if d.where != "head.flatten"]
    return Comparison(
        (*beginning.differences, *body.differences, *differences),
        (*beginning.pairs, *body.pairs, *ending.pairs),
        beginning.cost + body.cost + ending.cost,
    )


def _compare_bodies(expected, found, partial, free):
    """Aligns the blocks of two networks, so that one missing block is one difference."""
    memo = {}

    def compare_at(i, j):
        if (i, j) not in memo:
            last = partial and j == len(found) - 1
            memo[i, j] = _compare_units(expected[i], found[j], last, free)
        return memo[i, j]

    rows, columns = len(expected), len(found)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]

    def moves(i, j):
        if i < rows and j < columns:
            yield min(compare_at(i, j).cost, 3.0) + best[i + 1][j + 1], 0, "match"
        if i < rows:
            yield (0.0 if partial and j == columns else 3.5) + best[i + 1][j], 1, "missing"
        if j < columns:
            yield 3.5 + best[i][j + 1], 2, "extra"

    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i < rows or j < columns:
                best[i][j] = min(moves(i, j))[0]
    differences, pairs, counts, i, j = [], [], {}, 0, 0
    while i < rows or j < columns:
        _, _, move = min(moves(i, j))
        stage = _stage(expected[min(i, rows - 1) if move != "extra" else max(i - 1, 0)])
        if move == "match":
            differences += compare_at(i, j).differences
            pairs += compare_at(i, j).pairs
            i, j = i + 1, j + 1
            continue
        if move == "missing" and partial and j == columns:
            break
        if stage not in counts:
            differences.append(Difference(stage, "block_count"))
        counts[stage] = counts.get(stage, 0) + (1 if move == "extra" else -1)
        i, j = (i, j + 1) if move == "extra" else (i + 1, j)
    return Comparison(
        tuple(_with_counts(d, counts, expected) for d in differences), tuple(pairs), best[0][0]
    )


def _with_counts(difference, counts, expected):
    if difference.what != "block_count":
        return difference
    right = sum(_stage(unit) == difference.where for unit in expected)
    return replace(difference, expected=right, got=right + counts[difference.where])


def _stage(unit):
    return unit.branch.merge.place.split(".")[0]


def _compare_units(want, have, partial, free):
    comparison = _compare_blocks(want.series, have.series, partial, free)
    block = _prefix(want.branch.merge).rstrip(".")
    if have.branch is None:
        return comparison
    needs, has = bool(want.branch.shortcut), bool(count(have.branch.shortcut, "conv"))
    if needs == has:
        return comparison
    kinds = ("convolutional", "identity") if needs else ("identity", "convolutional")
    rest = [d for d in comparison.differences if not d.where.startswith(f"{block}.shortcut")]
    return replace(comparison, differences=(Difference(block, "block_kind", *kinds), *rest))
