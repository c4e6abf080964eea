"""Runs learners' code in confined children that can only send bytes back."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from multiprocessing import Pipe
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.errors import GradingError
from resnet_lesson.grading.sandbox import fork_server, observation_bytes, spawned
from resnet_lesson.grading.sandbox.confinement import Protection, promises
from resnet_lesson.grading.sandbox.protocol import (
    ANSWERED,
    CRASHED,
    HELD_BACK,
    LARGEST_ANSWER,
    Job,
    Outcome,
    unpack,
)
from resnet_lesson.grading.submissions.statements import Piece
from resnet_lesson.paths import module_command, search_path

GRACE = 20.0  # seconds over the time limit after which the supervisor itself is given up
TRIAL = (
    "import keras\ndef skip_connection(X, main_path): return keras.layers.Add()([main_path(X), X])"
)
TRIAL_LIMITS = (100, 6144)  # seconds, MiB
# One thread each: threads would not survive the fork, and jobs run side by side.
VARIABLES = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", **settings.ONE_THREAD}


def can_fork() -> bool:
    """Whether children can be forked here: Windows has no fork, macOS's libraries break by it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


class SandboxError(GradingError):
    """The sandbox cannot be started, or nothing runs in it."""


class Sandbox:
    """A fork server, which has imported TensorFlow and forks one confined child for each job.

    Use it as a context manager; several threads may call `observe` at once.

    Args:
        hidden: paths that no child may read: the submissions, where results are written, ... The
            home folder, the package's own and everything not needed to run Python is hidden anyway.
        without: names of mechanisms to do without, see `resnet_lesson.grading.sandbox.confinement`.
        fork: False to start a process anew for each job; None to do so where a fork is missing or
            unsafe.

    Attributes:
        protections: what is kept here and what is not; known once the context was entered.
    """

    def __init__(
        self, hidden: Iterable = (), without: Iterable[str] = (), fork: bool | None = None
    ):
        self.hidden = [str(Path(path).resolve()) for path in hidden]
        self.without = list(without)
        self.fork = can_fork() if fork is None else fork
        self.protections: list[Protection] = []
        self._lock = threading.Lock()
        self._ended = False
        self._process = self._control = self._scratch = None

    def __enter__(self):
        self._scratch = tempfile.TemporaryDirectory(
            prefix="resnet-lesson-", ignore_cleanup_errors=True
        )
        try:
            if self.fork:
                self._start()
                self._try_out()
            else:
                self.protections = promises(spawned.missing())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._ended = True
        if self._process:
            with self._lock:
                self._stop()
        self._scratch.cleanup()

    def _start(self):
        self._control, theirs = socket.socketpair()
        options = (theirs.fileno(), self._scratch.name, self.hidden, self.without)
        self._process = subprocess.Popen(
            module_command(fork_server.__name__, json.dumps(options)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for us alone
        )
        theirs.close()
        hello = self._control.makefile().readline()
        if not hello:
            lines = self._process.stderr.read().decode(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else "no reason"
            raise SandboxError(f"TensorFlow could not be loaded: {reason}")
        self.protections = promises(json.loads(hello)["missing"])

    def _try_out(self):
        """Observes a function that works, lest every submission be blamed for what fails here."""
        pieces = tuple(Piece(line, "<trial>") for line in TRIAL.split("\n"))
        outcome = self._observe_once(Job("skip_connection", 0, pieces), *TRIAL_LIMITS)
        why = "the process that runs it ended" if outcome is None else outcome.message
        if outcome and outcome.what == ANSWERED:
            observation = observation_bytes.from_bytes(outcome.answer)
            failures = [observation.failure, *(run.failure for run in observation.runs)]
            why = next((f"{f.error} {f.message}" for f in failures if f), "")
        if why:
            raise SandboxError(f"a function that works does not run in the sandbox here: {why}")

    def _environment(self):
        names = ("HOME", "USERPROFILE", "KERAS_HOME", "MPLCONFIGDIR")
        homes = dict.fromkeys(names, self._scratch.name)
        return settings.anonymous(VARIABLES | homes | {"PYTHONPATH": search_path()})

    def _stop(self):
        self._control.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stderr.close()

    def observe(self, job: Job, timeout: float, memory: int) -> Outcome:
        """Runs one job. Never raises for what a submission does.

        Args:
            job: what to run.
            timeout: most seconds of wall clock; twice as much processor time.
            memory: most address space, in MiB.

        Raises:
            SandboxError: the fork server ended and could not be started again.
        """
        outcome = self._observe_once(job, timeout, memory)
        if outcome is None and not self._ended:
            # This job, or one beside it, has ended the fork server: try it alone.
            with Sandbox(self.hidden, self.without, self.fork) as alone:
                outcome = alone._observe_once(job, timeout, memory)
        return outcome or Outcome(CRASHED, message="ended the process that ran it")

    def _observe_once(self, job, timeout, memory):
        """The outcome; None if the fork server ended."""
        data = job.to_data(timeout, memory, secrets.token_hex(16))
        if not self.fork:
            command = module_command(spawned.__name__)
            ending, parts = spawned.observe(command, self._environment(), data, job.held_back)
            return _outcome(ending, parts, timeout, memory)
        ours, theirs = Pipe()
        with ours:
            try:
                self._hand_over(theirs)
                ours.send_bytes(json.dumps(data).encode())
                ours.send_bytes(HELD_BACK.pack(job.held_back))
                if not ours.poll(timeout + GRACE):
                    message = "did not end in time"
                    return Outcome("timeout", seconds=timeout, message=message)
                ending = json.loads(ours.recv_bytes(1 << 16))
                parts = [ours.recv_bytes(LARGEST_ANSWER) for _ in range(2 * _answered(ending))]
            except (EOFError, OSError):
                return None
        return _outcome(ending, parts, timeout, memory)

    def _hand_over(self, theirs):
        """Gives the fork server a job's connection; starts it anew if it has ended."""
        with theirs, self._lock:
            if self._ended:
                raise OSError("the run is over")
            if self._process.poll() is None:
                with contextlib.suppress(OSError):
                    socket.send_fds(self._control, [b"j"], [theirs.fileno()])
                    return
            self._stop()
            self._start()
            socket.send_fds(self._control, [b"j"], [theirs.fileno()])


def _answered(ending):
    return ending["what"] == ANSWERED


def _outcome(ending, parts, timeout, memory):
    """The outcome of how a child ended and what it sent."""
    what, message, seconds = ending["what"], ending["message"], ending.get("seconds", 0.0)
    if _answered(ending):
        return unpack(Outcome(ANSWERED, parts[0], seconds, rest=parts[1]))
    known = {
        "timeout": f"was not done after {timeout:g} seconds: is there an endless loop?",
        "memory": f"needed more than {memory} MiB of memory",
    }
    return Outcome(what, seconds=seconds, message=message or known.get(what, what))
