"""Photographs in folders become the lesson's data, or one line says which one is in the way."""

import warnings
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from support.signs import one_line, save_turned

from resnet_lesson.signs import SignsError
from resnet_lesson.signs.folders import convert_folder, read_image


def plain(path, colour=(200, 150, 100), size=(80, 80)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def photos(tmp_path):
    """Five images of each sign; their red is 40 times the digit plus the number of the image."""
    for digit in range(6):
        for number in range(5):
            plain(tmp_path / f"photos/{digit}/{number}.png", (40 * digit + number, 90, 90))
    return tmp_path / "photos"


def reds(images):
    return images[:, 32, 32, 0].astype(int)


def test_every_image_arrives_once_with_its_label(photos):
    signs, skipped = convert_folder(photos)
    assert not skipped
    both = np.concatenate([reds(signs.train_images), reds(signs.test_images)])
    assert sorted(both) == [40 * digit + number for digit in range(6) for number in range(5)]
    assert (reds(signs.train_images) // 40 == signs.train_labels).all()
    assert (reds(signs.test_images) // 40 == signs.test_labels).all()


def test_the_split_is_stratified_mixed_and_always_the_same(photos):
    for number in range(5, 21):
        plain(photos / f"2/{number}.png")
    signs, _ = convert_folder(photos)
    assert np.bincount(signs.test_labels).tolist() == [1, 1, 2, 1, 1, 1]
    assert (np.diff(signs.train_labels) < 0).sum() > 5
    again, _ = convert_folder(photos)
    assert all(np.array_equal(a, b) for a, b in zip(signs, again, strict=True))


def test_a_given_division_is_kept(photos, tmp_path):
    for digit in range(6):
        plain(tmp_path / f"divided/test/{digit}/a.png", (7, 7, 7))
    photos.rename(tmp_path / "divided/train")
    signs, _ = convert_folder(tmp_path / "divided")
    assert len(signs.train_labels) == 30 and reds(signs.test_images).tolist() == [7] * 6


def test_other_files_are_skipped_and_counted(photos):
    (photos / "6").mkdir()
    (photos / "notes.txt").touch()
    for name in ("0/.DS_Store", "0/._1.png", "3/Thumbs.db", "3/photo.HEIC", "4/README", "5/a.txt"):
        (photos / name).touch()
    (photos / "5/older").mkdir()
    signs, skipped = convert_folder(photos)
    assert skipped == {"hidden": 2, ".db": 1, ".heic": 1, "no ending": 1, ".txt": 1}
    assert len(signs.train_labels) + len(signs.test_labels) == 30


def test_two_images_a_sign_are_enough_to_divide(tmp_path):
    for digit in range(6):
        plain(tmp_path / f"{digit}/a.jpg")
    assert "one image of each sign" in one_line(convert_folder, tmp_path)
    plain(tmp_path / "3/b.jpg")
    assert convert_folder(tmp_path)[0].test_labels.tolist() == [3]


# ----------------------------------------------------------------------------------- single images


def test_the_whole_image_is_kept_between_strips_of_the_border(tmp_path):
    image = Image.new("RGB", (300, 100), "red")
    image.paste("blue", (0, 90, 300, 100))
    image.save(tmp_path / "wide.png")
    pixels = read_image(tmp_path / "wide.png")
    assert pixels.shape == (64, 64, 3) and pixels.dtype == np.uint8
    assert (pixels[:21] == (255, 0, 0)).all()
    assert (pixels[43:, :, 2] > 200).all() and (pixels[:, 0] == pixels[:, -1]).all()


def test_aspect_is_kept(tmp_path):
    image = Image.new("L", (100, 200), 255)
    image.paste(0, (25, 75, 75, 125))  # a square
    image.save(tmp_path / "tall.png")
    dark = np.argwhere(read_image(tmp_path / "tall.png")[..., 0] < 128)
    assert (np.ptp(dark, axis=0) + 1).tolist() == [16, 16]


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (64, 64), (63, 65), (3000, 7)])
def test_any_size(tmp_path, size):
    plain(tmp_path / "a.png", (9, 99, 199), size)
    assert (read_image(tmp_path / "a.png") == (9, 99, 199)).all()


def test_an_image_of_the_right_size_is_not_touched(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_way_up_that_the_camera_noted(tmp_path, orientation):
    upright = Image.new("RGB", (64, 64), "black")
    upright.paste("white", (0, 0, 32, 16))
    save_turned(upright, orientation, tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), np.asarray(upright))


def image_of_mode(mode):
    """An image with (200, 200, 200) in the middle, as nearly as the mode can say it."""
    if mode == "I;16":
        return Image.fromarray(np.full((64, 64), 200 * 257, np.uint16))
    if mode == "1":
        return Image.new("1", (64, 64), 1)
    return Image.new("L", (64, 64), 200).convert(mode)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (np.array([[0, 0.5], [1, 1]], np.float32), 255),
        (np.array([[0, 60], [200, 200]], np.float32), 200),
        (np.array([[0, 60], [4095, 4095]], np.uint16), 255),
        (np.array([[0, 60], [65535, 65535]], np.int32), 255),
    ],
)
def test_fractions_and_other_numbers_of_bits_are_scaled(tmp_path, values, shown):
    Image.fromarray(values).resize((64, 64), 0).save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif")[-1, -1].tolist() == [shown] * 3


