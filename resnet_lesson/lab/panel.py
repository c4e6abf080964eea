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
        folds: `(summary, markdown)` pairs, shown folded after the title and before the text.
    """

    def __init__(self, markdown, title="", kind="note", folds=()):
        self.text = markdown
        self.title = title
        self.kind = kind
        self.folds = tuple(folds)

    @property
    def markdown(self):
        """The whole of it as Markdown."""
        title = [f"**{quoted(self.title)}**"] if self.title else []
        folds = [
            f"<details>\n<summary>{escape(look.shown(summary))}</summary>\n\n{text}\n\n</details>"
            for summary, text in self.folds
        ]
        return "\n\n".join([*title, *folds, self.text])

    @property
    def html(self):
        """The whole of it as one HTML element without outside assets."""
        folds = "".join(look.fold(summary, as_html(text)) for summary, text in self.folds)
        return look.panel(self.title, folds + as_html(self.text), self.kind)

    def __repr__(self):
        folds = [f"{summary}\n{text}" for summary, text in self.folds]
        return look.shown("\n\n".join(filter(None, [self.title, *folds, self.text])), 20_000)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/markdown": self.markdown, "text/plain": repr(self)}


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
