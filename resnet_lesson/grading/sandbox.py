"""Runs a function in a child process that can only send bytes back."""

import contextlib
import os
import resource
import select
import signal
import tempfile
import time
from dataclasses import dataclass

LARGEST_ANSWER = 256 << 20  # bytes


@dataclass(frozen=True)
class Outcome:
    """How a child ended.

    Attributes:
        what: "answered", or the kind of the finding with ``where: submission``: "timeout",
            "memory", "crashed", "tampering", "reference".
        answer: an observation's bytes for `resnet_lesson.grading.wire.from_bytes`; empty unless it
            answered.
        seconds: how long it ran.
        message: what happened in words, for the finding; empty if it answered.
    """

    what: str
    answer: bytes
    seconds: float
    message: str = ""


@dataclass(frozen=True)
class Job:
    """One exercise of one submission, to be observed in a child of its own.

    Attributes:
        exercise: the exercise's id.
        seed: integer; inputs, weights and sizes of the probes follow from it.
        pieces: tuple of `resnet_lesson.grading.loading.Piece`, the statements that the exercise
            needs, in order; empty for the reference.
        reference: True to observe the reference implementation instead.
    """

    exercise: str
    seed: int = 0
    pieces: tuple = ()
    reference: bool = False


class Warm:
    """A process that has imported TensorFlow and forks one protected child for each job.

    Use it as a context manager; several threads may call `observe` at once. Where children cannot
    be forked, each job starts a process of its own.

    Arguments:
        hidden: paths that no child may read: the submissions, where results are written, ... The
            home folder, the package's own and everything not needed to run Python is hidden anyway.
        without: names of mechanisms to do without, see `resnet_lesson.grading.protections`.

    Attributes:
        protections: list of `resnet_lesson.grading.protections.Protection`: ``name``, ``active``
            and ``why`` not; known once the context was entered.
    """

    def observe(self, job, timeout, memory):
        """Runs one job. Never raises for what a submission does.

        Arguments:
            job: `Job`.
            timeout: most seconds of wall clock; twice as much processor time.
            memory: most address space, in MiB.

        Returns:
            An `Outcome`.
        """
        raise NotImplementedError


def run(function, timeout, memory):
    """Calls a function in a forked child.

    The parent must not have run a TensorFlow operation: a child forked after the first one hangs.

    Arguments:
        function: called without arguments in the child; returns bytes.
        timeout: most seconds of wall clock; half as much again of processor time.
        memory: most address space, in MiB.

    Returns:
        An `Outcome`. The child and all processes of its session are ended.
    """
    started = time.monotonic()
    reader, writer = os.pipe()
    with tempfile.TemporaryDirectory(prefix="resnet-lesson-") as folder:
        child = os.fork()
        if child == 0:
            os.close(reader)
            _be_the_child(function, writer, folder, timeout, memory)
        os.close(writer)
        try:
            answer, timed_out = _receive(reader, started + timeout)
        finally:
            os.close(reader)
            status = _end(child)
    seconds = time.monotonic() - started
    if timed_out or status == -signal.SIGXCPU:
        return Outcome("timeout", b"", seconds)
    if status == MEMORY_STATUS:
        return Outcome("memory", b"", seconds)
    if status != 0 or not answer or len(answer) > LARGEST_ANSWER:
        return Outcome("crashed", b"", seconds)
    return Outcome("answered", answer, seconds)


MEMORY_STATUS = 77


def _be_the_child(function, writer, folder, timeout, memory):
    status = 1
    try:
        os.setsid()
        os.chdir(folder)
        _limit(timeout, memory)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        answer = function()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        status = 0
    except MemoryError:
        status = MEMORY_STATUS
    except BaseException:
        status = 1
    finally:
        os._exit(status)


def _limit(timeout, memory):
    seconds = int(1.5 * timeout) + 1
    for kind, most in (
        (resource.RLIMIT_AS, memory << 20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _receive(reader, deadline):
    """All bytes until the child closes its end: ``(bytes, whether time ran out)``."""
    chunks, size = [], 0
    while size <= LARGEST_ANSWER:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return b"", True
        chunk = os.read(reader, 1 << 20)
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks), False


def _end(child):
    """Ends the child's whole session once it has answered, and returns its exit status."""
    for _ in range(100):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.01)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nothing of it may be left
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)
