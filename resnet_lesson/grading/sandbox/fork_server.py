"""The fork server: has imported TensorFlow, runs no operation, forks a child for each job.

It is started and spoken to by `resnet_lesson.grading.sandbox.sandbox.Sandbox`. For each job it
forks a supervisor, which forks the confined child, waits for its answer with an eye on the clock,
and ends it and all that it left behind. The child can reach neither the supervisor's memory nor its
connection.
"""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from functools import partial
from multiprocessing.connection import Connection

from resnet_lesson.grading.sandbox.confinement import (
    MECHANISMS,
    Confinement,
    load_optional_libraries,
)
from resnet_lesson.grading.sandbox.protocol import (
    ANSWERED,
    CRASHED,
    FORGED,
    FORGED_MESSAGE,
    HELD_BACK,
    LARGEST_JOB,
    UNPROTECTED,
    Frames,
)

ENDED_BY_MEMORY, NOT_CONFINED = 77, 78  # exit statuses of the child


def main(descriptor, scratch, hidden, without):
    """Serves jobs until the other end is closed.

    Args:
        descriptor: of a connected socket. For each job one byte and a descriptor arrive on it.
        scratch: an empty folder for the children's own.
        hidden: paths that no child may read.
        without: names of mechanisms to do without.
    """
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _load()
    active, missing = probe(scratch, hidden, without)
    control.sendall(json.dumps({"missing": missing}).encode() + b"\n")
    confinement = Confinement(active, scratch, hidden)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors leave nothing behind
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            shutil.rmtree(scratch, ignore_errors=True)  # should the other end have been killed
            os._exit(0)  # at once: to take TensorFlow down in order lasts seconds
        if os.fork() == 0:
            control.close()
            _supervise(Connection(descriptors[0]), confinement)
        os.close(descriptors[0])


def _load():
    """Imports what the children need, once for all of them."""
    from resnet_lesson.exercises import all_exercises
    from resnet_lesson.grading.sandbox import child  # noqa: F401

    all_exercises()
    load_optional_libraries()


def probe(scratch, hidden, without):
    """Tries every mechanism in a process that is thrown away.

    Returns:
        ``(active, missing)``: names, and a dictionary from the others to the reason in words.
    """
    active, missing = [], {}
    for mechanism in MECHANISMS:
        reason = "switched off" if mechanism in without else _try([*active, mechanism], scratch)
        if reason:
            missing[mechanism] = reason
        else:
            active.append(mechanism)
    if "orphans" in without or sys.platform != "linux":
        missing["orphans"] = "switched off" if "orphans" in without else "Linux alone has it"
    if "limits" in missing or os.getuid() == 0:
        missing["limits of the user"] = missing.get("limits", "root is exempt")
    return active, missing


def _try(mechanisms, scratch):
    """Why these mechanisms do not work together, or ""."""
    reader, writer = os.pipe()
    supervisor = os.fork()
    if supervisor == 0:
        confinement = Confinement(mechanisms, scratch)
        try:
            confinement.around()
            child = os.fork()
            if child == 0:
                confinement.inside(60, 1 << 14)
                os._exit(0)
            os.waitpid(child, 0)
        except Exception as error:
            os.write(writer, str(error).encode() or b"failed")
        finally:
            if confinement.folder:
                confinement.clear()
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8", errors="replace") as file:
        reason = file.read(500)
    os.waitpid(supervisor, 0)
    return reason.splitlines()[0] if reason else ""


