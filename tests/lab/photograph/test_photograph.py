"""A photograph of one's own: read whatever it is, shown as the network sees it, and explained."""

import io
from datetime import datetime
from threading import Event, Thread
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image, features
from support.pages import Page
from support.signs import one_line, save_turned
from support.waiting import wait_until

from resnet_lesson.lab import photograph
from resnet_lesson.lab.photograph import panel
from resnet_lesson.lab.photograph.certainty import best_temperature, tempered
from resnet_lesson.lab.photograph.occlusion import covering, place_of
from resnet_lesson.lab.photograph.panel import Upload
from resnet_lesson.signs.images import read_image


@pytest.fixture
def hand(tmp_path):
    """A photograph in portrait format, 300 by 400; red at the left of the upper half."""
    image = Image.new("RGB", (300, 400), (90, 90, 90))
    image.paste((250, 0, 0), (0, 0, 150, 200))
    image.save(tmp_path / "hand.png")
    return tmp_path / "hand.png"


# --------------------------------------------------------------------------------- what is read


def test_the_whole_photograph_is_seen_unless_a_part_is_chosen(hand):
    whole = photograph.see(hand)
    assert whole.shape == (64, 64, 3) and whole.dtype == "uint8"
    assert whole[16, 20].tolist() == [250, 0, 0] and whole[48, 20].tolist() == [90, 90, 90]
    upper, lower = photograph.see(hand, (0, 0, 50, 50)), photograph.see(hand, (50, 50, 100, 100))
    assert (upper[4:-4, 12:-12] == (250, 0, 0)).all() and (lower[4:-4, 12:-12] == 90).all()


@pytest.mark.parametrize("part", [(50, 0, 50, 100), (0, 0, 100, 101), (1, 2, 3), "all", None])
def test_a_part_that_is_none_gets_one_line(hand, part):
    message = one_line(photograph.see, hand, part)
    assert repr(part) in message and "left, top, right and bottom" in message


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_photograph_is_upright_before_its_part_is_taken(tmp_path, orientation):
    upright = Image.new("RGB", (1200, 1600), "black")
    upright.paste("white", (900, 0, 1200, 400))
    save_turned(upright, orientation, tmp_path / "phone.jpg")
    assert photograph.see(tmp_path / "phone.jpg", (75, 0, 100, 25)).mean() > 250
    assert photograph.see(tmp_path / "phone.jpg", (0, 0, 74, 100)).mean() < 5


def test_a_small_part_of_a_large_photograph_is_as_sharp_as_its_pixels(tmp_path):
    stripes = np.zeros((64, 64, 3), "uint8")
    stripes[:, ::2] = 255
    image = Image.new("RGB", (6400, 6400))
    image.paste(Image.fromarray(stripes), (0, 0))
    image.save(tmp_path / "large.jpg", quality=100, subsampling=0)
    seen = photograph.see(tmp_path / "large.jpg", (0, 0, 1, 1)).astype(int)
    assert np.abs(seen - stripes).max() < 10


def moving(path):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.mpo", "a.tif", "a.avif"])
def test_of_several_pictures_in_a_file_the_first_is_seen(tmp_path, name):
    if name == "a.avif" and not features.check("avif"):
        pytest.skip("this Pillow does not write AVIF")
    moving(tmp_path / name)
    red, green, blue = photograph.see(tmp_path / name)[32, 32].tolist()
    assert red > 240 and green < 15 and blue < 15


def box(brand, *others):
    """The first bytes of a file in the HEIF family: sizes, the box ``ftyp`` and some data."""
    brands = brand + b"\0\0\0\0" + b"".join(others)
    return (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + bytes(100)


@pytest.mark.parametrize("name", ["a.heic", "a.jpg"])
@pytest.mark.parametrize("first", [box(b"heic", b"mif1"), box(b"mif1", b"heic"), box(b"heix")])
def test_heic_is_told_by_its_content_with_what_to_do(tmp_path, monkeypatch, name, first):
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)  # where pillow-heif is installed
    (tmp_path / name).write_bytes(first)
    message = one_line(photograph.see, tmp_path / name)
    assert (
        f"{name} is a HEIC photograph" in message and "JPEG" in message and "pillow-heif" in message
    )


