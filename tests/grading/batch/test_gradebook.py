"""Exported gradebooks, filled in: who is found, what changes, and that nothing else does."""

import pytest
from support.pages import exercise, finding, result

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.batch import canvas, moodle
from resnet_lesson.grading.batch.gradebook import Gradebook
from resnet_lesson.grading.submissions.exports import Origin

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Residual networks (123),Current Score\n"
    ",,,,,Manual Posting,\n"
    "    Points Possible,,,,,10.00,(read only)\n"
    '"Lee, Ana",1001,S1,alee,"A, B",@1@,90\n'
    '"Müller, Bo",1002,S2,bo@x.edu,"say ""hi""",@2@,\r\n'
    '"O\'Neil, Cy",1003,S3,cy,A,"7",\n'
    '"Student, Test",1009,,x,A,,'
)
MOODLE = (
    'Identifier,"Full name",Email address,Grade,"Maximum Grade",Grade can be changed,'
    "Last modified (grade),Feedback comments\r\n"
    '"Participant 12","Ana Lee",a@x.edu,@1@,"10,00",Yes,-,@comment@\r\n'
    'Participant 13,Bo,bo@x.edu,@2@,"10,00",Yes,"Monday, 5 October",kept\r\n'
    "Participant 14,Cy,cy@x.edu,,,No,-,\r\n"
)
ANA = result("ana", exercise(points=7.5, findings=[finding(message="It has `x` < 3,\nno.")]))
BO = result("bo", exercise(points=10.0))


BLACKBOARD = (
    '\ufeff"Last Name"\t"First Name"\t"Username"\t"Total [Total Pts: up to 10 Score] |1"\t'
    '"Networks [Total Pts: 10 Score] |2"\r\n'
    '"Lee"\t"Ana"\t"alee"\t"1"\t"@1@"\r\n"Müller"\t"Bo"\t"bo"\t""\t"@2@"\r\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Last Name,First Name,Networks Points Grade <Numeric MaxPoints:10 Weight:5>,"
    "End-of-Line Indicator\n#112,Lee,Ana,@1@,#\n#113,Müller,Bo,@2@,#\n"
)


def filled(tmp_path, content, results, column="", encoding="utf-8"):
    path = tmp_path / "export.csv"
    path.write_bytes(content.encode(encoding))
    data, notes = Gradebook(str(path), column).filled(results)
    return data.decode(encoding), notes


def with_cells(content, **cells):
    for name, text in cells.items():
        content = content.replace(f"@{name.strip('_')}@", text)
    return content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_of_canvas_nothing_but_the_points_changes(tmp_path, encoding):
    results = [(Origin("canvas", "leeana", "1001"), ANA), (Origin("canvas", "x", "1002"), BO)]
    before = with_cells(CANVAS, _1="", _2='"3.00"')
    data, notes = filled(tmp_path, before, results, encoding=encoding)
    assert data == with_cells(CANVAS, _1="7.5", _2='"10"') and notes == []


def test_of_moodle_nothing_but_points_and_empty_comments_changes(tmp_path):
    results = [(Origin("moodle", "Ana Lee", "12"), ANA), (Origin("moodle", "Bo", "13"), BO)]
    data, notes = filled(tmp_path, with_cells(MOODLE, _1="-", _2="", _comment=""), results)
    comment = '"identity_block: 7.5 of 10 points. It has `x` &lt; 3, no."'
    assert data == with_cells(MOODLE, _1='"7,5"', _2="10", _comment=comment) and notes == []


def test_of_moodle_in_another_language_too(tmp_path):
    before = (
        "\ufeffID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Änderbar\r\n"
        'Teilnehmer/in12;"Ana Lee";a@x.de;Abgegeben;@1@;10,00;Ja\r\n'
        "Teilnehmer/in13;Bo;bo@x.de;Keine Abgabe;@2@;10,00;Ja\r\n"
    )
    results = [(Origin("moodle", "Ana Lee", "12"), ANA), (Origin("moodle", "Bo", "13"), BO)]
    data, notes = filled(tmp_path, with_cells(before, _1="", _2="-"), results)
    assert data == with_cells(before, _1="7,5", _2="10") and notes == []


@pytest.mark.parametrize(
    ("content", "encoding"), [(BLACKBOARD, "utf-16-le"), (BRIGHTSPACE, "utf-8")]
)
def test_of_other_systems_too(tmp_path, content, encoding):
    login = "113" if content is BRIGHTSPACE else "bo"
    results = [(Origin(learner="Ana Lee"), ANA), (Origin(learner=login), BO)]
    before = with_cells(content, _1="", _2="")
    data, notes = filled(tmp_path, before, results, encoding=encoding)
    assert data == with_cells(content, _1="7.5", _2="10") and notes == []


