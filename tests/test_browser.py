"""The notebooks in JupyterLab as a reader meets them: opened in Chromium, run from top to bottom.

Needs the extra ``browser`` and Chromium from the system. The pictures of what was on the screen are
in pytest's temporary folder.
"""

import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from lab_server import running_lab

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").rglob("[0-9]*.ipynb")
)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS_TO_OPEN = 120
SECONDS_TO_RUN = 900

# Every cell in the page, also those that are not on the screen: else their pictures are not loaded.
LAB_SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
IS_READY = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.context?.isReady && panel.sessionContext.session?.kernel?.status === "idle";
}"""
ALL_HAVE_RUN = """() => {
    const {content, sessionContext} = window.jupyterapp.shell.currentWidget;
    const code = content.widgets.filter(cell => cell.model.type === "code");
    const stopped = code.some(cell => cell.model.outputs.toJSON().some(
        output => output.output_type === "error"));
    const done = code.every(cell => cell.model.executionState === "idle"
        && (cell.model.executionCount || !cell.model.sharedModel.source.trim()));
    return sessionContext.session.kernel.status === "idle" && (stopped || done);
}"""
CONTENT = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"
PICTURES_LOADED = "() => [...document.querySelectorAll('.jp-Notebook img')].every(i => i.complete)"
BROKEN_PICTURES = """() => [...document.querySelectorAll('.jp-Notebook img')]
    .filter(image => !image.naturalWidth).map(image => image.src)"""
TO_THE_TOP = "() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0; }"
HEIGHT = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
    .reduce((sum, cell) => sum + cell.offsetHeight, 400)"""


def lab_command():
    """JupyterLab's arguments as the README gives them."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    line = re.search(r"^python3 -m venv .*jupyterlab.*$", readme, re.MULTILINE)[0]
    _, *arguments = shlex.split(line.rpartition("&&")[2])
    return [sys.executable, *arguments]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A running JupyterLab on a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "images"):
        shutil.copytree(ROOT / name, folder / name)
    for name, values in LAB_SETTINGS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    environment = dict(os.environ, JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"))
    # ipykernel lets C++ write past it under pytest; for a reader it does not.
    environment.pop("PYTEST_CURRENT_TEST", None)
    options = ["--no-browser", "--LabApp.expose_app_in_browser=True"]
    command = [*lab_command(), *options]
    with running_lab(command, folder, environment, folder / "log", SECONDS_TO_OPEN) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]'")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.fail("no chromium on this system; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as running:
        yield running.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)


@pytest.fixture
def page(lab, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(SECONDS_TO_OPEN * 1000)
    yield context.new_page()
    context.close()
    lab.end_kernels()


def open_notebook(page, lab, path):
    page.goto(f"{lab.address}/lab/tree/{path}?token={lab.token}&reset")
    page.wait_for_function(IS_READY)


def run_all(page):
    """Runs all cells by the menu; returns the notebook as it is then in the page."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(ALL_HAVE_RUN, timeout=SECONDS_TO_RUN * 1000)
    return page.evaluate(CONTENT)


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom(page, lab, tmp_path, path):
    open_notebook(page, lab, path)
    # Outputs are stored in the notebooks: only what this kernel writes is to count.
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    notebook = run_all(page)

    page.wait_for_function(PICTURES_LOADED)
    page.set_viewport_size({"width": 1280, "height": min(page.evaluate(HEIGHT), 16000)})
    page.evaluate(TO_THE_TOP)
    page.screenshot(path=tmp_path / f"{Path(path).stem}.png")

    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert outputs
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    assert page.evaluate(BROKEN_PICTURES) == []
