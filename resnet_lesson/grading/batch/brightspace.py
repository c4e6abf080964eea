"""Brightspace: its exported gradebook."""

import re

from resnet_lesson.grading.batch.gradebook_layout import Layout, one_row_each

ASSIGNMENT = re.compile(r"(.+) Points Grade <Numeric MaxPoints:([\d.,]+).*>")


def layout(rows: list[list[str]], column: str) -> Layout | None:
    """Where things stand in a gradebook; None if it is not of Brightspace."""
    return one_row_each("brightspace", rows[0], ASSIGNMENT, column)
