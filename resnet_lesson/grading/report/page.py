"""A page of HTML that needs nothing beside it: for screens and phones, light, dark, printed."""

from resnet_lesson.figures import style
from resnet_lesson.html import render

# What the colours of the drawings become on a dark screen.
DARK = {
    style.PAPER: "#161b22",
    style.INK: "#e6edf3",
    style.MUTED: "#9aa6b2",
    style.LINE: "#3a434d",
    style.LANE: "#1e252d",
    style.BLUE: "#4aa8de",
    style.GREEN: "#2fc79a",
    "#8a8000": "#c7bb2e",
    style.VERMILION: "#ff8a4c",
    "#d9ebf7": "#12364e",
    "#d9f0e8": "#0f3d31",
    "#fcedcc": "#463408",
    "#f7e6ef": "#47283a",
    "#fbf8cf": "#3b3905",
    "#ecf6fd": "#112b3d",
    "#eef1f4": "#262d35",
    "#fdeee3": "#4a2410",
    "#8f3f00": "#ffb58a",
    "#00664a": "#3fcf9f",
    "#e3f5ee": "#0d3a2c",
    "#00513b": "#8fe9c8",
    **dict(zip(style.HEAT, ("#4d3a14", "#7a4f0c", "#944609", "#a8350d"), strict=True)),
}


def render_page(template: str, **values) -> str:
    """A template that extends ``page.html.j2``, filled in."""
    return render(template, dark_colours=DARK, **values)
