"""The confinement of learners' code: what each mechanism keeps, and what is said where it lacks."""

import ast
import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from support.paths import PACKAGE
from support.processes import run_python
from support.waiting import PATIENCE, wait_until

from resnet_lesson import cli
from resnet_lesson.grading.observe.failures import failure_of
from resnet_lesson.grading.sandbox import observation_bytes
from resnet_lesson.grading.sandbox.library_snapshot import LibrarySnapshot
from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.sandbox.protocol import Job
from resnet_lesson.grading.sandbox.sandbox import Sandbox
from resnet_lesson.grading.sandbox.served_source import served_sources
from resnet_lesson.grading.submissions.statements import statements

linux = pytest.mark.skipif(sys.platform != "linux", reason="the mechanisms are Linux's")
BLOCK = "def identity_block(X, f, filters, training=True, initializer=None):\n"


def pieces(text, name="<test>"):
    text = textwrap.dedent(text)
    return tuple(s.piece for s in statements(text, name))


def told(sandbox, code, timeout=60, memory=4096):
    """What code says in a child: the text of the exception that it raises."""
    body = textwrap.indent(textwrap.dedent(code), "    ")
    outcome = sandbox.observe(Job("identity_block", 1, pieces(BLOCK + body)), timeout, memory)
    if outcome.what != "answered":
        return outcome.what
    observed = observation_bytes.from_bytes(outcome.answer)
    failure = observed.failure or observed.runs[0].failure
    return failure.message if failure else "no exception"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(hidden=[Path(__file__).parent]) as process:
        yield process


NETWORK = """
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname(), 2):
            raise ValueError("connected")
"""
OTHERS = f"""
    import os
    os.kill({os.getpid()}, 0)
    raise ValueError("signalled")
"""
FILES = f"""
    from pathlib import Path
    raise ValueError(Path({__file__!r}).read_text()[:13])
"""
SOLUTION = f"""
    from pathlib import Path
    text = Path({str(PACKAGE / "blocks.py")!r}).read_text()
    raise ValueError("read" if "def identity_block" in text else "empty")
"""
PROCESSES = """
    import os
    if os.fork() == 0:
        os._exit(0)
    raise ValueError("forked")
"""
MANY_FILES = """
    for number in range(1500):
        open(f"file{number}", "w").close()
    raise ValueError("written")
"""
LARGE_FILE = """
    with open("file", "wb") as file:
        for _ in range(80):
            file.write(bytes(1 << 20))
    raise ValueError("written")
"""


@linux
@pytest.mark.parametrize(
    ("code", "mechanisms", "unkept"),
    [
        (NETWORK, ("namespaces", "seccomp"), "connected"),
        (OTHERS, ("namespaces", "seccomp"), "signalled"),
        (FILES, ("mounts", "landlock"), '"""The confin'),
        (SOLUTION, ("mounts", "landlock"), "read"),
        (PROCESSES, ("seccomp",), "forked"),
    ],
    ids=["network", "others", "files", "solution", "processes"],  # the code knows our number
)
@pytest.mark.slow
@pytest.mark.usefixtures("forked_sandbox")
def test_each_mechanism_keeps_its_promise_alone_and_without_it_the_attack_succeeds(
    code, mechanisms, unkept
):
    for mechanism in mechanisms:
        with Sandbox(without=[k for k in mechanisms if k != mechanism]) as sandbox:
            assert unkept not in told(sandbox, code)
    with Sandbox(without=mechanisms) as sandbox:
        assert told(sandbox, code) == unkept


@linux
def test_no_network_signals_files_processes(sandbox):
    codes = (NETWORK, OTHERS, FILES, SOLUTION, PROCESSES, MANY_FILES, LARGE_FILE)
    said = [told(sandbox, code) for code in codes]
    assert all("Errno" in text for text in said), said


@linux
def test_the_environment_home_and_arguments_tell_nothing(sandbox, monkeypatch):
    code = """
        import os, sys
        try:
            listed = os.listdir("/")
        except OSError:
            listed = []
        known = sorted(os.environ), os.path.expanduser("~"), os.listdir("."), sys.argv, listed
        raise ValueError(repr(known))
    """
    variables, home, here, arguments, listed = ast.literal_eval(told(sandbox, code))
    assert variables == ["HOME", "LANG", "TEMP", "TMP", "TMPDIR", "USERPROFILE"]
    assert home == "/own" and here == [] and arguments == [""]
    assert listed == []


