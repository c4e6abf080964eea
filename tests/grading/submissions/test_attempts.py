"""Picking from a submission what an exercise needs."""

import os
import textwrap

import keras
import pytest
from support.paths import NOTEBOOKS
from support.submissions import BLANK, BLOCK, FIVE, ONE, notebook, picked, written

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.sandbox.loading import load, write_modules
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.borrowed import with_helpers
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.reading import exercises_defined, read
from resnet_lesson.grading.submissions.source import Source, parse


def test_only_what_the_graded_function_needs_is_run():
    text = """
        import numpy as np
        scale = 2
        unused = train()
        X = train()
        def helper(x): return x * scale
        def identity_block(X):
            unused = helper(X)
            return unused
        identity_block(3)
        model.fit(X)
        """
    function, notes = picked("identity_block", ("a.py", text))
    assert function(3) == 6 and notes == []


@pytest.mark.parametrize(
    "text",
    [
        "def identity_block(): return 1\ndef wrap(f): return lambda: 5\n"
        "identity_block = wrap(identity_block)",
        "def five(f): return lambda: 5\n@five\ndef identity_block(): return 1",
        "class Base:\n  five = 5\nclass Block(Base): pass\ndef identity_block(): return Block.five",
        "count = 4\ndef identity_block():\n  global count\n  count += 1\n  return count",
        "def setup():\n  global five\n  five = 5\nsetup()\ndef identity_block(): return five",
        "if True:\n  def identity_block(): return 5\nelse:\n  def identity_block(): return 1",
        "try:\n  import no\nexcept ImportError:\n  five = 5\ndef identity_block(): return five",
        "from math import *\ndef identity_block(): return floor(5.5)",
        "sizes = []\nsizes.append(5)\ndef identity_block(): return sizes[0]",
        "sizes = {}\nsizes['a'] = 5\ndef identity_block(): return sizes['a']",
        "class A: pass\nA.five = 5\ndef identity_block(): return A.five",
        "for five in range(6): pass\ndef identity_block(): return five",
        "identity_block = lambda: 5",
        "a, (b, *c) = 1, (5, 6)\ndef identity_block(x=b): return x",
        "(n := 5)\ndef identity_block(): return n",
        "def identity_block(): return later()\ndef later(): return 5",
        "class identity_block:\n  def __new__(cls): return 5",
    ],
)
def test_what_a_function_needs_is_found(text):
    function, notes = picked("identity_block", ("a.py", text))
    assert function() == 5 and notes == []


def test_own_modules_are_imported_without_their_training():
    function, notes = picked(
        "identity_block",
        ("all/main.py", "import helpers as h\nfrom lib.deep import six\n"
                    "def identity_block(): return h.five() + six()"),
        ("all/helpers.py", "from lib.deep import six\nwhile 1: pass\ndef five(): return six()-1"),
        ("all/lib/deep.py", "N = 6\ndef six(): return N"),
    )  # fmt: skip
    assert function() == 11 and notes == []


def test_modules_that_import_each_other_do_not_keep_us():
    function, notes = picked(
        "identity_block",
        ("a.py", "from b import f\ndef identity_block(): return f()"),
        ("b.py", "import a\ndef f(): return 5"),
    )
    assert function() == 5 and notes == []


@pytest.mark.parametrize(
    "sources",
    [
        (("main.py", "from lib import five\ndef identity_block(): return five()"),
         ("lib/__init__.py", "from .deep.inner import five"),
         ("lib/deep/inner.py", "from ..constants import FIVE\ndef five(): return FIVE"),
         ("lib/constants.py", "FIVE = 5")),
        (("main.py", "import sys\nsys.path.append('src')\nfrom blocks import five\n"
                     "def identity_block(): return five()"),
         ("src/blocks.py", "def five(): return 5")),
        (("main.py", "five = __import__('2-five').five\ndef identity_block(): return five()"),
         ("2-five.py", "def five(): return 5")),
        (("main.py", "import importlib\ndef identity_block():\n"
                     "  return importlib.import_module('2-five').five()"),
         ("2-five.py", "def five(): return 5")),
        (("02.ipynb", "import import_ipynb\nfrom blocks import five\n"
                      "def identity_block(): return five()"),
         ("blocks.ipynb", "def five(): return 5")),
        (("02.ipynb", "from ipynb.fs.full.blocks import five\ndef identity_block(): return five()"),
         ("blocks.ipynb", "def five(): return 5")),
        (("02.ipynb", "import ipynb.fs.defs.blocks as b\ndef identity_block(): return b.five()"),
         ("blocks.ipynb", "def five(): return 5")),
        (("main.py", "from .blocks import five\ndef identity_block(): return five()"),
         ("blocks.py", "def five(): return 5")),
        (("main.py", "from helpers import *\ndef identity_block(): return int(array(5))"),
         ("helpers.py", "from numpy import *\nimport h5py_of_old\ndata = h5py_of_old.File()")),
    ],
)  # fmt: skip
def test_a_learner_s_own_modules_and_notebooks_are_imported(sources):
    function, notes = picked("identity_block", *sources)
    assert function() == 5 and notes == []


