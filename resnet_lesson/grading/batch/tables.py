"""Results as files: JSON, and CSV with one row a student."""

import csv
import json

# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_json(file, results, seed):
    """Writes the JSON of ``grade``, one result at a time.

    Args:
        file: text file.
        results: iterable of dictionaries.
        seed: of the probes.
    """
    file.write(f'{{\n  "schema_version": 1,\n  "seed": {seed},\n  "results": [')
    mark = ""
    for result in results:
        lines = json.dumps(result, indent=2).replace("\n", "\n    ")
        file.write(f"{mark}\n    {lines}")
        mark = ","
    file.write("\n  ]\n}\n" if mark else "]\n}\n")


def write_csv(file, results, exercise_ids):
    """Writes a table with one row a student.

    The columns are the submission, its points, the most to be had, and for each exercise points,
    status, the first finding and its message; last, what the instructor may want to look at.

    Args:
        file: text file, opened with ``newline=""``.
        results: iterable of dictionaries in the form of ``grade --json``.
        exercise_ids: list of ids.
    """
    rows = csv.writer(file)
    each = ("points", "status", "finding", "message")
    columns = [f"{name}_{column}" for name in exercise_ids for column in each]
    rows.writerow(["submission", "points", "max_points", *columns, "for_instructor"])
    for result in results:
        cells = [result["submission"], result["points"], result["max_points"]]
        for exercise in result["exercises"]:
            first = next(iter(exercise["findings"]), None)
            finding = f"{first['where']}: {first['what']}" if first else ""
            message = first["message"] if first else ""
            cells += [exercise["points"], exercise["status"], finding, message]
        remarks = [line for e in result["exercises"] for line in e.get("for_instructor", ())]
        cells.append("; ".join(dict.fromkeys(remarks)))
        rows.writerow([_harmless(cell) for cell in cells])


def _harmless(cell):
    """Text as it is, marked as text where a spreadsheet would calculate it."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return cell
