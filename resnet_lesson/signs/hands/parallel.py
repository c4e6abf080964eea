"""Draws a whole set of hand signs, on as many processors as there are.

The set is drawn in chunks, each from a seed of its own, so that it does not depend on who draws
which. The processes are started afresh and not forked: a notebook's kernel has run TensorFlow,
whose threads a fork would break.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing, contextmanager, suppress
from multiprocessing import active_children, get_context
from types import ModuleType

import numpy as np

from resnet_lesson import settings
from resnet_lesson.hardware import processors
from resnet_lesson.paths import search_path
from resnet_lesson.progress_bar import progress_bar
from resnet_lesson.signs.hands.variety import PLAIN, Variety
from resnet_lesson.signs.schema import CLASSES, Signs, SignsError, all_classes

COUNT = 1080
MOST = 100_000
SEED = 0
HIGHEST_SEED = 2**32 - 1

_CHUNK = 5 * CLASSES  # each class equally often
_CHUNKS_A_SET = 2**20  # more than a set ever has
_MOST_PROCESSES = 8


def count_for_test(count: int) -> int:
    """How many test images go with ``count`` training images: a ninth, and six at least."""
    return max(count // 9, CLASSES)


def draw(count: int = COUNT, seed: int = SEED, variety: Variety = PLAIN) -> Signs:
    """Draws signs, with a progress bar.

    No two images, and no two seeds, share a drawing.

    Args:
        count: of training images, from 6 to 100,000; a ninth as many test images (at least 6) are
            drawn besides.
        seed: from 0 to 2**32 - 1. The same seed gives the same images.
        variety: how much one hand differs from the next.

    Raises:
        SignsError: ``count`` or ``seed`` is out of range.
    """
    if not CLASSES <= count <= MOST:
        raise SignsError(f"count is {count}; expected 6 to {MOST} training images; choose another")
    if not 0 <= seed <= HIGHEST_SEED:
        raise SignsError(f"seed is {seed}; expected 0 to {HIGHEST_SEED}; choose another")
    with progress_bar("Drawing hand signs") as report:
        return draw_reporting(count, seed, report, variety)


def draw_reporting(
    count: int, seed: int, report: Callable[[int, int], None], variety: Variety = PLAIN
) -> Signs:
    """As `draw`, but calls ``report(done, total)`` instead of showing a progress bar."""
    # Twice the seed and one more: training images of no seed are test images of another.
    train = _chunks(count, 2 * seed, variety)
    jobs = train + _chunks(count_for_test(count), 2 * seed + 1, variety)
    total = sum(size for size, *_ in jobs)
    done = 0
    chunks: list = [None] * len(jobs)
    report(done, total)
    with closing(_drawn(jobs)) as drawn:
        for number, chunk in drawn:
            chunks[number] = chunk
            done += jobs[number][0]
            report(done, total)
    images, labels = map(np.concatenate, zip(*chunks[: len(train)], strict=True))
    test_images, test_labels = map(np.concatenate, zip(*chunks[len(train) :], strict=True))
    return Signs(images, labels, test_images, test_labels, all_classes())


def _chunks(count, set_number, variety):
    """For each chunk the number of images to draw, the seed to draw them from, and how."""
    starts = range(0, count, _CHUNK)
    seeds = range(set_number * _CHUNKS_A_SET, (set_number + 1) * _CHUNKS_A_SET)
    return [
        (min(_CHUNK, count - start), seed, variety)
        for start, seed in zip(starts, seeds, strict=False)
    ]


def _drawn(jobs):
    """Yields ``(number, (images, labels))`` of each job, in the order in which they are ready."""
    left = dict(enumerate(jobs))
    processes = min(processors(), len(jobs) // 4, _MOST_PROCESSES)
    # What a pool leaves undone that cannot start, or loses a process, is drawn by this process.
    # An assertion says that a daemon of multiprocessing may have no processes of its own.
    with suppress(OSError, RuntimeError, ImportError, AssertionError):
        if processes > 1:
            with closing(_drawn_by_processes(jobs, processes)) as drawn:
                for number, chunk in drawn:
                    del left[number]
                    yield number, chunk
    for number, job in left.items():
        yield number, _draw_chunk(*job)


def _drawn_by_processes(jobs, count):
    pool = ProcessPoolExecutor(count, get_context("spawn"))
    others, processes = set(active_children()), set()
    try:
        with _nothing_of_the_caller():
            futures = {pool.submit(_draw_chunk, *job): n for n, job in enumerate(jobs)}
        processes = set(active_children()) - others
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        for process in processes:
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _nothing_of_the_caller():
    """Starts processes that take over neither the caller's script nor the working folder's files.

    A new process would run the script that is `__main__` once more, and import modules from where
    the caller does, which in a notebook is the learner's folder first.
    """
    path, main = sys.path[:], sys.modules["__main__"]
    sys.path[:] = search_path().split(os.pathsep)
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        # The processors are in use, and PYTHONSAFEPATH keeps the folder out from the first import.
        with settings.changed(settings.ONE_THREAD | {"PYTHONSAFEPATH": "1"}):
            yield
    finally:
        sys.path[:] = path
        sys.modules["__main__"] = main


def _draw_chunk(count, seed, variety):
    from resnet_lesson.signs.hands.render import draw_signs

    return draw_signs(count, seed, variety)
