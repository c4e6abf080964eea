"""What names in exports of course systems tell of who handed in."""

import pytest

from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.exports import Origin, origin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leeana_12_345_x.py", ("canvas", "leeana", "12", False)),
        ("leeana_late_12_345_x.py", ("canvas", "leeana", "12", True)),
        ("LATE_leeana_12_345_x_1_2.py", ("canvas", "leeana", "12", True)),
        ("anon_aB3x9_345_x.py", ("canvas", "anon", "aB3x9", False)),
        ("LATE_anon_aB3x9_345_x.py", ("canvas", "anon", "aB3x9", True)),
        ("anon_late_aB3x9_345_x.py", ("canvas", "anon", "aB3x9", True)),
        ("Ana Lee_12_assignsubmission_file_/x.py", ("moodle", "Ana Lee", "12", False)),
        ("Ana Lee_12_assignsubmission_file/x.py", ("moodle", "Ana Lee", "12", False)),
    ],
)
def test_an_export_tells_who_handed_in_and_what_was_late(tmp_path, name, expected):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x = 1")
    [submission] = find_submissions([tmp_path])
    assert origin(submission) == Origin(*expected, name.partition("/")[0])


def test_a_name_that_a_learner_has_chosen_tells_nothing(tmp_path):
    """Else one learner's points would stand in another one's row."""
    (tmp_path / "mallory").mkdir()
    (tmp_path / "mallory" / "leeana_12_345_x.py").write_text("x = 1")
    [submission] = find_submissions([tmp_path])
    assert origin(submission) == Origin(learner="mallory")
