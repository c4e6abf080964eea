"""The two HDF5 files: what is accepted, and the one line for everything that is not."""

import contextlib
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from support.paths import REAL_SIGNS
from support.signs import one_line

from resnet_lesson.signs import (
    Signs,
    SignsError,
    check_signs,
    load,
    load_signs,
    normalise,
    one_hot,
    write_signs,
)


def some_signs(train=12, test=6):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (train + test, 64, 64, 3), dtype=np.uint8)
    labels = np.arange(train + test) % 6
    return Signs(images[:train], labels[:train], images[train:], labels[train:], np.arange(6))


def same(a, b):
    return all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with both files; the working folder has none."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    write_signs(tmp_path / "given", some_signs())
    return tmp_path / "given"


def change(path, name, data=None):
    """Replaces one data set of a file, or removes it."""
    with h5py.File(path, "a") as file:
        del file[name]
        if data is not None:
            file[name] = data


# ------------------------------------------------------------------------------------ where from


def test_loads_a_folder_and_either_of_its_files(folder):
    for path in (folder, str(folder), folder / "train_signs.h5", folder / "test_signs.h5"):
        assert same(load_signs(path), some_signs())


def test_types_and_shapes_are_those_promised(folder):
    signs = load_signs(folder)
    assert [array.dtype for array in signs] == [np.uint8, np.int64, np.uint8, np.int64, np.int64]
    assert [array.shape for array in signs] == [(12, 64, 64, 3), (12,), (6, 64, 64, 3), (6,), (6,)]


def test_argument_wins_over_environment_and_that_over_datasets(folder, tmp_path, monkeypatch):
    write_signs(tmp_path / "named", some_signs(13))
    write_signs("datasets", some_signs(14))
    assert len(load_signs().train_labels) == 14
    monkeypatch.setenv("RESNET_LESSON_SIGNS", str(tmp_path / "named"))
    assert len(load_signs().train_labels) == 13
    assert len(load_signs(folder).train_labels) == 12


def test_draws_only_if_nothing_is_found(folder, monkeypatch):
    monkeypatch.setattr(load, "drawn_signs", lambda: "drawn")
    assert load_signs() == "drawn"
    monkeypatch.setenv("RESNET_LESSON_SIGNS", "")
    assert load_signs() == "drawn"
    Path("datasets").mkdir()
    assert load_signs() == "drawn"
    monkeypatch.setenv("RESNET_LESSON_SIGNS", str(folder))
    assert same(load_signs(), some_signs())


def test_half_a_data_set_beside_the_notebook_is_not_passed_over(folder):
    write_signs("datasets", some_signs())
    os.remove("datasets/test_signs.h5")
    assert "lacks test_signs.h5" in one_line(load_signs)


def test_a_wrong_environment_variable_is_named(folder, monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_SIGNS", "/no/such/folder")
    message = one_line(load_signs)
    assert message.startswith("RESNET_LESSON_SIGNS: /no/such/folder does not exist")


@pytest.mark.skipif(not REAL_SIGNS.is_dir(), reason="the real photographs are not here")
def test_real_photographs_load():
    signs = load_signs(REAL_SIGNS)
    assert len(signs.train_images) == 1075 and len(signs.test_images) == 162


# -------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "path, words",
    [
        ("nothing", "does not exist"),
        ("nothing/train_signs.h5", "does not exist"),
        ("file.txt", "neither a folder nor one of the two files"),
        ("file.txt/train_signs.h5", "does not exist"),
        ("", "path is ''"),
        ("a\0b", "cannot be read"),
        ("two\nlines", "does not exist"),
        ("x" * 300, "cannot be read"),
        (3, "path is 3"),
        ([], "path is []"),
        ("~nobody-of-that-name/x", "cannot be read|path is|does not exist"),
    ],
)
def test_bad_paths(folder, path, words):
    Path("file.txt").write_text("no signs")
    message = one_line(load_signs, path)
    assert any(word in message for word in words.split("|")) and "expected" in message + "expected"


@pytest.mark.parametrize("gone", ["train_signs.h5", "test_signs.h5"])
def test_one_file_of_two(folder, gone):
    os.remove(folder / gone)
    left = next(folder.iterdir())
    for path in (folder, left):
        message = one_line(load_signs, path)
        assert f"lacks {gone};" in message


