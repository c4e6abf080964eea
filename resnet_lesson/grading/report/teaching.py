"""What an instructor can say about a kind of mistake: its name, and how to show it to a class."""

from resnet_lesson.grading.judge.catalogue import entry
from resnet_lesson.grading.report.messages import place_in_words


def title(where: str, what: str, message: str) -> str:
    """A kind of mistake in one line, such as "The second convolution … has the wrong padding".

    Args:
        where, what: of a finding.
        message: of a finding of that kind; its first sentence names what is too many.
    """
    if what == "extra" and message:
        return message.partition(". ")[0].rstrip(".")
    kind = what.replace("_", " ")
    words = entry(what, where).title.format(place=place_in_words(where), what=kind)
    return words[:1].upper() + words[1:]


def tomorrow(where: str, what: str) -> str:
    """How to show a class what is wrong with a kind of mistake; empty if nothing is known."""
    return entry(what, where).lesson
