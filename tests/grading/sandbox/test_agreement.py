"""The same code gets the same status, points and first finding from `check` and from `grade`."""

import ast
import inspect
import sys
from functools import cache

import pytest
from answers import all_answers

from resnet_lesson import check
from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.batch.grader import Grader
from resnet_lesson.grading.sandbox.sandbox import Sandbox
from resnet_lesson.grading.submissions.reading import Reading
from resnet_lesson.grading.submissions.source import Source, parse

MARKS = ("right", "wrong")


@cache
def module_source(module):
    """A module of answers as a learner would write it, with what it takes from another one."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    tree.body = [n for n in tree.body if getattr(n, "module", None) != "answers"]
    for node in list(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("answers."):
            place = tree.body.index(node)
            tree.body[place : place + 1] = ast.parse(module_source(node.module)).body
    for node in tree.body:
        for mark in list(getattr(node, "decorator_list", ())):
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") in MARKS:
                node.decorator_list.remove(mark)
    return ast.unparse(tree)


def outcome(data):
    first = next(iter(data["findings"]), None)
    return data["status"], data["points"], first and (first["where"], first["what"])


def disagreements(answers):
    with Sandbox() as sandbox:
        for answer in answers:
            name = answer.exercise
            text = module_source(answer.function.__module__)
            text += f"\n{name} = {answer.function.__name__}\n"
            reading = Reading("a.py", [Source("a.py", parse(text, "<a.py>"))])
            [graded] = Grader(sandbox, [name]).grade_one(reading).result["exercises"]
            namespace = {"__name__": "submission"}
            exec(compile(text, "<a.py>", "exec"), namespace)
            namespace[name].__name__ = name
            checked = check(namespace[name]).to_dict()
            if outcome(graded) != outcome(checked):
                yield f"{answer}: grade {outcome(graded)}, check {outcome(checked)}"


ANSWERS = all_answers()
QUICK = [a for a in ANSWERS if all_exercises()[a.exercise].kind in ("block", "layer", "values")]


def test_a_few_answers_get_the_same_from_both():
    assert list(disagreements(QUICK[::60])) == []


@pytest.mark.slow
def test_a_sample_of_all_answers_gets_the_same_from_both():
    assert list(disagreements(ANSWERS[::20])) == []
