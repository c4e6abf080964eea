"""What CONTRIBUTING.md says about adding an exercise and translating, done as it says in a copy."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import types

import pytest
from support.paths import CONTRIBUTING, ROOT

from resnet_lesson.authoring import new_exercise
from resnet_lesson.exercises.blanks import BLANK, blank_source
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.observe.observe import observe

SECTION = CONTRIBUTING.partition("## Adding an exercise")[2].partition("\n## ")[0]
COPIED = (
    *("notebooks", "images", "tests", "resnet_lesson", ".ci", ".devcontainer", ".github"),
    *("pyproject.toml", "requirements.txt", "README.md", "CHANGELOG.md", "LICENSE"),
    "conftest.py",
)
RIGHT = """
def pooled_shortcut(n_filters, x):
    from keras.layers import AveragePooling2D, BatchNormalization, Conv2D
    return BatchNormalization()(Conv2D(n_filters, 1)(AveragePooling2D(2)(x)))
"""
# Looks for the lesson's own answer in the memory of the process that runs it.
SEARCHING = """
import gc
def pooled_shortcut(n_filters, x):
    for thing in gc.get_objects():
        if "exercises" in str(getattr(thing, "__module__", "")):
            if getattr(thing, "__name__", "") == "pooled_shortcut":
                return thing(n_filters, x)
"""
GERMAN = """
[bottleneck-price]
prompt = "Welcher Block hat mehr Gewichte?"
options = ["Der Engpass", "Der Block für 64 Kanäle"]
answer = "b"
why = ["Nur 1×1-Fenster sehen alle Kanäle.", "17 gegen 18 mal 64 · 64."]
"""


def blocks(language):
    """The code blocks of the section in one language; an empty one is that of commands."""
    found = re.findall(r"^   ```(\w*)\n(.*?)^   ```$", SECTION, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for written_in, block in found if written_in == language]


@pytest.fixture(scope="module")
def module():
    """The example's module as the page shows it, run here."""
    [source] = blocks("python")
    made = types.ModuleType("example")
    exec(source, made.__dict__)
    return made


def verdict(module, **changes):
    """What becomes of the reference with some of its text replaced."""
    [source] = blocks("python")
    for old, new in changes.values():
        assert old in source
        source = source.replace(old, new)
    made = types.ModuleType("attempt")
    exec(source, made.__dict__)
    exercise = module.EXERCISE
    right = observe(module.pooled_shortcut, exercise, 5)
    return judge(observe(made.pooled_shortcut, exercise, 5), right)


def test_the_example_passes_its_own_check(module):
    assert verdict(module).passed


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("x = AveragePooling2D(2)(x)", "pass", "main.1.pool", "missing"),
        ("AveragePooling2D(2)(x)", "AveragePooling2D(2, 1)(x)", "main.1.pool", "strides"),
        ("Conv2D(n_filters, 1)", "Conv2D(n_filters, 3)", "main.1.conv", "kernel_size"),
        ("return BatchNormalization()(x)", "return x", "main.1.bn", "missing"),
        (
            "return BatchNormalization()(x)",
            "from keras.layers import ReLU\n    return ReLU()(BatchNormalization()(x))",
            "main.1.relu",
            "extra",
        ),
    ],
)
def test_layers_in_a_row_need_no_addition_to_be_explained(module, old, new, where, what):
    first = verdict(module, change=(old, new)).differences[0]
    assert (first.where, first.what) == (where, what)


def test_a_layer_at_the_wrong_end_of_the_row_is_out_of_its_turn(module):
    late = "return AveragePooling2D(2)(BatchNormalization()(x))"
    changes = {"first": ("x = AveragePooling2D(2)(x)", "pass")}
    changes["last"] = ("return BatchNormalization()(x)", late)
    [difference] = verdict(module, **changes).differences
    assert (difference.where, difference.what) == ("main.1.pool", "order")


