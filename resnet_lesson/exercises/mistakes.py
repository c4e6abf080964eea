"""Realistic mistakes, each a named edit of a reference, so that it follows where that changes."""

from dataclasses import dataclass
from typing import Any

from resnet_lesson.exercises.source import source_of


@dataclass(frozen=True)
class Mistake:
    """One mistake that learners make.

    Attributes:
        what: its kind, an entry of the catalogue.
        edits: pairs ``(text, replacement)``; each text stands in the reference's source once.
        where: the place at which a check finds it.
    """

    what: str
    edits: tuple[tuple[str, str], ...]
    where: str = "submission"


def mistaken_source(reference: Any, mistake: Mistake) -> str:
    """The source of a function or class with a mistake in it.

    Raises:
        ValueError: a text to be replaced is not there, or not only once.
    """
    source = source_of(reference)
    for text, replacement in mistake.edits:
        if source.count(text) != 1:
            raise ValueError(
                f"{text!r} stands {source.count(text)} times in {reference.__name__}, to be "
                f"edited for the mistake {mistake.what!r}; expected once"
            )
        source = source.replace(text, replacement)
    return source


def mistaken(reference: Any, mistake: Mistake) -> Any:
    """The function or class itself with a mistake in it."""
    names = dict(reference.__globals__)
    exec(mistaken_source(reference, mistake), names)
    return names[reference.__name__]