@pytest.mark.parametrize("values", [[-1.0, 1.0], [0.0, np.nan], [0.0, 1e9]])
def test_numbers_that_are_no_brightness_are_refused(tmp_path, values):
    Image.fromarray(np.array([values], np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(SignsError, match=r"a\.tif holds numbers from .* expected fractions"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_kinds_of_pixels(tmp_path, mode):
    image_of_mode(mode).save(tmp_path / "a.png")
    pixels = read_image(tmp_path / "a.png")
    assert (pixels == (255 if mode == "1" else 200)).all()


@pytest.mark.parametrize(
    "ending", ["bmp", "gif", "jpg", "JPEG", "png", "ppm", "tif", "tga", "webp"]
)
def test_kinds_of_files(photos, ending):
    (photos / "0/0.png").unlink()
    Image.new("L", (70, 90), 200).convert("RGB").save(photos / f"0/0.{ending}")
    signs, skipped = convert_folder(photos)
    assert not skipped
    assert 190 < reds(signs.train_images).max() <= 204


def test_four_inks(tmp_path):
    Image.new("CMYK", (64, 64), (0, 255, 255, 0)).save(tmp_path / "a.jpg")
    red, green, blue = read_image(tmp_path / "a.jpg")[32, 32]
    assert red > 240 and green < 15 and blue < 15


def test_transparent_parts_are_white(tmp_path):
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 64, 32))
    image.save(tmp_path / "a.png")
    pixels = read_image(tmp_path / "a.png")
    assert pixels[16, 16].tolist() == [0, 0, 255] and pixels[48, 16].tolist() == [255, 255, 255]
    image.convert("P").save(tmp_path / "b.gif", transparency=image.convert("P").getpixel((0, 0)))
    assert read_image(tmp_path / "b.gif")[16, 16].tolist() == [255, 255, 255]


# -------------------------------------------------------------------------------- what is refused


def test_folders_that_are_not_as_described(photos, tmp_path):
    assert "does not exist" in one_line(convert_folder, tmp_path / "nothing")
    assert "is a file" in one_line(convert_folder, photos / "0/0.png")
    assert "lacks 0, 1, 2, 3, 4, 5 (it holds photos)" in one_line(convert_folder, tmp_path)
    (tmp_path / "empty").mkdir()
    assert "(it holds nothing)" in one_line(convert_folder, tmp_path / "empty")
    (photos / "train").mkdir()
    assert "holds train alone" in one_line(convert_folder, photos)
    (photos / "train").rmdir()
    (photos / "4").rename(photos / "four")
    assert "lacks 4 " in one_line(convert_folder, photos)
    (photos / "4").touch()
    assert f"{photos / '4'} is a file" in one_line(convert_folder, photos)


def test_a_sign_without_images(photos):
    for file in (photos / "3").iterdir():
        file.unlink()
    assert f"{photos / '3'} has no images;" in one_line(convert_folder, photos)
    (photos / "3/a.heic").touch()
    assert "has no images among 1 file (.heic)" in one_line(convert_folder, photos)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "breaks",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("not an image"),
        lambda path: (path.unlink(), path.symlink_to("gone")),
        lambda path: (path.unlink(), path.mkdir()),
        cut,
    ],
)
@pytest.mark.parametrize("ending", ["jpg", "png", "gif", "tif", "webp", "bmp"])
def test_an_image_that_cannot_be_read_is_named(photos, breaks, ending):
    path = photos / f"2/broken.{ending}"
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    convert_folder(photos)
    breaks(path)
    assert f"{path} cannot be read as an image" in one_line(convert_folder, photos)


def test_damaged_images_never_end_in_a_traceback(tmp_path):
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (20, 20, 3), dtype=np.uint8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for ending in ("jpg", "png", "gif", "tif", "webp", "bmp"):
            path = tmp_path / f"a.{ending}"
            noise.save(path)
            whole = path.read_bytes()
            for place in rng.integers(0, min(len(whole), 400), 60):
                path.write_bytes(whole[:place] + bytes([rng.integers(256)]) + whole[place + 1 :])
                try:
                    assert read_image(path).shape == (64, 64, 3)
                except SignsError as error:
                    assert str(path) in str(error) and str(error).isprintable()


def test_a_picture_of_too_many_pixels(photos, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    message = one_line(convert_folder, photos)
    assert "has too many pixels" in message and ".png" in message


def test_large_pictures_do_not_warn(tmp_path, monkeypatch):
    plain(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 80 * 80 - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_image(tmp_path / "a.png")


def test_skipped_is_a_counter(photos):
    assert isinstance(convert_folder(photos)[1], Counter)
