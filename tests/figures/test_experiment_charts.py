"""The charts of notebook 09, and its explorers: what they draw, what they say, how they stand."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from resnet_lesson.figures import experiment_charts as charts
from resnet_lesson.lab import explorers
from resnet_lesson.lab.explorers import gradients, receptive_field
from resnet_lesson.lab.explorers.panel import Control, Explorer
from resnet_lesson.progress_bar import WIDGET_VIEW

BOWL = np.add.outer(np.linspace(-1, 1, 5) ** 2, np.linspace(-1, 1, 5) ** 2) * 4
SPOT = np.pad(np.ones((3, 3)), 6)
ALL = {
    "scales": lambda: charts.scales({"plain": [100, 10, 1], "residual": [1, 1]}, "size", "Sizes"),
    "removals": lambda: charts.removals({"plain": [0.2, 0.1], "residual": [0.9, 1]}, "Left"),
    "starts": lambda: charts.starts(
        {
            "pretrained, 14 layers": [[0.5, 0.8], [0.6, 0.9]],
            "from scratch, 14 layers": [[0.1, 0.3]],
        },
        10,
        "Test",
        chance=1 / 6,
    ),
    "path_counts": lambda: charts.path_counts([1, 3, 3, 1]),
    "surfaces": lambda: charts.surfaces({"a": (np.linspace(-1, 1, 5), BOWL)}),
    "receptive_fields": lambda: charts.receptive_fields(
        {"plain": SPOT}, {"plain": 7}, {"plain": 3}, "Three layers"
    ),
}


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_a_chart_is_one_picture_with_a_description(draw):
    chart = draw()
    assert 'src="data:image/png;base64,' in chart._repr_mimebundle_()["text/html"]
    assert len(chart.summary.split()) >= 5
    assert chart.get_figwidth() * chart.dpi <= 1000


def test_scales_say_the_order_of_magnitude_from_first_to_last():
    assert "plain: about 10^2; residual: about 10^0" in ALL["scales"]().summary


def test_surfaces_name_the_share_below_guessing():
    chart = ALL["surfaces"]()
    share = f"{np.mean(np.log(6) > BOWL):.0%}"
    assert f"a {share}" in chart.summary
    assert chart.axes[0].get_title("left") == f"a\n{share} of the area below guessing"


def test_removals_have_one_bar_a_pair_and_a_line_at_chance():
    axes, other = ALL["removals"]().axes
    assert [round(bar.get_height()) for bar in axes.patches] == [20, 10]
    assert other.lines[0].get_ydata()[0] == pytest.approx(100 / 6)


def test_starts_show_mean_and_spread_in_one_colour_a_network_and_dashes_from_scratch():
    chart = ALL["starts"]()
    ends = "pretrained, 14 layers ends at 85 (80 to 90); from scratch, 14 layers ends at 30."
    assert chart.summary == f"Test. Per cent right: {ends}"
    pretrained, scratch, guessing = chart.axes[0].lines
    np.testing.assert_allclose(pretrained.get_xydata(), [[10, 55], [20, 85]])
    assert pretrained.get_color() == scratch.get_color()
    assert pretrained.get_linestyle() == "-" and scratch.get_linestyle() == "--"
    assert guessing.get_ydata()[0] == pytest.approx(100 / 6)
    band = chart.axes[0].collections[0].get_paths()[0].vertices
    assert {(20, 80), (20, 90), (10, 50), (10, 60)} <= set(map(tuple, band.round(6)))


def test_receptive_fields_mark_both_squares_around_the_middle_pixel():
    axes = ALL["receptive_fields"]().axes[0]
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [square.get_width() for square in squares] == [7, 3]
    assert [tuple(square.get_center()) for square in squares] == [(7, 7), (7, 7)]


@pytest.mark.parametrize("name", ["explore_gradients", "explore_receptive_field"])
def test_an_explorer_stands_as_a_picture_with_words_where_widgets_are_off(name, monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_QUICK", "1")
    data = getattr(explorers, name)()._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}
    assert f'alt="{data["text/plain"]}"' in data["text/html"]
    assert len(data["text/plain"].split()) >= 8


def test_a_control_redraws_the_picture_and_each_setting_is_drawn_once():
    drawn = []

    def draw(n):
        drawn.append(n)
        return charts.path_counts([1] * n)

    explorer = Explorer([Control("n", "Blocks", {"two": 3, "three": 4}, 3)], draw)
    panel = explorer.panel()
    controls, picture = panel.children
    before = picture.value
    assert controls.children[0].description == "Blocks"
    controls.children[0].value = 4
    after = picture.value
    controls.children[0].value = 3
    assert drawn == [3, 4]
    assert before == picture.value != after
    assert 'alt="4 paths through 3 blocks' in after and 'role="status"' in after


def test_a_living_explorer_has_widgets_and_the_picture_for_where_they_are_off(monkeypatch):
    monkeypatch.setattr("resnet_lesson.lab.explorers.panel.lives", lambda: True)
    data = explorers.explore_receptive_field()._repr_mimebundle_()
    assert {WIDGET_VIEW, "text/html", "text/plain"} <= set(data)


@pytest.mark.parametrize(("pairs", "groups", "window"), [(2, 1, 3), (1, 2, 5), (2, 3, 3)])
@pytest.mark.parametrize("shortcuts", [False, True])
def test_expected_maps_are_as_wide_as_the_theory(pairs, groups, window, shortcuts):
    seen = receptive_field.expected_map(pairs, groups, window, shortcuts)
    size = receptive_field.theoretical_size(receptive_field.layers_of(pairs, groups, window))
    assert seen.shape == (size, size)
    assert seen[0, 0] > 0
    assert seen.sum() == pytest.approx(1)
    np.testing.assert_allclose(seen, seen[::-1].T)


@pytest.mark.parametrize("shortcuts", [False, True])
def test_the_expected_map_is_the_mean_over_random_linear_networks(shortcuts):
    """Two pairs of 3×3 with eight channels."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    measured, runs, side = np.zeros((9, 9)), 400, 9
    for _ in range(runs):
        X = tf.zeros((1, side, side, 8))
        with tf.GradientTape() as tape:
            tape.watch(X)
            Y = X
            for _ in range(2):
                kernels = rng.normal(0, 72**-0.5, (2, 3, 3, 8, 8)).astype("float32")
                path = tf.nn.conv2d(tf.nn.conv2d(Y, kernels[0], 1, "SAME"), kernels[1], 1, "SAME")
                Y = path + Y if shortcuts else path
            middle = Y[0, 4, 4, 0]
        measured += np.square(tape.gradient(middle, X)[0]).sum(-1)
    expected = receptive_field.expected_map(2, 1, 3, shortcuts)
    np.testing.assert_allclose(measured / measured.sum(), expected, atol=0.1 * expected.max())
    assert np.corrcoef(measured.ravel(), expected.ravel())[0, 1] > 0.98


@pytest.mark.parametrize(("kind", "norm"), [("plain", True), ("residual", False)])
def test_the_stored_gradients_are_what_measuring_gives(kind, norm):
    series = gradients.draw(8, norm, "gradients").axes[0].lines
    stored = {line.get_label(): line.get_ydata() for line in series}[f"{kind}, 8 layers"]
    np.testing.assert_allclose(gradients.measure(kind, 8, norm)["gradients"], stored, 0.02)
    assert len(stored) == 7
