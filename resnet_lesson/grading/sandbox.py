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
        what: "answered", "timeout", "memory" or "crashed".
        answer: the bytes that it sent; empty unless it answered.
        seconds: how long it ran.
    """

    what: str
    answer: bytes
    seconds: float


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
