"""Kernels that are forked behave as started ones do, and end with who started them."""

import ast
import os
import subprocess
import sys

import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from support.forked_kernels import NAME, forked_kernels
from support.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks after imports")
FACTS = "import os, sys, json; facts = os.getcwd(), os.environ['MINE'], 'fractions' in sys.modules"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Starts such a kernel in a folder: `jupyter_client`'s manager and client."""
    data = tmp_path_factory.mktemp("jupyter")
    started = []
    with pytest.MonkeyPatch.context() as patch, forked_kernels(data, ["fractions"]):
        patch.setenv("JUPYTER_DATA_DIR", str(data))

        def start(folder, **variables):
            started.append(start_new_kernel(PATIENCE, NAME, cwd=folder, env=variables))
            return started[-1]

        yield start
        for manager, client in started:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def answer(client, code):
    """What the kernel says that an expression is."""
    reply = client.execute_interactive(
        FACTS, user_expressions={"it": code}, output_hook=print, timeout=PATIENCE
    )
    return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]


def test_folder_and_variables_are_those_of_the_start_and_imports_are_there(kernel, tmp_path):
    _, client = kernel(tmp_path, MINE="one")
    assert ast.literal_eval(answer(client, "facts")) == (str(tmp_path), "one", True)
    assert answer(client, "sys.argv[0].endswith('ipykernel_launcher.py')") == "True"


def test_kernels_share_nothing_and_end_with_who_started_them(kernel, tmp_path):
    manager, client = kernel(tmp_path, MINE="two")
    _, other = kernel(tmp_path, MINE="three")
    answer(client, "globals().update(mine=sys.modules.pop('fractions'))")
    assert answer(other, "'mine' in globals(), 'fractions' in sys.modules") == "(False, True)"
    process = psutil.Process(int(answer(client, "os.getpid()")))
    manager.shutdown_kernel(now=True)
    wait_until(lambda: has_ended(process))


STARTS_ONE_AND_IS_KILLED = f"""
import os, signal
from jupyter_client.manager import start_new_kernel
_, client = start_new_kernel({PATIENCE}, {NAME!r})
reply = client.execute_interactive("", user_expressions={{"it": "__import__('os').getpid()"}})
print("its number:", reply["content"]["user_expressions"]["it"]["data"]["text/plain"], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kernel_ends_with_a_test_run_that_is_killed(kernel, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", STARTS_ONE_AND_IS_KILLED],
        env={**os.environ, "MINE": "five"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    try:
        process = psutil.Process(int(run.stdout.rpartition("number: ")[2]))
    except psutil.NoSuchProcess:
        return
    wait_until(lambda: has_ended(process))


def has_ended(process):
    ended = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    return not process.is_running() or process.status() in ended


def test_an_interrupt_arrives(kernel, tmp_path):
    manager, client = kernel(tmp_path, MINE="four")
    asked = client.execute("print('begun')\nwhile True: pass")
    message = client.get_iopub_msg(timeout=PATIENCE)
    while message["msg_type"] != "stream":
        message = client.get_iopub_msg(timeout=PATIENCE)
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=PATIENCE)
    while reply["parent_header"].get("msg_id") != asked:
        reply = client.get_shell_msg(timeout=PATIENCE)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
