"""A place is taken apart once, and reads again as it was written."""

import pytest

from resnet_lesson.graph.places import Place

PLACES = {
    "main.2.conv": Place(path="main", group=2, kind="conv"),
    "shortcut.bn": Place(path="shortcut", kind="bn"),
    "add": Place(kind="add"),
    "output.relu": Place(path="output", kind="relu"),
    "stem.pad": Place(path="stem", kind="pad"),
    "head.dense": Place(path="head", kind="dense"),
    "stage4": Place(4),
    "stage3.block12": Place(3, 12),
    "stage3.block1.add": Place(3, 1, kind="add"),
    "stage3.block1.main.2.conv": Place(3, 1, "main", 2, "conv"),
    "submission": Place(kind="submission"),
    "": Place(),
}


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_taken_apart_and_reads_again_as_it_was(text):
    assert Place.parse(text) == PLACES[text]
    assert str(PLACES[text]) == text


@pytest.mark.parametrize("text", ["main.x.conv", "stage", "a.b.c", "stages.x", "é . <"])
def test_any_other_text_reads_again_as_it_was(text):
    assert str(Place.parse(text)) == text


def test_what_is_near_a_place():
    place = Place.parse("stage3.block1.main.2.conv")
    assert str(place.unit) == "stage3.block1" and place.part == "stage3"
    assert str(place.at("shortcut", kind="conv")) == "stage3.block1.shortcut.conv"
    assert str(place.beside("bn")) == "stage3.block1.main.2.bn"
    assert str(place.in_block) == "main.2.conv"
    assert place.shares_path(place.beside("relu")) and not place.shares_path(place.in_block)
    assert place.in_network and not place.in_block.in_network
    assert not Place.parse("add").unit.block and Place.parse("stem.pool").part == "stem"
