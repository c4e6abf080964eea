"""How many submissions a minute ``grade`` and nbgrader's ``autograde`` take, on the same notebooks.

Run ``python tests/benchmarks/grade_speed.py [STUDENTS] [REPEATS]`` where nbgrader is installed
(the extra ``interop``); prints one line of figures. Both start anew each time, their start counts,
and they take turns, so that whatever else the machine does hits both.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOLVED = Path(__file__).parents[2] / "notebooks" / "solutions"
NOTEBOOKS = ("02-identity-block.ipynb", "03-convolutional-block.ipynb")
JOBS = 2
# What to replace in the solved notebook and what by; None for the one that is still blank.
KINDS = (
    [],
    [(r"padding=\"same\"", r"padding=\"valid\"")],
    [("axis=3", "axis=1")],
    None,
    [("Add()([X, X_shortcut])", "Add()([X, X])")],
)


def make_course(folder, students):
    """A course with an assignment that all students have handed in."""
    source = folder / "source" / "resnets"
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text('get_config().CourseDirectory.course_id = "r"\n')
    for name in NOTEBOOKS:
        shutil.copy(SOLVED / name, source)
    run(folder, "nbgrader", "generate_assignment", "resnets")
    for number in range(students):
        changes = KINDS[number % len(KINDS)]
        handed_in = folder / "submitted" / f"student{number:03}" / "resnets"
        handed_in.mkdir(parents=True)
        for name in NOTEBOOKS:
            kind = "release" if changes is None else "source"
            text = (folder / kind / "resnets" / name).read_text("utf-8")
            for old, new in changes or ():
                text = text.replace(old, new)
            (handed_in / name).write_text(text, "utf-8")


def run(folder, *command):
    """Seconds that a module of this Python takes as a program."""
    programs = os.path.dirname(sys.executable)
    environment = {**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True
    )
    if done.returncode:
        sys.exit((done.stderr.decode().strip().splitlines() or [f"{command[0]} failed"])[-1])
    return time.perf_counter() - started


def see_that_all_were_graded(folder, notebooks):
    """Ends the program if one of the two has not graded every notebook, or none has points."""
    theirs = len(list(folder.glob("autograded/*/*/*.ipynb")))
    written = folder / "results.json"
    results = json.loads(written.read_text("utf-8"))["results"] if written.exists() else ()
    scored = sum(result["points"] > 0 for result in results)
    if not (scored and theirs == len(results) == len(notebooks)):
        sys.exit(
            f"nothing was measured: of {len(notebooks)} notebooks nbgrader has graded {theirs}, "
            f"grade {len(results)}, {scored} of them with points"
        )


def main(students=10, repeats=3):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        make_course(folder, students)
        notebooks = sorted(str(path) for path in folder.glob("submitted/*/*/*.ipynb"))
        theirs, ours = [], []
        for _ in range(repeats):
            theirs.append(run(folder, "nbgrader", "autograde", "resnets", "--force"))
            command = ["resnet_lesson", "grade", *notebooks, "--jobs", str(JOBS)]
            ours.append(run(folder, *command, "--json", "results.json"))
        see_that_all_were_graded(folder, notebooks)
    a_minute = [60 * len(notebooks) / statistics.median(taken) for taken in (theirs, ours)]
    print(
        f"{len(notebooks)} submissions a run, median of {repeats}: nbgrader autograde "
        f"{a_minute[0]:.1f} a minute, grade --jobs {JOBS} {a_minute[1]:.1f} a minute, "
        f"{a_minute[1] / a_minute[0]:.1f} times as many"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
