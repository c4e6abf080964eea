"""What is read of a submission's files, and what is told of the others."""

import json

import pytest
from support.submissions import BLOCK, FIVE, notebook, picked, written

from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.reading import exercises_defined, read
from resnet_lesson.grading.submissions.source import parse


@pytest.mark.parametrize(
    "data",
    [
        BLOCK.encode("utf-8-sig"),
        BLOCK.replace("\n", "\r\n").encode(),
        BLOCK.replace("\n", "\r").encode(),
        BLOCK.encode("utf-16"),
        BLOCK.encode("utf-16-le"),
        ("# größer\n" + BLOCK).encode("latin-1"),
        ("# -*- coding: cp1252 -*-\n# €\n" + BLOCK).encode("cp1252"),
        ("\f\n" + BLOCK).encode(),
    ],
)
def test_any_encoding_is_read(tmp_path, data):
    written(tmp_path, {"a.py": data})
    [a] = find_submissions([tmp_path])
    assert not read(a).loss("identity_block")
    assert exercises_defined([a])[0] == {"identity_block": 1}


@pytest.mark.parametrize("encoding", ["hex", "no-such-one"])
def test_an_encoding_that_is_none_is_told_and_ends_no_run(tmp_path, encoding):
    written(tmp_path, {"a.py": f"# -*- coding: {encoding} -*-\n{BLOCK}".encode(), "b.py": BLOCK})
    a, b = find_submissions([tmp_path])
    assert "an encoding is named that Python has not" in read(a).loss("identity_block")
    assert not read(b).loss("identity_block")


@pytest.mark.parametrize(
    "cell",
    [5, None, {}, {"source": "x = 1"}, {"cell_type": "code", "source": None},
     {"cell_type": "code", "source": [1, 2]}, {"cell_type": "code", "source": "# \ud83d"}],
)  # fmt: skip
def test_a_damaged_cell_loses_no_other(tmp_path, cell):
    cells = [cell, {"cell_type": "code", "source": BLOCK}]
    written(tmp_path, {"a.ipynb": json.dumps({"cells": cells})})
    [a] = find_submissions([tmp_path])
    assert attempt(read(a).sources, "identity_block")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.ipynb", b"<!DOCTYPE html>\n<html>", "no notebook but a web page"),
        ("a.py", b"\n<html><body>Sign in", "no Python file but a web page"),
        ("a.ipynb", b"%PDF-1.4\n\x00", "a PDF"),
        ("a.ipynb", b"version https:\noid", "Git LFS"),
        ("a.ipynb", b"PK\x03\x04\x00\x00", "a zip"),
        ("a.py", b"\x89PNG\r\n", "a picture"),
    ],
)
def test_what_a_file_is_instead_is_told(tmp_path, name, data, kind):
    written(tmp_path, {name: data})
    [a] = find_submissions([tmp_path])
    assert kind in read(a).loss("identity_block")


@pytest.mark.parametrize(
    ("name", "text"), [("a.py", notebook(BLOCK)), ("a.ipynb", f"import keras\n{BLOCK}")]
)
def test_notebooks_and_python_files_are_known_by_what_they_hold(tmp_path, name, text):
    written(tmp_path, {name: text})
    [a] = find_submissions([tmp_path])
    assert attempt(read(a).sources, "identity_block")


@pytest.mark.parametrize(("name", "told"), [("predict.py", False), ("ResNet50.py", True)])
def test_a_file_that_cannot_be_read_is_told_where_it_may_hold_the_answer(tmp_path, name, told):
    broken = '{"cells": [{"source": "def ResNet50(): pass"' if told else ""
    written(tmp_path, {"ana/a.py": BLOCK, f"ana/{name.replace('.py', '.ipynb')}": broken})
    [ana] = find_submissions([tmp_path])
    reading = read(ana)
    assert reading.problems and bool(reading.loss("ResNet50")) is told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BLOCK + "x = '\0'", "null bytes"),
        (BLOCK + "x = " + "-" * 100_000 + "1", "nested too deeply"),
        (BLOCK + "x = a" + ".b" * 100_000, "nested too deeply"),
        (BLOCK + "(" * 500 + ")" * 500, "nested parentheses"),
        (BLOCK + "x = 1 +", "a.py, line 3"),
        (BLOCK + "<<<<<<< HEAD\nx = 1\n=======\n", "merge conflict was left in line 3"),
        (BLOCK + "type X = int", "newer versions may accept"),
        (BLOCK + "def f[T](x: T): pass", "newer versions may accept"),
        (BLOCK + """x = f"{a["b"]}\"""", "newer versions may accept"),
    ],
)
def test_what_is_no_python_is_said_with_its_place(tmp_path, text, said):
    written(tmp_path, {"a.py": text})
    [a] = find_submissions([tmp_path])
    assert said in read(a).loss("identity_block")


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "1", '{"cells": 5}', '{"cells": [[]]}', "[" * 100_000],
)
def test_what_is_no_notebook_is_a_result(tmp_path, text):
    written(tmp_path, {"a.ipynb": text})
    [a] = find_submissions([tmp_path])
    assert read(a).loss("identity_block").startswith("a.ipynb cannot be read: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n", "a.ipynb is empty"),
        ('{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "link to Google Drive"),
        ('{"cells": [\n<<<<<<< HEAD\n]}', "merge conflict was left in line 2"),
        (json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Mine\n", BLOCK]}]}),
         "a.ipynb, cell 1: it is a Markdown cell"),
        (json.dumps({"cells": [{"cell_type": "raw", "source": BLOCK}]}), "it is a raw cell"),
    ],
)  # fmt: skip
def test_why_there_is_no_answer_is_told(tmp_path, text, said):
    written(tmp_path, {"a.ipynb": text})
    [a] = find_submissions([tmp_path])
    assert said in read(a).loss("identity_block")