def test_names_that_a_helper_module_would_have_brought_along_come_from_keras():
    function, notes = picked(
        "identity_block",
        ("a.py", "from resnets_utils import *\nfrom test_utils import summary\n"
                 "def identity_block(start=random_uniform):\n"
                 "  return BatchNormalization, layers.Dense, K.int_shape, np.zeros(1), start, tf"),
    )  # fmt: skip
    function()
    text = "\n".join(notes)
    for name in ("BatchNormalization", "layers", "K", "np", "random_uniform", "tf"):
        assert f"`{name}` is never imported" in text
    with pytest.raises(NameError, match="nowhere"):
        picked("identity_block", ("a.py", "def identity_block(): return nowhere"))[0]()


def test_an_attribute_is_no_name_that_was_never_imported():
    text = "from keras import layers as L\ndef identity_block(): return L.Conv2D"
    function, notes = picked("identity_block", ("a.py", text))
    assert with_helpers(function) == [function] and notes == []


def test_keras_s_layers_stand_in_for_those_of_a_helper_module(tmp_path):
    function, notes = picked(
        "identity_block",
        ("a.py", "from resnets_utils import *\nfrom keras.layers import Conv2D\n"
                 "def identity_block(): return BatchNormalization, Conv, Scale, Conv2D"),
        ("resnets_utils.py", "from keras.layers import Conv2D as Base, Layer\n"
                             "class BatchNormalization(Layer):\n  def call(self, x, training): 1\n"
                             "class Conv(Base): pass\nclass Scale(Layer): pass"),
    )  # fmt: skip
    norm, conv, scale, _ = function()
    assert norm is keras.layers.BatchNormalization
    assert issubclass(conv, keras.layers.Conv2D) and scale.__name__ == "Scale"
    [note] = notes
    assert note.startswith("`BatchNormalization` of resnets_utils.py was replaced")
    own, _ = picked("identity_block", ("a.py", "from keras.layers import Layer\n"
        "class Dense(Layer): pass\ndef identity_block(): return Dense"))  # fmt: skip
    assert own() is not keras.layers.Dense  # what the answer itself defines is judged


def test_what_a_statement_that_fails_would_import_is_imported():
    text = "from importnb import Notebook\nwith Notebook():\n  import b as h\n"
    text += "try:\n  from keras.engine import Layer\nexcept ValueError:\n  pass\n"
    text += "def identity_block(): return h.five() if Layer else 0"
    function, _ = picked("identity_block", ("a.py", text), ("b.py", "def five(): return 5"))
    assert function() == 5


def test_types_of_a_library_that_is_not_here_are_not_needed():
    text = "from no_such_types import Float\ndef identity_block(X: Float = 5): return X"
    assert picked("identity_block", ("a.py", text))[0]() == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import torch.nn as nn\ndef identity_block(): return nn.Conv2d", "PyTorch"),
        ("from torch.nn import *\ndef identity_block(): return Conv2d", "PyTorch"),
        ("from my_lib import f\ndef identity_block(): return f()", "my_lib`, which was not handed"),
    ],
)
def test_a_name_that_could_not_be_imported_says_where_it_was_to_come_from(text, said):
    function, _ = picked("identity_block", ("a.py", text))
    with pytest.raises(ImportError, match=said):
        function()


@pytest.mark.parametrize(
    "later",
    [
        "from math import floor as identity_block",
        "from my_solutions import identity_block",
        "from solved import *",
        "if __name__ == '__main__':\n  identity_block = None",
    ],
)
def test_a_later_import_does_not_replace_a_definition(later):
    solved = ("solved.py", "def identity_block(): return 1")
    function, _ = picked("identity_block", ("z.py", f"{FIVE}\n{later}"), solved)
    assert function() == 5


