"""The drawn hands: reproducible, balanced, varied, and pictures of a hand before a light wall."""

import numpy as np
import pytest

from resnet_lesson.signs.hands import draw_hand, draw_signs, render
from resnet_lesson.signs.hands.skeleton import (
    BONES,
    THUMB_BONES,
    Flesh,
    finger_joints,
    pose_hand,
    thumb_joints,
    unit,
)


def hand_of(digit, seed):
    return draw_hand(digit, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def signs():
    return draw_signs(60, seed=3)


def test_signs_have_the_shapes_and_types_of_the_data_set(signs):
    images, labels = signs
    assert images.shape == (60, 64, 64, 3) and images.dtype == np.uint8
    assert labels.shape == (60,) and labels.dtype == np.int64


def test_classes_are_balanced_and_shuffled(signs):
    labels = signs[1]
    assert np.bincount(labels).tolist() == [10] * 6
    orders = {tuple(group) for group in labels.reshape(10, 6)}
    assert len(orders) > 5


def test_same_seed_same_pictures_and_a_longer_set_begins_with_the_shorter(signs):
    images, labels = draw_signs(14, seed=3)
    np.testing.assert_array_equal(images, signs[0][:14])
    np.testing.assert_array_equal(labels, signs[1][:14])


def test_another_seed_gives_other_pictures(signs):
    images, _ = draw_signs(6, seed=4)
    assert not any((image == other).all() for image in images for other in signs[0])


def test_no_two_pictures_are_alike(signs):
    flat = signs[0].reshape(60, -1).astype(float)
    apart = np.abs(flat[:, None] - flat).mean(2) + 255 * np.eye(60)
    assert apart.min() > 3


def test_numpys_global_random_state_neither_matters_nor_moves():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    first = hand_of(5, 8)
    np.testing.assert_array_equal(before, np.random.get_state()[1])
    np.random.seed(2)
    np.testing.assert_array_equal(first, hand_of(5, 8))


@pytest.mark.parametrize("size", [16, 33, 96])
def test_any_size_can_be_drawn(size):
    assert draw_hand(2, np.random.default_rng(0), size).shape == (size, size, 3)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: hand_of(6, 0), "digit"),
        (lambda: hand_of(-1, 0), "digit"),
        (lambda: hand_of(2.0, 0), "digit"),
        (lambda: hand_of("two", 0), "digit"),
        (lambda: hand_of(True, 0), "digit"),
        (lambda: draw_hand(1, np.random.default_rng(0), 8), "size"),
        (lambda: draw_hand(1, np.random.default_rng(0), 64.0), "size"),
        (lambda: draw_signs(0, 1), "count"),
        (lambda: draw_signs(2.5, 1), "count"),
        (lambda: draw_signs(6, -1), "seed"),
        (lambda: draw_signs(6, None), "seed"),
    ],
)
def test_bad_input_gets_one_clear_line(call, name):
    with pytest.raises(ValueError, match=rf"^{name} is .*: give ") as failure:
        call()
    assert "\n" not in str(failure.value)


def scenes(digit, count=40):
    return [render.aim(digit, np.random.default_rng([9, digit, i])) for i in range(count)]


@pytest.mark.parametrize("digit", range(6))
def test_left_and_right_hands_both_occur(digit):
    mirrored = [np.linalg.det(view.turn) < 0 for view in scenes(digit)]
    assert 8 <= sum(mirrored) <= 32


@pytest.mark.parametrize("digit", range(1, 6))
def test_palm_and_back_both_occur(digit):
    palms = [view.turn[2, 2] > 0 for view in scenes(digit)]
    assert 16 <= sum(palms) <= 38


@pytest.mark.parametrize("digit", [3, 5])
def test_the_thumb_stands_out_from_the_hand(digit):
    for view in scenes(digit):
        flesh = view.flesh
        seen = (flesh.start + flesh.bone)[:, :2]
        sideways = ((flesh.start + flesh.bone) @ view.turn)[:, 0]
        fingers = flesh.joint > 0
        tip, joint = (np.where(flesh.joint == j, sideways, -99).argmax() for j in (3, 2))
        fingers[[tip, joint]] = False
        assert np.linalg.norm(seen[fingers] - seen[tip], axis=1).min() > 2


def covers(digit, count=12, size=64):
    for view in scenes(digit, count):
        yield render._render(view, np.random.default_rng(0), size)[..., 3]


