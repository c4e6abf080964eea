"""What the lesson has to teach is taught: `points.toml` names a cell for each point."""

import json
import tomllib
from functools import cache
from pathlib import Path

import pytest
from support.paths import SOLVED

POINTS = tomllib.loads(Path(__file__).with_name("points.toml").read_text("utf-8"))["point"]


@cache
def sources():
    """The source of every cell, its white space evened out, by notebook's number and cell's id."""
    cells = {
        f"{path.name[:2]}/{cell['id']}": "".join(cell["source"])
        for path in SOLVED
        for cell in json.loads(path.read_text("utf-8"))["cells"]
    }
    return {place: " ".join(source.replace("*", "").split()) for place, source in cells.items()}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point["teaches"])
def test_a_point_is_taught_in_the_cell_that_is_named(point):
    assert point["words"]
    assert [word for word in point["words"] if word not in sources()[point["cell"]]] == []


def test_every_notebook_with_an_exercise_teaches_a_point():
    assert {point["cell"][:2] for point in POINTS} >= {f"{number:02}" for number in range(9)}