@pytest.mark.parametrize(
    "text",
    [
        "from my_solutions import identity_block",
        "if __name__ == '__main__':\n  def identity_block(): return 5",
    ],
)
def test_what_fails_to_be_imported_or_is_for_scripts_is_no_attempt(text):
    assert attempt([Source("a.py", parse(text, "<a.py>"))], "identity_block") is None


@pytest.mark.parametrize(
    "text",
    [
        "from __future__ import annotations\ndef identity_block(x: Nothing = 5) -> No: return x",
        "from __future__ import annotations\nclass A:\n  def me(self) -> A: return self\n"
        "def identity_block(): A().me(); return 5",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n  from no import Sequence\n"
        "def identity_block(x: Sequence = 5): return x",
    ],
)
def test_annotations_that_are_not_evaluated_need_no_names(text):
    function, notes = picked("identity_block", ("a.py", text))
    assert function() == 5 and notes == []


def attempted(*cells, counts=()):
    made = Source("a.ipynb")
    for number, cell in enumerate(cells):
        ran = counts[number] if number < len(counts) else None
        made.statements += parse(cell, f"<a.ipynb, cell {number + 1}>", ran)
    found = attempt([made], "identity_block")
    return load(found.pieces)[0]["identity_block"](), found.notes


@pytest.mark.parametrize(
    ("cells", "counts", "cell"),
    [
        ((ONE, FIVE), (), 2),
        ((FIVE, ONE), (7, 3), 1),
        ((ONE, FIVE), (3, 7), 2),
        ((FIVE, ONE), (7, None), 1),
        ((FIVE, "identity_block = None", ONE), (7, 5, 3), 1),
    ],
)
def test_of_several_definitions_the_one_that_ran_last_counts(cells, counts, cell):
    value, [note] = attempted(*cells, counts=counts)
    assert value == 5 and f"cell {cell}, line 1 counts" in note


def test_a_helper_written_anew_later_counts_as_it_stood():
    cells = ("scale = 5", "def helper(): return scale", "def identity_block(): return helper()",
             "def helper(x): return x", "scale = 7")  # fmt: skip
    value, [note] = attempted(*cells)
    assert value == 5 and "helper is defined 2 times: a.ipynb, cell 2, line 1 counts" in note
    assert attempted(*cells, counts=(1, 2, 3, 9, 8))[0] == 5


def test_a_count_that_an_earlier_session_left_behind_does_not_win():
    value, [note] = attempted("x = 1", ONE, FIVE, counts=(1, 57, 3))
    assert value == 5 and "cell 3" in note


def test_of_several_files_a_filled_one_counts_and_the_chapter_s_own():
    blank = "def identity_block(): raise NotImplementedError()"
    function, [note] = picked("identity_block", ("a.py", FIVE), ("b.py", blank))
    assert function() == 5 and "that of a.py counts" in note
    function, _ = picked("identity_block", ("02-identity-block.py", FIVE), ("z.py", ONE))
    assert function() == 5


LOADED = {
    "by a specification": """
        import importlib.util
        spec = importlib.util.spec_from_file_location("other", "./helpers/five.py")
        helper = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(helper)
        """,
    "by a loader": """
        from importlib.machinery import SourceFileLoader
        helper = SourceFileLoader("other", "helpers/five.py").load_module()
        """,
    "by runpy": """
        import runpy
        from types import SimpleNamespace
        helper = SimpleNamespace(**runpy.run_path("helpers/five.py"))
        """,
}


