"""The drawn default: what the drawing code makes, whole, and small enough to come along."""

import numpy as np
import pytest

from resnet_lesson.authoring import sign_sheets
from resnet_lesson.signs import Signs, SignsError, drawn, load_signs
from resnet_lesson.signs.drawn import read_sheet
from resnet_lesson.signs.hands.others import draw_others
from resnet_lesson.signs.hands.parallel import SEED, draw
from resnet_lesson.signs.hands.variety import PLAIN, VARIED
from resnet_lesson.signs.schema import NO_SIGN


@pytest.fixture
def default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return load_signs()


def test_the_default_has_1080_and_120_images(default):
    assert [array.shape for array in default[:2]] == [(1080, 64, 64, 3), (1080,)]
    assert [array.shape for array in default[2:]] == [(120, 64, 64, 3), (120,), (6,)]
    assert [array.dtype for array in default] == ["uint8", "int64"] * 2 + ["int64"]
    assert np.bincount(default.train_labels).tolist() == [180] * 6


def test_an_epoch_takes_further_images_and_the_next_one_others(default, monkeypatch):
    monkeypatch.setattr(drawn, "LIGHT", (1.0, 1.0))
    epochs = [default.further(epoch) for epoch in range(1, 5)]
    for images, labels in epochs:
        assert len(images) == len(labels) == default.further_count == 3600
        assert np.bincount(labels - NO_SIGN).tolist() == [360] + [540] * 6
    taken = [{image.tobytes() for image in images} for images, _ in epochs]
    assert len(taken[0] | taken[1] | taken[2]) == 10_800 and taken[3] == taken[0]
    plain = {image.tobytes() for image in default.train_images}
    assert not taken[0] & plain


def test_the_first_epoch_takes_what_is_easy_and_each_image_in_a_light_of_its_own(default):
    images, labels = default.further(0)
    assert len(images) == len(labels) == default.further_count
    assert np.array_equal(labels[:3240], np.tile(default.train_labels, 3))
    light = images[:1080].mean(axis=(1, 2, 3)) / default.train_images.mean(axis=(1, 2, 3))
    assert 0.68 < light.min() < 0.75 and 1 < light.max() < 1.11
    assert not np.array_equal(images[:1080], images[1080:2160])


def test_a_choice_of_images_has_no_further_ones(default):
    few = default._replace(train_images=default.train_images[:6])
    assert type(few) is Signs and few.further_count == 0 and len(few.further(0)[0]) == 0


@pytest.mark.parametrize(
    ("seed", "variety", "sheets"),
    [
        (SEED, PLAIN, (drawn.TRAIN, drawn.TEST)),
        (sign_sheets.VARIED_SEED, VARIED, drawn.VARIED[:1]),
    ],
)
def test_the_sheets_hold_what_the_drawing_code_makes(seed, variety, sheets):
    signs = draw(6, seed, variety)
    for sheet, images, labels in zip(sheets, signs[:4:2], signs[1:4:2], strict=False):
        stored, stored_labels = read_sheet(sheet)
        apart = np.abs(stored[:6] - images.astype(float)).mean(axis=(1, 2, 3))
        assert apart.max() < 6, "run python -m resnet_lesson.authoring --signs"
        assert stored_labels[:6].tolist() == labels.tolist()


def test_pictures_without_a_sign_are_drawn_alike_each_time():
    others = draw_others(8, sign_sheets.VARIED_SEED)
    stored, labels = read_sheet(drawn.OTHERS)
    assert np.abs(stored[:8] - others.astype(float)).mean(axis=(1, 2, 3)).max() < 6
    assert (labels == NO_SIGN).all()


def test_the_package_stays_small():
    assert sum(path.stat().st_size for path in drawn.FOLDER.iterdir()) < 5e6


@pytest.mark.parametrize("name", [drawn.INDEX, f"{drawn.TRAIN}.webp"])
def test_a_damaged_or_missing_file_is_one_clear_line(tmp_path, monkeypatch, name):
    for path in drawn.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(drawn, "FOLDER", tmp_path)
    whole = (tmp_path / name).read_bytes()
    middle = len(whole) // 2
    flipped = bytes([whole[middle] ^ 1])
    (tmp_path / name).write_bytes(whole[:middle] + flipped + whole[middle + 1 :])
    with pytest.raises(SignsError, match=f"{name} is damaged; install the lesson again$"):
        drawn.drawn_signs()
    (tmp_path / name).unlink()
    with pytest.raises(SignsError, match=f"{name} cannot be read .*; install the lesson again$"):
        drawn.drawn_signs()


def test_what_is_written_is_read_again(tmp_path, monkeypatch):
    signs = draw(42)
    signs.test_labels[:] = NO_SIGN
    code = tmp_path / "drawn.py"
    code.write_text('DIGEST = "old"\nOTHER = 1\n')
    monkeypatch.setattr(drawn, "FOLDER", tmp_path)
    monkeypatch.setattr(drawn, "__file__", str(code))
    sheets = [("a", signs.train_images, signs.train_labels), ("b", *signs[2:4])]
    monkeypatch.setattr(sign_sheets, "_drawings", lambda: iter(sheets))
    sign_sheets.write_sheets()
    scope: dict = {}
    exec(code.read_text(), scope)
    assert scope["OTHER"] == 1
    monkeypatch.setattr(drawn, "DIGEST", scope["DIGEST"])
    for name, images, labels in sheets:
        stored, stored_labels = read_sheet(name)
        assert np.array_equal(stored_labels, labels) and len(stored) == len(images)
        assert np.abs(stored - images.astype(float)).mean() < 6
