"""A graph as a picture: a block with its paths, or a network with its stages."""

from itertools import groupby

from resnet_lesson.figures import labels, style, svg
from resnet_lesson.figures.layout import (
    BADGE,
    GAP,
    Box,
    Merge,
    Region,
    Series,
    Stack,
    badge,
    badge_width,
    outline,
)
from resnet_lesson.graph.operations import Branch, Op, operations, split_network
from resnet_lesson.graph.places import Place

MARGIN = 20
MOST_IN_DETAIL = 60
_STACKED = ("bn", "relu", "activation", "dropout")
_HIGHEST_STACK = 5


def diagram(
    items,
    title="",
    description="",
    marks=None,
    shapes=True,
    input_shape=None,
    counts=None,
    width=style.WIDTH,
    gap=GAP,
):
    """Draws a block or a network as SVG.

    A block is drawn operation by operation: the main path from left to right, normalisation and
    activation below the layer that they follow, shortcuts arched above, an addition as a circle
    with a plus. A graph of more than `MOST_IN_DETAIL` operations with branches or a dense layer
    is drawn as a network: a row for the stem, for each stage and for the head, and a box for each
    residual block.

    Args:
        items: series, a tuple of `resnet_lesson.graph.operations.Op` and `Branch`. An operation
            with ``attrs["ghost"]`` true is drawn as an empty dashed box: expected, but not there.
            An operation of kind "block" is drawn as a whole block, which may be a ghost too;
            ``attrs["lines"]``, a tuple of texts, overrides the words in any box.
        title: text, written above the drawing and for screen readers.
        description: text for screen readers: what the drawing shows.
        marks: dictionary from a place, such as ``"main.2.conv"``, to what is the matter there,
            such as ``"padding"`` or ``"extra"``: a thick dashed outline and a badge ``✗ padding``.
            A text that starts with ✓ is drawn as right: solid outline, green. ``"shortcut"`` marks
            the shortcut itself, ``"stage4"`` a whole stage of a network. Marks of places that are
            not drawn are listed below the drawing.
        shapes: whether the shapes of tensors are written.
        input_shape: the shape of the input without the batch axis, if it is known.
        counts: dictionary from a place to how often something happened there: the oftener, the
            warmer its colour, and a badge with the number. All else is grey then.
        width: what the picture should be as wide as, in its units; it takes more rows if it is
            narrow. Parts that do not fit alone make it wider.
        gap: the length of the arrows in a block.

    Returns:
        SVG as text, the same for the same arguments. It has no ids: several can stand in one page.
    """
    builder = _Builder(marks or {}, shapes, counts or {}, gap)
    rows = _network_rows(items, builder) if _is_network(items) else [("", (), items)]
    built = []
    for i, (heading, subheading, cells) in enumerate(rows):
        ends = (i == 0, i == len(rows) - 1)
        builder.shape = None if heading.startswith("Stage") else builder.shape
        room = width - 2 * MARGIN - (_Lane.label if heading else 0)
        parts = builder.parts(cells, room, flat=bool(heading))
        parts = builder.with_ends(parts, items, input_shape, *ends)
        mark = builder.mark(heading.lower().replace(" ", ""))
        series = Series(parts, room, 18 if heading else gap)
        built.append(_Lane(heading, subheading, series, mark))
    return _draw(built, title, description, builder.unplaced(), width)


