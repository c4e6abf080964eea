"""Charts: what they show, that they say it in words, and that they leave matplotlib as it was."""

from html import escape
from types import SimpleNamespace

import keras
import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from support.colours import contrast

from resnet_lesson.figures import charts, style
from resnet_lesson.training import display

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), dtype="uint8")
LABELS = [0, 1, 2, 3, 4, 5, 0, 1]
HISTORY = SimpleNamespace(
    loss=[1.8, 0.9, 0.5], train_accuracy=[0.2, 0.7, 0.9], test_accuracy=[0.17, 0.6, 0.95]
)
ALL = {
    "lines": lambda: charts.lines({"plain": [2, 1], "residual": [2, 0.5]}, "step", "loss", "Two"),
    "curves": lambda: charts.curves(HISTORY),
    "learning_rate": lambda: charts.learning_rate(lambda step: 0.01 / (1 + step), 33, 10),
    "confusion": lambda: charts.confusion([[3, 1], [0, 4]], ["no", "yes"]),
    "sign_grid": lambda: charts.sign_grid(IMAGES, LABELS, LABELS, np.full(8, 0.5)),
    "one_hot_picture": lambda: charts.one_hot_picture(IMAGES[:3], LABELS[:3]),
    "shares": lambda: charts.shares({"fit": 0.98, "evaluate": 0.17}, "The trap", chance=1 / 6),
}
every_chart = pytest.mark.parametrize("draw", ALL.values(), ids=ALL)


def titles(chart):
    return [axes.get_title(place) for axes in chart.axes for place in ("left", "center")]


def texts(axes):
    return [text.get_text() for text in axes.texts]


@every_chart
def test_a_chart_is_one_picture_with_a_description(draw):
    chart = draw()
    data = chart._repr_mimebundle_()
    assert 'src="data:image/png;base64,' in data["text/html"] and chart.png()[1:4] == b"PNG"
    assert f'alt="{escape(chart.summary)}"' in data["text/html"]
    assert len(data["text/plain"].split()) >= 5
    assert "\n" not in chart.summary


@every_chart
def test_drawing_leaves_the_settings_of_matplotlib_alone(draw):
    before = dict(matplotlib.rcParams)
    draw().png()
    assert dict(matplotlib.rcParams) == before


@every_chart
def test_a_chart_fits_into_a_notebook_and_its_letters_can_be_read(draw):
    chart = draw()
    assert chart.get_figwidth() * chart.dpi <= 1000
    sizes = [text.get_fontsize() for text in chart.findobj(matplotlib.text.Text) if text.get_text()]
    assert min(sizes) >= 8


def test_lines_can_be_told_apart_without_colour():
    chart = charts.lines({str(n): [n, n + 1] for n in range(6)}, "step", "loss", "Six")
    looks = {(line.get_linestyle(), line.get_marker()) for line in chart.axes[0].lines}
    assert len(looks) == 6


def test_lines_count_from_one_and_say_where_they_begin_and_end():
    chart = charts.lines({"plain": [3, 2, 1.5]}, "step", "loss", "One", log=True)
    assert chart.axes[0].lines[0].get_xdata().tolist() == [1, 2, 3]
    assert chart.axes[0].get_yscale() == "log"
    assert "plain goes from 3 to 1.5" in chart.summary


def test_lines_that_are_empty_or_hold_no_numbers_are_drawn_all_the_same():
    chart = charts.lines({"none": [], "broken": [1, float("nan")]}, "step", "loss", "Odd")
    assert chart.png() and "broken goes from 1 to nan" in chart.summary


def test_curves_show_the_loss_and_both_accuracies_in_per_cent():
    loss, accuracy = charts.curves(HISTORY).axes
    assert loss.lines[0].get_ydata().tolist() == HISTORY.loss
    drawn = [line.get_ydata() for line in accuracy.lines]
    np.testing.assert_allclose(drawn, [[20, 70, 90], [17, 60, 95]])


def test_the_curves_say_where_they_begin_and_end_and_where_the_test_was_best():
    assert charts.curves(HISTORY).summary == (
        "Training curves, 3 epochs. The loss goes from 1.8 to 0.5. Per cent right: training from "
        "20 to 90; test, inference mode from 17 to 95, the most after epoch 3: 95."
    )


def test_curves_without_an_epoch_and_with_a_loss_that_is_no_number_say_so():
    empty = SimpleNamespace(loss=(), train_accuracy=(), test_accuracy=())
    assert charts.curves(empty).png() and "empty" in charts.curves(empty).summary
    broken = SimpleNamespace(loss=(1.8, np.nan), train_accuracy=(0, 0), test_accuracy=(0, 0))
    chart = charts.curves(broken)
    assert chart.png() and "from 1.8 to no number" in chart.summary
    assert "no number" in texts(chart.axes[0])[0]
    assert chart.axes[0].get_xlim() == chart.axes[1].get_xlim()


WARMED = keras.optimizers.schedules.CosineDecay(1e-4, 27, warmup_target=2e-3, warmup_steps=3)


@pytest.mark.parametrize(
    ("schedule", "epochs", "phrase"),
    [
        (WARMED, 10, "from 0.0001, up to 0.002 in 3 steps, down to 6.8e-06 at the end"),
        (WARMED, 1, "1 epoch of 3 steps: from 0.0001, up to 0.0014 in 2 steps."),
        (lambda step: 1 / (1 + step), 2, "2 epochs of 3 steps: from 1, down to 0.17 at the end"),
        (lambda step: 0.001, 2, "0.001 throughout"),
    ],
)
def test_a_learning_rate_is_described_by_its_turning_points(schedule, epochs, phrase):
    chart = charts.learning_rate(schedule, 3, epochs)
    assert phrase in chart.summary and chart.png()


