"""Weights that were handed in go with the learner whose network they are."""

import zipfile

from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.reading import read

NAME = "capstone.weights.h5"


def handed_in(folder, *files):
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).write_bytes(b"x = 1\n" if name.endswith(".py") else folder.name.encode())
    return folder


def weights_of(path, **options):
    return {found.name: read(found).weights for found in find_submissions([path], **options)}


def test_each_learners_folder_or_zip_has_its_own(tmp_path):
    handed_in(tmp_path / "class" / "ana", "a.py", NAME)
    handed_in(tmp_path / "class" / "ben", "b.py")
    with zipfile.ZipFile(tmp_path / "class" / "cho.zip", "w") as archive:
        archive.writestr("c.py", "x = 1")
        archive.writestr(NAME, "cho's")
    found = weights_of(tmp_path / "class")
    assert found == {"ana": b"ana", "ben": b"", "cho.zip": b"cho's"}


def test_files_laid_side_by_side_are_one_learners_only_if_there_is_one(tmp_path):
    assert weights_of(handed_in(tmp_path / "one", "a.py", NAME)) == {"a.py": b"one"}
    several = handed_in(tmp_path / "several", "a.py", "b.py", NAME)
    assert set(weights_of(several).values()) == {b""}
    assert weights_of(several, together=True) == {"several": b"several"}


def test_other_weights_change_what_is_graded(tmp_path):
    folder = handed_in(tmp_path / "ana", "a.py", NAME)
    [before] = map(read, find_submissions([folder]))
    (folder / NAME).write_bytes(b"trained longer")
    [after] = map(read, find_submissions([folder]))
    assert before.digest != after.digest


def test_a_file_too_large_for_a_small_network_is_a_problem(tmp_path):
    folder = handed_in(tmp_path / "ana", "a.py")
    with open(folder / NAME, "wb") as file:
        file.truncate(17 << 20)
    [reading] = map(read, find_submissions([folder]))
    assert reading.weights == b"" and "too large" in reading.problems[0]