def broken_files():
    """Pairs of what is done to train_signs.h5 and what the message must say."""
    images, labels = some_signs()[:2]

    def replace(name, data=None):
        return lambda path: change(path, name, data)

    def cut(size):
        return lambda path: os.truncate(path, size)

    x, y, classes = "train_set_x", "train_set_y", "list_classes"
    wrong_label = np.where(np.arange(12) == 7, 6, labels)
    return {
        "not HDF5": (lambda path: path.write_text("<!DOCTYPE html>"), "is not an HDF5 file"),
        "no bytes": (cut(0), "is empty (0 bytes)"),
        "cut in the signature": (cut(5), "damaged or truncated (5 bytes"),
        "cut in the header": (cut(60), "truncated (60 bytes"),
        "cut in the images": (cut(50_000), "is truncated (50000 bytes"),
        "last byte gone": (lambda path: os.truncate(path, path.stat().st_size - 1), "truncated"),
        "a bit flipped": (flip_a_bit, "damaged"),
        "no images": (replace(x), "lacks train_set_x (it holds list_classes, train_set_y)"),
        "no labels": (replace(y), "lacks train_set_y"),
        "no classes": (replace(classes), "lacks list_classes"),
        "the other part": (
            lambda path: shutil.copy(path.with_name("test_signs.h5"), path),
            "lacks train_set_x and train_set_y",
        ),
        "a group for images": (a_group, "lacks train_set_x"),
        "a dangling link": (a_dangling_link, "lacks train_set_x"),
        "other size": (replace(x, images[:, :32]), "has shape (12, 32, 64, 3)"),
        "grey": (replace(x, images[..., 0]), "has shape (12, 64, 64)"),
        "channels first": (replace(x, np.moveaxis(images, 3, 1)), "has shape (12, 3, 64, 64)"),
        "one image": (replace(x, images[0]), "has shape (64, 64, 3)"),
        "nothing stored": (replace(x, h5py.Empty("u1")), "has shape None"),
        "floats": (replace(x, images / np.float32(255)), "train_set_x has dtype float32"),
        "wide integers": (replace(x, images.astype("int64")), "has dtype int64"),
        "16 bits": (replace(x, images.astype("uint16")), "has dtype uint16"),
        "text labels": (replace(y, [b"one"] * 12), "train_set_y has dtype"),
        "truth labels": (replace(y, labels > 2), "train_set_y has dtype bool"),
        "one-hot labels": (replace(y, one_hot(labels)), "one-hot"),
        "square labels": (replace(y, labels.reshape(3, 4)), "train_set_y has shape (3, 4)"),
        "a label too high": (replace(y, wrong_label), "the first is 6 at position 7"),
        "a label below 0": (replace(y, labels - 1), "2 of 12 labels are wrong, the first is -1"),
        "a huge label": (replace(y, labels.astype("u8") + 2**63), "12 of 12 labels"),
        "a fraction": (replace(y, labels + 0.5), "the first is 0.5 at position 0"),
        "no number": (replace(y, np.where(labels == 3, np.nan, labels)), "is nan at position 3"),
        "infinity": (replace(y, np.where(labels == 3, np.inf, labels)), "is inf at position 3"),
        "fewer labels": (replace(y, labels[:-1]), "12 images and train_set_y 11 labels"),
        "empty": (empty, "train_set_x is empty"),
        "more classes": (replace(classes, np.arange(10)), "list_classes is dtype int64 and shape"),
        "other classes": (replace(classes, np.arange(1, 7)), "list_classes is [1, 2, 3, 4, 5, 6]"),
        "a folder": (lambda path: (path.unlink(), path.mkdir()), "is a folder"),
        "a dead link": (lambda path: (path.unlink(), path.symlink_to("gone")), "does not exist"),
    }


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def a_group(path):
    with h5py.File(path, "a") as file:
        del file["train_set_x"]
        file.create_group("train_set_x")


def a_dangling_link(path):
    with h5py.File(path, "a") as file:
        del file["train_set_x"]
        file["train_set_x"] = h5py.SoftLink("/nowhere")


def empty(path):
    change(path, "train_set_x", np.empty((0, 64, 64, 3), np.uint8))
    change(path, "train_set_y", np.empty(0, np.int64))


@pytest.mark.parametrize("case", broken_files())
def test_bad_files(folder, case):
    breaks, words = broken_files()[case]
    path = folder / "train_signs.h5"
    breaks(path)
    for message in (one_line(load_signs, folder), one_line(check_signs, path)):
        assert words in message
        assert str(path) in message and "; " in message


def test_no_cut_is_passed_over_and_no_flipped_byte_ends_in_a_traceback(folder):
    path = folder / "train_signs.h5"
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in [*range(0, 2500, 61), *rng.integers(2500, len(whole), 40)]:
        path.write_bytes(whole[:place])
        one_line(load_signs, folder)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with contextlib.suppress(SignsError):
            assert load_signs(folder).train_images.shape == (12, 64, 64, 3)


def test_a_promise_of_more_than_fits_is_refused(folder):
    path = folder / "train_signs.h5"
    with h5py.File(path, "a") as file:
        del file["train_set_x"]
        file.create_dataset("train_set_x", (2**40, 64, 64, 3), "u1", chunks=(1, 64, 64, 3))
    assert "does not fit into memory" in one_line(load_signs, folder)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(folder):
    (folder / "train_signs.h5").chmod(0)
    assert "permission denied" in one_line(load_signs, folder)


