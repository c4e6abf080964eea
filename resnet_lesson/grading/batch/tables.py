"""Results as files: JSON, and CSV with one row a student."""

import csv
import json
from collections.abc import Iterable
from typing import IO

# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LAST = (
    "for_instructor",
    "overrides",
    "late",
    "learner_id",
)  # columns behind those of the exercises


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
    points were set, and what an export says: whether it is late, and the learner's number.

    Args:
        file: text file, opened with ``newline=""``.
        results: in the form of ``grade --json``.
        exercise_ids: of the exercises that were graded.
    """
    rows = csv.writer(file)
    each = ("points", "status", "finding", "message")
    columns = [f"{name}_{column}" for name in exercise_ids for column in each]
    rows.writerow(["submission", "points", "max_points", *columns, *LAST])
    for result in results:
        cells = [result["submission"], result["points"], result["max_points"]]
        for exercise in result["exercises"]:
            first = next(iter(exercise["findings"]), None)
            finding = f"{first['where']}: {first['what']}" if first else ""
            message = first["message"] if first else ""
            cells += [exercise["points"], exercise["status"], finding, message]
        exercises = result["exercises"]
        remarks = [line for e in exercises for line in e.get("for_instructor", ())]
        reasons = (f"{e['id']}: {e['override']['reason']}" for e in exercises if "override" in e)
        late = "late" if result.get("late") else ""
        cells += ["; ".join(dict.fromkeys(remarks)), "; ".join(reasons), late]
        cells.append(result.get("learner_id", ""))
        rows.writerow([_harmless(cell) for cell in cells])


def _harmless(cell):
    """Text as it is, marked as text where a spreadsheet would calculate it."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return cell
