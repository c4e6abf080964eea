"""Holds one path of an attempt against the expected one, operation by operation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from resnet_lesson.graph.operations import Branch, Op, Series
from resnet_lesson.graph.places import Place

GAP = 1.0
ATTRIBUTE = 0.22
SUBSTITUTE = 0.9
ORDER_OF_ATTRIBUTES = (
    "pool_kind",
    "pool_size",
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "activation",
    "axis",
    "training",
    "units",
    "initializer",
)
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
        instead_of: for what is extra, the place whose turn it was and that it has changed with.
        probe: the call that shows it, where that is another one than the verdict's.
    """

    where: str
    what: str
    expected: object = None
    got: object = None
    also: tuple[str, ...] = ()
    instead_of: str = ""
    probe: int | None = None

    @property
    def place(self) -> Place:
        """Where it is, taken apart."""
        return Place.parse(self.where)

    @property
    def places(self) -> tuple[str, ...]:
        """All places that differ in this way."""
        return (self.where, *self.also)


@dataclass(frozen=True)
class Comparison:
    """What came of holding two graphs against each other.

    Attributes:
        differences: in the order of computation.
        pairs: ``(expected, attempt's)`` that stand at the same place.
        cost: how far apart the two are; 0 for the same structure.
    """

    differences: tuple[Difference, ...] = ()
    pairs: tuple[tuple[Op, Op], ...] = ()
    cost: float = 0.0


def align(
    expected: Series, attempt: Series, partial: bool = False, path: Place | None = None
) -> Comparison:
    """Aligns two chains by edit distance: as few operations as can be are missing or extra.

    Args:
        expected: operations with places.
        attempt: its operations and branches.
        partial: True if what would follow the attempt's last one is unknown.
        path: where to place what is extra; None for beside what stands before it.
    """
    rows, columns = len(expected), len(attempt)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i < rows or j < columns:
                best[i][j] = min(_moves(expected, attempt, i, j, best, partial))[0]
    differences: list[Difference] = []
    pairs: list[Any] = []
    i = j = 0
    while i < rows or j < columns:
        _, _, move = min(_moves(expected, attempt, i, j, best, partial))
        if move == "match":
            pairs.append((expected[i], attempt[j]))
            differences += _compare_ops(expected[i], attempt[j])
            i, j = i + 1, j + 1
        elif move == "missing":
            if not (partial and j == columns):
                differences.append(_missing(expected[i]))
            i += 1
        else:
            if not _raised(attempt[j]):
                differences.append(_extra(expected, attempt, i, j, path))
            j += 1
    return Comparison(tuple(_without_fused(differences)), tuple(pairs), best[0][0])


def _raised(item):
    return isinstance(item, Op) and item.node < 0


def _without_fused(differences):
    """An activation inside a convolution stands where the next one of the path is missing.

    With the BatchNorm between them missing as well, that one is all that is wrong.
    """
    missing = {d.where for d in differences if d.what == "missing"}
    for difference in differences:
        if difference.what == "activation" and difference.place.kind == "conv":
            bn, relu = (str(difference.place.beside(kind)) for kind in ("bn", "relu"))
            if difference.got == "relu" and {bn, relu} <= missing:
                fused = (difference.where, relu)
                return _without_fused([d for d in differences if d.where not in fused])
    return differences


def _moves(expected, attempt, i, j, best, partial):
    """The ways on from here: (cost to the end, preference among equals, name)."""
    rows, columns = len(expected), len(attempt)
    moves = []
    if i < rows and j < columns:
        step = _distance(expected[i], attempt[j])
        if step is not None:
            moves.append((step + best[i + 1][j + 1], 0, "match"))
    if i < rows:
        step = 0.0 if partial and j == columns else _gap(expected[i])
        moves.append((step + best[i + 1][j], 1, "missing"))
    if j < columns:
        moves.append((_gap(attempt[j]) + best[i][j + 1], 2, "extra"))
    return moves


