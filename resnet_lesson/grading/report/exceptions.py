"""Exceptions in words: what was raised, at which line of the learner's, and what causes it.

What they say and what causes that is listed in ``exceptions.toml``.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from resnet_lesson.grading.judge.observation import Failure


@cache
def causes() -> tuple[dict[str, str], ...]:
    """What exceptions say, each with its cause in the learner's terms; see the head of the file."""
    text = files(__package__).joinpath("exceptions.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["exception"])


def translate(failure: Failure) -> str:
    """What an exception means in the learner's terms, with their own line."""
    lines = failure.message.strip().splitlines() or [""]
    first = re.split(r"(?<=[.!?]) (?=[A-Z])", lines[0])[0]  # Keras goes on for paragraphs
    first = first if first.endswith((".", "!", "?")) else f"{first}."
    where = (
        f"Line {failure.number} of your code, `{failure.line}`, " if failure.line else "Your code "
    )
    cause = failure.hint or _cause(failure)
    return f"{where}raised {failure.error}: {first} {cause}".strip()


def _cause(failure):
    for entry in causes():
        message = re.search(entry["says"], failure.message)
        stands = re.search(entry["line"], failure.line) if "line" in entry else message
        if message and stands:
            return " ".join(entry["cause"].split()).format(*stands.groups())
    return ""


def consequence(failure: Failure) -> str:
    """An exception that follows from a difference already named, in one sentence."""
    where = f"line {failure.number}, `{failure.line}`, " if failure.line else "your code "
    return f"It follows from the above that {where}raised {failure.error}."
