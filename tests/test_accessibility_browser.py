"""Accessibility of the notebooks in JupyterLab: its checker's own findings, and axe-core's.

The checker, an extension, is not installed beside JupyterLab, where it would open itself at each
start, but in a folder of its own, which ``.ci/run`` fills:

    python -m pip install --no-deps --target .checker "jupyterlab-a11y-checker==0.2.9"
"""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
CHECKER = ROOT / ".checker/share/jupyter"
VARIABLES = {"JUPYTER_PATH": str(CHECKER)}
NOTEBOOKS = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").rglob("[0-9]*.ipynb")
)
THEMES = ("JupyterLab Light", "JupyterLab Dark")
SCAN = "() => window.jupyterapp.commands.execute('jupyterlab-a11y-checker:scan-notebook')"
# WCAG 2.1, levels A and AA, on what a notebook shows; JupyterLab's own frame is not ours.
EVERYTHING_SHOWN = {"include": [[".jp-MarkdownOutput"], [".jp-OutputArea-output"]]}
LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


def switch_theme(page, name):
    """Changes JupyterLab's theme and waits until it is shown."""
    change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
    page.evaluate(change, name)
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)


def found_by_axe(page):
    """The violations that axe-core finds in the page: list of (rule, elements)."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    violations = axe.run(page, EVERYTHING_SHOWN, LEVELS).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_axe_finds_nothing_in_what_a_notebook_shows(open_notebook, path):
    page = open_notebook(path).page
    for theme in THEMES:
        switch_theme(page, theme)
        assert found_by_axe(page) == [], theme


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not in the folder .checker")
@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_checker_of_jupyterlab_finds_nothing(open_notebook, path):
    assert open_notebook(path).page.evaluate(SCAN)["issues"] == []


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not in the folder .checker")
def test_the_checker_of_jupyterlab_would_find_something(open_notebook):
    page = open_notebook(NOTEBOOKS[0]).page
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel"
        ".setSource('## ![](no-words.png)')"
    )
    found = {issue["violationId"] for issue in page.evaluate(SCAN)["issues"]}
    assert {"heading-missing-h1", "image-missing-alt"} <= found
