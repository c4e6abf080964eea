"""A set is drawn by several processes, and is the same however many there are."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from resnet_lesson.signs import SignsError
from resnet_lesson.signs.hands import parallel, render
from resnet_lesson.signs.hands.parallel import draw, draw_reporting


@pytest.fixture
def noise(monkeypatch):
    """Draws noise in place of hands, in this process; gives the list of the seeds used."""
    seeds = []

    def draw_signs(count, seed, progress=None):
        seeds.append(seed)
        rng = np.random.default_rng(seed)
        return rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8), np.arange(count) % 6

    monkeypatch.setattr(render, "draw_signs", draw_signs)
    monkeypatch.setattr(parallel, "processors", lambda: 1)
    return seeds


@pytest.fixture
def started(monkeypatch):
    """Small chunks and two processors; gives the list of the processes that were started."""
    processes = []
    start = parallel._start

    def noted(jobs):
        processes.append(start(jobs))
        return processes[-1]

    monkeypatch.setattr(parallel, "_CHUNK", 6)
    monkeypatch.setattr(parallel, "processors", lambda: 2)
    monkeypatch.setattr(parallel, "_start", noted)
    return processes


@pytest.fixture(scope="module")
def alone():
    """Real hands, drawn by this process alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "_CHUNK", 6)
        patch.setattr(parallel, "processors", lambda: 1)
        return draw(42)


def same(a, b):
    return all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("count, test", [(6, 6), (35, 6), (100, 11), (1080, 120)])
def test_counts_types_and_balance(noise, count, test):
    signs = draw(count)
    assert [len(array) for array in signs] == [count, count, test, test, 6]
    assert [array.dtype for array in signs] == [np.uint8, np.int64, np.uint8, np.int64, np.int64]
    assert np.ptp(np.bincount(signs.train_labels)) <= 1


def test_no_drawing_occurs_twice_whatever_the_seed(noise):
    for seed in (0, 1, 2, 2**32 - 1):
        draw(100, seed)
    assert len(noise) == 4 * (4 + 1) == len(set(noise))


@pytest.mark.parametrize("count, seed", [(5, 0), (100_001, 0), (12, -1), (12, 2**32)])
def test_numbers_out_of_range(count, seed):
    with pytest.raises(SignsError, match="expected"):
        draw(count, seed)


def test_progress_starts_at_0_rises_and_ends_full(noise):
    reports = []
    draw_reporting(100, 0, lambda *report: reports.append(report))
    assert reports[0] == (0, 111) and reports[-1] == (111, 111)
    assert all(a[0] < b[0] for a, b in pairwise(reports))


def test_two_processes_draw_what_one_draws(started, alone, monkeypatch):
    def not_here(*_):
        pytest.fail("drew in this process")

    monkeypatch.setattr(render, "draw_signs", not_here)
    assert same(draw(42), alone)
    assert len(started) == 2 and all(process.returncode is not None for process in started)


@pytest.mark.parametrize("how", ["at once", "after a chunk", "in a chunk"])
def test_what_a_dying_process_leaves_undone_is_done_here(started, alone, monkeypatch, how):
    code = {
        "at once": "",
        "after a chunk": "d._write_chunks(sys.argv[1:2])",
        "in a chunk": "sys.stdout.buffer.write(bytes(9999))",
    }[how]

    def dying(jobs):
        arguments = [f"{size}:{seed}" for size, seed in jobs]
        program = "import sys, resnet_lesson.signs.hands.parallel as d; " + code
        return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=-1)

    monkeypatch.setattr(parallel, "_start", dying)
    assert same(draw(42), alone)


def test_where_no_process_may_be_started_it_draws_here(started, alone, monkeypatch):
    def refuse(jobs):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(parallel, "_start", refuse)
    assert same(draw(42), alone)


def test_an_interrupt_ends_the_processes(started):
    def interrupt(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_reporting(42, 0, interrupt)
    assert len(started) == 2 and all(process.returncode for process in started)


def test_files_in_the_working_folder_do_not_stand_in_for_modules(
    started, alone, tmp_path, monkeypatch
):
    for name in ("numpy.py", "struct.py", "resnet_lesson.py"):
        (tmp_path / name).write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(render, "draw_signs", lambda *_: pytest.fail("drew in this process"))
    assert same(draw(42), alone)
