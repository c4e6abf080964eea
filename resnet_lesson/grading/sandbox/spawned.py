"""Where no child can be forked: each job is a process of its own, which loads TensorFlow anew."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from resnet_lesson.grading.sandbox.confinement import MECHANISMS, Confinement
from resnet_lesson.grading.sandbox.protocol import (
    ANSWERED,
    CRASHED,
    FORGED,
    FORGED_MESSAGE,
    HELD_BACK,
    Frames,
)

LOADING = 60.0  # seconds that TensorFlow may take, beside the job's own
MESSAGES = {CRASHED: "ended the process that ran it", FORGED: FORGED_MESSAGE}


def missing() -> dict[str, str]:
    """Which mechanisms there are none of here, and why."""
    reason = "children cannot be forked on this system"
    names = [*MECHANISMS, "limits of the user", "orphans"]
    if sys.platform not in ("win32", "darwin"):
        names.remove("limits")
    return dict.fromkeys(names, reason)


def observe(
    command: list[str], environment: dict[str, str], job: dict, held_back: int
) -> tuple[dict, list[bytes]]:
    """Runs one job.

    Args:
        command: runs this module.
        environment: its variables.
        job: see `resnet_lesson.grading.sandbox.protocol.Job.to_data`.
        held_back: the seed that the process gets in return for its first frame.

    Returns:
        ``(ending, parts)``: ``what``, ``message`` and ``seconds``, and what it sent, in two parts.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        answer_file = Path(folder, "answer")
        with open(answer_file, "wb") as target:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=target,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
            frames = Frames(bytes.fromhex(job["secret"]), held_back, partial(_send, process))
            deadline = started + job["timeout"] + LOADING
            with open(answer_file, "rb") as source:
                what = _wait(process, json.dumps(job).encode(), source, frames, deadline)
    parts = frames.parts if what == ANSWERED else []
    ending = {"what": what, "message": MESSAGES.get(what, "")}
    return {**ending, "seconds": round(time.monotonic() - started, 3)}, parts


def _send(process, data):
    process.stdin.write(data)
    process.stdin.flush()


def _wait(process, job, source, frames, deadline):
    """How a process ends, see `resnet_lesson.grading.sandbox.protocol.Outcome`."""
    try:
        _send(process, HELD_BACK.pack(len(job)) + job)
        while not (frames.whole or frames.forged):
            ended = process.poll() is not None
            if time.monotonic() > deadline:
                return "timeout"
            data = source.read(1 << 20)
            frames.add(data)
            if ended and not data:
                return CRASHED
            time.sleep(0 if data else 0.02)
        return FORGED if frames.forged else ANSWERED
    except OSError:  # it has ended before it read all
        return CRASHED
    finally:
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _binary(descriptor):
    """A descriptor through which bytes pass as they are; on Windows that is asked for."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(descriptor, os.O_BINARY)
    return descriptor


def main():
    """Reads a job from standard input, runs it, and writes the answer to standard output."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(_binary(os.dup(1)), "wb")
    job = json.loads(source.read(*HELD_BACK.unpack(source.read(HELD_BACK.size))))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    from resnet_lesson.grading.sandbox import child

    active = [] if job["reference"] or "limits" in missing() else ["limits"]
    confinement = Confinement(active, os.getcwd())
    confinement.folder = os.getcwd()
    confinement.inside(int(2 * job["timeout"] + LOADING), job["memory"])
    secret = bytes.fromhex(job.pop("secret"))

    child.answer(job, secret, source, target)
    os._exit(0)


if __name__ == "__main__":
    main()