def test_a_learning_rate_is_drawn_step_by_step_over_epochs():
    line = charts.learning_rate(WARMED, 3, 10).axes[0].lines[0]
    np.testing.assert_allclose(line.get_xdata()[:4], [0, 1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(line.get_ydata(), [float(WARMED(step)) for step in range(30)])


def test_curves_of_one_epoch_have_a_whole_number_below_them():
    history = SimpleNamespace(loss=[1.8], train_accuracy=[0.2], test_accuracy=[0.1])
    chart = charts.curves(history)
    chart.draw_without_rendering()
    assert all(tick == round(tick) for axes in chart.axes for tick in axes.get_xticks())


def test_the_confusion_matrix_shows_each_count_in_its_row_and_column():
    chart = charts.confusion([[3, 1], [0, 4]], ["no", "yes"])
    places = {text.get_position(): text.get_text() for text in chart.axes[0].texts}
    assert places == {(0, 0): "3", (1, 0): "1", (0, 1): "·", (1, 1): "4"}
    assert "1 of 8" in chart.summary and "a no was taken for a yes: 1 time." in chart.summary


def test_a_matrix_without_mistakes_names_none():
    assert charts.confusion(np.eye(6, dtype=int), range(6)).summary.endswith("0 of 6 images wrong.")


def test_a_matrix_names_the_signs_that_no_image_shows():
    assert "no image of 1" in charts.confusion([[3, 1], [0, 0]], [0, 1]).summary
    assert charts.confusion(np.zeros((6, 6), int), range(6)).png()


def test_numbers_in_the_matrix_stand_out_from_their_ground():
    axes = charts.confusion([[30, 1], [16, 24]], ["no", "yes"]).axes[0]
    image = axes.images[0]
    for text in axes.texts:
        column, row = text.get_position()
        ground = image.cmap(image.norm(image.get_array()[row, column]))
        assert contrast(to_hex(ground), text.get_color()) >= 4.5


def test_a_grid_without_answers_shows_the_labels():
    chart = charts.sign_grid(IMAGES, LABELS, columns=3)
    assert [title for title in titles(chart) if title] == [str(label) for label in LABELS]
    assert len(chart.axes) == 9
    np.testing.assert_array_equal(chart.axes[4].images[0].get_array(), IMAGES[4])


def test_a_wrong_answer_is_marked_by_a_sign_and_a_frame():
    chart = charts.sign_grid(IMAGES[:2], [0, 1], [0, 5], [0.9, 0.61])
    assert [title for title in titles(chart) if title] == ["✓ 0, 90%", "✗ 1 as 5, 61%"]
    assert not chart.axes[0].axison and chart.axes[1].axison
    frame = {spine.get_edgecolor() for spine in chart.axes[1].spines.values()}
    assert frame == {to_rgba(style.VERMILION)}
    assert chart.summary.endswith("1 wrong. Wrong: 1 as 5, 61%. Right: 0, 90%.")


def test_a_grid_that_is_all_right_says_so():
    assert "0 wrong. Right: 0; 1." in charts.sign_grid(IMAGES[:2], [0, 1], [0, 1]).summary


def test_a_grid_of_no_images_is_empty():
    assert charts.sign_grid(IMAGES[:0], [], []).png()


def test_a_one_hot_column_has_its_one_at_the_label():
    chart = charts.one_hot_picture(IMAGES[:2], [4, 0])
    assert texts(chart.axes[2]) == list("000010")
    assert texts(chart.axes[3]) == list("100000")


def test_shares_are_bars_in_per_cent_with_chance_marked():
    axes = ALL["shares"]().axes[0]
    assert [bar.get_width() for bar in axes.patches] == [98, 17]
    assert axes.lines[0].get_xdata() == pytest.approx([100 / 6] * 2)
    assert "chance" in axes.get_xlabel()
    assert ALL["shares"]().summary == "The trap. fit: 98 %; evaluate: 17 %."


def test_as_html_a_chart_has_its_summary_as_alternative_text_and_below():
    chart = charts.lines({"<b>": [1, 2]}, "step", "loss", "One")
    page = chart.html()
    assert page.count("&lt;b&gt; goes from 1 to 2") == 2 and "<b>" not in page
    assert 'src="data:image/png;base64,' in page and 'role="status"' in page


def test_the_curves_grow_in_the_notebook_while_a_network_trains(monkeypatch):
    shown = []
    output = SimpleNamespace(update=lambda last: shown.append(last))
    monkeypatch.setattr(display, "in_notebook", lambda: True)
    monkeypatch.setattr(display, "show_widget", lambda box: shown.append(box) or output)
    with display.display_for(epochs=3, steps=6) as live:
        bar, line, picture = (*shown[0].children[0].children, shown[0].children[1])
        assert picture.value == ""
        live.step(1.8)
        assert bar.value == 1 and line.value.startswith("epoch 1 of 3, loss 1.80")
        live.epoch(HISTORY)
        assert charts.curves(HISTORY).summary in picture.value
    assert shown[1].summary == charts.curves(HISTORY).summary


def test_a_long_name_of_a_class_leaves_room_for_the_chart():
    chart = charts.confusion(np.eye(2, dtype=int), ["a", "a very long name of a class"])
    chart.draw_without_rendering()
    [axes] = chart.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "a very long…"]
    assert axes.get_window_extent().width > chart.bbox.width / 2