def test_avif_that_cannot_be_read_is_not_taken_for_heic(tmp_path, monkeypatch):
    (tmp_path / "a.heic").write_bytes(box(b"avif", b"mif1"))
    assert "cannot be read as a whole AVIF image" in one_line(photograph.see, tmp_path / "a.heic")
    monkeypatch.delitem(Image.OPEN, "AVIF")
    assert "is an AVIF image" in one_line(photograph.see, tmp_path / "a.heic")


def test_a_photograph_that_is_cut_off_or_too_large_gets_one_line(hand, monkeypatch):
    with monkeypatch.context() as small:
        small.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
        assert "too many pixels" in one_line(photograph.see, hand)
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype="uint8")
    Image.fromarray(noise).save(hand)
    hand.write_bytes(hand.read_bytes()[:9000])
    assert "hand.png cannot be read as an image" in one_line(photograph.see, hand)


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("none.jpg", "is not there"),
        ("two\nlines.jpg", "is not there"),
        (".", "is a folder"),
        ("text.jpg", "cannot be read"),
    ],
)
def test_what_is_no_photograph_gets_one_line(tmp_path, name, phrase):
    (tmp_path / "text.jpg").write_text("no image")
    assert phrase in one_line(photograph.see, tmp_path / name)


@pytest.mark.parametrize(
    ("path", "phrase"),
    [(np.zeros((64, 64, 3)), "is not ndarray"), ("~nobody/a.jpg", "is not there")],
)
def test_what_names_no_file_gets_one_line(path, phrase):
    assert phrase in one_line(photograph.see, path)


def test_bytes_are_read_like_a_file_and_named(hand):
    file = io.BytesIO(hand.read_bytes())
    file.name = "from a phone.png"
    np.testing.assert_array_equal(read_image(file), photograph.see(hand))
    broken = io.BytesIO(b"nothing")
    broken.name = "from a phone.png"
    assert one_line(read_image, broken).startswith("from a phone.png cannot be read")


def test_without_a_photograph_a_hand_is_drawn_the_same_each_time():
    np.testing.assert_array_equal(photograph.see(), photograph.see(None))


# --------------------------------------------------------------------------- where it was looked


def functional(rows, columns):
    """Reads red in one place: a convolution, a skip connection, a crop, pooling, a classifier."""
    inputs = keras.Input((64, 64, 3))
    X = keras.layers.Conv2D(3, 1, kernel_initializer="zeros")(inputs)
    X = keras.layers.Add()([X, inputs])
    edges = [(place.start, 64 - place.stop) for place in (rows, columns)]
    X = keras.layers.GlobalAveragePooling2D()(keras.layers.Cropping2D(edges)(X))
    return keras.Model(inputs, last_layer([[9, 0], [0, 0], [0, 0]])(X))


def dense(rows, columns):
    """The same by weights alone, without any feature map."""
    weights = np.zeros((64, 64, 3, 2))
    weights[rows, columns, 0, 0] = 9 / 256
    return keras.Sequential(
        [keras.Input((64, 64, 3)), keras.layers.Flatten(), last_layer(weights.reshape(-1, 2))]
    )


def subclassed(rows, columns):
    """The same by operations without layers."""

    class Model(keras.Model):
        def call(self, images, training=False):
            red = keras.ops.mean(images[:, rows, columns, 0], axis=(1, 2))
            return keras.ops.softmax(keras.ops.stack([9 * red, 0 * red + 6], axis=1))

    return Model()


def last_layer(kernel):
    kernel = np.array(kernel, "float32")
    return keras.layers.Dense(
        2,
        "softmax",
        kernel_initializer=lambda shape, dtype: kernel,
        bias_initializer=lambda shape, dtype: np.array([0, 6], "float32"),
    )


every_kind = pytest.mark.parametrize("kind", [functional, dense, subclassed])
PLACES = {
    "at the upper left": (slice(0, 16), slice(0, 16)),
    "at the right": (slice(24, 40), slice(48, 64)),
    "at the bottom": (slice(48, 64), slice(24, 40)),
}


