"""A JupyterLab server for the length of a test."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from support.processes import free_port

SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True)
class LabServer:
    """A running server: its address (no slash at the end), its token, the path that it opens."""

    address: str
    token: str
    opens: str

    def ask(self, path, method="GET"):
        """Sends a request to the server and returns its answer, decoded JSON."""
        request = urllib.request.Request(
            f"{self.address}/{path}",
            headers={"Authorization": f"token {self.token}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def end_kernel(self, path):
        """Ends a notebook's kernel, so that the next one has memory and processor to itself."""
        for session in self.ask("api/sessions"):
            if session["path"] == path:
                self.ask(f"api/sessions/{session['id']}", method="DELETE")


@contextlib.contextmanager
def running_lab(command, folder, environment, log, seconds):
    """Starts JupyterLab, waits until it answers, and ends it with all that it has started.

    Args:
        command: list of strings, the program and its arguments.
        folder: path of the working folder.
        environment: mapping of environment variables.
        log: path of the file that takes what the server says.
        seconds: how long it may take to answer.
    """
    # A server looks for a free port before it listens there: two could find the same one.
    environment = {**environment, "JUPYTER_PORT": str(free_port())}
    with log.open("w") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _wait_for(process, log, time.monotonic() + seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(process, log, deadline):
    """The server, once it answers: it names its address before it listens there."""
    while process.poll() is None and time.monotonic() < deadline:
        found = re.search(
            r"(http://127\.0\.0\.1:\d+)/lab(?:/tree/(\S+))?\?token=(\w+)", log.read_text()
        )
        if found:
            server = LabServer(found[1], found[3], found[2] or "")
            with contextlib.suppress(urllib.error.URLError):
                server.ask("api/status")
                return server
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise AssertionError(f"JupyterLab did not start. It said:\n{log.read_text()[-2000:]}")
