"""A Dask cluster on loopback: a scheduler and workers, each a process of its own."""

import contextlib
import socket
import subprocess

from support.processes import free_port, start_python
from support.waiting import wait_until


def start(*arguments):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return start_python("-m", "dask", *arguments, **quiet)


@contextlib.contextmanager
def scheduler():
    """The address of a scheduler that runs while the context lasts."""
    port = free_port()
    process = start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def workers_of(address, folder, count=2):
    """Worker processes, without the nanny that would start them anew."""
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
    options += ("--local-directory", str(folder))
    started = [start("worker", address, *options) for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            worker.terminate()
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
