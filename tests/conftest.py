"""What tests in several folders share: a record of progress, JupyterLab, and Chromium."""

import contextlib
import json
import os
import shutil
import sys

import pytest
from support.forked_kernels import address_in
from support.forked_python import command_at, forked_python
from support.lab_server import running_lab
from support.notebook_page import SECONDS_TO_OPEN, NotebookPage
from support.paths import ROOT
from support.texts import readme_command

from resnet_lesson.lab import hints, record

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Every cell in the page, also those that are not on the screen: else their pictures are not loaded.
LAB_SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false"},
}


@pytest.fixture
def own_record(tmp_path_factory, monkeypatch):
    """A record of progress of its own for a test, and no hints given yet; returns its path."""
    path = tmp_path_factory.mktemp("record") / "progress.json"
    monkeypatch.setenv("RESNET_LESSON_PROGRESS", str(path))
    record._in_memory.clear()
    record._texts_in_memory.clear()
    hints._hints_given.clear()
    return path


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """The command of a Python in which TensorFlow is imported already, where it can be forked.

    For programs that need a process of their own, and not one that has just been started.
    """
    address = address_in(os.environ["JUPYTER_DATA_DIR"])
    if sys.platform != "linux":
        yield [sys.executable]
    elif address.exists():  # notebooks' kernels are forked from there too
        yield command_at(address)
    else:
        modules = ("resnet_lesson", "keras", "tensorflow", "nbformat")
        with forked_python(tmp_path_factory.mktemp("python") / "socket", modules) as command:
            yield command


def _forked(python, patch):
    def command(module, *arguments):
        return [*python, "-P", "-m", module, *arguments]

    if sys.platform != "win32":  # which has no sandbox
        patch.setattr("resnet_lesson.grading.sandbox.sandbox.module_command", command)


@pytest.fixture
def forked_sandbox(python, monkeypatch):
    """Lets the fork server of a sandbox be forked itself, which has TensorFlow imported then."""
    _forked(python, monkeypatch)


@pytest.fixture(scope="session")
def sandbox(python):
    """A sandbox that hides nothing beside what is always hidden; the tests share it."""
    from resnet_lesson.grading.sandbox.sandbox import Sandbox  # only here: Windows has none

    with contextlib.ExitStack() as open_until_the_end:
        with pytest.MonkeyPatch.context() as patch:
            _forked(python, patch)
            started = open_until_the_end.enter_context(Sandbox())
        yield started


@pytest.fixture(scope="module")
def lab(request, tmp_path_factory):
    """A running JupyterLab on a copy of the notebooks, with a record of progress of its own.

    A module's ``VARIABLES`` are added to its environment; a value of None takes one away.
    """
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "images"):
        shutil.copytree(ROOT / name, folder / name)
    for name, values in LAB_SETTINGS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    variables = {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "RESNET_LESSON_PROGRESS": str(folder / "progress.json"),
        # ipykernel lets C++ write past it under pytest; for a reader it does not.
        "PYTEST_CURRENT_TEST": None,
        **getattr(request.module, "VARIABLES", {}),
    }
    environment = {name: text for name, text in (os.environ | variables).items() if text}
    options = ["--no-browser", "--LabApp.expose_app_in_browser=True"]
    command = [*readme_command("resnet_lesson lab"), *options]
    with running_lab(command, folder, environment, folder / "log", SECONDS_TO_OPEN) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    """Chromium from the system."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]'")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.fail("no chromium on this system; on Debian: apt-get install chromium")
    playwright.expect.set_options(timeout=SECONDS_TO_OPEN * 1000)
    with playwright.sync_playwright() as running:
        yield running.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)


def _opened(lab, browser):
    """Opens notebooks, given by their paths, each in a tab of its own: a `NotebookPage`.

    At the end the tabs are closed and the kernels ended.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(SECONDS_TO_OPEN * 1000)
    paths = []

    def opened(path):
        paths.append(path)
        return NotebookPage(context.new_page(), lab, path)

    yield opened
    context.close()
    for path in paths:
        lab.end_kernel(path)


open_notebook = pytest.fixture(_opened)
open_for_module = pytest.fixture(_opened, scope="module")
