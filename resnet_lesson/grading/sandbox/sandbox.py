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
from multiprocessing import Pipe
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.errors import LessonError
from resnet_lesson.grading.sandbox import spawned, wire
from resnet_lesson.grading.sandbox.confinement import promises
from resnet_lesson.grading.sandbox.protocol import LARGEST_ANSWER, Job, Outcome, unpacked
from resnet_lesson.grading.submissions.statements import Piece
from resnet_lesson.paths import PROJECT

GRACE = 20.0  # seconds over the time limit after which the keeper itself is given up
TRIAL = (
    "import keras\ndef skip_connection(X, main_path): return keras.layers.Add()([main_path(X), X])"
)
FOR_THE_TRIAL = (100, 6144)  # seconds, MiB
# macOS forks, but its system libraries do not survive it.
FORKS = hasattr(os, "fork") and sys.platform != "darwin"
# One thread each: threads would not survive the fork, and jobs run side by side.
VARIABLES = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    **settings.ONE_THREAD,
}


class WarmError(LessonError):
    """The warm process could not be started."""


class Warm:
    """A process that has imported TensorFlow and forks one protected child for each job.

    Use it as a context manager; several threads may call `observe` at once.

    Args:
        hidden: paths that no child may read: the submissions, where results are written, ... The
            home folder, the package's own and everything not needed to run Python is hidden anyway.
        without: names of mechanisms to do without, see `resnet_lesson.grading.sandbox.confinement`.
        fork: False to start a process anew for each job, as where a fork is missing or unsafe.

    Attributes:
        protections: list of `resnet_lesson.grading.sandbox.confinement.Protection`: ``name``,
            ``active`` and ``why`` (not); known once the context was entered.
    """

    def __init__(self, hidden=(), without=(), fork=FORKS):
        self.hidden = [str(Path(path).resolve()) for path in hidden]
        self.without = list(without)
        self.fork = fork
        self.protections = []
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
        arguments = (theirs.fileno(), self._scratch.name, self.hidden, self.without)
        self._process = subprocess.Popen(
            _python(
                f"from resnet_lesson.grading.sandbox.fork_server import main; main(*{arguments!r})"
            ),
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
            said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
            raise WarmError(f"TensorFlow could not be loaded: {said[-1] if said else 'no reason'}")
        self.protections = promises(json.loads(hello)["missing"])

    def _try_out(self):
        """Observes a function that works, lest every submission be blamed for what fails here."""
        pieces = tuple(Piece(line, "<trial>") for line in TRIAL.split("\n"))
        outcome = self._once(Job("skip_connection", 0, pieces), *FOR_THE_TRIAL)
        why = "the process that runs it ended" if outcome is None else outcome.message
        if outcome and outcome.what == "answered":
            observed = wire.from_bytes(outcome.answer)
            failures = [observed.failure, *(run.failure for run in observed.runs)]
            why = next((f"{f.error} {f.message}" for f in failures if f), "")
        if why:
            raise WarmError(f"a function that works does not run in the sandbox here: {why}")

    def _environment(self):
        homes = dict.fromkeys(("HOME", "KERAS_HOME", "MPLCONFIGDIR"), self._scratch.name)
        return settings.anonymous(VARIABLES | homes)

    def _stop(self):
        self._control.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stderr.close()

    def observe(self, job, timeout, memory):
        """Runs one job. Never raises for what a submission does.

        Args:
            job: `Job`.
            timeout: most seconds of wall clock; twice as much processor time.
            memory: most address space, in MiB.

        Returns:
            An `Outcome`.

        Raises:
            WarmError: the warm process ended and could not be started again.
        """
        outcome = self._once(job, timeout, memory)
        if outcome is None and not self._ended:
            # This job, or one beside it, has ended the warm process: try it alone.
            with Warm(self.hidden, self.without, self.fork) as alone:
                outcome = alone._once(job, timeout, memory)
        if outcome is None:
            return Outcome("crashed", b"", 0.0, "ended the process that ran it")
        return outcome

    def _once(self, job, timeout, memory):
        data = job.to_data(timeout, memory, secrets.token_hex(16))
        if not self.fork:
            program = _python("from resnet_lesson.grading.sandbox.spawned import main; main()")
            return _read(*spawned.observe(program, self._environment(), data), timeout, memory)
        ours, theirs = Pipe()
        with ours:
            try:
                self._hand_over(theirs)
                ours.send_bytes(json.dumps(data).encode())
                if not ours.poll(timeout + GRACE):
                    return Outcome("timeout", b"", timeout, "did not end in time")
                told = json.loads(ours.recv_bytes(1 << 16))
                answer = ours.recv_bytes(LARGEST_ANSWER)
            except (EOFError, OSError):
                return None
        return _read(told, answer, timeout, memory)

    def _hand_over(self, theirs):
        """Gives the warm process a job's connection; starts it anew if it has ended."""
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


def _python(call):
    """How to start a Python that finds what this one finds, but nothing in the folder it is in."""
    here = os.path.realpath(os.getcwd())  # may hold a learner's numpy.py
    path = [p for p in sys.path if p and os.path.realpath(p) not in {here} - {_home()}]
    return [sys.executable, "-P", "-c", f"import sys; sys.path[:] = {[*path, _home()]!r}\n{call}"]


def _read(told, answer, timeout, memory):
    """The outcome of what a keeper told."""
    if told["what"] == "answered":
        return unpacked(Outcome("answered", answer, told["seconds"]))
    message = _words(told["what"], timeout, memory, told["message"])
    return Outcome(told["what"], b"", told.get("seconds", 0.0), message)


def _home():
    """The folder that holds the package."""
    return str(PROJECT)


def _words(what, timeout, memory, message):
    known = {
        "timeout": f"was not done after {timeout:g} seconds: is there an endless loop?",
        "memory": f"needed more than {memory} MiB of memory",
    }
    return message or known.get(what, what)
