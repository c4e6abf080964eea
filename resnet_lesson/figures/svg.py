"""A small writer of SVG: shapes and text with everything escaped, the same bytes every time."""

import re
from typing import Any
from xml.etree import ElementTree

from resnet_lesson.figures import style
from resnet_lesson.html import shown

# Advance widths of DejaVu Sans, the widest font to be expected, in thousandths of the size.
_ADVANCES = {
    320: " ,.'|ijlIJ·",
    420: '-/:;\\f!()[]rt"²',
    550: "*_`szc?L",
    650: "FPTYaekovxy$0123456789EKSbdghnpqu{}",
    790: "ABCRVXZDGHNU&OQw",
    860: "#+<=>^~×✗✓→−",
    1000: "mMW%@…",
}
_ADVANCE = {char: advance for advance, chars in _ADVANCES.items() for char in chars}
_BOLDER = 1.13
_NAMESPACE = "http://www.w3.org/2000/svg"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(value: Any, most: int | None = 1000) -> str:
    """Any value as text of one line that XML can hold, of ``most`` characters or, if None, all."""
    return " ".join(_NOT_XML.sub("\ufffd", shown(value, most)).split())


def text_width(string: str, size: float = style.SMALL, bold: bool = False) -> float:
    """An upper estimate of the width of a text, in the units of the picture."""
    advance = sum(_ADVANCE.get(char, 1000) for char in string) / 1000
    return advance * size * (_BOLDER if bold else 1)


def shorten(string: str, width: float, size: float = style.SMALL, bold: bool = False) -> str:
    """The text itself, or its beginning with an ellipsis where it is wider than ``width``."""
    if text_width(string, size, bold) <= width:
        return string
    while string and text_width(string + "…", size, bold) > width:
        string = string[:-1]
    return string.rstrip() + "…"


def number(value: float) -> str:
    """A coordinate as short text, to a tenth of a unit."""
    return f"{round(value, 1):g}"


def add(parent, tag, content="", **attributes):
    """Adds an element; ``stroke_width=2`` becomes ``stroke-width="2"``, numbers are rounded."""
    known = {
        name.replace("_", "-"): number(value)
        if isinstance(value, (int, float))
        else clean(value, None)
        for name, value in attributes.items()
        if value is not None
    }
    element = ElementTree.SubElement(parent, tag, known)
    element.text = clean(content) or None
    return element


def text(parent, x, y, string, size=style.SMALL, bold=False, fill=style.INK, anchor="middle"):
    """Adds one line of text, ``y`` being the height of its middle; nothing if it is empty."""
    if not string:
        return
    add(
        parent,
        "text",
        string,
        x=x,
        y=y + 0.36 * size,
        font_size=size,
        font_weight="bold" if bold else None,
        fill=fill,
        text_anchor=anchor,
    )


def rectangle(parent, x, y, width, height, fill, stroke=None, **attributes):
    """Adds a rectangle with rounded corners."""
    attributes = {"rx": 6, "stroke_width": 1.5 if stroke else None, **attributes}
    return add(
        parent, "rect", x=x, y=y, width=width, height=height, fill=fill, stroke=stroke, **attributes
    )


def line(parent, points, colour=style.MUTED, width=2, head=True, radius=9):
    """Adds a line through points, upright or level from one to the next, with rounded corners.

    Args:
        points: ``(x, y)`` pairs.
        head: whether the line ends in an arrowhead at the last point.
    """
    points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    if len(points) < 2:
        return
    (x0, y0), (x1, y1) = points[-2:]
    dx, dy = _sign(x1 - x0), _sign(y1 - y0)
    tip = (x1, y1)
    if head:
        points[-1] = (x1 - 5 * dx, y1 - 5 * dy)
    looks = {"fill": "none", "stroke": colour, "stroke_width": width}
    add(parent, "path", d=_rounded(points, radius), **looks)
    if head:
        arrowhead(parent, *tip, dx, dy, colour)


