"""Points that an instructor has set: they win over the grader's."""

import csv
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from resnet_lesson.errors import GradingError
from resnet_lesson.exercises import all_exercises, no_such

COLUMNS = ("learner", "exercise", "points", "reason")


@dataclass(frozen=True)
class Override:
    """The points of one exercise of one learner, and why."""

    points: float
    reason: str


class Overrides:
    """What an instructor has set, by learner and exercise.

    Args:
        rows: with the keys of `COLUMNS`; a learner is named as in the results, with or without a
            file's ending.
        name: of the file, for messages.

    Raises:
        GradingError: a row cannot be understood.
    """

    def __init__(self, rows: list[dict] | tuple = (), name: str = ""):
        self._overrides: dict[tuple[str, str], Override] = {}
        for number, row in enumerate(rows, 1):
            try:
                key, override = _read(row)
                if key in self._overrides:
                    raise ValueError(f"{' · '.join(key)} is there twice")
            except ValueError as error:
                raise GradingError(f"{name}, entry {number}: {error}") from None
            self._overrides[key] = override
        self._unused = dict.fromkeys(self._overrides)

    def unused(self) -> list[str]:
        """The learners and exercises that no result was for."""
        return [" · ".join(key) for key in self._unused]

    def apply(self, result: dict) -> dict:
        """One submission's result, in the form of ``grade --json``, with the points that were set.

        An exercise keeps its findings; its ``override`` has the grader's points and the reason.
        """
        if not self._overrides:
            return result
        names = result["submission"], Path(result["submission"]).stem
        exercises = [self._applied(exercise, names) for exercise in result["exercises"]]
        return {
            **result,
            "points": sum(exercise["points"] for exercise in exercises),
            "exercises": exercises,
        }

    def _applied(self, exercise, names):
        for key in ((name, exercise["id"]) for name in names):
            if key in self._overrides:
                self._unused.pop(key, None)
                override, points = self._overrides[key], exercise["points"]
                note = f"Your instructor has set the points ({points:g} before): {override.reason}"
                return {
                    **exercise,
                    "points": override.points,
                    "notes": [*exercise.get("notes", ()), note],
                    "override": {"points": points, "reason": override.reason},
                }
        return exercise


def read_overrides(path: str) -> Overrides:
    """The overrides in a file: CSV with the columns of `COLUMNS`, or TOML with tables of them.

    Raises:
        GradingError: it cannot be read or understood.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
        if Path(path).suffix.lower() == ".toml":
            rows = tomllib.loads(text).get("override", [])
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ValueError("expected tables named [[override]]")
        else:
            table = csv.DictReader(text.splitlines(), strict=True)
            missing = set(COLUMNS) - set(table.fieldnames or ())
            if missing:
                raise ValueError(f"the columns {', '.join(COLUMNS)} are expected")
            rows = list(table)
    except OSError as error:
        raise GradingError(f"--overrides {path} cannot be read: {error.strerror}") from None
    except (ValueError, csv.Error) as error:
        raise GradingError(f"--overrides {path}: {error}") from None
    return Overrides(rows, str(path))


def _read(row):
    """One row as ``((learner, exercise), Override)``."""
    learner, exercise, reason = (
        str(row.get(name) or "").strip() for name in ("learner", "exercise", "reason")
    )
    if not learner or not reason:
        raise ValueError("a learner and a reason are expected")
    if exercise not in all_exercises():
        raise ValueError(no_such(exercise))
    try:
        points = float(row.get("points"))
    except (TypeError, ValueError):
        points = math.nan
    if not 0 <= points < math.inf:
        raise ValueError(f"points are a number from 0, not {row.get('points')!r}")
    return (learner, exercise), Override(points, reason)
