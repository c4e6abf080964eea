"""Results as files: JSON, and CSV with one row a student."""

import csv
import json
from collections.abc import Iterable
from typing import IO

# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
EACH = ("points", "status", "finding", "message")  # columns of an exercise
LAST = ("for_instructor", "overrides", "late", "learner_id", "problem")  # columns behind them


def write_json(file: IO[str], results: Iterable[dict], seed: int) -> None:
    """Writes the JSON of ``grade``, one result at a time.

    Args:
        file: text file.
        results: in the form of ``grade --json``.
        seed: of the probes.
    """
    file.write(f'{{\n  "schema_version": 1,\n  "seed": {seed},\n  "results": [')
    mark = ""
    for result in results:
        lines = json.dumps(result, indent=2).replace("\n", "\n    ")
        file.write(f"{mark}\n    {lines}")
        mark = ","
    file.write("\n  ]\n}\n" if mark else "]\n}\n")


def write_csv(file: IO[str], results: Iterable[dict], exercise_ids: list[str]) -> None:
    """Writes a table with one row a submission.

    The columns are the submission, its points, the most to be had, and for each exercise points,
    status, the first finding and its message; then what the instructor may want to look at, why
    points were set, what an export says (whether it is late, and the learner's number), and which
    files cannot be read.

    Args:
        file: text file, opened with ``newline=""``.
        results: in the form of ``grade --json``.
        exercise_ids: of the exercises that were graded.
    """
    rows = csv.writer(file)
    columns = [f"{name}_{column}" for name in exercise_ids for column in EACH]
    rows.writerow(["submission", "points", "max_points", *columns, *LAST])
    for result in results:
        exercises = {exercise["id"]: exercise for exercise in result["exercises"]}
        cells = [result["submission"], result["points"], result["max_points"]]
        for name in exercise_ids:
            cells += _cells(exercises[name]) if name in exercises else [""] * len(EACH)
        remarks = [line for e in exercises.values() for line in e.get("for_instructor", ())]
        reasons = [
            f"{name}: {exercise['override']['reason']}"
            for name, exercise in exercises.items()
            if "override" in exercise
        ]
        cells += [
            "; ".join(dict.fromkeys(remarks)),
            "; ".join(reasons),
            "late" if result.get("late") else "",
            result.get("learner_id", ""),
            result.get("problem", ""),
        ]
        rows.writerow([_harmless(cell) for cell in cells])


def _cells(exercise):
    first = next(iter(exercise["findings"]), None)
    finding = f"{first['where']}: {first['what']}" if first else ""
    return [exercise["points"], exercise["status"], finding, first["message"] if first else ""]


def _harmless(cell):
    """Text without what moves a cursor, marked as text where a spreadsheet would calculate it."""
    if not isinstance(cell, str):
        return cell
    marked = f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in marked)
