"""What the lesson says below a cell: a panel in JupyterLab, Markdown or plain text elsewhere."""

import re
from functools import cache
from html import escape

import mistune

from resnet_lesson.html import LINE, fold, panel, scrolling, shown

_MARKS = r"[\\`*_{}\[\]<>()#+!|~$&:-]"  # what Markdown could take for mark-up
_CODE = (
    "background:var(--jp-cell-editor-background,transparent);padding:0.6em 0.8em;"
    f"border:1px solid {LINE};margin:0.4em 0 0.8em;white-space:pre;overflow:visible;"
    "width:max-content;min-width:100%;box-sizing:border-box"
)


class Panel:
    """A text for the learner, in three forms: HTML in the look of the lesson, Markdown, plain.

    Args:
        markdown: the text: paragraphs, lists, tables, code, no HTML. What comes from the learner
            goes through `quoted` first.
        title: plain text; it says in words what the kind says by its colour.
        kind: a key of `resnet_lesson.html.KINDS`.
        before, after: `(summary, markdown)` pairs, shown folded before and after the text.
    """

    def __init__(self, markdown, title="", kind="note", before=(), after=()):
        self.text = markdown
        self.title = title
        self.kind = kind
        self.before = tuple(before)
        self.after = tuple(after)

    @property
    def markdown(self):
        """The whole of it as Markdown."""
        before, after = ([_folded(*fold) for fold in folds] for folds in (self.before, self.after))
        title = f"**{quoted(self.title)}**" if self.title else ""
        return "\n\n".join(filter(None, [title, *before, self.text, *after]))

    @property
    def html(self):
        """The whole of it as one HTML element without outside assets."""
        before, after = (
            "".join(fold(summary, as_html(text)) for summary, text in folds)
            for folds in (self.before, self.after)
        )
        return panel(self.title, before + as_html(self.text) + after, self.kind)

    def __repr__(self):
        before, after = (
            [f"{summary}\n\n{text}" for summary, text in folds]
            for folds in (self.before, self.after)
        )
        said = "\n\n".join(filter(None, [self.title, *before, self.text, *after]))
        return shown(re.sub(rf"\\({_MARKS})", r"\1", said), None)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/markdown": self.markdown, "text/plain": repr(self)}


def _folded(summary, markdown):
    summary = escape(shown(summary))
    return f"<details>\n<summary>{summary}</summary>\n\n{markdown}\n\n</details>"


def quoted(text, most=300):
    """Text from outside for a place in Markdown: one line, shortened, and no mark-up any more.

    Args:
        text: any value.
        most: how many characters of it may be left.
    """
    line = " ".join(shown(text, most).split())
    return re.sub(rf"({_MARKS})", r"\\\1", line)


def as_html(markdown):
    """Markdown as HTML; HTML within it comes out as text, and tables scroll by themselves."""
    html = _renderer()(markdown)
    return re.sub(
        r"<table>.*?</table>", lambda found: scrolling(found[0], "Table"), html, flags=re.S
    ).strip()


def as_line(markdown):
    """A short Markdown text as HTML to stand within a line."""
    return as_html(markdown).removeprefix("<p>").removesuffix("</p>")


class _Renderer(mistune.HTMLRenderer):
    """HTML with code in the colours of JupyterLab's editor, as far as they can be read."""

    def block_code(self, code, info=None):
        said = _coloured(code) if info == "python" else escape(code)
        code = f'<code style="background:none;padding:0;white-space:pre">{said}</code>'
        return scrolling(f'<pre style="{_CODE}">{code}</pre>', "Code")


def _coloured(code):
    from pygments import lex
    from pygments.lexers import PythonLexer
    from pygments.token import Keyword, String

    parts = []
    for kind, text in lex(code, PythonLexer()):
        name = "keyword" if kind in Keyword else "string" if kind in String else ""
        colour = f"color:var(--jp-mirror-editor-{name}-color,inherit)"
        parts.append(f'<span style="{colour}">{escape(text)}</span>' if name else escape(text))
    return "".join(parts)


@cache
def _renderer():
    return mistune.create_markdown(renderer=_Renderer(escape=True), plugins=["table"])
