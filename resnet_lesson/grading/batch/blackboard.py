"""Blackboard: its exported gradebook."""

import re

from resnet_lesson.grading.batch.gradebook_layout import Layout, one_row_each

ASSIGNMENT = re.compile(r"(.+) \[Total Pts: ([\d.,]+) Score\] \|\d+")  # "up to" is of totals


def layout(rows: list[list[str]], column: str) -> Layout | None:
    """Where things stand in a gradebook; None if it is not of Blackboard."""
    return one_row_each("blackboard", rows[0], ASSIGNMENT, column)
