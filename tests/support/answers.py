"""Answers as a learner would write them: the text of a module, ending in the exercise's name."""

import ast
import inspect
import sys
from functools import cache

MARKS = ("right", "wrong")


def source_of(answer):
    """The source of an answer, under the name that its exercise asks for."""
    text = _module_source(answer.function.__module__)
    return f"{text}\n{answer.exercise} = {answer.function.__name__}\n"


@cache
def _module_source(module):
    """A module of answers, with what it takes from another one."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    tree.body = [n for n in tree.body if getattr(n, "module", None) != "answers"]
    for node in list(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("answers."):
            place = tree.body.index(node)
            tree.body[place : place + 1] = ast.parse(_module_source(node.module)).body
    for node in tree.body:
        for mark in list(getattr(node, "decorator_list", ())):
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") in MARKS:
                node.decorator_list.remove(mark)
    return ast.unparse(tree)
