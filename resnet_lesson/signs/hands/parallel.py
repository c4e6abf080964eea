"""Draws a whole set of hand signs, on as many processors as there are.

The set is drawn in chunks, each from a seed of its own, so that it does not depend on who draws
which. The processes are started afresh and not forked: a notebook's kernel has run TensorFlow,
whose threads a fork would break.
"""

import subprocess
import sys
from contextlib import closing
from queue import SimpleQueue
from threading import Thread

import numpy as np

from resnet_lesson import settings
from resnet_lesson.hardware import processors
from resnet_lesson.paths import module_command, search_path
from resnet_lesson.progress_bar import progress_bar
from resnet_lesson.signs.schema import CLASSES, SIZE, Signs, SignsError, all_classes

COUNT = 1080
MOST = 100_000
SEED = 0
HIGHEST_SEED = 2**32 - 1

_CHUNK = 5 * CLASSES  # each class equally often
_CHUNKS_A_SET = 2**20  # more than a set ever has
_MOST_PROCESSES = 8
_PIXELS = SIZE * SIZE * 3


def count_for_test(count):
    """How many test images go with ``count`` training images: a ninth, and six at least."""
    return max(count // 9, CLASSES)


def draw(count=COUNT, seed=SEED):
    """Draws signs, with a progress bar.

    Args:
        count: integer from 6 to 100,000, the number of training images; a ninth as many test images
            (at least 6) are drawn besides.
        seed: integer from 0 to 2**32 - 1. The same seed gives the same images.

    Returns:
        `Signs`. No two of its images, and no two seeds, share a drawing.

    Raises:
        SignsError: ``count`` or ``seed`` is out of range.
    """
    if not CLASSES <= count <= MOST:
        raise SignsError(f"count is {count}; expected 6 to {MOST} training images; choose another")
    if not 0 <= seed <= HIGHEST_SEED:
        raise SignsError(f"seed is {seed}; expected 0 to {HIGHEST_SEED}; choose another")
    with progress_bar("Drawing hand signs") as report:
        return draw_reporting(count, seed, report)


def draw_reporting(count, seed, report):
    """As `draw`, but calls ``report(done, total)`` instead of showing a progress bar."""
    # Twice the seed and one more: training images of no seed are test images of another.
    train = _chunks(count, 2 * seed)
    jobs = train + _chunks(count_for_test(count), 2 * seed + 1)
    total = sum(size for size, _ in jobs)
    done = 0
    chunks = [None] * len(jobs)
    report(done, total)
    with closing(_drawn(jobs)) as drawn:
        for place, chunk in drawn:
            chunks[place] = chunk
            done += jobs[place][0]
            report(done, total)
    parts = chunks[: len(train)], chunks[len(train) :]
    arrays = [np.concatenate(pieces) for part in parts for pieces in zip(*part, strict=True)]
    return Signs(*arrays, all_classes())


def _chunks(count, set_number):
    """Pairs of the number of images to draw and the seed to draw them from."""
    starts = range(0, count, _CHUNK)
    seeds = range(set_number * _CHUNKS_A_SET, (set_number + 1) * _CHUNKS_A_SET)
    return [(min(_CHUNK, count - start), seed) for start, seed in zip(starts, seeds, strict=False)]


def _drawn(jobs):
    """Gives ``(place, (images, labels))`` for each job, in the order in which they are ready."""
    from resnet_lesson.signs.hands.render import draw_signs

    left = dict(enumerate(jobs))
    processes = min(processors(), len(jobs) // 4, _MOST_PROCESSES)
    if processes > 1:
        with closing(_drawn_by_processes(jobs, processes)) as drawn:
            for place, chunk in drawn:
                del left[place]
                yield place, chunk
    # Also what is missing because processes could not be started or were ended from outside.
    for place, job in left.items():
        yield place, draw_signs(*job)


def _drawn_by_processes(jobs, count):
    results = SimpleQueue()
    processes, readers = [], []
    try:
        for first in range(count):
            mine = list(enumerate(jobs))[first::count]
            try:
                processes.append(_start([job for _, job in mine]))
            except OSError:  # no more processes are allowed
                break
            reader = Thread(target=_read, args=(processes[-1].stdout, mine, results), daemon=True)
            reader.start()
            readers.append(reader)
        ended = 0
        while ended < len(processes):
            result = results.get()
            if result is None:
                ended += 1
            else:
                yield result
    finally:
        for process in processes:
            process.kill()
        for reader in readers:
            reader.join()
        for process in processes:
            process.stdout.close()
            process.wait()


def _start(jobs):
    return subprocess.Popen(
        module_command(__name__, *(f"{size}:{seed}" for size, seed in jobs)),
        # Many small products are slower on several threads; the processors are in use already.
        env=settings.with_changes(settings.ONE_THREAD | {"PYTHONPATH": search_path()}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _read(stream, jobs, results):
    """Puts each chunk that a process writes into the queue, and None at the end."""
    for place, (size, _) in jobs:
        data = stream.read(size * (1 + _PIXELS))
        if len(data) < size * (1 + _PIXELS):
            break
        values = np.frombuffer(data, np.uint8)
        images = values[size:].reshape(size, SIZE, SIZE, 3)
        results.put((place, (images, values[:size].astype(np.int64))))
    results.put(None)


def _write_chunks(jobs):
    """What a process does: for each job the labels, a byte each, and then the images."""
    from resnet_lesson.signs.hands.render import draw_signs

    for job in jobs:
        images, labels = draw_signs(*map(int, job.split(":")))
        sys.stdout.buffer.write(labels.astype(np.uint8).tobytes() + images.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _write_chunks(sys.argv[1:])