class _Builder:
    """Turns operations into parts, and keeps account of the marks."""

    def __init__(self, marks, shapes, counts, gap):
        self.gap = gap
        marks = {place: str(count) for place, count in counts.items()} | marks
        self.marks = {svg.clean(place): svg.clean(mark) for place, mark in marks.items()}
        self.counts = counts
        self.shapes = shapes
        self.met = set()
        self.changes_only = False
        self.shape = None

    def mark(self, place):
        """The mark of a place, empty if it has none."""
        place = svg.clean(place)
        self.met.add(place)
        return self.marks.get(place, "") if place else ""

    def unplaced(self):
        """Marks whose places were not drawn."""
        return [
            f"✗ {place}: {mark}".removeprefix("✗ : ")
            for place, mark in self.marks.items()
            if place not in self.met
        ]

    def box(self, op):
        """The box of an operation."""
        ghost = op.attrs.get("ghost")
        mark = self.mark(op.place) or ("missing" if ghost else "")
        kind, shortcut = op.kind, op.attrs.get("shortcut")
        if kind == "block":
            mark = mark or self._mark_inside(op.place)
            kind = "projection" if shortcut == "conv" else kind
        if self.counts and kind != "add":
            kind = "other"  # so that the only colours are those of the counts
        kind = "ghost" if ghost else kind
        heat = self.counts.get(op.place, 0) / max(self.counts.values(), default=1)
        place, tip = svg.clean(op.place), labels.sentence(op)
        return Box(kind, labels.lines(op), place, mark, tip, arch=bool(shortcut), heat=heat)

    def _mark_inside(self, place):
        inside = [p for p in self.marks if p.startswith(svg.clean(place) + ".")]
        self.met.update(inside)
        return "; ".join(f"{p[len(svg.clean(place)) + 1 :]}: {self.marks[p]}" for p in inside)

    def caption(self, op):
        """The shape that an operation gives, if it is to be written."""
        text = labels.shape_text(op.shape) if self.shapes else ""
        repeated = self.changes_only and text == self.shape
        self.shape = text or self.shape
        return "" if repeated else text

    def parts(self, items, room, flat=False, inside=False):
        """The parts of a series; ``flat`` gives every operation a column of its own.

        A column begins with a layer, and what normalises or activates its output follows below.
        Where these come first, as in a pre-activation block, each column ends with its layer.
        """
        parts, stack = [], []
        before = inside and items and isinstance(items[0], Op) and items[0].kind in _STACKED

        def close():
            if stack:
                parts.append(Stack([self.box(op) for op in stack], self.caption(stack[-1])))
                stack.clear()

        for item in items:
            branch = isinstance(item, Branch)
            joins = not branch and not flat and (before or item.kind in _STACKED)
            full = len(stack) == _HIGHEST_STACK or (before and _has_layer(stack))
            if full or not joins:
                close()
            if branch:
                parts.append(self.region(item, room - self.gap))
            else:
                stack.append(item)
        close()
        return parts

    def region(self, branch, room):
        """The paths of a branch and where they meet."""
        merge = Merge(self.box(branch.merge))
        inner = room - 2 * self.gap - merge.width
        above = inner - 2 * Region.beside
        main = Series(self.parts(branch.main, inner, inside=True), inner, self.gap)
        arches = [
            Series(self.parts(path, above, flat=True), above, self.gap)
            for path in (branch.shortcut, *branch.others)
        ]
        shortcut = Place.parse(branch.merge.place).at("shortcut")
        return Region(main, arches, merge, self.mark(str(shortcut)), self.gap)

    def with_ends(self, parts, items, input_shape, first, last):
        """The parts with the input before and the output behind them."""
        shape = labels.shape_text(_last_shape(items)) if self.shapes else ""
        start = labels.shape_text(input_shape) if self.shapes else ""
        begin = [Stack([Box("tensor", _words("Input", start))])] if first else []
        end = [Stack([Box("tensor", _words("Output", shape))])] if last else []
        return [*begin, *parts, *end]


def _has_layer(stack):
    return any(op.kind not in _STACKED for op in stack)


def _words(*words):
    return tuple(word for word in words if word)


def _last_shape(items):
    last = items[-1] if items else Op("")
    return (last.merge if isinstance(last, Branch) else last).shape


def _is_network(items):
    kinds = [item.kind for item in items if isinstance(item, Op)]
    many = sum(1 for _ in operations(items)) > MOST_IN_DETAIL
    return "block" in kinds or (many and (len(items) - len(kinds) > 1 or "dense" in kinds))


def _network_rows(items, builder):
    """``(heading, subheading, cells)`` of stem, stages and head, each block one cell."""
    builder.changes_only = True
    rows = []
    for heading, cells in groupby(_cells(items), key=lambda cell: cell[0]):
        cells = [op for _, op in cells]
        blocks = sum(op.kind == "block" and not op.attrs.get("ghost") for op in cells)
        words = f"{blocks} block{'s' if blocks > 1 else ''}" if blocks else ""
        rows.append((heading, words, cells))
    return rows