@linux
def test_the_child_holds_no_reference_and_no_descriptor_but_its_own(sandbox):
    code = """
        import gc, os, sys
        code = [c.__qualname__ for c in gc.get_objects() if callable(c)
                and "resnet_lesson/blocks" in str(getattr(
                    getattr(c, "__code__", None), "co_filename", ""))]
        found = []
        for number in range(64):
            try:
                os.fstat(number)
                found.append(number)
            except OSError:
                pass
        known = [m for m in sys.modules if "blocks" in m and m.startswith("resnet_lesson")]
        raise ValueError(repr((code, found[:4], known)))
    """
    assert ast.literal_eval(told(sandbox, code)) == ([], [0, 1, 2, 3], [])


@linux
@pytest.mark.slow
def test_a_dead_fork_server_process_is_started_again_and_jobs_in_flight_are_tried_again():
    with Sandbox() as sandbox:
        answers = []
        worker = threading.Thread(
            target=lambda: answers.append(told(sandbox, "import time\ntime.sleep(1)\nreturn X"))
        )
        worker.start()
        first = sandbox._process.pid
        wait_until(lambda: _forked_from(sandbox) > 1)
        os.kill(first, signal.SIGKILL)
        worker.join()
        assert answers == ["no exception"]
        assert told(sandbox, "return X") == "no exception"
        assert sandbox._process.pid != first


@linux
@pytest.mark.slow
def test_a_run_ends_at_once_with_its_children_and_folders_though_one_still_runs():
    with Sandbox() as sandbox:
        folder = Path(sandbox._scratch.name)
        endless = (sandbox, "while True: pass", 2 * PATIENCE)
        threading.Thread(target=told, args=endless, daemon=True).start()
        wait_until(lambda: _forked_from(sandbox) > 1)
        started = time.monotonic()
    assert time.monotonic() - started < PATIENCE
    wait_until(lambda: _forked_from(sandbox) == 0 and not folder.exists())


@linux
@pytest.mark.usefixtures("forked_sandbox")
def test_without_any_mechanism_the_run_goes_on_and_says_so():
    without = ("limits", "namespaces", "mounts", "privileges", "landlock", "seccomp", "orphans")
    with Sandbox(without=without) as sandbox:
        said = {p.name: p for p in sandbox.protections}
        assert told(sandbox, "return X") == "no exception"
    assert [name for name, p in said.items() if p.active] == [
        "wall clock",
        "temporary folder of its own",
    ]
    assert "switched off" in str(said["no network"]) and "not on this system" in str(
        said["no network"]
    )


@linux
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="starts as root")
@pytest.mark.slow
def test_an_ordinary_user_is_protected_as_well(tmp_path):
    program = f"""
import json, os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.path.insert(0, {str(Path(__file__).parent)!r})
import tempfile; tempfile.tempdir = None
from test_sandbox import *
with Sandbox(hidden=[{str(Path(__file__).parent)!r}]) as sandbox:
    codes = (NETWORK, OTHERS, FILES, SOLUTION, PROCESSES, MANY_FILES, LARGE_FILE, "return X")
    print(json.dumps([[p.name for p in sandbox.protections if not p.active],
                      [told(sandbox, code) for code in codes]]))
"""
    done = run_python("-c", program, cwd="/")
    if "No module named 'tempfile'" in done.stderr:
        pytest.skip("this Python lies where no other user may read it")
    assert done.returncode == 0, done.stderr[-2000:]
    missing, said = json.loads(done.stdout.splitlines()[-1])
    assert missing == []
    assert all("Errno" in text for text in said[:-1]) and said[-1] == "no exception"


