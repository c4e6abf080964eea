"""What a passed check shows: lit parts, told in words too, and a link to what comes next."""

import pytest

from resnet_lesson import settings
from resnet_lesson.exercises import all_exercises
from resnet_lesson.figures import svg
from resnet_lesson.lab import record
from resnet_lesson.lab.reward import NETWORKS, PARTS, draw, in_words, network_of, reward_html
from resnet_lesson.lab.shown_report import ShownReport

pytestmark = pytest.mark.usefixtures("own_record")


def pass_(*names):
    for name in names:
        record.add(name, all_exercises()[name].points)


@pytest.mark.parametrize(
    ("passed", "newest", "lit", "new"),
    [
        ({"skip_connection"}, "skip_connection", 16, 16),
        ({"identity_block"}, "identity_block", 12, 12),
        ({"identity_block", "convolutional_block"}, "convolutional_block", 16, 4),
        ({"identity_block", "convolutional_block", "ResNet50"}, "ResNet50", 18, 2),
        ({"one_hot", "cross_entropy"}, "cross_entropy", 2, 1),
        ({"one_hot", "moving_statistics"}, "moving_statistics", 18, 17),
        ({"residual_block"}, "residual_block", 13, 13),
        ({"projection_block"}, "projection_block", 3, 3),
        ({"bottleneck_block", "identity_block"}, "bottleneck_block", 12, 12),
        ({"capstone"}, "capstone", 0, 0),
    ],
)
def test_passed_parts_are_lit_and_counted_and_the_new_ones_outlined(passed, newest, lit, new):
    network = network_of(newest)
    root = svg.parse(draw(network, passed, newest))
    title = f"{lit} of 53 parts are yours"
    assert title in root.find("desc").text
    *parts, _, _ = (group for group in root.iter("g") if group.get("data-part"))  # without the key
    assert len(parts) == 53
    drawn = [next(iter(part)) for part in parts]
    assert sum(part.get("data-lit") == "true" for part in parts) == lit
    assert sum(shape.get("stroke-dasharray") is None for shape in drawn) == lit
    assert sum(shape.get("stroke-width") == "3.5" for shape in drawn) == new
    assert bool(in_words(network, {newest})) == (new > 0)


def test_every_exercise_of_a_network_exists_and_every_kind_is_drawn():
    for network in NETWORKS:
        assert set(network.built_by.values()) <= all_exercises().keys()
        drawn = {kind for _, boxes in network.rows() for box in boxes for kind in box}
        assert drawn == PARTS.keys() and network.built_by.keys() <= drawn


def test_every_exercise_but_the_capstone_lights_a_part_of_its_own():
    building = {exercise for network in NETWORKS for exercise in network.built_by.values()}
    assert all_exercises().keys() - building == {"capstone"}


def test_after_a_notebook_comes_a_link_to_the_next():
    pass_("skip_connection", "identity_block", "convolutional_block", "ResNet50")
    shown = reward_html("ResNet50")
    assert '<a href="05-train-on-signs.ipynb">' in shown and "40 of 162 points" in shown
    assert "Lit by this check: the stem and the head." in shown
    pass_("one_hot")
    assert "<code>cross_entropy</code>, in this notebook" in reward_html("one_hot")
    pass_(*all_exercises())
    assert "Every exercise is passed." in reward_html("ResNet50")


def test_only_a_passed_exercise_is_rewarded(monkeypatch):
    pass_("identity_block")
    forms = [
        ShownReport("identity_block", status, 10.0, most)._repr_mimebundle_()["text/html"]
        for status, most in (("passed", 10.0), ("failed", 10.0), ("passed", 0.0))
    ]
    assert ["parts are yours" in form for form in forms] == [True, False, False]
    monkeypatch.setenv(settings.PROGRESS, settings.IN_MEMORY)
    assert reward_html("identity_block") == ""