def _cells(items):
    """Pairs of a row's heading and an operation, blocks condensed to one operation each."""
    stem, units, head = split_network(items)
    for op in stem:
        yield "Stem", op
    stage, shape = 1, None
    for unit in units:
        series = unit.series
        out = (unit.branch.merge if unit.branch else series[-1]).shape
        stage, shape = stage + (out != shape), out
        place = _place(series)
        here = _stage(place) or f"Stage {stage}"
        ghosts = [op for op in series if isinstance(op, Op) and op.kind == "block"]
        series = [op for op in series if op not in ghosts]
        if series:
            yield here, _block(series, unit.branch, out, place)
        for ghost in ghosts:
            yield _stage(ghost.place) or here, ghost
    for op in head:
        yield "Head", op


def _place(series):
    """The place of a block: what the places of its operations begin with."""
    first = next((op.place for op in operations(series) if op.kind != "block"), "")
    return str(Place.parse(first).unit)


def _stage(place):
    stage = Place.parse(place).stage
    return f"Stage {stage}" if stage else ""


def _block(series, branch, shape, place):
    """A residual block as one operation."""
    ops = list(operations(branch.main if branch else series))
    convolutions = [op.attrs for op in ops if op.kind == "conv"]
    filters = "·".join(svg.clean(attrs.get("filters", "?")) for attrs in convolutions)
    shortcut = list(operations(branch.shortcut)) if branch else []
    heading, path = ("Convolutional", "conv") if shortcut else ("Identity", "identity")
    strides = [labels.stride(attrs) for attrs in convolutions]
    stride = next((step for step in strides if step not in ("", "1")), "1")
    if not branch:
        heading, path = "No shortcut", ""
    words = (heading, filters)
    words += (f"stride {stride}",) if shortcut or stride != "1" else ()
    return Op("block", {"lines": words, "shortcut": path}, shape, place)


class _Lane:
    """A row of the picture: a heading on the left, a series beside it, a mark below."""

    label = 84
    padding = 11

    def __init__(self, heading, subheading, series, mark=""):
        self.heading, self.subheading, self.series = heading, subheading, series
        self.box = Box("lane", (heading,), mark=mark)
        self.height = series.up + series.down + (2 * self.padding if heading else 0)
        self.height += BADGE + 6 if mark else 0

    def draw(self, parent, top, width):
        """Draws the row and returns where its series begins, ``(x, y)``."""
        if not self.heading:
            x, y = (width - self.series.width) / 2, top + self.series.up
        else:
            self._draw_background(parent, top, width)
            x, y = MARGIN + self.label, top + self.padding + self.series.up
            middle = y - (8 if self.subheading else 0)
            svg.text(parent, MARGIN, middle, self.heading, style.HEADING, True, anchor="start")
            svg.text(parent, MARGIN, y + 9, self.subheading, fill=style.MUTED, anchor="start")
        self.series.draw(parent, x, y)
        return x, y

    def _draw_background(self, parent, top, width):
        looks = outline(self.box.mark) if self.box.mark else {}
        svg.rectangle(parent, 10, top, width - 20, self.height, style.LANE, rx=10, **looks)
        if self.box.mark:
            x = MARGIN + badge_width(self.box.badge, 140) / 2
            badge(parent, x, top + self.height - BADGE / 2 - 6, self.box.badge, 140)


def _draw(lanes, title, description, unplaced, width):
    width = max([width, *(2 * MARGIN + lane.series.width + lane.label for lane in lanes[1:])])
    width = max(width, 2 * MARGIN + lanes[0].series.width)
    title = svg.clean(title)
    top = 40 if title else 16
    between = 16
    height = top + sum(lane.height for lane in lanes) + between * (len(lanes) - 1) + 16
    height += (BADGE + 8) * len(unplaced)
    root = svg.document(width, height, title, description)
    if title:
        svg.text(root, MARGIN, 22, title, 15, bold=True, anchor="start")
    before = None
    for lane in lanes:
        x, y = lane.draw(root, top, width)
        if before:
            _connect_lanes(root, before, (x, y), top - between / 2)
        out = x + lane.series.end - getattr(lane.series.parts[-1], "margin", 0)
        before = (out, y + lane.series.exit)
        top += lane.height + between
    for note in unplaced:
        widest = width - 3 * MARGIN
        badge(root, MARGIN + badge_width(note, widest) / 2, top, note, widest)
        top += BADGE + 8
    return svg.serialise(root)


def _connect_lanes(parent, start, end, height):
    side = start[0] + 9
    turn = end[0] - 14
    points = [start, (side, start[1]), (side, height), (turn, height), (turn, end[1]), end]
    svg.line(parent, points)
