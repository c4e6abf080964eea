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

LARGEST_ANSWER = 257 << 20  # bytes
FOR_LOADING = 60.0  # seconds that TensorFlow may take, beside the job's own


def missing():
    """Which mechanisms there are none of here, and why: dictionary, name → reason."""
    reason = "children cannot be forked on this system"
    names = [*MECHANISMS, "limits of the user", "orphans"]
    if sys.platform not in ("win32", "darwin"):
        names.remove("limits")
    return dict.fromkeys(names, reason)


def observe(command, environment, job):
    """Runs one job.

    Args:
        command: how to start a Python that calls `main`.
        environment: its variables.
        job: dictionary, see `resnet_lesson.grading.sandbox.protocol.Job.to_data`.

    Returns:
        ``(told, answer)``: a dictionary with ``what``, ``message`` and ``seconds``, and bytes.
    """
    started = time.monotonic()
    secret = bytes.fromhex(job["secret"])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        given, answered = Path(folder, "job"), Path(folder, "answer")
        given.write_text(json.dumps(job))
        with open(given, "rb") as source, open(answered, "wb") as target:
            process = subprocess.Popen(
                command,
                stdin=source,
                stdout=target,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
            what = _wait(process, answered, started + job["timeout"] + FOR_LOADING)
        answer = answered.read_bytes() if what == "answered" else b""
    if what == "answered" and not answer:
        what = "crashed"
    elif what == "answered" and answer[: len(secret)] != secret:
        what = "tampering"
    message = {"crashed": "ended the process that ran it", "tampering": "sent a forged result"}
    told = {"what": what, "message": message.get(what, "")}
    return {**told, "seconds": round(time.monotonic() - started, 3)}, answer[len(secret) :]


def _wait(process, answered, deadline):
    """How a process ends: "answered", "timeout", "crashed" or "tampering"."""
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                return "timeout"
            if answered.stat().st_size > LARGEST_ANSWER:
                return "tampering"
            time.sleep(0.02)
        return "answered" if process.returncode == 0 else "crashed"
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
    confinement.inside(int(2 * job["timeout"] + FOR_LOADING), job["memory"])
    secret = bytes.fromhex(job.pop("secret"))
    answer = child.run(job)
    with os.fdopen(target, "wb") as file:
        file.write(secret + answer)
    os._exit(0)