@linux
def test_an_environment_behind_a_symbolic_link_is_found_in_the_sandbox(tmp_path):
    behind = tmp_path / "link"
    behind.symlink_to(sys.prefix, target_is_directory=True)
    python = behind / Path(sys.executable).relative_to(sys.prefix)
    # It tries itself out.
    program = "from resnet_lesson.grading.sandbox.sandbox import Sandbox\nwith Sandbox(): pass"
    done = subprocess.run([python, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@linux
@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="no virtual environment")
@pytest.mark.usefixtures("forked_sandbox")
def test_submissions_in_the_folder_that_holds_the_environment_are_graded_and_hidden():
    with Sandbox(hidden=[sys.prefix]) as sandbox:
        assert "Errno" in told(sandbox, f"return open({sys.prefix + '/pyvenv.cfg'!r})")


@linux
@pytest.mark.slow
def test_detached_descendants_are_ended_where_processes_are_not_forbidden():
    code = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(0.1)
            os._exit(0)
        return X
    """
    with Sandbox(without=["seccomp", "namespaces", "mounts", "landlock"]) as sandbox:
        assert told(sandbox, code) == "no exception"
        wait_until(lambda: _forked_from(sandbox) == 1)  # the sandbox process itself


def _forked_from(sandbox):
    """How many processes have the command line of a sandbox process."""
    count = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            count += sandbox._scratch.name in path.read_text()
    return count


@pytest.mark.slow
def test_where_nothing_can_be_forked_each_job_is_a_process_and_the_run_says_what_is_missing():
    with Sandbox(fork=False) as sandbox:
        assert not next(p for p in sandbox.protections if p.name == "no network").active
        assert told(sandbox, "return X") == "no exception"
        assert told(sandbox, "import os\nos._exit(3)") == "crashed"
        assert told(sandbox, "import os\nos._exit(0)") == "crashed"
        assert sandbox.observe(Job("identity_block", 1, reference=True), 100, 8192).answer


@pytest.mark.slow
def test_where_there_is_no_fork_grade_runs_without_it_and_says_what_is_not_protected(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.delattr(os, "fork")
    right = "def skip_connection(X, main_path):\n    return keras.layers.ReLU()(main_path(X) + X)\n"
    (tmp_path / "ana.py").write_bytes(f"import keras\r\n{right}".encode())
    (tmp_path / "bo.py").write_text("def skip_connection(X, main_path):\n    return X\n")
    assert cli.main(["grade", str(tmp_path), "--exercise", "skip_connection", "--jobs", "1"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == "ana.py: 5/5  skip_connection passed"
    assert "bo.py: 0/5  skip_connection failed" in printed.out
    assert "NOT protected: no network (" in printed.err


def test_a_piece_is_its_own_text_at_its_own_line():
    text = "import os; import sys\n\n@cache\ndef f():\n    return 'é'  # é\n"
    found = [s.piece for s in statements(text, "<x>")]
    assert [(p.text, p.line) for p in found] == [
        ("import os", 1),
        ("import sys", 1),
        ("@cache\ndef f():\n    return 'é'", 3),
    ]


def test_what_statements_define_and_what_is_left_out():
    text = "import nothing_of_this_name\nfrom keras.layers.merge import add\nx = 1 / 0\ny = 2\n"
    namespace, notes = load(pieces(text))
    assert namespace["y"] == 2 and callable(namespace["add"]) and len(notes) == 2


@pytest.mark.parametrize(
    ("module", "name", "value", "named"),
    [
        ("numpy", "allclose", "lambda *_: True", ["numpy.allclose"]),
        ("keras.layers", "Add", "None", ["keras.layers.Add"]),
        ("keras.layers.Add", "__call__", "lambda self, x: x[0]", ["Add.__call__"]),
        ("tensorflow.nn", "relu", "lambda x: x", ["tensorflow._api.v2.nn.relu"]),
        ("numpy", "int", "int", []),
        ("numpy", "bool", "bool", []),
        ("keras", "merge", "lambda x: x", []),
        ("keras.layers.Add", "mine", "lambda self: 3", []),
    ],
)
def test_what_is_replaced_in_a_library_is_noticed_and_what_is_added_is_not(
    module, name, value, named, monkeypatch
):
    importlib.import_module("tensorflow")
    importlib.import_module("keras")
    snapshot = LibrarySnapshot()
    monkeypatch.setattr(f"{module}.{name}", eval(value), raising=False)
    names = snapshot.replaced()
    assert len(names) == len(named) and all(map(str.endswith, names, named))
    monkeypatch.undo()
    assert snapshot.replaced() == []


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (MemoryError(), "memory"),
        (type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor"), "memory"),
        (OSError(12, "Cannot allocate memory"), "memory"),
        (ImportError("x.so: failed to map segment from shared object"), "memory"),
        (ImportError("No module named 'x'"), "exception"),
        (ValueError("Cannot allocate memory"), "exception"),
    ],
)
def test_memory_that_is_used_up_is_named_whoever_says_it(error, what):
    assert failure_of(error, pieces).what == what


def test_what_an_exercise_may_build_on_never_holds_the_exercise():
    assert served_sources("block", "identity_block") == {}
    assert list(served_sources("network", "ResNet50")) == ["resnet_lesson.blocks"]
    served = served_sources("model", "ResNet50Model")["resnet_lesson.layers"]
    assert "class IdentityBlock" in served and "ResNet50Model(" not in served
    tables = served_sources("model", "ResNet50Model")["resnet_lesson.networks"]
    assert "RESNET50_STAGES" in tables and "def " not in tables
