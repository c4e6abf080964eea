"""A file that takes too long, too much memory or the process down is told, and others are read."""

import json
from pathlib import Path

import pytest

from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.submissions import reader
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.reader import Reader

RIGHT = "def identity_block(X, f, filters):\n    return X\n"
SIZE = 1 << 20  # of a .py file, at most
# Files that are read, or told, within the limits of a usual submission.
ODD = {
    "a long line": RIGHT + f"text = '{'a' * (SIZE - 100)}'",
    "many statements": "a\n" * (SIZE // 2),
    "many names": f"({'a,' * (SIZE // 2 - 9)})",
    "deep brackets": "[" * (SIZE - 9),
    "deep attributes": "a" + ".a" * (SIZE // 2 - 9),
    "a deep sum": "a" + "+a" * (SIZE // 2 - 9),
    "signs": "-" * (SIZE - 9) + "1",
    "shell lines": "!\n" * (SIZE // 2 - 9),
    "magics": "%a\n" * (SIZE // 3 - 9),
    "a large number": f"a = 0x{'f' * (SIZE - 99)}",
    "reverse assignments": RIGHT + "".join(f"v{i} = v{i + 1}\n" for i in range(8000)),
    "many methods": "class A:\n" + "".join(f"  def f{i}(self): return a\n" for i in range(9000)),
}


@pytest.fixture
def one(tmp_path):
    """The submission of one file."""

    def one(text, name="odd.py"):
        Path(tmp_path, name).write_text(text)
        return find_submissions([tmp_path / name])[0]

    return one


@pytest.mark.slow
@pytest.mark.parametrize("what", ODD)
def test_what_is_odd_is_read_or_told_within_the_limits(one, what):
    with Reader() as process:
        reading = process.read(one(ODD[what]))
        assert "seconds" not in str(reading.problems) and "ended" not in str(reading.problems)
        assert process.read(one(RIGHT, "right.py")).sources[0].defined_names() == {"identity_block"}


def test_what_takes_too_much_is_told_and_the_next_is_read(one):
    lists = f'{{"cells": [{"[]," * 8_000_000} []]}}'  # which Python holds in 600 MiB
    with Reader(memory=300) as process:
        [problem] = process.read(one(lists, "lists.ipynb")).problems
        assert "memory" in problem or "Memory" in problem
        assert not process.read(one(RIGHT)).problems


def test_what_takes_too_long_is_told_and_the_next_is_read(one):
    cells = [{"cell_type": "code", "source": "a = 1\n" * 9000}] * 300
    with Reader(seconds=3) as process:
        process.read(one(RIGHT))  # its process is there now
        reading = process.read(one(json.dumps({"cells": cells}), "long.ipynb"))
    assert "within 3 seconds" in reading.problems[0] and reading.digest
    with Reader() as process:
        assert not process.read(one(RIGHT)).problems


def test_a_reading_that_ends_its_process_is_the_result_of_its_submission(one, monkeypatch):
    class Broken(Reader):
        def _process(self):
            process = super()._process()
            if broken:
                process.kill()
                process.wait()
            return process

    monkeypatch.setattr("resnet_lesson.grading.batch.grader.Reader", Broken)
    for broken in (True, False):
        [(_, _, graded)] = Grader(None, []).grade([one(RIGHT)])
        assert ("ended the process" in graded.result["problem"]) is broken
    assert reader.SECONDS >= 60
