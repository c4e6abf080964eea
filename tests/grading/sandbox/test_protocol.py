"""What arrives of an answer is taken apart without trust, and the seed is given out once."""

import pytest

from resnet_lesson.grading.sandbox.protocol import FRAME, HELD_BACK, LARGEST_ANSWER, Frames, Job

SECRET, SEED = b"s" * 16, 2**40 + 1


def frame(body, secret=SECRET):
    return FRAME.pack(secret, len(body)) + body


@pytest.fixture
def frames():
    given = []
    frames = Frames(SECRET, SEED, given.append)
    frames.given = given
    return frames


def test_the_seed_is_given_once_after_a_whole_first_frame(frames):
    for byte in frame(b"first")[:-1]:
        frames.add(bytes([byte]))
    assert not frames.given
    frames.add(frame(b"first")[-1:])
    assert frames.given == [HELD_BACK.pack(SEED)] and not (frames.whole or frames.forged)
    frames.add(frame(b""))
    assert frames.parts == [b"first", b""] and frames.whole and not frames.forged
    assert len(frames.given) == 1


@pytest.mark.parametrize(
    "data",
    [
        frame(b"a", b"t" * 16),
        FRAME.pack(SECRET, LARGEST_ANSWER + 1),
        frame(b"a") + b"b",  # sent before the seed has been read
        frame(b"a") + frame(b"b"),
    ],
)
def test_what_is_no_answer_is_forged_and_is_no_answer(frames, data):
    frames.add(data)
    assert frames.forged and not frames.whole


@pytest.mark.parametrize("more", [frame(b"b", b"t" * 16), frame(b"b") + b"c"])
def test_a_second_frame_is_checked_as_the_first_is(frames, more):
    frames.add(frame(b"a"))
    frames.add(more)
    assert frames.forged


def test_a_child_that_has_ended_gets_no_seed():
    def send(_):
        raise BrokenPipeError

    frames = Frames(SECRET, SEED, send)
    frames.add(frame(b"a"))
    assert frames.parts == [b"a"] and not frames.forged


def test_the_seed_is_not_in_what_a_child_is_told_of_its_job():
    data = Job("identity_block", seed=3, held_back=SEED).to_data(1, 1, SECRET.hex())
    assert str(SEED) not in str(data) and "held_back" not in data
