"""A page of HTML that needs nothing beside it: for screens and phones, light, dark, printed."""

from html import escape

from resnet_lesson.figures import style
from resnet_lesson.html import shown

# What the colours of the drawings become on a dark screen.
_DARK = {
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
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --back: #f6f8fa; --ink: #1b1f24;
  --muted: #57606a; --line: #d0d7de; --right: #00684b; --wrong: #a63c00; --bar: #0072b2;
  --open: #57606a; --stopped: #7a3e9d; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; line-height: 1.4; margin: 0 0 .3rem; }
p { margin: .4rem 0; }
a { color: var(--bar); }
code { font: .92em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere;
  background: var(--back); border-radius: 4px; padding: .05em .3em; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.25rem; margin: 1.25rem 0; }
svg { display: block; max-width: 100%; height: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; vertical-align: top; }
th { font-weight: 600; color: var(--muted); }
summary { cursor: pointer; color: var(--bar); padding: .2rem 0; }
.muted { color: var(--muted); }
.tag { display: inline-block; border: 1.5px solid; border-radius: 1em; padding: 0 .7em;
  font-size: .9rem; font-weight: 600; white-space: nowrap; }
.passed { color: var(--right); } .failed { color: var(--wrong); }
.error { color: var(--stopped); } .not_attempted { color: var(--open); }
.wide { overflow-x: auto; }
@media (max-width: 600px) {
  main { padding: 1rem .6rem 2rem; }
  section { padding: .9rem .7rem; margin: .8rem 0; }
  th, td { padding-right: .6rem; }
}
@media print {
  :root { color-scheme: light; }
  body { background: #fff; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .8rem 0; }
  svg, li, tr { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_DARK_STYLE = """:root { --paper: #161b22; --back: #0d1117; --ink: #e6edf3; --muted: #9aa6b2;
  --line: #3a434d; --right: #3fcf9f; --wrong: #ff9d66; --bar: #58b0e6; --open: #9aa6b2;
  --stopped: #d2a8ff; }
"""


def page(title, body, css=""):
    """A whole page.

    Args:
        title: text, escaped here.
        body: HTML.
        css: rules for this kind of page.

    Returns:
        HTML text.
    """
    dark = _DARK_STYLE + "".join(
        f'svg [fill="{light}"] {{ fill: {deep}; }} svg [stroke="{light}"] {{ stroke: {deep}; }}\n'
        for light, deep in _DARK.items()
    )
    # On paper the colours are those of the light page, whatever the screen shows.
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n"
    html = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{text(title)}</title>\n<style>{_STYLE}{css}{dark}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return html.encode("utf-8", "replace").decode()  # names of files may hold what UTF-8 cannot


def text(value):
    """Any value as escaped text, fit to be shown."""
    return escape(shown(value))


def tag(status):
    """A status of an exercise as a label."""
    signs = {
        "passed": "✓ passed",
        "failed": "✗ not right yet",
        "error": "! could not be run",
        "not_attempted": "○ not attempted",
    }
    known = status if status in signs else "error"
    return f'<span class="tag {known}">{text(signs.get(status, status))}</span>'