@every_kind
@pytest.mark.parametrize("words", PLACES)
def test_a_network_that_reads_one_place_is_seen_to_look_there(kind, words):
    place = PLACES[words]
    image = np.full((64, 64, 3), 90, "uint8")
    image[place] = (250, 90, 90)
    answer, falls = covering(kind(*place), image)
    assert answer.argmax() == 0 and place_of(falls) == words
    cells = np.zeros((64, 64), bool)
    # A cover reaches half a cell, 4 pixels, beyond its cell.
    cells[tuple(slice(max(0, side.start - 4), side.stop + 4) for side in place)] = True
    assert not falls[~cells.reshape(8, 8, 8, 8).any(axis=(1, 3))].any()
    assert answer[0] == pytest.approx(1 / (1 + np.exp(6 - 9 * 250 / 255)), abs=1e-4)


def test_a_place_is_covered_by_a_blur_of_the_picture_half_a_cell_beyond_its_edge():
    image = np.zeros((64, 64, 3), "uint8")
    image[28:36, 28:36] = 255
    watched = []

    class Model(keras.Model):
        def predict_on_batch(self, images):
            watched.append(np.array(images))
            return np.full((len(images), 2), 0.5)

    covering(Model(), image)
    pictures = np.concatenate(watched)[: 1 + 64] * 255
    np.testing.assert_array_equal(pictures[0], image)
    changed = np.argwhere((pictures[1 + 3 * 8 + 3] != image).any(axis=-1))
    assert changed.min(axis=0).tolist() == [20, 20] and changed.max(axis=0).tolist() == [35, 35]


def test_where_no_place_decides_it_is_said():
    model = dense(slice(0, 0), slice(0, 0))
    chart = photograph.ask(model, np.full((64, 64, 3), 200, "uint8"), ["yes", "no"])
    assert "No place decides alone" in chart.summary and chart.png()
    assert not chart.axes[1].collections


def test_everywhere_alike_is_all_over_the_picture():
    assert place_of(np.ones((8, 8))) == "all over the picture"


# ---------------------------------------------------------------------------- what is shown of it


@pytest.fixture(scope="module")
def model():
    """Knows red at the upper left of what it sees from everything else."""
    return dense(*PLACES["at the upper left"])


def test_a_picture_is_shown_with_where_the_network_looked_and_its_answer(model):
    image = np.full((64, 64, 3), 90, "uint8")
    image[:16, :16, 0] = 250
    chart = photograph.ask(model, image, ["red", "other"])
    seen, looked, answered = chart.axes
    np.testing.assert_array_equal(seen.images[0].get_array(), image)
    brightness = looked.images[0].get_array().astype(int)[..., 1]
    assert brightness[:12, :12].min() > 1.5 * brightness[40:, 40:].max() and looked.collections
    labels = answered.get_yticklabels()
    assert [t.get_text() for t in labels if t.get_fontweight() == "bold"] == ["red"]
    assert chart.summary.startswith("The network answers red. red: 94 %; other: 6 %.")
    assert "at the upper left" in chart.summary


def test_what_cannot_be_asked_gets_one_line(model, hand):
    assert "is str" in one_line(photograph.ask, model, str(hand))
    assert "is float64 (64, 64, 3)" in one_line(photograph.ask, model, photograph.see() / 255)
    larger = np.zeros((100, 80, 3), "uint8")
    assert "is uint8 (100, 80, 3)" in one_line(photograph.ask, model, larger)
    assert "uint8 (1, 64, 64, 3)" in one_line(photograph.ask, model, photograph.see()[np.newaxis])
    message = one_line(photograph.ask, model, photograph.see())
    assert "2 classes" in message and "6 names" in message


def answering(row):
    """A network that gives the same probabilities for each image."""

    class Model(keras.Model):
        def predict_on_batch(self, images):
            return np.tile(np.array(row, "float32"), (len(images), 1))

    return Model()


def test_a_network_that_is_not_sure_of_any_answer_does_not_know():
    chart = photograph.ask(answering([0.45, 0.35, 0.05, 0.05, 0.05, 0.05]), photograph.see())
    assert chart.summary.startswith("The network does not know. 0: ")
    labels = chart.axes[2].get_yticklabels()
    assert not [t for t in labels if t.get_fontweight() == "bold"]


def test_a_network_that_is_always_sure_of_one_digit_is_not_believed():
    """It is right in one varied drawing of six, which the temperature takes into account."""
    chart = photograph.ask(answering([0.95, 0.01, 0.01, 0.01, 0.01, 0.01]), photograph.see())
    assert chart.summary.startswith("The network does not know")


