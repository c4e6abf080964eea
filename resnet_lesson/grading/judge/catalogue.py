"""The catalogue of mistakes: what each kind of finding means, in words, and what it costs.

A kind of mistake is one entry of ``catalogue.toml``, which says how it is written.
"""

import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Entry:
    """What the catalogue says of one kind of mistake at one place; see the head of the file."""

    sentence: str
    why: str
    look: str
    title: str
    lesson: str
    parameter: str
    look_at_default: str
    counts_as: str
    cost: float
    cost_in_network: float
    cost_of_many: float
    with_call: bool
    could_not_run: bool


@cache
def _tables() -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath("catalogue.toml").read_text("utf-8")
    return tomllib.loads(text)


def kinds() -> set[str]:
    """Every kind of mistake that has an entry."""
    return set(_tables()) - {"default"}


def entry(what: str, where: str = "", got: object = "") -> Entry:
    """What the catalogue says of a finding.

    Args:
        what: its kind; of one that is not in the catalogue only the default is known.
        where: its place.
        got: what was found there.
    """
    table = _tables().get(what, {})
    values = dict(_tables()["default"])
    values |= {name: value for name, value in table.items() if not isinstance(value, dict)}
    for patterns, otherwise in table.items():
        if isinstance(otherwise, dict) and _matches(patterns, where, str(got)):
            values |= otherwise
    values["lesson"] = values.pop("class")
    values.setdefault("cost_in_network", values["cost"])
    values.setdefault("cost_of_many", values["cost_in_network"])
    texts = {name: " ".join(v.split()) for name, v in values.items() if isinstance(v, str)}
    return Entry(**{field.name: (values | texts)[field.name] for field in fields(Entry)})


def _matches(patterns: str, where: str, got: str) -> bool:
    places, _, value = patterns.partition(" got ")
    here = any(fnmatchcase(where, place.strip()) for place in places.split(","))
    return here and fnmatchcase(got, value or "*")
