"""Questions: well formed, each asked in its notebook, answers checked with a reason."""

import re
from pathlib import Path

import nbformat
import pytest

from resnet_lesson.lab.help import Note
from resnet_lesson.lab.questions import LETTERS, Question, all_questions, question

NOTEBOOKS = Path(__file__).parent.parent / "notebooks" / "solutions"
ONE = Question("one", "01-x", "How `many`?", ("1", "<b>2</b>"), "b", ("Too few.", "It **is**."))


@pytest.mark.parametrize("name", all_questions())
def test_a_question_is_complete(name):
    asked = all_questions()[name]
    assert asked.prompt.strip() and 2 <= len(asked.options) <= len(LETTERS)
    assert asked.answer in LETTERS[: len(asked.options)]
    assert len(asked.why) == len(asked.options) == len(set(asked.options))
    assert all(len(reason.split()) >= 3 for reason in asked.why)


def test_the_right_answers_are_not_all_the_same_letter():
    letters = [asked.answer for asked in all_questions().values()]
    assert max(letters.count(letter) for letter in set(letters)) < 0.6 * len(letters)


def test_each_question_is_asked_once_in_its_own_notebook():
    asked = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                names = re.findall(r'^question\("([^"]+)"\)$', cell.source, re.M)
                asked += [(path.stem, name) for name in names]
    assert sorted(asked) == sorted((q.notebook, q.name) for q in all_questions().values())


def test_an_answer_is_checked_and_explained():
    name, asked = next(iter(all_questions().items()))
    for letter, reason in zip(LETTERS, asked.why, strict=False):
        said = repr(question(name, letter.upper() + " "))
        assert reason in said
        assert said.startswith("✓") == (letter == asked.answer)


@pytest.mark.parametrize("answer", ["z", "ab", "", 2, ["a"]])
def test_what_is_no_option_is_told_in_one_line(answer):
    said = question(next(iter(all_questions())), answer)
    assert isinstance(said, Note) and "choose from a, b" in repr(said)


def test_an_unknown_question_is_told_in_one_line():
    assert "There is no question 'nothing'" in repr(question("nothing"))


def test_the_static_form_folds_the_answer_in():
    data = ONE._repr_mimebundle_()
    shown, folded = data["text/markdown"].split("<details>")
    assert "It **is**." in folded and "It **is**." not in shown
    assert "It **is**." not in data["text/plain"] and set(data) == {"text/markdown", "text/plain"}


def test_a_button_gives_the_verdict_and_escapes_it():
    asked = Question("q", "01", "?", ("1", "2"), "b", ("<i>No</i> `x`", "Yes, it is."))
    _, buttons, verdict = asked.panel().children
    buttons.children[0].click()
    assert "✗" in verdict.value and "&lt;i&gt;No&lt;/i&gt; <code>x</code>" in verdict.value
    buttons.children[1].click()
    assert "✓" in verdict.value and "<strong>b.</strong>" in verdict.value
    assert [b.button_style for b in buttons.children] == ["", "success"]
