"""Questions: well formed, each asked in its notebook, answers checked with a reason."""

import json
import re

import nbformat
import pytest
from support.paths import SOLVED

from resnet_lesson.lab import record
from resnet_lesson.lab.panel import Panel
from resnet_lesson.lab.questions import LETTERS, Question, all_questions, predicted, question

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
    for path in SOLVED:
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
    assert isinstance(said, Panel) and "Choose from a, b" in repr(said)


@pytest.mark.parametrize("name", ["nothing", None, 3, ["a"]])
def test_an_unknown_question_is_told_in_one_line(name):
    assert f"There is no question {name!r}" in repr(question(name))


def test_the_static_form_folds_the_answer_in():
    data = ONE._repr_mimebundle_()
    assert set(data) == {"text/html", "text/markdown", "text/plain"}
    for form, why in (("text/markdown", "It **is**."), ("text/html", "It <strong>is</strong>.")):
        shown, folded = data[form].split("<details", 1)
        assert why in folded and why not in shown
    assert "It **is**." not in data["text/plain"]


def test_a_button_stands_beside_its_option_and_gives_the_verdict(own_record):
    asked = Question("q", "01", "`x`?", ("<b>1</b>", "2"), "b", ("<i>No</i> `x`", "Yes, it is."))
    prompt, *rows, verdict = asked.panel().children
    assert "<code>x</code>?" in prompt.value
    (first, text), (second, _) = (row.children for row in rows)
    assert "&lt;b&gt;1&lt;/b&gt;" in text.value and first.tooltip == "Answer a: <b>1</b>"
    first.click()
    assert "✗ a. Not quite" in verdict.value and "<code>x</code>" in verdict.value
    assert "<i>" not in verdict.value and 'role="alert"' in verdict.value
    second.click()
    assert "✓ b. Right" in verdict.value and "✗" not in verdict.value
    assert [button.description for button in (first, second)] == ["✗ a", "✓ b"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("16, and 8×8×16", "Your prediction: 16, and 8×8×16"),
        (193, "Your prediction: 193"),
        ("  ", "Your prediction: none yet. Type it between the quotes, and run the cell again."),
        ("\x1b[31m4\x07", "Your prediction: 4\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_prediction_is_shown_above_the_result(given, line, capsys):
    assert predicted(given) is None
    assert capsys.readouterr().out == line + "\n"


def test_a_chosen_answer_is_shown_again_after_a_restart(own_record):
    def buttons():
        _, *rows, verdict = ONE.panel().children
        return [row.children[0] for row in rows], verdict

    (first, second), _ = buttons()
    first.click()
    second.click()
    record._texts_in_memory.clear()  # another kernel
    after, verdict = buttons()
    assert [button.description for button in after] == ["a", "✓ b"]
    assert "✓ b. Right" in verdict.value and 'role="alert"' not in verdict.value
    assert json.loads(own_record.with_name("answers.json").read_text()) == {"one": "b"}


@pytest.mark.parametrize("content", ["[]", "{", '{"one": 3, "two": []}'])
def test_a_damaged_file_of_answers_costs_nothing(own_record, content):
    own_record.with_name("answers.json").write_text(content)
    assert record.answers() == {}
    record.add_answer("one", "a")
    assert record.answers() == {"one": "a"}
