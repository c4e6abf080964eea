"""Finding submissions in what courses hand over, and picking from them what an exercise needs."""

import io
import json
import os
import tarfile
import textwrap
import zipfile

import keras
import nbformat
import pytest
from support.paths import NOTEBOOKS

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.exports import origin
from resnet_lesson.grading.submissions.reading import exercises_defined, read
from resnet_lesson.grading.submissions.source import Source, parse

BLOCK = "def identity_block(X, f, filters, training=True, initializer=None):\n    return X\n"
BLANK = BLOCK.replace("return X", "# YOUR CODE HERE\n    raise NotImplementedError()")

FIVE, ONE = "def identity_block(): return 5", "def identity_block(): return 1"


def written(top, files):
    for name, content in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return top


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def notebook(*cells, counts=()):
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    for cell, count in zip(made, counts, strict=False):
        cell.execution_count = count
    return nbformat.writes(nbformat.v4.new_notebook(cells=made))


def names(path, **options):
    return {s.name: [f.name for f in s.files] for s in find_submissions([path], **options)}


def picked(name, *sources):
    """What an exercise gets of sources, each a name and a text; run, with the notes on it."""
    made = []
    for file, text in sources:
        source = Source(file)
        source.statements = parse(textwrap.dedent(text), f"<{file}>")
        made.append(source)
    found = attempt(made, name)
    namespace, notes = load(found.pieces)
    notes[:0] = found.notes
    return namespace[name], notes


# ---------------------------------------------------------------------------------------- finding


MOODLE = {
    "Ana Müller_123_assignsubmission_file_/02.ipynb": "{}",
    "Ana Müller_123_assignsubmission_file_/03.ipynb": "{}",
    "Ben_45_assignsubmission_file_block.py": BLOCK,
}
CANVAS = {
    "muellerana_1234_77_02-identity-block.ipynb": "{}",
    "muellerana_1234_78_03.ipynb": "{}",
    "smithben_LATE_99_12_block-1.py": BLOCK,
}
GRADESCOPE = {
    "assignment_9_export/submission_metadata.yml": "",
    "assignment_9_export/submission_123/a.py": BLOCK,
    "assignment_9_export/submission_124/a.py": BLOCK,
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (MOODLE, {"Ana Müller_123": ["02.ipynb", "03.ipynb"], "Ben_45": ["block.py"]}),
        (
            CANVAS,
            {
                "muellerana_1234": ["02-identity-block.ipynb", "03.ipynb"],
                "smithben_99": ["block-1.py"],
            },
        ),
        ({"submitted/ana/hw/x.ipynb": "{}", "submitted/ben/hw/y.py": ""},
         {"ana": ["hw/x.ipynb"], "ben": ["hw/y.py"]}),
        ({"block_1.py": "", "b_12_34_x.py": ""}, {"block_1.py": ["block_1.py"],
                                                  "b_12_34_x.py": ["b_12_34_x.py"]}),
        ({"a.py": "", "__MACOSX/._a.py": "", ".x/b.py": "", "c/d.py": "",
          "c/.ipynb_checkpoints/d.ipynb": ""},
         {"a.py": ["a.py"], "c": ["d.py"]}),
    ],
)  # fmt: skip
def test_exports_of_course_systems_in_folders_and_zips(tmp_path, files, expected):
    assert names(zipped(tmp_path / "all.zip", files)) == expected
    folder = written(tmp_path / "all", files)
    if "submitted/ana/hw/x.ipynb" in files:
        (folder / "gradebook.db").touch()
    assert names(folder) == expected


def test_canvas_is_known_file_by_file_with_anonymous_learners_and_late_marks(tmp_path):
    files = {**CANVAS, "rename_all.py": "", "anon_aB3x9_98765_02.ipynb": "{}",
             "LATE_anon_Zz01q_98766_02.ipynb": "{}", "anon_aB3x9_98767_helper.py": ""}  # fmt: skip
    found = find_submissions([written(tmp_path / "all", files)])
    assert {s.name: len(s.files) for s in found} == {
        "anon_Zz01q": 1, "anon_aB3x9": 2, "muellerana_1234": 2, "rename_all.py": 1, "smithben_99": 1
    }  # fmt: skip
    assert [s.name for s in found if origin(s).late] == ["anon_Zz01q", "smithben_99"]


