"""What the lesson says below a cell: a panel in JupyterLab, Markdown or plain text elsewhere."""

import re
from functools import cache
from html import escape

from resnet_lesson import look


class Panel:
    """A text for the learner, in three forms: HTML in the look of the lesson, Markdown, plain.

    Arguments:
        markdown: the text: paragraphs, lists, tables, code, no HTML. What comes from the learner
            goes through `quoted` first.
        title: plain text; it says in words what the kind says by its colour.
        kind: a key of `resnet_lesson.look.KINDS`.
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
            "".join(look.fold(summary, as_html(text)) for summary, text in folds)
            for folds in (self.before, self.after)
        )
        return look.panel(self.title, before + as_html(self.text) + after, self.kind)

    def __repr__(self):
        before, after = (
            [f"{summary}\n\n{text}" for summary, text in folds]
            for folds in (self.before, self.after)
        )
        said = "\n\n".join(filter(None, [self.title, *before, self.text, *after]))
        return look.shown(said, None)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/markdown": self.markdown, "text/plain": repr(self)}


def _folded(summary, markdown):
    summary = escape(look.shown(summary))
    return f"<details>\n<summary>{summary}</summary>\n\n{markdown}\n\n</details>"


def quoted(text, most=300):
    """Text from outside for a place in Markdown: one line, shortened, and no mark-up any more.

    Arguments:
        text: any value.
        most: how many characters of it may be left.
    """
    line = " ".join(look.shown(text, most).split())
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$&:-])", r"\\\1", line)


def as_html(markdown):
    """Markdown as HTML; HTML within it comes out as text, and tables scroll by themselves."""
    html = _renderer()(markdown)
    return re.sub(
        r"<table>.*?</table>", lambda found: look.scrolling(found[0], "Table"), html, flags=re.S
    ).strip()


@cache
def _renderer():
    import mistune

    return mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
