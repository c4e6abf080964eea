"""Layout of a diagram: its parts, each of which knows its size and draws itself.

Every part is entered from the left at its *line*, the height ``y`` that it is drawn at, and reaches
``up`` above and ``down`` below it. It is left on the right at ``y + exit``. Units are those of
`resnet_lesson.figures.style`.
"""

from dataclasses import dataclass, field

from resnet_lesson.figures import style, svg

GAP = 28
LINE_HEIGHT = 16
BADGE = 18
WIDEST_TEXT = 170
ARCH = 22
ARCHLET = 11


@dataclass(frozen=True)
class Box:
    """The words and looks of one operation or tensor.

    Attributes:
        kind: a key of `style.KINDS`; others look like "other".
        lines: texts, the first the heading.
        place: the place of the operation in its graph.
        mark: what is the matter with it, shown in badges; empty if nothing is, more than one thing
            with commas between. A mark that starts with ✓ is drawn as right, any other as wrong.
        tip: tooltip.
        arch: whether a shortcut is hinted at above it, for a block in one box.
        heat: from 0, not filled for it, to 1, filled with the warmest colour.
    """

    kind: str
    lines: tuple
    place: str = ""
    mark: str = ""
    tip: str = ""
    arch: bool = False
    heat: float = 0.0

    @property
    def badge(self):
        """The text of the badge: the mark with a cross, if it has no sign of its own."""
        signed = not self.mark or self.mark[0] in "✓✗"
        return self.mark if signed else f"✗ {self.mark}"

    @property
    def badges(self):
        """The texts of the badges, one for each of the things that are the matter."""
        sign, _, words = self.badge.partition(" ")
        return [f"{sign} {word}" for word in words.split(", ")] if words else []

    @property
    def middle(self):
        """How far below its upper edge the line enters: the same with and without a badge."""
        return 4 + LINE_HEIGHT * len(self.lines) / 2

    @property
    def height(self):
        return 2 * self.middle + BADGE * len(self.badges) + (6 if self.mark else 0)

    @property
    def width(self):
        heading, *rest = self.lines
        widths = [svg.text_width(heading, style.HEADING, bold=True)]
        widths += [svg.text_width(text) for text in rest]
        widths = [min(width, WIDEST_TEXT) for width in widths]
        return max(*widths, *map(badge_width, self.badges), 40) + 16

    def draw(self, parent, x, y, width):
        """Draws the box with its upper left corner at ``(x, y)``."""
        group = svg.add(parent, "g", data_kind=self.kind, data_place=self.place or None)
        if self.tip:
            svg.add(group, "title", self.tip)
        fill, stroke = style.KINDS.get(self.kind, style.KINDS["other"])
        looks = {"stroke": stroke, "rx": 14 if self.kind == "tensor" else 6}
        if self.mark:
            looks |= outline(self.mark)
        elif self.kind == "ghost":
            looks["stroke_dasharray"] = "5 4"
        if self.heat:
            fill, looks["stroke_dasharray"] = style.heat(self.heat), None
        svg.rectangle(group, x, y, width, self.height, fill, **looks)
        for i, words in enumerate(self.lines):
            size, bold = (style.HEADING, True) if i == 0 else (style.SMALL, False)
            words = svg.shorten(words, width - 8, size, bold)
            middle = y + 4 + LINE_HEIGHT * (i + 0.5)
            svg.text(group, x + width / 2, middle, words, size, bold)
        for i, words in enumerate(reversed(self.badges)):
            badge(group, x + width / 2, y + self.height - BADGE * (i + 0.5) - 5, words)
        if self.arch:
            left, right, top = x + 10, x + width - 10, y - ARCHLET
            points = [(left, y), (left, top), (right, top), (right, y - 1)]
            svg.line(group, points, style.BLUE, radius=6)


def outline(mark):
    """How a marked shape is outlined: dashed if wrong, solid if right."""
    stroke = _mark_colours(mark)[0]
    dashes = None if mark.startswith("✓") else "7 4"
    return {"stroke": stroke, "stroke_width": 3, "stroke_dasharray": dashes}


def _mark_colours(mark):
    return style.RIGHT if mark.startswith("✓") else style.WRONG


def badge_width(mark, widest=WIDEST_TEXT):
    """The width of a badge with this text, 0 if it is empty."""
    return min(svg.text_width(mark, bold=True), widest) + 12 if mark else 0


def badge(parent, x, y, mark, widest=WIDEST_TEXT):
    """Draws a badge with its middle at ``(x, y)``, its text cut to a width of ``widest``."""
    stroke, fill, ink = _mark_colours(mark)
    width = badge_width(mark, widest)
    looks = {"rx": BADGE / 2, "stroke_width": 1}
    svg.rectangle(parent, x - width / 2, y - BADGE / 2, width, BADGE, fill, stroke, **looks)
    svg.text(parent, x, y, svg.shorten(mark, width - 8, bold=True), bold=True, fill=ink)


