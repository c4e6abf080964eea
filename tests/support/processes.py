"""Python in processes of its own, and ports where they may listen."""

import socket
import subprocess
import sys

PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


def start_python(*arguments, **options):
    """Starts this Python; what it writes can be read as text."""
    return subprocess.Popen([sys.executable, *map(str, arguments)], **{**PIPES, **options})


def run_python(*arguments, **options):
    """Runs this Python to its end and returns the finished process, what it wrote as text."""
    return subprocess.run([sys.executable, *map(str, arguments)], **{**PIPES, **options})


def loaded_by(code):
    """The names of all modules that a process has loaded that runs code and prints nothing."""
    process = run_python("-c", f"{code}\nimport sys; print(*sys.modules)")
    assert process.returncode == 0, process.stderr
    return set(process.stdout.split())


def free_port():
    """The number of a port of this machine where nobody listens yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
