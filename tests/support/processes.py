"""Python in processes of its own."""

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