class Stack:
    """Boxes one below the other, computed from top to bottom, with a caption."""

    chevron = 9

    def __init__(self, boxes, caption=""):
        self.boxes, self.caption = boxes, caption
        self.width = max([*(box.width for box in boxes), svg.text_width(caption)])
        above = boxes[0].middle
        self.up = above + (ARCHLET + 2 if boxes[0].arch else 0)
        height = sum(box.height for box in boxes) + self.chevron * (len(boxes) - 1)
        self.exit = height - above - boxes[-1].height + boxes[-1].middle
        self.down = height - above + (20 if caption else 0)

    def draw(self, parent, x, y):
        top = y - self.boxes[0].middle
        for i, box in enumerate(self.boxes):
            if i:
                svg.arrowhead(parent, x + self.width / 2, top - 1, 0, 1, size=7)
            box.draw(parent, x, top, self.width)
            top += box.height + self.chevron
        if self.caption:
            middle = top - self.chevron + 11
            svg.text(parent, x + self.width / 2, middle, self.caption, fill=style.MUTED)


class Merge:
    """Where paths meet: a circle with a plus for an addition, a box for anything else."""

    radius = 15
    exit = 0

    def __init__(self, box):
        self.box = box
        self.round = box.kind == "add"
        if self.round:
            self.width = max(2 * self.radius, svg.text_width("Add"), badge_width(box.badge))
            self.up = self.radius
            self.down = self.radius + 20 + (BADGE + 4 if box.mark else 0)
        else:
            self.width = box.width
            self.up, self.down = box.middle, box.height - box.middle

    def ends(self, x, y, offset):
        """Where a path that comes from above meets it, ``offset`` beside its middle."""
        top = (self.radius**2 - offset**2) ** 0.5 if self.round else self.up
        return x + self.width / 2 + offset, y - top

    @property
    def margin(self):
        """From its left edge to where a path from the left meets it."""
        return self.width / 2 - self.radius if self.round else 0

    def draw(self, parent, x, y):
        if not self.round:
            self.box.draw(parent, x, y - self.up, self.width)
            return
        box, r, middle = self.box, self.radius, x + self.width / 2
        group = svg.add(parent, "g", data_kind="add", data_place=box.place or None)
        svg.add(group, "title", box.tip)
        looks = {"stroke": style.INK, "stroke_width": 2, **(outline(box.mark) if box.mark else {})}
        fill = style.PAPER
        if box.heat:
            fill, looks["stroke_dasharray"] = style.heat(box.heat), None
        svg.add(group, "circle", cx=middle, cy=y, r=r, fill=fill, **looks)
        svg.plus(group, middle, y)
        svg.text(group, middle, y + r + 11, "Add", bold=True)
        if box.mark:
            badge(group, middle, y + r + 20 + BADGE / 2, box.badge)


@dataclass
class Series:
    """Parts from left to right, in as many rows as the width asks for.

    Attributes:
        parts: the parts.
        room: the width that should not be exceeded; a part that is wider by itself does.
        gap: the length of the arrows between the parts.
    """

    parts: list
    room: float
    gap: float = GAP
    width: float = field(init=False)

    def __post_init__(self):
        self.rows = self._wrap(self.room)
        if len(self.rows) > 1:
            self.rows = self._wrap(self.room - self.gap)
        self.lines = [0]
        for above, row in zip(self.rows, self.rows[1:], strict=False):
            space = _down(above) + 2 * ARCH + _up(row)
            self.lines.append(self.lines[-1] + space)
        self.width = max(self._length(row) for row in self.rows)
        self.width += self.gap if len(self.rows) > 1 else 0  # for the lines back to the left
        self.up = _up(self.rows[0])
        self.down = self.lines[-1] + _down(self.rows[-1])
        self.end = self._length(self.rows[-1])
        last = self.rows[-1][-1:]
        self.exit = self.lines[-1] + (last[0].exit if last else 0)

    def _wrap(self, room):
        rows = [[]]
        for part in self.parts:
            if rows[-1] and self._length([*rows[-1], part]) > room:
                rows.append([])
            rows[-1].append(part)
        return rows

    def _length(self, row):
        return sum(part.width for part in row) + self.gap * max(len(row) - 1, 0)

    def draw(self, parent, x, y):
        before = None
        for row, line in zip(self.rows, self.lines, strict=True):
            here = x
            for part in row:
                self._connect(parent, before, part, here, y + line, first=here == x)
                part.draw(parent, here, y + line)
                here += part.width
                before = (part, here, y + line)
                here += self.gap

    def _connect(self, parent, before, part, x, y, first):
        if before is None:
            return
        previous, start, line = before
        edge, out = start, line + previous.exit
        start -= getattr(previous, "margin", 0)
        points = [(start, out)]
        if first:
            turn = line + _down_of_row(self.rows, previous) + ARCH * 0.8
            side = edge + self.gap / 2
            points += [(side, out), (side, turn), (x - 12, turn), (x - 12, y)]
        elif out != y:
            points += [(x - self.gap / 2, out), (x - self.gap / 2, y)]
        svg.line(parent, [*points, (x, y)], head=not isinstance(part, Region))


