"""The look of all HTML that the lesson shows: its templates, and text from outside made harmless.

Below a cell, colours are those of JupyterLab's theme, by its CSS variables, in ``style``
attributes: they follow a change of theme, and no rule reaches anything else in the page. Where
there is no such theme (Colab, VS Code, a page of nbconvert), text and background are those of the
page. Viewers that drop all styles, such as GitHub's, keep elements that read well by themselves.
"""

import re
from functools import cache
from html import escape

from markupsafe import Markup

from resnet_lesson.paths import PACKAGE

TEMPLATES = PACKAGE / "templates"
# Kinds of panels: the colour of the bar, at least 3:1 against the panel in every theme. It is
# never the colour of text, and the title says in words what it says.
KINDS = {
    "passed": "var(--jp-success-color1,#388e3c)",
    "failed": "var(--jp-warn-color0,#e65100)",
    "error": "var(--jp-error-color1,#d32f2f)",
    "open": "var(--jp-layout-color4,#757575)",
    "note": "var(--jp-brand-color1,#1976d2)",
}
LINE = "var(--jp-border-color1,#8a8a8a)"

_MOST = 1000
_ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_]|$)")
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff{_BIDI}]")


def shown(text: object, most: int | None = _MOST) -> str:
    """Text from outside, fit to be shown: what it says is kept, what it could do is not.

    Args:
        text: any value; its ``str`` is taken.
        most: how many characters may be left, None for all; a longer text loses its middle.

    Returns:
        A text without colours for terminals, control characters (but for line breaks) and changes
        of the direction of writing. It is not escaped.
    """
    text = re.sub("\r\n?", "\n", _ANSI.sub("", str(text))).expandtabs(4)
    text = _CONTROL.sub("\ufffd", text)
    if most is None or len(text) <= most:
        return text
    return f"{text[: most - most // 4]} … {text[len(text) - most // 4 :]}"


def in_words(message: object) -> Markup:
    """A message as HTML: all escaped, what stands between backticks as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(shown(message))))


def render(template: str, **values) -> Markup:
    """A template filled in; every value but `Markup` goes through `shown` and is escaped."""
    return Markup(_environment().get_template(template).render(values))


def macro(name: str, *arguments, **options) -> Markup:
    """What a macro of ``macros.html.j2`` makes of its arguments."""
    return getattr(_environment().get_template("macros.html.j2").module, name)(
        *arguments, **options
    )


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else shown(value),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"KINDS": KINDS, "LINE": LINE}
    environment.filters |= {
        "shown": shown,
        "in_words": in_words,
        "number": "{:g}".format,
        "thousands": "{:,}".format,
    }
    return environment
