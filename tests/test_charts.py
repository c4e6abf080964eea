"""Charts: what they show, that they say it in words, and that they leave matplotlib as it was."""

from types import SimpleNamespace

import keras
import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from PIL import Image

from resnet_lesson import photograph
from resnet_lesson.figures import charts, style
from resnet_lesson.signs import SignsError

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), dtype="uint8")
LABELS = [0, 1, 2, 3, 4, 5, 0, 1]
HISTORY = SimpleNamespace(
    loss=[1.8, 0.9, 0.5], train_accuracy=[0.2, 0.7, 0.9], test_accuracy=[0.17, 0.6, 0.95]
)
ALL = {
    "lines": lambda: charts.lines({"plain": [2, 1], "residual": [2, 0.5]}, "step", "loss", "Two"),
    "curves": lambda: charts.curves(HISTORY),
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
    data, metadata = chart._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG") and data["text/plain"] == "<Chart>"
    assert len(metadata["image/png"]["alt"].split()) >= 5
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


def test_numbers_in_the_matrix_stand_out_from_their_ground():
    axes = charts.confusion([[30, 1], [16, 24]], ["no", "yes"]).axes[0]
    image = axes.images[0]
    for text in axes.texts:
        column, row = text.get_position()
        ground = image.cmap(image.norm(image.get_array()[row, column]))
        assert contrast(ground, to_rgba(text.get_color())) >= 4.5


def contrast(one, other):
    """The contrast of two colours, from 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


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
    assert "1 as 5" in chart.summary


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


@pytest.fixture(scope="module")
def model():
    """Answers 2 to everything, with near certainty."""
    inputs = keras.Input((64, 64, 3))
    dense = keras.layers.Dense(
        6,
        "softmax",
        kernel_initializer="zeros",
        bias_initializer=lambda shape, dtype: [0, 0, 9.0, 0, 0, 0],
    )
    return keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))


def test_a_photograph_is_shown_as_the_network_sees_it_with_its_answer(model, tmp_path):
    path = tmp_path / "hand.png"
    Image.new("LA", (300, 200), (90, 255)).save(path)
    image = photograph.see(path)
    chart = photograph.ask(model, image)
    assert image.shape == (64, 64, 3) and image.dtype == "uint8" and np.all(image == 90)
    np.testing.assert_array_equal(chart.axes[0].images[0].get_array(), image)
    bold = [t.get_text() for t in chart.axes[1].get_yticklabels() if t.get_fontweight() == "bold"]
    assert bold == ["2"] and "2 100%" in chart.summary


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path):
    pixels = np.zeros((64, 64, 3), "uint8")
    pixels[:, :32] = 255  # what is left in the file is at the top for the viewer
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "hand.png", exif=exif)
    image = photograph.see(tmp_path / "hand.png")
    assert image[:30].min() == 255 and image[34:].max() == 0


def test_without_a_photograph_a_hand_is_drawn_the_same_each_time():
    np.testing.assert_array_equal(photograph.see(), photograph.see(None))


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.jpg", "is not there"), (".", "is a folder"), ("text.jpg", "cannot be read")],
)
def test_what_is_no_photograph_gets_one_line(tmp_path, name, said):
    (tmp_path / "text.jpg").write_text("no image")
    with pytest.raises(SignsError) as caught:
        photograph.see(tmp_path / name)
    assert said in str(caught.value) and "\n" not in str(caught.value)
