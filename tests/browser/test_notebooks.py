"""The notebooks in JupyterLab as a reader meets them: opened in Chromium, run from top to bottom.

Needs the extra ``browser`` and Chromium from the system. The pictures of what was on the screen are
in pytest's temporary folder.
"""

from pathlib import Path

import pytest
from support.paths import BLANK

pytestmark = pytest.mark.browser

NAMES = [path.name for path in BLANK]
FORMS = ("notebooks", "notebooks/solutions")

PICTURES_LOADED = "() => [...document.querySelectorAll('.jp-Notebook img')].every(i => i.complete)"
BROKEN_PICTURES = """() => [...document.querySelectorAll('.jp-Notebook img')]
    .filter(image => !image.naturalWidth).map(image => image.src)"""
TO_THE_TOP = "() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0; }"
HEIGHT = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
    .reduce((sum, cell) => sum + cell.offsetHeight, 400)"""


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_top_to_bottom_in_both_forms(open_notebook, tmp_path, name):
    # Side by side, which takes half the time, and is what a reader does who compares the two.
    notebooks = [open_notebook(f"{form}/{name}") for form in FORMS]
    for notebook in notebooks:
        # Outputs are stored in the notebooks: only what this kernel writes is to count.
        notebook.command("notebook:clear-all-cell-outputs")
        notebook.start_all()
    contents = [notebook.wait_for_all() for notebook in notebooks]

    for form, notebook, content in zip(FORMS, notebooks, contents, strict=True):
        page = notebook.page
        page.wait_for_function(PICTURES_LOADED)
        page.set_viewport_size({"width": 1280, "height": min(page.evaluate(HEIGHT), 16000)})
        page.evaluate(TO_THE_TOP)
        page.screenshot(path=tmp_path / f"{Path(form).name}-{Path(name).stem}.png")

        outputs = [output for cell in content["cells"] for output in cell.get("outputs", [])]
        assert outputs
        bad = [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
        assert bad == [], form
        assert page.evaluate(BROKEN_PICTURES) == [], form
