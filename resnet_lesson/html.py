"""One look for all that the lesson says below a cell, and text from outside made fit to be shown.

The colours are those of JupyterLab's theme, by its CSS variables, in ``style`` attributes: so they
follow a change of theme, and no rule reaches anything else in the page. Where there is no such
theme (Colab, VS Code, a page of nbconvert), text and background are those of the page. Viewers
that drop all styles, such as GitHub's, keep elements that read well by themselves.
"""

import re
from html import escape

# Kinds of panels: the colour of the bar, at least 3:1 against the panel in every theme. It is
# never the colour of text, and the title says in words what it says.
KINDS = {
    "passed": "var(--jp-success-color1,#388e3c)",
    "failed": "var(--jp-warn-color0,#e65100)",
    "error": "var(--jp-error-color1,#d32f2f)",
    "open": "var(--jp-layout-color4,#757575)",
    "note": "var(--jp-brand-color1,#1976d2)",
}
_TEXT = "var(--jp-content-font-color1,inherit)"
LINE = "var(--jp-border-color1,#8a8a8a)"
_PANEL = (
    f"border:1px solid {LINE};border-left:0.35em solid {{colour}};border-radius:0.3em;"
    f"color:{_TEXT};font-family:var(--jp-content-font-family,system-ui,sans-serif);"
    "line-height:1.5;"
    "padding:0.6em 0.8em 0.2em;margin:0.4em 0;max-width:62em;overflow-wrap:anywhere"
)
TITLE_STYLE = "font-size:1.1em;font-weight:600;margin:0 0 0.4em"
# MathJax leaves elements of these classes alone: a dollar in an error message is a dollar.
_NO_MATHS = "tex2jax_ignore mathjax_ignore"

_MOST = 1000
_ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_]|$)")
_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ODD = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff{_TURNS}]")


def shown(text, most=_MOST):
    """Text from outside, fit to be shown: what it says is kept, what it could do is not.

    Args:
        text: any value; its ``str`` is taken.
        most: how many characters may be left, None for all; a longer text loses its middle.

    Returns:
        A text without colours for terminals, control characters (but for line breaks) and changes
        of the direction of writing. It is not escaped.
    """
    text = re.sub("\r\n?", "\n", _ANSI.sub("", str(text))).expandtabs(4)
    text = _ODD.sub("\ufffd", text)
    if most is None or len(text) <= most:
        return text
    return f"{text[: most - most // 4]} … {text[len(text) - most // 4 :]}"


def in_words(message):
    """A message as HTML: all escaped, what stands between backticks as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(shown(message)))


def panel(title, body, kind="note", role="group"):
    """A panel: a bar in the colour of its kind, a title, and what is said.

    Screen readers announce the title when the panel comes, or all of it if it is an alert.

    Args:
        title: text, escaped here; it says in words what the colour says.
        body: HTML.
        kind: a key of `KINDS`.
        role: "group" or "alert".

    Returns:
        HTML text, one element.
    """
    title = shown(title, 300)
    looks = _PANEL.format(colour=KINDS[kind])
    live = ' role="status"' if role == "group" else ""
    head = f'<p{live} style="{TITLE_STYLE}"><strong>{escape(title)}</strong></p>' if title else ""
    named = f'role="{role}" aria-label="{escape(title)}"' if title else f'role="{role}"'
    return f'<div class="{_NO_MATHS}" {named} style="{looks}">{head}{body}</div>'


def fold(summary, body):
    """A part that opens with a click, with Enter or Space, and reads well where it cannot.

    Args:
        summary: text, escaped here.
        body: HTML.
    """
    looks = "cursor:pointer;display:list-item"
    return (
        '<details style="margin:0.4em 0">'
        f'<summary style="{looks}">{escape(shown(summary, 300))}</summary>{body}</details>'
    )


def scrolling(body, label):
    """What may be wider than the window: it scrolls by itself, with the keyboard too."""
    return (
        f'<div role="group" tabindex="0" aria-label="{escape(label)}" '
        f'style="overflow-x:auto;max-width:100%;overflow-wrap:normal">{body}</div>'
    )
