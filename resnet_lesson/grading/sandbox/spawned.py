"""Where no child can be forked: each job is a process of its own, which loads TensorFlow anew."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from resnet_lesson.grading.sandbox.confinement import MECHANISMS, Confinement
from resnet_lesson.grading.sandbox.protocol import (
    ANSWERED,
    CRASHED,
    FORGED,
    FORGED_MESSAGE,
    LARGEST_ANSWER,
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


def observe(command: list[str], environment: dict[str, str], job: dict) -> tuple[dict, bytes]:
    """Runs one job.

    Args:
        command: runs this module.
        environment: its variables.
        job: see `resnet_lesson.grading.sandbox.protocol.Job.to_data`.

    Returns:
        ``(ending, answer)``: ``what``, ``message`` and ``seconds``, and bytes.
    """
    started = time.monotonic()
    secret = bytes.fromhex(job["secret"])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        job_file, answer_file = Path(folder, "job"), Path(folder, "answer")
        job_file.write_text(json.dumps(job))
        with open(job_file, "rb") as source, open(answer_file, "wb") as target:
            process = subprocess.Popen(
                command,
                stdin=source,
                stdout=target,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
            what = _wait(process, answer_file, started + job["timeout"] + LOADING)
        answer = answer_file.read_bytes() if what == ANSWERED else b""
    if what == ANSWERED and not answer.startswith(secret):
        what = FORGED if answer else CRASHED
    ending = {"what": what, "message": MESSAGES.get(what, "")}
    return {**ending, "seconds": round(time.monotonic() - started, 3)}, answer[len(secret) :]


def _wait(process, answer_file, deadline):
    """How a process ends, see `resnet_lesson.grading.sandbox.protocol.Outcome`."""
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                return "timeout"
            if answer_file.stat().st_size > LARGEST_ANSWER:
                return FORGED
            time.sleep(0.02)
        return CRASHED if process.returncode else ANSWERED
    finally:
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def main():
    """Reads a job from standard input, runs it, and writes the answer to standard output."""
    job = json.load(sys.stdin)
    target = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    from resnet_lesson.grading.sandbox import child

    active = [] if job["reference"] or "limits" in missing() else ["limits"]
    confinement = Confinement(active, os.getcwd())
    confinement.folder = os.getcwd()
    confinement.inside(int(2 * job["timeout"] + LOADING), job["memory"])
    secret = bytes.fromhex(job.pop("secret"))
    answer = child.run(job)
    with os.fdopen(target, "wb") as file:
        file.write(secret + answer)
    os._exit(0)


if __name__ == "__main__":
    main()
