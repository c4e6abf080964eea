"""Answers of other notebooks: found from their text, checked again, and else the lesson's."""

import pytest

from resnet_lesson import check, passed
from resnet_lesson.blocks import residual_block
from resnet_lesson.lab import check as checking
from resnet_lesson.lab import record
from resnet_lesson.lab.earlier_answers import LONGEST

IMPORTS = "from keras.layers import Activation, Add, BatchNormalization, Conv2D\nSIZE = 3"
HELPER = """
def norm(n_filters, x):
    return BatchNormalization()(Conv2D(n_filters, SIZE, padding="same")(x))
"""
BLOCK = """
def residual_block(n_filters, x):
    y = norm(n_filters, Activation("relu")(norm(n_filters, x)))
    return Activation("relu")(Add()([x, y]))
"""


@pytest.fixture(autouse=True)
def another_kernel(own_record):
    checking._passed.clear()
    yield
    checking._passed.clear()


def ran(*cells):
    """Runs cells as a notebook does, checks the block in the last one, and forgets the kernel."""
    names = {"In": ["", *cells, "check(residual_block)"], "check": check}
    for cell in cells:
        exec(cell, names)
    report = eval("check(residual_block)", names)
    checking._passed.clear()
    return report


def test_an_answer_of_another_notebook_goes_on_with_what_it_needs(capsys):
    assert ran(IMPORTS, HELPER, BLOCK).passed
    found = passed(residual_block)
    assert found is not residual_block and found.__code__.co_filename == "<your residual_block>"
    assert capsys.readouterr().out == "Going on with your own residual_block.\n"
    assert passed("residual_block").__name__ == "residual_block"


def test_without_an_answer_the_lessons_goes_on_and_it_says_where_yours_belongs(capsys):
    assert passed(residual_block) is residual_block
    line = "the lesson's residual_block: none of yours has passed in notebook 07."
    assert line in capsys.readouterr().out


def test_an_answer_that_fails_later_is_forgotten(capsys):
    assert ran(IMPORTS, HELPER, BLOCK).passed
    assert not ran(IMPORTS, HELPER, BLOCK.replace("[x, y]", "[y, y]")).passed
    assert passed(residual_block) is residual_block
    assert "yours of notebook 07 no longer passes" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["def residual_block(n_filters, x): return x", "1 +", "x = y"])
def test_a_text_that_was_changed_is_not_trusted(text, capsys):
    record.keep_code("residual_block", text)
    assert passed(residual_block) is residual_block
    assert "no longer passes: check it there again" in capsys.readouterr().out


def test_reset_forgets_an_answer():
    record.keep_code("residual_block", BLOCK)
    record.remove("residual_block")
    assert not record.code().get("residual_block")


def test_a_text_without_end_is_not_kept():
    padding = f"FILLER = '{'x' * LONGEST}'\n"
    block = BLOCK.replace("y = norm", "FILLER and None\n    y = norm", 1)
    assert ran(IMPORTS, HELPER, padding + block).passed
    assert record.code() == {}


def test_no_exercise_is_a_line():
    with pytest.raises(ValueError, match="passed got 'len'"):
        passed(len)
