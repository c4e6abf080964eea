"""Finding submissions in what courses hand over."""

import io
import os
import tarfile
import zipfile

import pytest
from support.submissions import BLOCK, names, written, zipped

from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.exports import origin
from resnet_lesson.grading.submissions.reading import read

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