def arrowhead(parent, x, y, dx, dy, colour=style.MUTED, size=8):
    """Adds a triangle whose tip is ``(x, y)``, pointing to ``(dx, dy)``."""
    half = size * 0.55
    corners = [
        (x, y),
        (x - size * dx - half * dy, y - size * dy - half * dx),
        (x - size * dx + half * dy, y - size * dy + half * dx),
    ]
    path = "M" + "L".join(f"{number(a)},{number(b)}" for a, b in corners) + "Z"
    add(parent, "path", d=path, fill=colour)


def plus(parent, x, y):
    """Adds the sign of an addition with its middle at ``(x, y)``."""
    path = f"M{number(x - 7)},{number(y)}h14M{number(x)},{number(y - 7)}v14"
    add(parent, "path", d=path, stroke=style.INK, stroke_width=2.5)


def _rounded(points, radius):
    path = f"M{number(points[0][0])},{number(points[0][1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        start, end = _towards(corner, before, r), _towards(corner, after, r)
        path += f"L{start}Q{number(corner[0])},{number(corner[1])} {end}"
    return path + f"L{number(points[-1][0])},{number(points[-1][1])}"


def _towards(point, other, length):
    x, y = point
    x += _sign(other[0] - x) * length
    y += _sign(other[1] - y) * length
    return f"{number(x)},{number(y)}"


def _distance(a, b):
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _sign(value):
    return (value > 0) - (value < 0)


def document(
    width: float, height: float, title: str = "", description: str = ""
) -> ElementTree.Element:
    """Starts a picture: the root element, with title and description, on a white rounded panel."""
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": number(width),
            "height": number(height),
            "style": "max-width:100%;height:auto",
            "role": "img",
            "aria-label": clean(title or "Diagram"),
            "font-family": style.FONT,
        },
    )
    add(root, "title", clean(title or "Diagram"))
    if description:
        add(root, "desc", clean(description))
    rectangle(root, 1, 1, width - 2, height - 2, style.PAPER, style.LINE, stroke_width=1, rx=12)
    return root


def parse(picture: str) -> ElementTree.Element:
    """The root element of a picture that `serialise` gave."""
    return ElementTree.fromstring(picture.replace(f' xmlns="{_NAMESPACE}"', "", 1))


def heighten(root: ElementTree.Element, by: float) -> float:
    """Makes a picture of `document` higher; returns how high it was."""
    height, panel = float(root.get("height", 0)), root.find("rect")
    root.set("xmlns", _NAMESPACE)
    root.set("viewBox", f"0 0 {root.get('width')} {number(height + by)}")
    root.set("height", number(height + by))
    if panel is not None:
        panel.set("height", number(height + by - 2))
    return height


def themed(picture: str, least: float = 0.8) -> str:
    """A picture for a page: its colours follow JupyterLab's theme, its width that of the type.

    Args:
        picture: SVG as text, made by this module.
        least: the share of its width that it keeps in a narrow window.

    Returns:
        An ``svg`` element of HTML. Screen readers read its description out as its name; a viewer
        that drops drawings and keeps their words shows the description and a list of them.
    """
    root = parse(picture)
    for element in root.iter():
        looks = _themed_looks(element)
        if looks:
            element.set("style", looks)
        if element.tag == "text":
            element.tail = ", "  # between the texts of a drawing nothing is drawn
    ems = float(root.get("width", 0)) / style.HEADING
    size = f"width:{number(ems)}em;min-width:{number(least * ems)}em;max-width:100%;height:auto"
    root.set("style", f"display:block;{size}")
    for name in ("width", "height"):
        del root.attrib[name]
    description = root.find("desc")
    if description is not None:
        root.set("aria-label", description.text or "")
    for element in list(root.iter()):
        for tip in element.findall("title"):  # for a mouse alone; the table says it to all
            element.remove(tip)
    return ElementTree.tostring(root, encoding="unicode")


def _themed_looks(element):
    known = style.THEMED_TEXT if element.tag == "text" else style.THEMED
    looks = []
    for name in ("fill", "stroke"):
        colour, opacity = known.get(element.get(name), ("", 1))
        if colour:
            looks.append(f"{name}:{colour}")
        if opacity != 1:
            looks.append(f"{name}-opacity:{opacity}")
    return ";".join(looks)


def serialise(root: ElementTree.Element) -> str:
    """The picture as text, one element a line."""
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode") + "\n"