@pytest.mark.parametrize("how", LOADED)
def test_a_helper_that_is_loaded_by_its_path_is_there_as_a_file(how, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = f"{textwrap.dedent(LOADED[how])}\ndef identity_block(): return helper.five()"
    files = {"a.py": text, "helpers/five.py": "def five(): return 5\nprint(five())"}
    sources = [Source(file, parse(files[file], f"<{file}>")) for file in files]
    pieces = attempt(sources, "identity_block").pieces
    write_modules(pieces, tmp_path)
    assert load(pieces)[0]["identity_block"]() == 5


def test_an_import_of_the_solution_is_an_attempt_and_a_chapter_s_own_imports_are_none(tmp_path):
    text = "from resnet_lesson.blocks import convolutional_block, identity_block"
    taken_over = f"{text}\nidentity_block = passed(identity_block)"
    written(tmp_path, {"mine.py": text, "04-resnet50.py": taken_over})
    chapter, mine = (read(s).sources for s in find_submissions([tmp_path]))
    assert attempt(mine, "identity_block")
    assert attempt(chapter, "identity_block") is None


@pytest.mark.parametrize("name", ["{} (1).ipynb", "Ana's {}.ipynb"])
def test_the_lesson_s_own_notebooks_hand_in_nothing_under_any_name(tmp_path, name):
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        written(tmp_path, {name.format(path.stem): path.read_bytes()})
    for submission in find_submissions([tmp_path]):
        sources = read(submission).sources
        for exercise in all_exercises():
            picked_one = attempt(sources, exercise)
            blank = picked_one and any("NotImplementedError" in p.text for p in picked_one.pieces)
            assert picked_one is None or blank


@pytest.mark.parametrize(
    ("files", "chosen", "why"),
    [
        (("02-identity-block.ipynb", "02-identity-block (1).ipynb"), 1, "the last by name"),
        (("v10.ipynb", "v2.ipynb"), 0, "the last by name"),
        (("final.ipynb", "old/try1.ipynb"), 0, "the uppermost"),
        (("02.ipynb", "02-identity-block-checkpoint.ipynb"), 0, "which is no checkpoint"),
        (("identity_block.py", "resnet101.py", "resnet152.py"), 0, "named after it"),
    ],
)
def test_of_several_copies_the_newest_counts_as_far_as_names_tell(files, chosen, why):
    sources = [Source(file, parse(FIVE, f"<{file}>")) for file in files]
    [note] = attempt(sources, "identity_block").notes
    assert f"that of {files[chosen]} counts, {why}." in note


def test_exercises_are_those_that_any_submission_defines(tmp_path):
    mentioned = notebook("# identity_block and convolutional_block\n" + BLANK)
    written(tmp_path, {"a.ipynb": mentioned, "b.py": "def skip_connection(X, m): return X"})
    assert list(exercises_defined(find_submissions([tmp_path]))[0]) == [
        "skip_connection",
        "identity_block",
    ]


def test_a_helper_of_one_learner_is_no_exercise_of_all(tmp_path):
    for number in range(5):
        written(tmp_path, {f"{number}.py": BLOCK})
    written(tmp_path, {"0.py": BLOCK + "def residual_block(x, n): return x"})
    usual, left_out = exercises_defined(find_submissions([tmp_path]))
    assert list(usual) == ["identity_block"] and left_out == {"residual_block": 1}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("def conv_block(X, f, filters): return X", "`conv_block` (a.py, line 1) looks like"),
        ("def residual_block(x, f, filters, stride): return x", "looks like convolutional_block"),
        ("def identity_block(x, f, filters): return x", ""),
        ("class ResNet:\n  @staticmethod\n  def convolutional_block(X): return X",
         "stands inside `ResNet` (a.py, line 3)"),
        ("def build():\n  def convolutional_block(X): return X\n  return convolutional_block",
         "stands inside `build` (a.py, line 2)"),
        ("def shape_of(X): return X", ""),
    ],
)  # fmt: skip
def test_what_looks_like_an_answer_under_another_name_is_told(tmp_path, text, hint):
    [reading] = map(read, find_submissions([written(tmp_path, {"a.py": text})]))
    assert attempt(reading.sources, "convolutional_block") is None
    hints = reading.hints("convolutional_block")
    assert [hint in line for line in hints] == ([True] if hint else [])
    assert not reading.hints("ConvolutionalBlock")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_pipes_and_links_out_of_the_folder_are_told_and_not_opened(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.py").write_text("x = 1")
    for name in ("pipe.zip", "pipe.py"):
        os.mkfifo(folder / name)
    (folder / "file.py").symlink_to(tmp_path / "outside/a.py")
    (folder / "folder").symlink_to(tmp_path / "outside")
    found = {s.name: "; ".join(read(s).problems) for s in find_submissions([folder])}
    assert set(found) == {"file.py", "folder", "pipe.py", "pipe.zip"}
    assert all("link out of the folder" in found[name] for name in ("file.py", "folder"))
    assert all("no ordinary file" in found[name] for name in ("pipe.py", "pipe.zip"))
