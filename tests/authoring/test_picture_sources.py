"""The digest of a stored picture differs exactly where the code differs that made it."""

import shutil

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from support.paths import ROOT

from resnet_lesson.authoring import picture_sources

CELLS = {
    "imports": "import numpy as np\nfrom resnet_lesson import check, predicted\n"
    "from resnet_lesson.figures import charts",
    "seed": "np.random.seed(1)",
    "data": "numbers = np.random.rand(9)",
    "function": "def doubled(numbers):\n    return 2 * numbers",
    "checked": "check(doubled)",
    "aside": "other = [numbers for numbers in range(3)]",
    "shown": "print(numbers)\ncharts.lines({'numbers': numbers}, 'x', 'y', 'title')",
    "changed": "numbers.sort()",
    "picture": 'predicted("")\ncharts.lines({"numbers": doubled(numbers)}, "x", "y", "title")',
}


def digest(cells=CELLS, name="picture"):
    notebook = new_notebook(cells=[new_code_cell(source, id=id) for id, source in cells.items()])
    return picture_sources.picture_digests(notebook)[name]


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("seed", "np.random.seed(2)"),
        ("data", "numbers = np.random.rand(10)"),
        ("function", "def doubled(numbers):\n    return 2.5 * numbers"),
        ("changed", "numbers.sort(axis=0)"),
        ("changed", "numbers[0] = 5"),
        ("picture", "charts.lines({'numbers': numbers}, 'x', 'y', 'other title')"),
    ],
)
def test_another_statement_behind_a_picture_gives_another_digest(cell, source):
    assert digest(CELLS | {cell: source}) != digest()


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("imports", CELLS["imports"] + "\nfrom resnet_lesson.signs import load_signs"),
        ("function", 'def doubled(numbers: list):\n    """Twice."""\n    return 2*numbers  # each'),
        ("checked", "check( doubled )\ncheck(doubled)"),
        ("aside", "other = [numbers for numbers in range(4)]\nmore = 1"),
        ("shown", "print(len(numbers))"),
        ("picture", CELLS["picture"].replace('predicted("")', 'predicted("up")')),
    ],
)
def test_what_has_no_part_in_a_picture_leaves_its_digest(cell, source):
    assert digest(CELLS | {cell: source}) == digest()


TRAINING = {
    "imports": "from resnet_lesson.figures import charts\n"
    "from resnet_lesson.networks import ResNet50\n"
    "from resnet_lesson.signs import load_signs\n"
    "from resnet_lesson.training import train",
    "trained": "signs = load_signs()\nhistory = train(ResNet50(), signs)",
    "drawn": "shown = load_signs()\ncharts.sign_grid(shown.train_images, shown.train_labels)",
}


@pytest.fixture
def digests_with(tmp_path, monkeypatch):
    """Gives the digests of a training and of a chart under a package with one text replaced."""

    def digests(module, text, instead):
        folder = tmp_path / "resnet_lesson"
        shutil.copytree(ROOT / "resnet_lesson", folder, dirs_exist_ok=True)
        source = (folder / module).read_text(encoding="utf-8")
        assert text in source
        (folder / module).write_text(source.replace(text, instead, 1), encoding="utf-8")
        monkeypatch.setattr(picture_sources.paths, "PACKAGE", folder)
        forget()
        return [digest(TRAINING, name) for name in ("trained", "drawn")]

    def forget():
        for cached in (picture_sources._definition, picture_sources._module):
            cached.cache_clear()
        picture_sources._file.cache_clear()

    yield digests
    forget()


@pytest.mark.parametrize(
    ("module", "text", "instead", "changed"),
    [
        (
            "training/recipe.py",
            "PEAK_LEARNING_RATE = 5e-4",
            "PEAK_LEARNING_RATE = 6e-4",
            "training",
        ),
        ("signs/drawn.py", 'DIGEST = "', 'DIGEST = "0', "training and chart"),
        ("networks.py", "([512, 512, 2048], 2, 3)", "([512, 512, 2048], 2, 4)", "training"),
        ("blocks.py", "    X_shortcut = X\n", "    X_shortcut = 2 * X\n", "training"),
        ("figures/style.py", 'BLUE = "#0072b2"', 'BLUE = "#0072b3"', "training"),
        ("figures/charts.py", '"axes.titlesize": 11', '"axes.titlesize": 12', "training and chart"),
        ("training/recipe.py", "# radians; ten degrees", "# in radians", ""),
        ("training/recipe.py", '"""Applies moves of', '"""Carries out moves of', ""),
        ("training/loop.py", "Look for a missing", "Search for a missing", ""),
        ("grading/judge/judge.py", "import ", "import ast\nimport ", ""),
    ],
)
def test_one_change_in_the_package_changes_the_pictures_that_it_made(
    digests_with, module, text, instead, changed
):
    before = digests_with(module, text, text)
    after = digests_with(module, text, instead)
    parts = ("training" in changed, "chart" in changed)
    assert parts == tuple(old != new for old, new in zip(before, after, strict=True))