def _gap(item):
    """A convolution out of its place costs a little more, so that the others move around it."""
    return GAP + (0.05 if isinstance(item, Branch) or item.kind == "conv" else 0.0)


def _distance(want, have):
    if isinstance(have, Branch):
        return None
    if want.kind == have.kind:
        return min(ATTRIBUTE * len(_compare_ops(want, have)), SUBSTITUTE)
    if any({want.kind, have.kind} <= role for role in ROLES):
        return SUBSTITUTE
    return None


def _compare_ops(want, have):
    if want.kind != have.kind:
        if want.kind == "relu":
            got = have.attrs.get("name", have.kind)
            return [Difference(want.place, "activation", "relu", got)]
        return [replace(_missing(want), got=_name(have))]
    if have.attrs.get("owned") is False:
        expected, got = "a layer that the object keeps", "a layer that the object does not keep"
        return [Difference(want.place, "unkept_layer", expected, got)]
    differences = []
    for name in ORDER_OF_ATTRIBUTES:
        if name not in want.attrs or name in want.attrs.get("free", ()):
            continue
        if have.kind == "bn" and name not in have.attrs:  # of a call that raised
            continue
        expected, got = want.attrs[name], have.attrs.get(name)
        if expected != got and not _follows(name, want, have):
            differences.append(Difference(want.place, name, expected, got))
        if name == "pool_kind" and differences:  # another kind has other settings
            return differences
    unusual = sorted(set(have.attrs) - set(want.attrs) - {"own_call"})
    differences += [
        Difference(want.place, "values", f"no {name}", f"{name}={have.attrs[name]}")
        for name in unusual
    ]
    return differences


def _follows(name, want, have):
    """True for a setting that is as it is because another one is: naming that one says it all."""
    if name == "padding" and want.kind == "conv":  # a 1×1 window needs none
        return any(op.attrs.get("kernel_size") == (1, 1) for op in (want, have))
    if name == "strides" and want.kind == "pool":  # a pooling steps by its window
        return (
            want.attrs["pool_size"] != have.attrs.get("pool_size") == have.attrs.get("strides")
            and want.attrs["pool_size"] == want.attrs["strides"]
        )
    return False


def _missing(want):
    return Difference(want.place, "missing", _name(want), "nothing")


def _extra(expected, attempt, i, j, path):
    where = _place_of_extra(expected, attempt, i, j, path)
    swapped = i + 1 < len(expected) and expected[i + 1].kind == kind_in_places(attempt[j])
    instead_of = expected[i].place if swapped else ""
    return Difference(where, "extra", "nothing", _name(attempt[j]), instead_of=instead_of)


def _place_of_extra(expected, attempt, i, j, path):
    kind = kind_in_places(attempt[j])
    if path is not None:
        return str(path.beside(attempt[j].kind if path.path == "head" else kind))
    place = expected[max(i - 1, 0)].place if expected else "main.1.conv"
    if i < len(expected) and kind == "conv":
        place = expected[i].place
    return str(Place.parse(place).beside(kind))


def kind_in_places(item: Op | Branch) -> str:
    """The kind of an operation as places name it: a `LeakyReLU` stands where a "relu" would."""
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


def moved(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """One operation that is missing here and extra further on has only changed its place."""
    result = list(differences)
    for missing in [d for d in differences if d.what == "missing"]:
        for extra in [d for d in result if d.what == "extra"]:
            place, other = missing.place, extra.place
            later = differences.index(extra) > differences.index(missing)
            same_path = place.shares_path(other) or place.path == other.path == "main"
            if place.kind == other.kind and (later or same_path):
                first, second = (missing, extra) if later else (extra, missing)
                turn = "too late" if later or extra.instead_of else "too early"
                where = first.where if later else extra.instead_of or extra.where
                result[result.index(first)] = Difference(where, "order", "in its turn", turn)
                result.remove(second)
                break
    return tuple(result)
