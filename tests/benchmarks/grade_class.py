"""How many submissions a minute ``grade`` takes, and with how much memory, as a class grows.

Run ``python tests/benchmarks/grade_class.py [--jobs N] [--workers N] [SIZE...]``, by default with
classes of 20, 200 and 2,000, which takes an hour; prints one line for each. The submissions are the
answers in `tests/answers` to the three classic exercises, each in a file of its own; those to
`ResNet50` bring their blocks along, which are graded too. With ``--workers``, the run is shared by
as many Dask workers on this machine. Ends with one line and status 1 if a right answer is not
passed, or a wrong one is.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from answers import all_answers
from support.answers import source_of

EXERCISES = ("identity_block", "convolutional_block", "ResNet50")
SIZES = (20, 200, 2000)
STEP = 37  # from one answer to the next: few submissions are of all kinds
PAUSE = 0.5  # seconds between two looks at the memory


def write_class(folder, count):
    """Writes submissions; returns ``{learner: (exercise, whether the answer is right)}``."""
    answers = [answer for answer in all_answers() if answer.exercise in EXERCISES]
    right = {}
    for number in range(count):
        answer = answers[number * STEP % len(answers)]
        path = folder / f"learner{number:05}.py"
        path.write_text(source_of(answer), "utf-8")
        right[path.name] = answer.exercise, answer.is_right
    return right


class Memory(threading.Thread):
    """Looks at the memory of a process and at that of it and all that it has started, in MiB."""

    def __init__(self, process, others):
        super().__init__(daemon=True)
        self.process, self.others = psutil.Process(process), [psutil.Process(n) for n in others]
        self.own = self.all = 0.0

    def run(self):
        with contextlib.suppress(psutil.Error):
            while self.process.is_running():
                self.own = max(self.own, self.process.memory_info().rss / 2**20)
                roots = [self.process, *self.others]
                tree = [p for root in roots for p in (root, *root.children(recursive=True))]
                self.all = max(self.all, sum(map(_share, tree)) / 2**20)
                time.sleep(PAUSE)


def _share(process):
    """The memory of a process, where what several have in common is divided among them."""
    with contextlib.suppress(psutil.Error):
        return process.memory_full_info().pss
    return 0


def graded(handed_in, written, options, others=()):
    """Grades a folder; returns seconds and `Memory`."""
    command = [sys.executable, "-m", "resnet_lesson", "grade", handed_in, "--json", written]
    command += [part for name in EXERCISES for part in ("--exercise", name)]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*map(str, command), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    memory = Memory(process.pid, others)
    memory.start()
    _, err = process.communicate()
    if process.returncode:
        sys.exit((err.strip().splitlines() or ["grade failed"])[-1])
    return time.perf_counter() - started, memory


def see_that_all_are_right(written, right):
    """Ends the program unless the right answers have passed, and they alone."""
    results = json.loads(written.read_text("utf-8"))["results"] if written.exists() else ()
    passed = {
        (result["submission"], exercise["id"]): exercise["status"] == "passed"
        for result in results
        for exercise in result["exercises"]
    }
    otherwise = [
        name for name, (task, is_right) in right.items() if passed.get((name, task)) is not is_right
    ]
    if otherwise:
        sys.exit(
            f"nothing was measured: {len(otherwise)} of {len(right)} answers have another verdict "
            f"than they should, that of {otherwise[0]} first"
        )


@contextlib.contextmanager
def cluster(workers, folder):
    """``(options of grade, process ids)`` of a Dask cluster; none of both for no workers."""
    if not workers:
        yield [], []
        return
    from support.dask_processes import scheduler, workers_of

    with scheduler() as address, workers_of(address, folder, workers) as started:
        yield ["--scheduler", address], [worker.pid for worker in started]


def measure(size, jobs, workers):
    """Prints the line of figures of a class of some size."""
    with tempfile.TemporaryDirectory() as top, cluster(workers, top) as (options, others):
        top = Path(top)
        handed_in = top / "in"
        handed_in.mkdir()
        right = write_class(handed_in, size)
        if not workers:
            options = ["--jobs", str(jobs)]
        seconds, memory = graded(handed_in, top / "r.json", options, others)
        see_that_all_are_right(top / "r.json", right)
    place = f"{workers} Dask workers" if workers else f"--jobs {jobs}"
    print(
        f"{size} submissions, {place}: {seconds:.0f} s, {60 * size / seconds:.1f} a minute; at "
        f"most {memory.own:.0f} MiB, with all that it started {memory.all:.0f} MiB",
        flush=True,
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="SIZE")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args(arguments)
    for size in options.sizes:
        measure(size, options.jobs, options.workers)


if __name__ == "__main__":
    main()
