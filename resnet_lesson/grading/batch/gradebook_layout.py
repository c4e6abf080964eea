"""Where things stand in a gradebook that a course system has exported."""

import re
from collections.abc import Callable
from dataclasses import dataclass

LOGINS = ("Username", "Student ID", "OrgDefinedId", "Email")


@dataclass(frozen=True)
class Layout:
    """Where things stand in a gradebook: numbers of columns, None for one that is not there.

    Attributes:
        system: the course system.
        first: number of the first row of a learner.
        points: what is filled in.
        id: the learner's number in the course system stands at the cell's end.
        names: the learner's name, in any order.
        logins: further names and addresses of the learner.
        comment: what is filled in where it is empty.
        most: the most points to be had, as it stands there.
        open: whether the points may be changed: "Yes" or "No".
    """

    system: str
    first: int
    points: int
    id: int | None
    names: tuple[int, ...]
    logins: tuple[int, ...] = ()
    comment: int | None = None
    most: str = ""
    open: int | None = None


def one_row_each(
    system: str, header: list[str], assignment: re.Pattern, column: str
) -> Layout | None:
    """Where things stand in a gradebook with one head and a row for each learner.

    Args:
        system: the course system.
        header: the heads.
        assignment: fits the head of an assignment: its name, and the most points to be had.
        column: the one to fill in; empty where there is one alone.

    Returns:
        None if there is no assignment, or nothing that names learners.
    """
    matches = {number: assignment.fullmatch(head) for number, head in enumerate(header)}
    heads = {number: header[number] for number, match in matches.items() if match}
    names = tuple(i for i, head in enumerate(header) if head in ("Last Name", "First Name"))
    logins = tuple(i for i, head in enumerate(header) if head in LOGINS)
    if not heads or not names + logins:
        return None
    points = chosen(heads, column, lambda head: assignment.sub(r"\1", head))
    most = assignment.sub(r"\2", header[points])
    return Layout(system, 1, points, None, names, logins, most=most)


def chosen(columns: dict[int, str], column: str, name_of: Callable[[str], str]) -> int:
    """The number of the column to fill in.

    Args:
        columns: those that there are to choose from, with their heads.
        column: a head or the name in it; empty where there is one column alone.
        name_of: the name in a head.

    Raises:
        ValueError: it cannot be told which.
    """
    matches = [
        number for number, head in columns.items() if not column or column in (head, name_of(head))
    ]
    if len(matches) == 1:
        return matches[0]
    names = "; ".join(columns.values()) or "none"
    raise ValueError(f"name the column to fill in with --column, one of: {names}")
