"""A set is drawn by several processes, and is the same however many there are."""

import sys
from itertools import pairwise
from multiprocessing import active_children

import numpy as np
import pytest
from support.processes import run_python

from resnet_lesson import settings
from resnet_lesson.signs import SignsError
from resnet_lesson.signs.hands import parallel, render
from resnet_lesson.signs.hands.parallel import draw, draw_reporting


@pytest.fixture
def noise(monkeypatch):
    """Draws noise in place of hands, in this process; gives the list of the seeds used."""
    seeds = []

    def draw_signs(count, seed, variety):
        seeds.append(seed)
        rng = np.random.default_rng(seed)
        return rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8), np.arange(count) % 6

    monkeypatch.setattr(render, "draw_signs", draw_signs)
    monkeypatch.setattr(parallel, "processors", lambda: 1)
    return seeds


@pytest.fixture
def two_processors(monkeypatch):
    """Small chunks and two processors; gives the processes as they run when images are ready."""
    monkeypatch.setattr(parallel, "_CHUNK", 6)
    monkeypatch.setattr(parallel, "processors", lambda: 2)


@pytest.fixture
def not_here(monkeypatch):
    """Fails the test if this process draws."""
    monkeypatch.setattr(render, "draw_signs", lambda *_: pytest.fail("drew in this process"))


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


def test_two_processes_draw_what_one_draws(two_processors, alone, not_here):
    processes = set()
    signs = draw_reporting(42, 0, lambda *_: processes.update(active_children()))
    assert same(signs, alone)
    assert len(processes) == 2 and not active_children()


def test_what_a_dying_process_leaves_undone_is_done_here(two_processors, alone):
    def kill_one(done, total):
        if done == 6:
            active_children()[0].kill()

    assert same(draw_reporting(42, 0, kill_one), alone)


def test_what_processes_leave_undone_that_never_start_is_done_here(
    two_processors, alone, monkeypatch
):
    monkeypatch.setattr(settings, "ONE_THREAD", {"PYTHONHOME": "/nowhere"})
    assert same(draw(42), alone)


@pytest.mark.parametrize("error", [OSError(11, "unavailable"), NotImplementedError, ImportError])
def test_where_no_process_may_be_started_it_draws_here(two_processors, alone, monkeypatch, error):
    def refuse(*_):
        raise error

    monkeypatch.setattr(parallel, "get_context", refuse)
    assert same(draw(42), alone)


def test_an_interrupt_ends_the_processes(two_processors):
    processes = []

    def interrupt(done, total):
        if done:
            processes.extend(active_children())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_reporting(600, 0, interrupt)
    assert len(processes) == 2 and all(process.exitcode for process in processes)


SCRIPT = """
import sys
sys.path[:] = PATH
import numpy, struct
from resnet_lesson.signs.hands import parallel, render
sys.path.insert(0, "")
parallel._CHUNK, parallel.processors = 6, lambda: 2
render.draw_signs = None  # here
print("once", parallel.draw(42).train_images.sum())
"""
KERNEL = """
import sys
sys.path[:] = PATH
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().run_cell(sys.stdin.read())
"""


@pytest.mark.parametrize("start", [["-c", SCRIPT], ["-"], ["script.py"], ["-c", KERNEL]])
def test_a_script_is_not_run_again_and_its_folder_holds_no_modules(alone, tmp_path, start):
    """From an argument, from stdin, from a file, and as a notebook's kernel runs a cell."""
    for name in ("numpy.py", "struct.py", "resnet_lesson.py"):
        (tmp_path / name).write_text("raise SystemExit")
    path = repr([entry for entry in sys.path if entry])
    script, *start = (text.replace("PATH", path) for text in (SCRIPT, *start))
    (tmp_path / "script.py").write_text(script)
    run = run_python(*start, input=script, cwd=tmp_path)
    assert run.stdout.split()[-2:] == ["once", str(alone.train_images.sum())], run.stderr
    assert run.stdout.count("once") == 1
