"""The files that a run writes, made of results alone."""

import csv
import json
import zipfile
from types import SimpleNamespace

import pytest
from support.pages import Page, block, exercise, finding, result

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.batch.outputs import Outputs
from resnet_lesson.grading.submissions.exports import Origin

NAMES = "json csv html gradescope gradebook column feedback_zip visibility"
ANA = {
    **result("Ana Lee_12", exercise(points=7.0, findings=[finding()])),
    "late": True,
    "learner_id": "12",
}
SET = {"override": {"points": 3.0, "reason": "talked"}}
BO = result("bo & co.ipynb", {**exercise(points=4.0), **SET})
RESULTS = [(Origin("moodle", "Ana Lee", "12", True), ANA), (Origin(learner="bo & co"), BO)]


def outputs(**options):
    return Outputs(SimpleNamespace(**dict.fromkeys(NAMES.split()) | options))


def write(files):
    for _, graded in RESULTS:
        files.write_page(graded, [])
    return files.write(lambda: iter(RESULTS), ["identity_block"], 0, {"identity_block": block()})


def test_the_table_tells_what_is_late_and_why_points_were_set(tmp_path):
    write(outputs(csv=str(tmp_path / "a.csv")))
    with open(tmp_path / "a.csv", newline="") as file:
        ana, bo = csv.DictReader(file)
    assert (ana["late"], ana["learner_id"], ana["overrides"]) == ("late", "12", "")
    assert (bo["late"], bo["learner_id"]) == ("", "")
    assert bo["overrides"] == "identity_block: talked"


def test_the_class_page_lists_all_learners_with_links_to_their_pages(tmp_path):
    files = outputs(html=str(tmp_path))
    write(files)
    html = (tmp_path / "index.html").read_text("utf-8")
    links = [value for name, value in Page(html).attributes if name == "href" and value[0] != "#"]
    assert links[:1] == ["Ana%20Lee_12.html"] and len(links) == 3  # she made a mistake too
    assert all((tmp_path / link.replace("%20", " ")).exists() for link in links)
    text = Page(html).text
    assert "Ana Lee_12 late 7 of 10" in text and "4 (set by the instructor)" in text


@pytest.mark.parametrize("with_pages", [True, False])
def test_the_zip_of_pages_is_what_moodle_imports(tmp_path, monkeypatch, with_pages):
    monkeypatch.chdir(tmp_path)
    folder = {"html": str(tmp_path / "pages")} if with_pages else {}
    files = outputs(feedback_zip="moodle", **folder)
    files.require_writable()
    [note] = write(files)
    assert "left out: bo & co.ipynb" in note
    path = tmp_path / "pages" if with_pages else tmp_path
    with zipfile.ZipFile(path / "feedback-moodle.zip") as archive:
        assert archive.namelist() == ["Ana Lee_12_assignsubmission_file/feedback.html"]
        assert b"7 of 10 points" in archive.read(archive.namelist()[0])
    assert with_pages or [entry.name for entry in tmp_path.iterdir()] == ["feedback-moodle.zip"]


def test_a_gradebook_is_filled_in_where_it_lies(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Identifier,Full name,Grade,Last modified (grade)\nParticipant 12,A,-,-\n")
    notes = write(outputs(gradebook=str(path)))
    assert path.read_text().endswith("\nParticipant 12,A,7,-\n")
    assert notes == [f"--gradebook {path}: no row for bo & co.ipynb"]


def test_a_gradebook_that_cannot_be_read_is_told_before_the_grading(tmp_path):
    with pytest.raises(GradingError, match=r"none\.csv cannot be read"):
        outputs(gradebook=str(tmp_path / "none.csv"))


def test_gradescope_is_told_the_points_that_were_set(tmp_path):
    write(outputs(gradescope=str(tmp_path / "results.json"), visibility="after_due_date"))
    written = json.loads((tmp_path / "results.json").read_text())
    assert written["score"] == 4.0
    assert {part["visibility"] for part in (written, *written["tests"])} == {"after_due_date"}