def _down_of_row(rows, part):
    return next(_down(row) for row in rows if part in row)


def _up(row):
    return max((part.up for part in row), default=0)


def _down(row):
    return max((part.down for part in row), default=0)


class Region:
    """Paths that part at a dot and meet again: the main one on the line, the others above it.

    Args:
        main: `Series`.
        arches: a list of `Series`, nearest first.
        merge: `Merge`.
        mark: a mark for the shortcut itself.
        gap: the length of the lines at both ends.
    """

    exit = 0
    colour = style.BLUE
    beside = 50  # room for the name of a shortcut that has layers, before them

    def __init__(self, main, arches, merge, mark="", gap=GAP):
        self.main, self.arches, self.merge, self.gap = main, arches, merge, gap
        self.label = Box("", ("",), mark=mark).badge
        self.lead = gap if main.parts or any(arch.parts for arch in arches) else 0
        label = max(svg.text_width("shortcut", bold=True), badge_width(self.label)) + 10
        beside = max(self.beside, label - self.lead) if arches[0].parts else 0
        self.inner = max(
            label, main.width, arches[0].width + 2 * beside, *(arch.width for arch in arches)
        )
        self.width = self.lead + self.inner + gap + merge.width
        self.margin = merge.margin
        self.heights = []
        top = max(main.up, merge.up)
        for arch in arches:
            top += ARCH + arch.down
            self.heights.append(top)
            top += arch.up if arch.parts else BADGE + 2
        self.up = top
        self.down = max(main.down, merge.down)

    def draw(self, parent, x, y):
        joint = x + self.width - self.merge.width
        for i, (arch, height) in enumerate(zip(self.arches, self.heights, strict=True)):
            end = self.merge.ends(joint, y, min(6 * i, 12))
            self._draw_arch(parent, arch, x, y, y - height, end)
            if i == 0:
                self._label(parent, arch, x, y - height, end[0])
        self._draw_main(parent, x, y, joint)
        svg.add(parent, "circle", cx=x, cy=y, r=4, fill=style.INK)
        self.merge.draw(parent, joint, y)

    def _draw_main(self, parent, x, y, joint):
        end = (joint + self.merge.margin, y)
        if not self.main.parts:
            svg.line(parent, [(x, y), end])
            return
        start = self._start(self.main, x)
        svg.line(parent, [(x, y), (start, y)])
        self.main.draw(parent, start, y)
        last = self.main.parts[-1]
        out = y + self.main.exit
        turn = joint - self.gap / 2
        begin = start + self.main.end - getattr(last, "margin", 0)
        points = [(begin, out), (turn, out), (turn, y), end] if out != y else [(begin, y), end]
        svg.line(parent, points)

    def _label(self, parent, arch, x, height, end):
        """Names the shortcut: above its middle, or above its beginning if it has layers."""
        start = self._start(arch, x) if arch.parts else end
        middle = (x + start) / 2 - (3 if arch.parts else 0)
        if self.label:
            badge(parent, middle, height - BADGE / 2 - 3, self.label)
        else:
            svg.text(parent, middle, height - 10, "shortcut", bold=True, fill=self.colour)

    def _start(self, series, x):
        return x + self.lead + (self.inner - series.width) / 2

    def _draw_arch(self, parent, arch, x, y, height, end):
        looks = {"colour": self.colour, "width": 2.5}
        if not arch.parts:
            svg.line(parent, [(x, y), (x, height), (end[0], height), end], radius=14, **looks)
            return
        start = self._start(arch, x)
        svg.line(parent, [(x, y), (x, height), (start, height)], radius=14, **looks)
        arch.draw(parent, start, height)
        begin = start + arch.end - getattr(arch.parts[-1], "margin", 0)
        out = height + arch.exit
        turn = [(start + arch.width, out), (start + arch.width, height)] if out != height else []
        svg.line(parent, [(begin, out), *turn, (end[0], height), end], radius=14, **looks)
