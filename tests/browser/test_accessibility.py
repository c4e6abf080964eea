"""Accessibility of the notebooks in JupyterLab: its checker's own findings, and axe-core's.

The checker, an extension, is not installed beside JupyterLab, where it would open itself at each
start, but in a folder of its own, which ``.ci/run`` fills:

    python -m pip install --no-deps --target .checker "jupyterlab-a11y-checker==0.2.9"
"""

import pytest
from support.paths import ROOT, SOLVED

pytestmark = pytest.mark.browser

CHECKER = ROOT / ".checker/share/jupyter"
# With the second one, controls would be left out.
VARIABLES = {"JUPYTER_PATH": str(CHECKER), "RESNET_LESSON_QUICK": None}
# The learner's forms show the same texts and fewer outputs; tests/test_accessibility.py reads both.
NOTEBOOKS = [path.relative_to(ROOT).as_posix() for path in SOLVED]
THEMES = ("JupyterLab Light", "JupyterLab Dark")
SCAN = "() => window.jupyterapp.commands.execute('jupyterlab-a11y-checker:scan-notebook')"
WITHOUT_SHORTCUT = 'return Activation("relu")(main_path(X))'
# WCAG 2.1, levels A and AA, on what a notebook shows; JupyterLab's own frame is not ours.
EVERYTHING_SHOWN = {"include": [[".jp-MarkdownOutput"], [".jp-OutputArea-output"]]}
LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


def found_by_axe(page):
    """The violations that axe-core finds in the page: list of (rule, elements)."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    violations = axe.run(page, EVERYTHING_SHOWN, LEVELS).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]


def assert_accessible_in_both_themes(notebook, stored=False):
    # JupyterLab takes tabindex out of outputs that it has not seen made. Chromium lets keys
    # scroll them all the same.
    allowed = {"scrollable-region-focusable"} if stored else set()
    for theme in THEMES:
        notebook.switch_theme(theme)
        found = found_by_axe(notebook.page)
        assert [rule for rule in found if rule[0] not in allowed] == [], theme


def found_by_the_checker(page):
    """The rules that are broken, by JupyterLab's checker; the page is empty afterwards.

    It draws each cell at the end of the page, and looks through the whole page for each. Alone
    there, a cell is looked at in a third of the time, and nothing lies over what is too pale.
    """
    page.evaluate("() => document.body.replaceChildren()")
    return {issue["violationId"] for issue in page.evaluate(SCAN)["issues"]}


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_axe_and_the_checker_find_nothing_in_what_a_notebook_shows(open_notebook, path):
    notebook = open_notebook(path)
    assert_accessible_in_both_themes(notebook, stored=True)
    if CHECKER.exists():
        assert found_by_the_checker(notebook.page) == set()


def test_axe_finds_nothing_in_a_wrong_answer_and_the_help_for_it(open_notebook):
    notebook = open_notebook("notebooks/01-skip-connection.ipynb")
    notebook.run("import-lesson", "progress-panel", "import-keras")
    notebook.type_over("graded-skip-connection", WITHOUT_SHORTCUT, lines=2)
    graded = [f"{what}-skip-connection" for what in ("graded", "check", "hint", "solution")]
    notebook.run(*graded, "ask-zero-path")
    assert notebook.output("check-skip-connection").locator("svg").count() >= 2
    assert_accessible_in_both_themes(notebook)


def test_axe_finds_nothing_in_a_picture_with_controls(open_notebook):
    notebook = open_notebook("notebooks/03-convolutional-block.ipynb")
    notebook.run("import-lesson", "import-keras", "explore-run")
    assert notebook.output("explore-run").locator("select").count() >= 2
    assert_accessible_in_both_themes(notebook)


@pytest.mark.skipif(not CHECKER.exists(), reason="the checker is not in the folder .checker")
def test_the_checker_of_jupyterlab_would_find_something(open_notebook):
    page = open_notebook(NOTEBOOKS[0]).page
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel"
        ".setSource('## ![](no-words.png)\\n<p style=\"color: #eee\">pale</p>')"
    )
    expected = {"heading-missing-h1", "image-missing-alt", "color-contrast"}
    assert expected <= found_by_the_checker(page)