@pytest.mark.parametrize(
    ("learner", "row"),
    [
        ("Ana Lee", 1),
        ("lee_ana", 1),
        ("leeana", 1),
        ("alee.ipynb", 1),
        ("S1", 1),
        ("bo", 2),
        ("Bo MÜLLER", 2),
        ("mullerbo", None),
        ("nobody", None),
        ("Manual Posting", None),
        ("1001", None),  # a number of what is not Canvas's export
    ],
)
def test_a_learner_is_found_by_what_the_gradebook_knows(tmp_path, learner, row):
    book = with_cells(CANVAS, _1="", _2="")
    data, notes = filled(tmp_path, book, [(Origin(learner=learner), ANA)])
    expected = with_cells(CANVAS, _1="7.5" if row == 1 else "", _2="7.5" if row == 2 else "")
    assert data == expected
    assert bool(notes) == (row is None) and all("no row for ana" in note for note in notes)


@pytest.mark.parametrize(
    "origin", [Origin("canvas", "leeana", "7"), Origin("canvas", "anon", "aB3")]
)
def test_a_number_that_is_not_there_is_not_made_up_for_by_the_name(tmp_path, origin):
    _, notes = filled(tmp_path, with_cells(CANVAS, _1="", _2=""), [(origin, ANA)])
    assert "no row for ana" in notes[0]


def test_two_of_one_name_are_left_for_the_instructor(tmp_path):
    book = with_cells(CANVAS, _1="", _2="") + '\n"Ana, Lee",1010,S9,z,A,,'
    data, notes = filled(tmp_path, book, [(Origin(learner="Ana Lee"), ANA)])
    assert data == book and "no row for ana" in notes[0]


def test_two_submissions_of_one_learner_and_what_is_closed_are_told(tmp_path):
    ana, cy = Origin("moodle", "Ana Lee", "12"), Origin("moodle", "Cy", "14")
    again = {**BO, "submission": "ana again"}
    book = with_cells(MOODLE, _1="", _2="", _comment="")
    data, notes = filled(tmp_path, book, [(ana, ANA), (ana, again), (cy, BO)])
    assert "7,5" in data and data.endswith("Participant 14,Cy,cy@x.edu,,,No,-,\r\n")
    assert "ana again and ana are of one row" in notes[0] and "cannot be changed" in notes[1]


def test_other_points_to_be_had_are_told_once(tmp_path):
    book = with_cells(CANVAS, _1="", _2="").replace("10.00", "100.00")
    ana, bo = Origin("canvas", "", "1001"), Origin("canvas", "", "1002")
    _, notes = filled(tmp_path, book, [(ana, ANA), (bo, BO)])
    assert [note.partition(": ")[2] for note in notes] == [
        "there are 10 points to be had here, and 100 there"
    ]


def test_of_several_columns_one_is_named(tmp_path):
    book = with_cells(CANVAS, _1="5", _2="").replace(",Current Score", ",Other (124)")
    with pytest.raises(GradingError, match=r"--column, one of: Residual networks \(123\); Other"):
        filled(tmp_path, book, [])
    for name in ("Other", "Other (124)"):
        data, _ = filled(tmp_path, book, [(Origin("canvas", "", "1001"), ANA)], name)
        assert '"A, B",5,7.5\n' in data


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "Identifier,Full name\n", "\x00\xff", '"'])
def test_what_is_no_gradebook_is_refused_in_one_line(tmp_path, content):
    with pytest.raises(GradingError, match="neither a gradebook") as error:
        filled(tmp_path, content, [])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("system", "origin", "name"),
    [
        (
            moodle,
            Origin("moodle", "Ana_Lee", "12", name="Ana_Lee_12_assignsubmission_file_"),
            "Ana Lee_12_assignsubmission_file/feedback.html",
        ),
        (
            canvas,
            Origin("canvas", "a", "12", True, "a_late_12_34_x.y.ipynb"),
            "a_late_12_34_x.y.html",
        ),
        (canvas, Origin("moodle", "a", "12", name="x"), ""),
        (moodle, Origin(learner="a_12"), ""),
    ],
)
def test_pages_have_the_names_that_importers_know(system, origin, name):
    assert system.feedback_name(origin) == name