NOBODY = {
    **{"ana/02.html": "", "ben/02.ipynb.txt": "{}", "cem/02.ipynb.json": "{}", "dora/hw.pdf": ""},
    **{"eva/hw.rar": "", "finn/hw.7z": "", "ida.docx": "", "marks.csv": ""},
}


def test_every_learner_has_a_row_with_the_reason_where_nothing_can_be_graded(tmp_path):
    moodle = {f"{name}_1_assignsubmission_file/x{name}": "" for name in ("ana.pdf", "ben.py")}
    for number, files in enumerate((NOBODY, moodle)):
        folder = written(tmp_path / f"{number}", files)
        (folder / "jo").mkdir()
        for path in (folder, zipped(tmp_path / f"{number}.zip", files)):
            found = {s.name: s for s in find_submissions([path])}
            expected = {name.partition("/")[0].partition("_assign")[0] for name in files}
            assert set(found) - {"jo"} == expected - {"marks.csv"}
            assert all(bool(s.files) != bool(s.problem) for s in found.values())
        assert "it is empty" in {s.name: s for s in find_submissions([folder])}["jo"].problem
    assert "hw.rar" in {s.name: s for s in find_submissions([tmp_path / "0"])}["eva"].problem


def test_a_tar_is_read_as_a_zip_is(tmp_path):
    modes = {".tar.gz": "w:gz", ".tgz": "w:gz", ".tar": "w", ".tar.bz2": "w:bz2", ".txz": "w:xz"}
    for suffix, mode in modes.items():
        with tarfile.open(tmp_path / f"ana{suffix}", mode) as archive:
            entry = tarfile.TarInfo("hw/02.py")
            entry.size = len(BLOCK)
            archive.addfile(entry, io.BytesIO(BLOCK.encode()))
    for submission in find_submissions([tmp_path]):
        assert submission.files[0].read().decode() == BLOCK
    assert names(tmp_path / "ana.tar.gz") == {"hw": ["02.py"]}
    for suffix in modes:
        (tmp_path / f"bad{suffix}").write_bytes(b"no tar" * 200)
    bad = [s for s in find_submissions([tmp_path]) if s.name.startswith("bad")]
    assert len(bad) == len(modes)
    assert all("no tar, or a damaged one" in submission.problem for submission in bad)


def test_a_virtual_environment_is_skipped(tmp_path):
    installed = {f"mine/lib/site-packages/p{n}.py": "" for n in range(300)}
    installed |= {f"other/lib/p{n}.py": "" for n in range(300)}
    marks = {"mine/pyvenv.cfg": "", "other/conda-meta/history": ""}
    files = {"02.py": BLOCK, "mine/bin/activate_this.py": "", **marks, **installed}
    zipped(tmp_path / "ana.zip", files)
    written(tmp_path / "ben", files)
    assert names(tmp_path) == {"ana.zip": ["02.py"], "ben": ["02.py"]}


def test_single_files_of_learners_have_a_row_and_those_beside_them_do_not(tmp_path):
    handed_in = ("ana.txt", "ben.md", "cem.ipynb.crdownload", "dora.ipynb (1)", "eva.gz", "f.ipynb")
    beside = (
        "README.md",
        "requirements.txt",
        "marks.csv",
        "marks.xlsx",
        "signs.h5",
        "settings.toml",
    )
    written(tmp_path, {name: "" for name in (*handed_in, *beside)})
    assert set(names(tmp_path)) == set(handed_in)


def test_names_from_macos_are_read_as_it_means_them(tmp_path):
    name = "Jürgen Groß_201_assignsubmission_file/02.py"

    class FromMac(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):
            return self.filename.encode(), 0

    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(FromMac(name), BLOCK)
    assert names(tmp_path / "all.zip") == {"Jürgen Groß_201": ["02.py"]}


def test_gradescope_s_export(tmp_path):
    export = zipped(tmp_path / "export.zip", GRADESCOPE)
    assert names(export) == {"submission_123": ["a.py"], "submission_124": ["a.py"]}


def test_a_zip_in_a_folder_is_one_learner_s(tmp_path):
    zipped(tmp_path / "ana.zip", {"02.py": BLOCK, "more/03.py": "x = 1", "notes.txt": "mine"})
    [ana] = find_submissions([tmp_path])
    assert (ana.name, [f.name for f in ana.files]) == ("ana.zip", ["02.py", "more/03.py"])
    assert ana.files[0].read().decode() == BLOCK