@pytest.mark.parametrize("digit", range(6))
def test_every_fingertip_is_in_the_picture(digit):
    for view in scenes(digit):
        tips = (view.flesh.start + view.flesh.bone)[view.flesh.joint == 3][:, :2]
        assert np.abs(tips - view.centre).max() < view.extent / 2 - 0.6


@pytest.mark.parametrize("digit", range(6))
def test_the_arm_comes_from_the_edge(digit):
    above = []
    for cover in covers(digit):
        border = np.concatenate([cover[0], cover[:, 0], cover[:, -1], cover[-1]])
        assert 0.08 < cover.mean() < 0.6
        assert border.max() == 1
        above.append(cover[0].max() > 0)
    assert np.mean(above) < 0.2  # only where the hand is turned far


def regions(mask):
    """Number of connected regions of a boolean picture, by flooding."""
    mask, count = np.pad(mask, 1), 0
    while mask.any():
        flood = np.zeros_like(mask)
        flood[tuple(np.argwhere(mask)[0])] = True
        for _ in range(mask.size):
            grown = flood.copy()
            for axis in (0, 1):
                grown |= np.roll(flood, 1, axis) | np.roll(flood, -1, axis)
            grown &= mask
            if (grown == flood).all():
                break
            flood = grown
        mask, count = mask & ~flood, count + 1
    return count


def test_the_ring_of_zero_has_a_hole_and_the_hand_is_in_one_piece():
    holes = [regions(cover < 0.5) > 1 for cover in covers(0, 20)]
    assert np.mean(holes) > 0.6
    for digit in range(1, 6):
        assert all(regions(cover > 0.5) == 1 for cover in covers(digit, 6))


def test_skin_covers_the_human_range_and_the_wall_is_light(signs):
    walls = signs[0][:, 2:8, 2:62].mean((1, 2, 3))
    assert walls.min() > 90
    tones = [
        np.dot(next(render._tones(np.random.default_rng(i))), (0.21, 0.72, 0.07)) for i in range(60)
    ]
    assert min(tones) < 0.06 and max(tones) > 0.5
    images = signs[0][:, 36:46, 22:42].reshape(60, -1, 3)
    darkest = np.sort(images.mean(2), axis=1)[:, 40]
    assert np.ptp(darkest) > 90


def test_skin_is_redder_than_blue(signs):
    shading = signs[0].astype(float)
    middle = shading[:, 34:50, 24:40].reshape(60, -1, 3)
    hand = np.array([pixels[pixels.sum(1).argsort()[:60]].mean(0) for pixels in middle])
    assert np.mean(hand[:, 0] > hand[:, 2] + 8) > 0.95


@pytest.mark.parametrize("digit", range(6))
def test_the_raised_fingers_are_the_signs(digit):
    parts = pose_hand(digit, np.random.default_rng(digit))
    ends = [part for part in parts if part.joint == 3][:4]
    upright = [part.end[1] > 13 for part in ends]
    assert upright == [digit and i < {1: 1, 2: 2, 3: 2}.get(digit, 4) for i in range(4)]


def test_bones_keep_their_length_however_they_bend():
    joints, _ = finger_joints(1, (70, 100, 50), 12)
    np.testing.assert_allclose(np.linalg.norm(np.diff(joints, axis=0), axis=1), BONES[1])
    thumb = thumb_joints([(1, 1, 0), (1, 1, 0), (1, 1, 0)], target=(2.0, 8.0, 5.0))
    np.testing.assert_allclose(np.linalg.norm(np.diff(thumb, axis=0), axis=1), THUMB_BONES)
    np.testing.assert_allclose(thumb[-1], (2.0, 8.0, 5.0), atol=0.4)


def test_flesh_is_a_distance_with_normals_that_point_outwards():
    rng = np.random.default_rng(0)
    flesh = Flesh(pose_hand(5, rng), np.eye(3))
    points = rng.uniform((-6, 0, -4), (6, 18, 5), (200, 3)).astype(np.float32)
    step = 1e-2
    slopes = [
        flesh.distance(points + move) - flesh.distance(points - move)
        for move in step * np.eye(3, dtype=np.float32)
    ]
    slopes = unit(np.stack(slopes, 1))
    normals, _, _ = flesh.surface(points)
    assert np.median((slopes * normals).sum(1)) > 0.999
