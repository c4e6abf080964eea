"""Kernels for notebooks that need not import TensorFlow each: forked from a process that has.

The process imports modules and runs nothing of them: a fork after TensorFlow's first operation
would hang. Jupyter starts this file with a connection file, as it starts any kernel; what it starts
asks the process for a fork, hands its own output, folder and variables over, and lasts as long.

    python forked_kernels.py serve SOCKET MODULE...
    python forked_kernels.py kernel SOCKET CONNECTION_FILE
"""

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

NAME = "forked"
LARGEST_REQUEST = 1 << 20
INTERRUPT = b"i"


@contextlib.contextmanager
def forked_kernels(folder, modules):
    """Registers such kernels with Jupyter, for the time of a test run.

    Args:
        folder: path of Jupyter's data, ``JUPYTER_DATA_DIR``.
        modules: names of what to import once for all kernels.
    """
    address = Path(folder, f"{NAME}.socket")
    this = [sys.executable, str(Path(__file__).resolve())]
    specification = {
        "argv": [*this, "kernel", str(address), "{connection_file}"],
        "display_name": NAME,
        "language": "python",
    }
    place = Path(folder, "kernels", NAME)
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(address))
    listener.listen()  # who comes too early waits
    command = [*this, "serve", str(listener.fileno()), *modules]
    # Threads of a library would not be there after a fork; and how a kernel shows figures, it says
    # before matplotlib is imported.
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    server = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # TensorFlow's lines about the processor, as nbval drops them
        env=environment,
        pass_fds=(listener.fileno(),),
        start_new_session=True,
    )
    listener.close()
    try:
        yield
    finally:
        server.stdin.close()
        server.wait()


def _serve(descriptor, modules):
    for module in modules:
        with contextlib.suppress(ImportError):  # a notebook that needs it says so
            importlib.import_module(module)
    listener = socket.socket(fileno=descriptor)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:  # the test run has ended
            _forget_the_ended()
            os._exit(0)
        connection, _ = listener.accept()
        _forget_the_ended()
        if os.fork() == 0:
            listener.close()
            _become_kernel(connection)
        connection.close()


def _forget_the_ended():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_kernel(connection):
    request, descriptors, _, _ = socket.recv_fds(connection, LARGEST_REQUEST, 3)
    request = json.loads(request)
    for own, given in enumerate(descriptors):
        os.dup2(given, own)
        os.close(given)
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[:] = ["ipykernel_launcher.py", "-f", request["file"]]
    sys.path[:] = [path for path in sys.path if path != str(Path(__file__).parent)]
    threading.Thread(target=_obey, args=[connection], daemon=True).start()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
    os._exit(0)


def _obey(connection):
    """Interrupts this kernel when it is told to, and ends it with the process that asked for it."""
    while connection.recv(1) == INTERRUPT:
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGKILL)


def _ask(address, file):
    """Asks for a kernel, passes interrupts on, and waits for its end."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    signal.signal(signal.SIGINT, lambda *_: connection.send(INTERRUPT))
    # A kernel ends when its parent is another than this variable says.
    environment = {name: text for name, text in os.environ.items() if name != "JPY_PARENT_PID"}
    request = {"folder": os.getcwd(), "environment": environment, "file": file}
    socket.send_fds(connection, [json.dumps(request).encode()], [0, 1, 2])
    starter = os.getppid()
    while os.getppid() == starter:  # a test run that was killed ends no kernel
        if select.select([connection], [], [], 1)[0] and not connection.recv(1):
            break


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(int(sys.argv[2]), sys.argv[3:])
    else:
        _ask(*sys.argv[2:])
