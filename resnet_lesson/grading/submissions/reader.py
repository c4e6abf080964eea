"""Reads submissions in processes of their own, with a clock and a limit on memory.

No learner's code is run there. But a file can be made so that reading it takes hours, all memory,
or the process down.
"""

import hashlib
import multiprocessing
import queue
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from resnet_lesson.grading.submissions.collect import Submission
from resnet_lesson.grading.submissions.reading import Reading, read

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
        self._context = multiprocessing.get_context("spawn")
        self._idle: queue.SimpleQueue = queue.SimpleQueue()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(queue.Empty):
            while True:
                _end(*self._idle.get_nowait())

    def read(self, submission: Submission) -> Reading:
        """What `resnet_lesson.grading.submissions.reading.read` returns.

        Of what could not be read in time the problem says so. Several threads may call it at once.
        """
        process, connection = self._process()
        try:
            connection.send(submission)
            if connection.poll(self.seconds):
                reading = connection.recv()
                self._idle.put((process, connection))
                return reading
            problem = f"it could not be read within {self.seconds:g} seconds: is it too large?"
        except (EOFError, OSError):
            problem = "reading it ended the process that did: is it too large?"
        _end(process, connection)
        return _unread(submission, problem)

    def _process(self):
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self.memory), daemon=True)
        process.start()
        theirs.close()
        return process, ours


def _end(process, connection):
    connection.close()
    process.kill()
    process.join()


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


def _serve(connection: Connection, memory: int) -> None:
    """Reads one submission after the other, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other end
    with suppress(ImportError, ValueError, OSError):
        import resource

        limit = memory << 20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    sys.setrecursionlimit(DEEP)
    with suppress(EOFError, BrokenPipeError):
        while True:
            submission = connection.recv()
            try:
                connection.send(_read(submission))
            except RecursionError:
                connection.send(_unread(submission, "it is nested too deeply"))


def _read(submission):
    try:
        return read(submission)
    except MemoryError:
        problem = "reading it takes more memory than there is for it: is it too large?"
        return _unread(submission, problem)