def test_a_broken_cell_is_told_where_its_loss_explains_the_result(tmp_path):
    written(
        tmp_path, {"a.ipynb": notebook("from keras.layers import Add)", BLOCK, "def ResNet50(:")}
    )
    [a] = find_submissions([tmp_path])
    assert not read(a).loss("identity_block") and not read(a).loss("convolutional_block")
    assert "a.ipynb, cell 3, line 1" in read(a).loss("ResNet50")
    assert read(a).explanations("Dense") == ()
    assert read(a).explanations("keras") == ()  # it is mentioned there, not brought
    [line] = read(a).explanations("Add")
    assert "a.ipynb, cell 1, line 1: unmatched ')'" in line
    assert list(exercises_defined([a])[0]) == ["identity_block", "ResNet50"]


def test_old_and_stripped_notebooks(tmp_path):
    cell = {"cell_type": "code", "language": "python", "outputs": [], "prompt_number": 3}
    cell["input"] = BLOCK.splitlines(keepends=True)
    old = {"nbformat": 3, "worksheets": [{"cells": [cell]}]}
    bare = {"cells": [{"cell_type": "code", "source": BLOCK}]}
    written(tmp_path, {"old.ipynb": json.dumps(old), "bare.ipynb": json.dumps(bare)})
    bare, old = map(read, find_submissions([tmp_path]))
    assert [s.ran for s in old.sources[0].statements] == [3]
    assert [s.ran for s in bare.sources[0].statements] == [None]


def test_magics_are_left_out_and_operators_are_not():
    text = "x = (7\n%4)\n"
    assert len(parse(text, "<a>")) == 1
    text = "%matplotlib inline\n!pip list\nfiles = !ls\nhelp?\nx = 1"
    assert [s.piece.line for s in parse(text, "<a>") if "x" in s.binds] == [5]


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\n{}", "%%capture\n%%time\n{}", "%%memit -r 1\n{}", "%%debug\n{}", "%%wandb\n{}",
        "%matplotlib inline\ny = (7\n%4)\n{}", "!pip install -q \\\n  pydot\n{}",
        "if True:\n    %matplotlib inline\n{}", "try:\n  %tensorflow_version 2.x\n"
        "except Exception:\n  pass\n{}", "%pip list\nz = (1\n!= 2)\n{}", "a, b = !ls\n{}",
        "pip install x\n{}", "cd folder\nls -l\n{}", "help?\n{}", ">>> x = 1\n{}",
        "\n\n%time y = 3\n{}", "if True:\n  pip install y\n{}",
        "get_ipython().run_cell_magic('time', '', {!r})",
        "# Commented out IPython magic to ensure Python compatibility.\n# %%time\n# {}",
        "# Commented out IPython magic to ensure Python compatibility.\n# %matplotlib inline\n{}",
        "# Commented out IPython magic to ensure Python compatibility.\ntry:\n  # not elsewhere\n"
        "#   %tensorflow_version 2.x\nexcept Exception:\n  pass\n{}",
        "precision 3\ncd ..\nautosave 60\n{}", "tensorboard --logdir logs\n{}",
    ],
)  # fmt: skip
def test_cells_are_read_as_jupyter_runs_them(cell):
    parsed = parse(cell.format(FIVE), "<a>")
    [statement] = [s for s in parsed if "identity_block" in s.binds]
    assert load([statement.piece])[0]["identity_block"]() == 5
    plain = cell.format(FIVE).splitlines()
    assert FIVE in plain[statement.piece.line - 1]


def test_what_a_timed_line_binds_is_kept():
    text = "%matplotlib inline\n%time import math as m\n%time n = 5\n%timeit n = 6\n" + (
        "def identity_block(): return m.floor(n)"
    )
    function, notes = picked("identity_block", ("a.py", text))
    assert function() == 5 and notes == []


def test_what_depends_on_a_shell_line_is_run_without_it():
    text = "import math\nif 'x' in math.__name__ or True:\n  !pip install x\n  five = 5\n" + (
        "def identity_block(): return five"
    )
    function, notes = picked("identity_block", ("a.py", text))
    assert function() == 5 and notes == []


@pytest.mark.parametrize("magic", ["%%bash", "%%script python", "%%html", "%%javascript", "%%!"])
def test_cells_in_another_language_are_left_out(magic):
    assert parse(f"{magic}\n{FIVE}", "<a>") == []


def test_a_file_that_a_cell_writes_is_one_of_the_learner_s(tmp_path):
    cells = ("%%writefile blocks.py\n" + FIVE.replace("identity_block", "five"),
             "from blocks import five\n%run blocks.py\ndef identity_block(): return five()",
             "%%writefile -a blocks.py\nSIX = 6")  # fmt: skip
    written(tmp_path, {"sub/a.ipynb": notebook(*cells)})
    [a] = find_submissions([tmp_path])
    main, blocks = read(a).sources
    assert blocks.name == "blocks.py" and blocks.defined_names() == {"five", "SIX"}
    namespace, notes = load(attempt([main, blocks], "identity_block").pieces)
    assert namespace["identity_block"]() == 5 and notes == []
