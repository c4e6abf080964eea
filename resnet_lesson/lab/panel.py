"""What the lesson says below a cell: a panel in JupyterLab, Markdown or plain text elsewhere."""

import re
from collections.abc import Iterable
from functools import cache
from html import escape

import mistune
from markupsafe import Markup

from resnet_lesson.html import macro, render, shown

_MARKS = r"[\\`*_{}\[\]<>()#+!|~$&:-]"  # what Markdown could take for mark-up


class Panel:
    """A text for the learner, in three forms: HTML in the look of the lesson, Markdown, plain.

    Args:
        markdown: the text: paragraphs, lists, tables, code, no HTML. What comes from the learner
            goes through `quoted` first.
        title: plain text; it says in words what the kind says by its colour.
        kind: a key of `resnet_lesson.html.KINDS`.
        before, after: `(summary, markdown)` pairs, shown folded before and after the text.
    """

    def __init__(
        self,
        markdown: str,
        title: str = "",
        kind: str = "note",
        before: Iterable[tuple[str, str]] = (),
        after: Iterable[tuple[str, str]] = (),
    ):
        self.text = markdown
        self.title = title
        self.kind = kind
        self.before = tuple(before)
        self.after = tuple(after)

    @property
    def markdown(self) -> str:
        """The whole of it as Markdown."""
        title = f"**{quoted(self.title)}**" if self.title else ""
        return self._joined(
            title,
            lambda summary, text: (
                f"<details>\n<summary>{escape(shown(summary))}</summary>\n\n{text}\n\n</details>"
            ),
        )

    def _joined(self, title, folded):
        """Title, text and folded parts, in order."""
        before, after = ([folded(*part) for part in parts] for parts in (self.before, self.after))
        return "\n\n".join(filter(None, [title, *before, self.text, *after]))

    @property
    def html(self) -> str:
        """The whole of it as one HTML element without outside assets."""
        before, after = (
            [(summary, as_html(text)) for summary, text in parts]
            for parts in (self.before, self.after)
        )
        return render(
            "panel.html.j2", panel=self, body=as_html(self.text), before=before, after=after
        )

    def __repr__(self):
        text = self._joined(self.title, lambda summary, text: f"{summary}\n\n{text}")
        return shown(re.sub(rf"\\({_MARKS})", r"\1", text), None)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/markdown": self.markdown, "text/plain": repr(self)}


def quoted(text: object, most: int = 300) -> str:
    """Text from outside for a place in Markdown: one line, shortened, and no mark-up any more.

    Args:
        text: any value.
        most: how many characters of it may be left.
    """
    line = " ".join(shown(text, most).split())
    return re.sub(rf"({_MARKS})", r"\\\1", line)


def as_html(markdown: str) -> Markup:
    """Markdown as HTML; HTML within it comes out as text, code and tables scroll by themselves."""
    return Markup(_renderer()(markdown).strip())


def as_line(markdown: str) -> Markup:
    """A short Markdown text as HTML to stand within a line."""
    return Markup(as_html(markdown).removeprefix("<p>").removesuffix("</p>"))


class _Renderer(mistune.HTMLRenderer):
    """Markdown in the look of the lesson's panels."""

    def block_code(self, code, info=None):
        return macro("code", _coloured(code) if info == "python" else [("", Markup(escape(code)))])

    def table(self, text):
        return macro("scrolling", Markup(f"<table>\n{text}</table>"), "Table") + "\n"

    def table_cell(self, text, align=None, head=False):
        return "  " + macro("cell", Markup(text), align or "left", head=head) + "\n"


def _coloured(code):
    """Python as pairs of a colour of the editor, or "", and a text as HTML."""
    from pygments import lex
    from pygments.lexers import PythonLexer
    from pygments.token import Keyword, String

    for kind, text in lex(code, PythonLexer()):
        colour = "keyword" if kind in Keyword else "string" if kind in String else ""
        yield colour, Markup(escape(text))


@cache
def _renderer():
    return mistune.create_markdown(renderer=_Renderer(escape=True), plugins=["table"])