def test_the_regions_leave_docstring_and_imports_in_a_function_and_in_methods():
    source = (
        'class Block:\n    """A block."""\n\n    def __init__(self):\n        import keras\n'
        '        self.add = keras.layers.Add()\n\n    def call(self, x):\n        """Sum."""\n'
        "        y = x\n        return self.add([x, y])"
    )
    blank = blank_source(new_exercise.with_regions(source))
    hole = "".join(f"        {line}\n" for line in BLANK)
    assert blank == (
        'class Block:\n    """A block."""\n\n    def __init__(self):\n        import keras\n'
        f'{hole}\n    def call(self, x):\n        """Sum."""\n{hole}'.rstrip("\n")
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project in which the page's steps 1 and 2 were taken: `run` runs in it."""
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    name = re.search(r"Save this as `(\S+)`", SECTION)[1]
    [source] = blocks("python")
    assert not (folder / name).exists()
    (folder / name).write_text(source, encoding="utf-8")
    before = contents(folder)
    for line in commands()[0]:
        run(folder, line)
    after = contents(folder)
    assert {path: after[path] for path in before} == before, "a step changed something else"
    return folder


def commands():
    """The lines of each block of commands in the section."""
    return [block.splitlines() for block in blocks("")]


def contents(folder):
    """The files that are not made by running: path → bytes."""
    files = [path for path in folder.rglob("*") if path.is_file() and "cache" not in str(path)]
    return {path: path.read_bytes() for path in files}


def run(folder, command, **settings):
    """Runs a command line of the page with this Python and the copy's package."""
    command = command.replace(".venv/bin/python", f"'{sys.executable}'")
    environment = {**os.environ, "PYTHONPATH": str(folder), **settings}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def graded(folder, source):
    """The result of grading one file of code."""
    (folder / "answer.py").write_text(source)
    said = run(folder, ".venv/bin/python -m resnet_lesson grade answer.py --json -")
    [result] = json.loads(said)["results"]
    [exercise] = result["exercises"]
    return exercise


@pytest.mark.slow
def test_the_steps_lead_to_a_notebook_that_is_tested_like_the_others(project):
    for line in commands()[1]:
        assert " failed" not in run(project, line)
    maps = "-k 'map or order or state'"
    run(
        project,
        f".venv/bin/python -m pytest tests/docs/test_setup.py tests/docs/test_reading.py {maps}",
    )


@pytest.mark.slow
def test_every_part_of_the_lesson_knows_the_new_exercise(project):
    assert "pooled_shortcut" in run(project, ".venv/bin/python -m resnet_lesson progress")
    assert graded(project, RIGHT)["points"] == 5
    wrong = graded(project, RIGHT.replace("Average", "Max"))
    assert wrong["findings"][0]["what"] == "pool_kind"
    (project / "new").mkdir()
    blank = project / "notebooks/12-pooled-shortcut.ipynb"
    solved = project / "notebooks/solutions/12-pooled-shortcut.ipynb"
    shutil.copy(solved, project / "new")
    reset = ".venv/bin/python -m resnet_lesson reset pooled_shortcut --notebook new"
    assert "is blank again" in run(project, reset)
    cells = [
        json.loads(path.read_text())["cells"] for path in (blank, project / "new" / blank.name)
    ]
    sources = ["".join(c["source"]) for c in cells[0]], ["".join(c["source"]) for c in cells[1]]
    assert sources[0] == sources[1]


@pytest.mark.slow
def test_the_answer_is_not_in_the_memory_of_what_runs_a_submission(project):
    assert graded(project, SEARCHING)["points"] == 0


@pytest.mark.slow
def test_a_translated_notebook_is_checked_and_graded(project):
    path = project / "notebooks/solutions/12-pooled-shortcut.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown" and cell["id"].startswith("task"):
            cell["source"] = "## Aufgabe: `pooled_shortcut`\n\nHalbiere Höhe und Breite."
    path.write_text(json.dumps(content), encoding="utf-8")
    (project / "resnet_lesson/questions/08-bottleneck.toml").write_text(GERMAN, encoding="utf-8")
    module = project / "resnet_lesson/exercises/pooled_shortcut.py"
    english = "Which one takes the mean?"
    assert english in module.read_text(encoding="utf-8")
    german = module.read_text(encoding="utf-8").replace(english, "Welche nimmt das Mittel?")
    module.write_text(german, encoding="utf-8")
    run(project, ".venv/bin/python -m resnet_lesson.authoring 12")
    learners = (project / "notebooks/12-pooled-shortcut.ipynb").read_text(encoding="utf-8")
    assert "Höhe und Breite" in learners and "SOLUTION" not in learners
    said = run(project, f".venv/bin/python -m resnet_lesson grade '{path}' --json -")
    assert json.loads(said)["results"][0]["points"] == 5
    asked = "from resnet_lesson import question, hint; print(question('bottleneck-price', 'b'))"
    assert "17 gegen 18" in run(project, f'.venv/bin/python -c "{asked}"')
