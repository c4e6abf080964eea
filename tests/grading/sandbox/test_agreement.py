"""The same code gets the same status, points and first finding from `check` and from `grade`."""

from datetime import date

import pytest
from answers import all_answers
from support.answers import source_of

from resnet_lesson import check
from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.submissions.reading import Reading
from resnet_lesson.grading.submissions.source import Source, parse

EVERY = 60  # of the answers one is tried a day, the next day the next one


def outcome(data):
    first = next(iter(data["findings"]), None)
    return data["status"], data["points"], first and (first["where"], first["what"])


def disagreements(answers, sandbox):
    # As for a class: one grader, and one observation of the reference, of an exercise.
    graders = {name: Grader(sandbox, [name]) for name in {answer.exercise for answer in answers}}
    for answer in answers:
        name = answer.exercise
        text = source_of(answer)
        reading = Reading("a.py", [Source("a.py", parse(text, "<a.py>"))])
        [graded] = graders[name].grade_one(reading).result["exercises"]
        namespace = {"__name__": "submission"}
        exec(compile(text, "<a.py>", "exec"), namespace)
        namespace[name].__name__ = name
        checked = check(namespace[name]).to_dict()
        if outcome(graded) != outcome(checked):
            yield f"{answer}: grade {outcome(graded)}, check {outcome(checked)}"


ANSWERS = all_answers()


def test_a_few_answers_get_the_same_from_both_others_each_day(sandbox):
    """That one observation is judged alike is tried of all answers, in `judge/test_answers.py`."""
    assert list(disagreements(ANSWERS[date.today().toordinal() % EVERY :: EVERY], sandbox)) == []


@pytest.mark.slow
def test_a_sample_of_all_answers_gets_the_same_from_both(sandbox):
    assert list(disagreements(ANSWERS[::20], sandbox)) == []
