"""What a passed check shows: lit parts, told in words too, and a link to what comes next."""

import pytest

from resnet_lesson import settings
from resnet_lesson.exercises import all_exercises
from resnet_lesson.figures import svg
from resnet_lesson.lab import record
from resnet_lesson.lab.reward import NETWORKS, draw, network_of, reward_html
from resnet_lesson.lab.shown_report import ShownReport

pytestmark = pytest.mark.usefixtures("own_record")


def pass_(*names):
    for name in names:
        record.add(name, all_exercises()[name].points)


@pytest.mark.parametrize(
    ("passed", "newest", "lit", "new"),
    [
        ({"identity_block"}, "identity_block", 12, 12),
        ({"identity_block", "convolutional_block"}, "convolutional_block", 16, 4),
        ({"identity_block", "convolutional_block", "ResNet50"}, "ResNet50", 18, 2),
        ({"residual_block"}, "residual_block", 13, 13),
        ({"projection_block"}, "projection_block", 3, 3),
        ({"skip_connection"}, "skip_connection", 0, 0),
    ],
)
def test_passed_parts_are_lit_and_ticked_and_counted(passed, newest, lit, new):
    root = svg.parse(draw(network_of(newest), passed, newest))
    boxes = [box for box in root.iter("rect") if box.get("width") == "38"]
    assert len(boxes) == 18 and sum(text.text == "✓" for text in root.iter("text")) == lit
    assert sum(box.get("stroke-dasharray") is None for box in boxes) == lit
    assert sum(box.get("stroke-width") == "3.5" for box in boxes) == new
    assert f"{lit} of 18 parts are yours" in root.find("desc").text


def test_every_exercise_of_a_network_exists():
    for network in NETWORKS:
        assert {network.first, network.further, network.whole} <= all_exercises().keys()


def test_after_a_notebook_comes_a_link_to_the_next():
    pass_("skip_connection", "identity_block", "convolutional_block", "ResNet50")
    shown = reward_html("ResNet50")
    assert '<a href="05-train-on-signs.ipynb">' in shown and "40 of 162 points" in shown
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