def test_the_temperature_makes_answers_as_sure_as_they_are_right():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 6, 2000)
    right = np.where(rng.random(2000) < 0.7, labels, (labels + 1) % 6)  # seven of ten
    rows = np.eye(6)[right] * 0.98 + 0.02 / 6
    sure = tempered(rows, best_temperature(rows, labels)).max(axis=1)
    assert sure.mean() == pytest.approx(0.7, abs=0.05)
    np.testing.assert_allclose(tempered(rows, 1), rows, rtol=1e-6)


# ------------------------------------------------------------------------------------ the button


NOW = datetime(2026, 1, 1)


def chosen(path):
    """What the browser hands over of a file."""
    content = memoryview(path.read_bytes())
    return {"name": path.name, "type": "", "size": 1, "content": content, "last_modified": NOW}


@pytest.fixture
def form(model):
    """The button, the fields for a part, and what they show."""
    controls, _, result = photograph.upload(model, ["red", "other"]).panel().children
    return controls.children[0], controls.children[1:], result


def test_an_upload_is_answered_in_words_and_a_new_one_replaces_it(form, hand, tmp_path):
    button, _, result = form
    assert result.value == ""
    button.value = (chosen(hand),)
    assert "red: 80 %" in Page(result.value).text and "<img alt=" in result.value
    Image.new("L", (80, 80), 0).save(tmp_path / "dark.png")
    button.value = (chosen(tmp_path / "dark.png"),)
    assert "other: 100 %" in Page(result.value).text


def test_an_upload_of_older_widgets_is_read_too(hand):
    """ipywidgets 7, which Colab has, keeps files by their names."""
    older = {hand.name: {"metadata": {"name": hand.name}, "content": hand.read_bytes()}}
    for value in (older, (chosen(hand),)):
        file = panel.chosen_file(value)
        assert file.name == hand.name and file.read() == hand.read_bytes()


def test_the_fields_cut_out_a_part(form, hand):
    button, (left, top, right, bottom), result = form
    assert [side.value for side in (left, top, right, bottom)] == [0, 0, 100, 100]
    button.value = (chosen(hand),)
    before = result.value
    left.value = top.value = 60
    assert result.value != before and "other: 94 %" in Page(result.value).text
    right.value = 50
    assert "part is (60, 60, 50, 100)" in Page(result.value).text
    bottom.value = 1000
    assert bottom.value == 100


def test_of_two_changes_at_a_time_the_newest_is_answered(hand, tmp_path):
    started, go_on, answered = Event(), Event(), []

    def draw(file, part):
        if part[0] == 0:
            started.set()
            go_on.wait()
        answered.append(part[0])
        return SimpleNamespace(html=lambda: f"<p>from {part[0]}</p>")

    controls, _, result = Upload(draw).panel().children
    button, left, *_ = controls.children
    first = Thread(target=lambda: setattr(button, "value", (chosen(hand),)), daemon=True)
    first.start()
    started.wait()
    second = Thread(target=lambda: setattr(left, "value", 20), daemon=True)
    second.start()
    wait_until(lambda: left.value == 20)
    go_on.set()
    first.join(), second.join()
    assert answered == [0, 20] and result.value == "<p>from 20</p>"


def test_what_goes_wrong_is_one_line_below_the_button(form, tmp_path):
    button, _, result = form
    (tmp_path / "<b>.jpg").write_bytes(b"no image")
    button.value = (chosen(tmp_path / "<b>.jpg"),)
    page = Page(result.value)
    assert page.text.startswith("<b>.jpg cannot be read as an image")
    assert ("role", "status") in page.attributes and "img" not in page.elements


def test_an_error_that_nobody_thought_of_is_seen_too(hand):
    def fails(file, part):
        raise RuntimeError("out of luck")

    controls, _, result = Upload(fails).panel().children
    controls.children[0].value = (chosen(hand),)
    assert Page(result.value).text == "hand.png cannot be shown: RuntimeError: out of luck"


def test_the_button_takes_one_image_also_from_a_camera(form):
    button, sides, _ = form
    assert button.accept == "image/*" and not button.multiple and button.description
    assert [side.description for side in sides] == ["Left", "Top", "Right", "Bottom"]


def test_without_widgets_a_line_says_how_to_give_a_path(model):
    data = photograph.upload(model)._repr_mimebundle_()
    assert set(data) == {"text/plain"} and 'see("my-hand.jpg")' in data["text/plain"]