def test_names_in_a_zip_lead_nowhere_and_nothing_is_unpacked(tmp_path):
    zipped(tmp_path / "z.zip", {"../../evil.py": BLOCK, "/abs/olute.py": BLOCK, "a\nb '\".py": ""})
    before = sorted(os.walk(tmp_path))
    found = names(tmp_path / "z.zip")
    assert set(found) == {"evil.py", "abs", "a\nb '\".py"}
    assert sorted(os.walk(tmp_path)) == before


def inner_zip(files):
    file = io.BytesIO()
    zipped(file, files)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 not a zip", "no zip, or a damaged one"),
        (b"", "no zip, or a damaged one"),
        (inner_zip({"readme.txt": "hello"}), "no notebook or .py file"),
        (inner_zip({"bomb.py": b"#" * (3 << 20)}), "bomb.py is too large: more than 1 MiB"),
        (inner_zip({f"{n}.py": "" for n in range(300)}), "more than 200 files"),
    ],
)
def test_a_zip_that_cannot_be_read_is_a_result(tmp_path, content, said):
    written(tmp_path, {"ana.zip": content, "ben.py": BLOCK})
    ana, ben = map(read, find_submissions([tmp_path]))
    assert said in ana.loss("identity_block")
    assert ben.problems == []


def test_a_zip_in_a_learner_s_zip_is_read_as_well(tmp_path):
    twice = inner_zip({"a.py": BLOCK, "deeper.zip": inner_zip({"b.py": BLOCK})})
    written(tmp_path, {"ana.zip": inner_zip({"mine.zip": twice}), "ben.py": BLOCK})
    broken = inner_zip({"mine.zip": b"PK\x03\x04 not a zip", "c.py": BLOCK})
    written(tmp_path, {"cem.zip": broken})
    ana, ben, cem = find_submissions([tmp_path])
    assert [f.name for f in ana.files] == ["mine.zip/a.py"]
    assert not (read(ana).problems or read(ben).problems)
    assert "no zip, or a damaged one" in read(cem).loss("identity_block")


def test_an_encrypted_zip_is_a_result(tmp_path):
    data = bytearray(inner_zip({"a.py": BLOCK}))
    for header, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flag] |= 1
    written(tmp_path, {"ana.zip": bytes(data)})
    [ana] = find_submissions([tmp_path])
    assert "encrypted" in read(ana).loss("identity_block")


def test_what_is_given_twice_or_bears_one_name_is_told_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(written(tmp_path, {"a/x.py": "1", "b/x.py": "2"}))
    found = find_submissions(["a/x.py", "b/x.py", "a/x.py"])
    assert [s.name for s in found] == ["a/x.py", "b/x.py"]


def test_all_together_make_one_submission(tmp_path):
    written(tmp_path, {"a.py": BLOCK, "ben/b.py": BLOCK})
    assert names(tmp_path, together=True) == {tmp_path.name: ["a.py", "b.py"]}


def test_a_pipe_among_the_files_does_not_stop_the_class(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    [a] = find_submissions([tmp_path])
    assert "no ordinary file" in read(a).loss("identity_block")


# ---------------------------------------------------------------------------------------- reading


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


# ---------------------------------------------------------------------------------------- picking


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


def test_an_import_of_the_solution_is_an_attempt_and_a_chapter_s_own_imports_are_none(tmp_path):
    text = "from resnet_lesson.blocks import convolutional_block, identity_block"
    written(tmp_path, {"mine.py": text, "04-resnet50.py": text})
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
    ("files", "chosen"),
    [
        (("02-identity-block.ipynb", "02-identity-block (1).ipynb"), 1),
        (("v10.ipynb", "v2.ipynb"), 0),
        (("final.ipynb", "old/try1.ipynb"), 0),
        (("02.ipynb", "02-identity-block-checkpoint.ipynb"), 0),
        (("identity_block.py", "resnet101.py", "resnet152.py"), 0),
    ],
)
def test_of_several_copies_the_newest_counts_as_far_as_names_tell(files, chosen):
    sources = [Source(file, parse(FIVE, f"<{file}>")) for file in files]
    [note] = attempt(sources, "identity_block").notes
    assert f"that of {files[chosen]} counts" in note


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
