"""Reads submissions in processes of their own, with a clock and a limit on memory.

No learner's code is run there. But a file can be made so that reading it takes hours, all memory,
or the process down.
"""

import hashlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import BinaryIO

from resnet_lesson import settings
from resnet_lesson.grading.submissions.collect import Submission
from resnet_lesson.grading.submissions.reading import Reading, read
from resnet_lesson.paths import module_command, search_path

SECONDS = 60.0  # for a submission; a large one takes one, on a quiet computer
MEMORY = 1024  # MiB, for what Python holds of it
DEEP = 3000  # calls in calls: to send a statement takes more of them than to read it


class Reader:
    """A pool of reading processes, which grows as it is used; a context manager.

    Args:
        seconds: most time for one submission.
        memory: most memory for it, in MiB, where the system can limit that.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY):
        self.seconds = seconds
        self.memory = memory
        self._idle: queue.SimpleQueue[subprocess.Popen] = queue.SimpleQueue()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(queue.Empty):
            while True:
                _end(self._idle.get_nowait())

    def read(self, submission: Submission) -> Reading:
        """What `resnet_lesson.grading.submissions.reading.read` returns.

        Of what could not be read in time the problem says so. Several threads may call it at once.
        """
        process, started = self._process(), time.monotonic()
        clock = threading.Timer(self.seconds, process.kill)
        clock.start()
        try:
            reading = _answer(process, submission)
        except (EOFError, OSError, pickle.UnpicklingError):
            _end(process)
            late = time.monotonic() - started >= self.seconds
            what = f"it could not be read within {self.seconds:g} seconds"
            what = what if late else "reading it ended the process that did"
            return _unread(submission, f"{what}: is it too large?")
        finally:
            clock.cancel()
            clock.join()
        self._idle.put(process)
        return reading

    def _process(self):
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        return subprocess.Popen(
            module_command(__name__, str(self.memory)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=settings.anonymous({"PYTHONPATH": search_path()}),
            start_new_session=True,  # Ctrl-C is for us alone
        )


def _answer(process, submission):
    pickle.dump(submission, process.stdin)
    process.stdin.flush()
    return pickle.load(process.stdout)  # of our own process, which runs nobody's code


def _end(process):
    process.kill()
    with suppress(OSError):
        process.communicate()


def _unread(submission, problem):
    return Reading(submission.name, problems=[problem], digest=_digest(submission, problem))


def _digest(submission, problem):
    """A hash of what is known of files that could not be read."""
    known = [problem]
    for file in submission.files:
        with suppress(OSError):
            status = file.path.stat()
            known.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(known).encode(errors="surrogateescape")).hexdigest()


def main(memory: int) -> None:
    """Reads one submission after the other, until standard input ends."""
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory << 20, memory << 20))
    sys.setrecursionlimit(DEEP)
    with suppress(EOFError, BrokenPipeError):
        while True:
            _serve(sys.stdin.buffer, target)


def _serve(source: BinaryIO, target: BinaryIO) -> None:
    submission = pickle.load(source)
    try:
        answer = pickle.dumps(_read(submission))
    except RecursionError:
        answer = pickle.dumps(_unread(submission, "it is nested too deeply"))
    target.write(answer)
    target.flush()


def _read(submission):
    try:
        return read(submission)
    except MemoryError:
        problem = "reading it takes more memory than there is for it: is it too large?"
        return _unread(submission, problem)


if __name__ == "__main__":
    main(int(sys.argv[1]))