def _supervise(connection, confinement):
    """Runs one job in a child, sends its outcome, and ends this process."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        job = json.loads(connection.recv_bytes(LARGEST_JOB))
        os.setsid()
        if job["reference"]:
            confinement.active = []
        confinement.around()
        if sys.platform == "linux":
            from resnet_lesson.grading.sandbox import linux

            linux.end_with_parent()  # forgotten when a user namespace is entered: after that
        try:
            ending, parts = _watch(job, connection, confinement)
        finally:
            confinement.clear()
        connection.send_bytes(json.dumps(ending).encode())
        for part in parts:
            connection.send_bytes(part)
    except Exception as error:
        with contextlib.suppress(OSError):
            ending = {"what": UNPROTECTED, "message": f"{type(error).__name__}: {error}"}
            connection.send_bytes(json.dumps(ending).encode())
    finally:
        os._exit(0)


def _watch(job, connection, confinement):
    """Forks the child and waits for it.

    Returns:
        ``(ending, parts)``: a dictionary with ``what``, ``message`` and ``seconds``, and what it
        sent, in two parts; none unless it answered.
    """
    started = time.monotonic()
    processor = 2 * int(job["timeout"]) + 2
    reader, writer = os.pipe()
    seed_reader, seed_writer = os.pipe()
    child = os.fork()
    if child == 0:
        connection.close()
        _run_child(job, (seed_reader, writer), confinement, processor)
    os.close(writer)
    os.close(seed_reader)
    # Read only now: what this process knew before, the child could find in its memory.
    [held_back] = HELD_BACK.unpack(connection.recv_bytes(HELD_BACK.size))
    frames = Frames(bytes.fromhex(job["secret"]), held_back, partial(os.write, seed_writer))
    what, message = _receive(reader, connection, started + job["timeout"], frames, confinement)
    status, usage = _end(child, wait=what == "ended")
    if what == "ended":
        what, message = _ending(status, usage, processor, job["memory"])
    seconds = round(time.monotonic() - started, 3)
    parts = frames.parts if what == ANSWERED else []
    return {"what": what, "message": message, "seconds": seconds}, parts


def _run_child(job, ends, confinement, processor):
    status = NOT_CONFINED
    try:
        from resnet_lesson.grading.sandbox import child

        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        reader, writer = _only_descriptors(nowhere, *ends)
        if sys.platform == "linux":
            from resnet_lesson.grading.sandbox import linux

            linux.end_with_parent()
        confinement.inside(processor, job["memory"])
        status = 1
        secret = bytes.fromhex(job.pop("secret"))
        with os.fdopen(writer, "wb") as target, os.fdopen(reader, "rb") as source:
            child.answer(job, secret, source, target)
        status = 0
    except MemoryError:
        status = ENDED_BY_MEMORY
    finally:
        os._exit(status)


def _only_descriptors(nowhere, reader, writer):
    """Leaves this process three descriptors that lead nowhere, and 3 and 4, to the supervisor."""
    ends = fcntl.fcntl(reader, fcntl.F_DUPFD, 5), fcntl.fcntl(writer, fcntl.F_DUPFD, 5)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.dup2(ends[1], 3)
    os.dup2(ends[0], 4)
    os.closerange(5, os.sysconf("SC_OPEN_MAX"))
    return 4, 3


def _receive(reader, connection, deadline, frames, confinement):
    """Takes what the child sends, until it is whole, something else, or the time is up.

    Returns:
        ``(what, message)``; "ended" if the child sends no more.
    """
    while not (frames.whole or frames.forged):
        left = deadline - time.monotonic()
        if left <= 0:
            return "timeout", ""
        ready, _, _ = select.select([reader, connection], [], [], min(left, 0.1))
        if connection in ready:  # nobody waits for the outcome any more
            raise EOFError("the other end was closed")
        if confinement.overfull():
            return CRASHED, "wrote more or larger files than it may"
        if reader not in ready:
            continue
        part = os.read(reader, 1 << 20)
        if not part:
            return "ended", ""
        frames.add(part)
    return (FORGED, FORGED_MESSAGE) if frames.forged else (ANSWERED, "")


def _end(child, wait):
    """Ends the child and all of its descendants.

    Args:
        child: process id.
        wait: True to give it two seconds to end by itself.

    Returns:
        ``(status, usage)`` of the child, see `os.wait4`.
    """
    ended, deadline = 0, time.monotonic() + 2
    while wait and not ended and time.monotonic() < deadline:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        time.sleep(0 if ended else 0.005)
    if not ended:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status, usage = os.wait4(child, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _end_orphans()
    return status, usage


def _end_orphans():
    """Ends what was left behind and fell to this process: see `linux.adopt_orphans`."""
    own = f"/proc/self/task/{os.getpid()}/children"
    while True:
        with contextlib.suppress(OSError), open(own) as file:
            for orphan in file.read().split():
                os.kill(int(orphan), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _ending(status, usage, processor, memory):
    """What it means that a child ended without an answer: ``(what, message)``."""
    code = os.waitstatus_to_exitcode(status)
    if code == NOT_CONFINED:
        return UNPROTECTED, "the child could not be confined"
    if code == -signal.SIGXCPU or usage.ru_utime + usage.ru_stime >= processor - 1:
        return "timeout", ""
    largest = usage.ru_maxrss >> 10  # KiB on Linux
    if code in (ENDED_BY_MEMORY, -signal.SIGKILL) or largest > 0.5 * memory:
        return "memory", ""
    if code < 0:
        return CRASHED, f"ended by signal {signal.Signals(-code).name}"
    return CRASHED, f"ended the process that ran it, with exit status {code}"


if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    sys.argv[:] = [""]  # which a child could read
    main(*options)