def test_refusal_of_permission_is_told(folder, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("builtins.open", refuse)
    assert "may not be read (permission denied)" in one_line(load_signs, folder)


def test_a_file_that_another_program_writes_to(folder):
    fcntl = pytest.importorskip("fcntl")
    with open(folder / "train_signs.h5") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as HDF5 does
        assert "is open for writing elsewhere" in one_line(load_signs, folder)


# ------------------------------------------------------------------------------- what is accepted


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64", "uint64", "float32", ">i4"])
@pytest.mark.parametrize("shape", [(12,), (1, 12), (12, 1)])
def test_labels_in_the_forms_that_occur(folder, dtype, shape):
    labels = some_signs().train_labels.astype(dtype).reshape(shape)
    change(folder / "train_signs.h5", "train_set_y", labels)
    assert same(load_signs(folder), some_signs())


def test_other_data_sets_and_compression_do_no_harm(folder):
    path = folder / "train_signs.h5"
    with h5py.File(path, "a") as file:
        file["names"] = ["someone"]
        del file["train_set_x"]
        file.create_dataset("train_set_x", data=some_signs().train_images, compression="gzip")
    assert same(load_signs(folder), some_signs())


# ---------------------------------------------------------------------------------------- writing


def test_writing_is_the_same_byte_for_byte_and_leaves_no_drafts(folder, tmp_path):
    write_signs(tmp_path / "again" / "deeper", some_signs())
    assert sorted(p.name for p in folder.iterdir()) == ["test_signs.h5", "train_signs.h5"]
    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "again" / "deeper" / file.name).read_bytes()


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"train_labels": np.full(12, 6)}, "labels are wrong"),
        ({"test_images": np.zeros((6, 8, 8, 3), np.uint8)}, "shape"),
        ({"test_labels": np.zeros(5, int)}, "6 images and test_set_y 5 labels"),
    ],
)
def test_nothing_is_written_if_anything_is_wrong(tmp_path, wrong, words):
    assert words in one_line(write_signs, tmp_path / "new", some_signs()._replace(**wrong))
    assert not (tmp_path / "new").exists()


def test_a_failed_write_keeps_the_old_file_whole(folder, monkeypatch):
    before = (folder / "train_signs.h5").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in one_line(write_signs, folder, some_signs(20))
    assert (folder / "train_signs.h5").read_bytes() == before
    assert len(list(folder.iterdir())) == 2


def test_who_reads_a_file_while_it_is_replaced_reads_the_old_one(folder):
    path = folder / "train_signs.h5"
    old = path.read_bytes()
    with open(path, "rb") as reader:
        write_signs(folder, some_signs(20))
        assert reader.read() == old != path.read_bytes()


def test_a_file_in_the_way_of_the_output_folder(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        assert "cannot be written" in one_line(write_signs, path, some_signs())


def test_check_tells_how_many_of_each(folder):
    line = check_signs(folder / "test_signs.h5")
    assert line.endswith("good, 6 test images (0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1)")
    os.rename(folder / "test_signs.h5", folder / "other.h5")
    assert "good, 6 test images" in check_signs(folder / "other.h5")


# --------------------------------------------------------------------------- one-hot, normalising


def test_one_hot_by_hand():
    rows = one_hot([2, 0])
    assert rows.dtype == np.float32
    assert rows.tolist() == [[0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]]
    assert one_hot([[1, 0]], classes=2).tolist() == [[0, 1], [1, 0]]
    assert one_hot([]).shape == (0, 6)


@pytest.mark.parametrize(
    "labels, classes, words",
    [
        ([6], 6, "the first is 6"),
        ([-1], 6, "the first is -1"),
        ([0.5], 6, "the first is 0.5"),
        (["one"], 6, "dtype"),
        ([[1, 2], [3, 4]], 6, "shape (2, 2)"),
        (3, 6, "shape ()"),
        ([0], 0, "classes is 0"),
        ([0], 2.5, "classes is 2.5"),
    ],
)
def test_one_hot_refuses(labels, classes, words):
    assert words in one_line(one_hot, labels, classes)


def test_normalise_by_hand():
    images = np.array([0, 51, 255], np.uint8).reshape(1, 1, 1, 3)
    assert normalise(images).dtype == np.float32
    np.testing.assert_array_equal(normalise(images).ravel(), np.float32([0, 0.2, 1]))
    assert normalise(images[0]).shape == (1, 1, 3)
    assert normalise(images.astype(int)).max() == 1


@pytest.mark.parametrize(
    "images, words",
    [
        (np.ones((1, 2, 2, 3), np.float32), "not normalised already"),
        (np.ones((2, 2), np.uint8), "shape (2, 2)"),
        (np.ones((1, 2, 2, 4), np.uint8), "shape (1, 2, 2, 4)"),
        (np.full((2, 2, 3), 256), "values from 256 to 256"),
        (np.full((2, 2, 3), -1), "values from -1 to -1"),
        ("image", "dtype"),
    ],
)
def test_normalise_refuses(images, words):
    assert words in one_line(normalise, images)
