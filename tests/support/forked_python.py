"""A Python that need not import TensorFlow: it is forked from a process that has.

The process imports modules and runs nothing of them: a fork after TensorFlow's first operation
would hang. This file is started with its address and then as Python is, with ``-c`` or ``-m``: it
asks the process for a fork, hands its open files, folder and variables over, lasts as long as the
fork and ends as the fork does.

    python forked_python.py serve DESCRIPTOR MODULE...
    python forked_python.py SOCKET [-P] -c CODE | -m MODULE [ARGUMENT]...
"""

import atexit
import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import traceback
import types
from pathlib import Path

LARGEST_REQUEST, MOST_FILES = 1 << 18, 64
ABOVE_ALL = 500  # number of a descriptor, larger than those that are handed over
INTERRUPT = b"i"


@contextlib.contextmanager
def forked_python(address, modules):
    """Serves such a Python for a time: gives its command, a list to which arguments are added.

    Args:
        address: path of a socket, which is made.
        modules: names of what to import once for all.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(address))
    listener.listen()  # who comes too early waits
    # Threads of a library would not be there after a fork; and how a kernel shows figures, it says
    # before matplotlib is imported.
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    server = subprocess.Popen(
        [sys.executable, __file__, "serve", str(listener.fileno()), *modules],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # TensorFlow's lines about the processor, as nbval drops them
        env=environment,
        pass_fds=(listener.fileno(),),
        start_new_session=True,
    )
    listener.close()
    try:
        yield command_at(address)
    finally:
        server.stdin.close()
        server.wait()
        Path(address).unlink()


def command_at(address):
    """The command of such a Python, wherever it is served from."""
    return [sys.executable, "-S", str(Path(__file__).resolve()), str(address)]


# ------------------------------------------------------------------------------------ the process


def _serve(descriptor, modules):
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    for module in modules:
        with contextlib.suppress(ImportError):  # what needs it says so
            importlib.import_module(module)
    own = {str(Path(__file__).parent), *filter(None, given)}
    sys.path[:] = [path for path in sys.path if path not in own]  # each fork has its own
    listener = socket.socket(fileno=descriptor)
    ended, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    forks = {}  # the connection of who asked for it → process id
    while True:
        ready, _, _ = select.select([listener, sys.stdin, ended, *forks], [], [])
        if sys.stdin in ready:  # the test run has ended
            for fork in forks.values():
                os.kill(fork, signal.SIGKILL)
            os._exit(0)
        for connection in forks.keys() & set(ready):
            _obey(connection, forks[connection])
        if ended in ready:
            os.read(ended, 1 << 10)
            _report_the_ended(forks)
        if listener in ready:
            connection, _ = listener.accept()
            request, files, _, _ = socket.recv_fds(connection, LARGEST_REQUEST, MOST_FILES)
            fork = os.fork()
            if fork == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for own in (listener, connection, *forks):
                    own.close()
                _become(json.loads(request), files)
            for file in files:
                os.close(file)
            forks[connection] = fork


def _obey(connection, fork):
    """Interrupts a fork when it is told to, and ends it with the process that asked for it."""
    interrupted = connection.recv(1) == INTERRUPT
    os.kill(fork, signal.SIGINT if interrupted else signal.SIGKILL)


def _report_the_ended(forks):
    for connection, fork in list(forks.items()):
        number, status = os.waitpid(fork, os.WNOHANG)
        if number:
            with contextlib.suppress(OSError):
                connection.send(str(os.waitstatus_to_exitcode(status)).encode())
            connection.close()
            del forks[connection]


def _become(request, files):
    """Makes this process what was asked for, runs it, and ends with its status."""
    import fcntl  # only here: Windows, where nothing is forked, has none

    status = 1
    try:
        above = [fcntl.fcntl(file, fcntl.F_DUPFD, ABOVE_ALL) for file in files]
        os.closerange(3, ABOVE_ALL)
        for file, number in zip(above, request["files"], strict=True):
            os.dup2(file, number)
            os.close(file)
        _open_streams()
        os.setsid()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        _run(*request["arguments"])
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
        if isinstance(ending.code, str):
            print(ending.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)  # at once: to take TensorFlow down in order lasts seconds


def _open_streams():
    """Lets Python find out what its standard streams are now."""
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)


def _run(kind, *arguments):
    """Runs what Python is given as an argument."""
    first = [os.getcwd() if kind == "-m" else ""]
    if kind == "-P":
        first, (kind, *arguments) = [], arguments
    program, *sys.argv[1:] = arguments
    sys.path[:0] = [*first, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    if kind == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
        return
    sys.argv[0] = kind
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    exec(compile(program, "<string>", "exec"), main.__dict__)


# ---------------------------------------------------------------------------------- who asks for it


def _ask(address, *arguments):
    """Asks for a fork, passes interrupts on, waits for its end, and ends alike."""
    files = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    files = [file for file in files if _is_open(file)]
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(address)
    signal.signal(signal.SIGINT, lambda *_: connection.send(INTERRUPT))
    # A kernel ends when its parent is another than this variable says.
    environment = {name: text for name, text in os.environ.items() if name != "JPY_PARENT_PID"}
    request = {"folder": os.getcwd(), "environment": environment, "files": files}
    request = json.dumps(request | {"arguments": arguments}).encode()
    socket.send_fds(connection, [request], files)
    for file in files[3:]:
        os.close(file)
    starter, answer = os.getppid(), b""
    while os.getppid() == starter:  # a test run that was killed ends what it started
        if select.select([connection], [], [], 1)[0]:
            answer = connection.recv(10)
            break
    status = int(answer or 1)
    if status < 0:
        with contextlib.suppress(OSError):  # those that nobody can handle
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _is_open(file):
    try:
        os.fstat(file)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(int(sys.argv[2]), sys.argv[3:])
    else:
        _ask(*sys.argv[1:])
