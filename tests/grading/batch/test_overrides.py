"""Points that an instructor has set."""

import pytest
from support.pages import exercise, finding, result

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.batch.overrides import read_overrides

CSV = "learner,exercise,points,reason\nana,identity_block,8.5,talked\nzoe,ResNet50,1,x\n"
TOML = """
[[override]]
learner = "ana.ipynb"
exercise = "identity_block"
points = 8.5
reason = "talked"
[[override]]
learner = "zoe"
exercise = "ResNet50"
points = 1
reason = "x"
"""


@pytest.mark.parametrize(("name", "content"), [("a.csv", CSV), ("a.toml", TOML)])
def test_what_was_set_wins_and_what_was_graded_is_kept(tmp_path, name, content):
    (tmp_path / name).write_text("\ufeff" + content, "utf-8")
    overrides = read_overrides(tmp_path / name)
    graded = result("ana.ipynb", exercise(points=3.0, findings=[finding()]), exercise("ResNet34"))
    for _ in range(2):  # regraded, the same again
        changed = overrides.apply(graded)
        assert changed["points"] == 18.5
        first, second = changed["exercises"]
        assert first["override"] == {"points": 3.0, "reason": "talked"}
        assert first["findings"] == [finding()] and "3 before" in first["notes"][-1]
        assert "override" not in second
    assert graded["points"] == 13.0
    assert overrides.unused() == ["zoe · ResNet50"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "learner,points\nana,1\n", "the columns learner, exercise"),
        ("a.csv", CSV + "ana,identity_block,1,again\n", "entry 3: .* there twice"),
        ("a.csv", CSV + "bo,no_block,1,x\n", "entry 3: no exercise 'no_block'"),
        ("a.csv", CSV + "bo,ResNet50,nan,x\n", "points are a number"),
        ("a.csv", CSV + "bo,ResNet50,-1,x\n", "points are a number"),
        ("a.csv", CSV + "bo,ResNet50,2,\n", "a reason"),
        ("a.csv", CSV + "bo\n", "a reason"),
        ("a.toml", "[override]\nlearner = 1", "tables named"),
        ("a.toml", "x", "a.toml: "),
        ("none.csv", None, "cannot be read"),
    ],
)
def test_what_cannot_be_understood_is_told_in_one_line(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(GradingError, match=message) as error:
        read_overrides(tmp_path / name)
    assert "\n" not in str(error.value)
