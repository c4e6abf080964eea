"""Gradescope: its results file, and the folder that makes an autograder.

The forms are those of Gradescope's autograder specification: a zip with ``setup.sh`` and
``run_autograder`` at its root is unpacked to ``/autograder/source``; each run finds what was handed
in under ``/autograder/submission`` and leaves ``/autograder/results/results.json``.
"""

import importlib.metadata
import json
import re
import shutil
import stat
import zipfile
from pathlib import Path

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.report.report_html import finding_item
from resnet_lesson.html import in_words
from resnet_lesson.paths import PACKAGE

DISTRIBUTION = "resnet-lesson"
SCRIPTS = ("setup.sh", "run_autograder")


def gradescope_results(result):
    """One submission's result as Gradescope reads it.

    Args:
        result: dictionary of one submission in the form of ``grade --json``.

    Returns:
        Dictionary for ``results.json``: the points, and a test for each exercise with what was
        found as HTML. All that comes from the learner is escaped.
    """
    exercises = result["exercises"]
    points = f"{result['points']:g} of {result['max_points']:g} points."
    return {
        "score": result["points"],
        "execution_time": round(sum(exercise["seconds"] for exercise in exercises), 2),
        "output": points if exercises else "None of the exercises was found.",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # TensorFlow's log lines tell a learner nothing
        "tests": [_test(exercise) for exercise in exercises],
    }


def _test(exercise):
    passed = exercise["status"] == "passed"
    return {
        "name": exercise["id"],
        "score": exercise["points"],
        "max_score": exercise["max_points"],
        "status": "passed" if passed else "failed",
        "output": _output(exercise),
        "output_format": "html",
        "visibility": "visible",
    }


def _output(exercise):
    said = {
        "passed": "<p>Right for all inputs, settings and weights that were tried.</p>",
        "not_attempted": "<p>There is no answer to this exercise in what was handed in.</p>",
    }
    findings = exercise["findings"]
    items = "".join(finding_item(f["where"], f["what"], f["message"]) for f in findings)
    notes = "".join(f"<p>{in_words(note)}</p>" for note in exercise.get("notes", ()))
    listed = f"<ol>{items}</ol>" if items else ""
    return said.get(exercise["status"], "") + listed + notes


def write_autograder(path, exercise_ids):
    """Writes an autograder: a folder, and beside it the zip that Gradescope is given.

    It carries this package's source and the versions of what it needs, so that nothing has to be
    published and the marks are those that are given here.

    Args:
        path: of the folder, which must not exist yet or be empty; the zip has ``.zip`` added.
        exercise_ids: ids of the exercises to grade.

    Returns:
        Path of the zip.

    Raises:
        ValueError: if there is something in the folder, no exercise is given or one is unknown.
        OSError: if it cannot be written.
    """
    from resnet_lesson.exercises import all_exercises, no_such

    folder = Path(path)
    for name in exercise_ids or [None]:
        if name not in all_exercises():
            raise GradingError(no_such(name))
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise GradingError(f"{folder} is there already; give the path of a new folder")
    package = folder / "package"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(PACKAGE, package / PACKAGE.name, ignore=ignored)
    _write(package / "pyproject.toml", _project())
    _write(folder / "constraints.txt", "".join(f"{pin}\n" for pin in _pins()))
    chosen = " ".join(f"--exercise {name}" for name in exercise_ids)
    _write(folder / "setup.sh", SETUP)
    _write(folder / "run_autograder", RUN.replace("@EXERCISES@", chosen))
    for name in SCRIPTS:
        (folder / name).chmod(0o755)
    return _zip(folder)


def _write(path, text):
    path.write_text(text, encoding="utf-8", newline="\n")  # bash reads no CRLF


def _zip(folder):
    target = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = file.relative_to(folder).as_posix()
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                mode = 0o755 if name in SCRIPTS else 0o644  # whatever this system knows of modes
                entry.external_attr = (stat.S_IFREG | mode) << 16
                entry.create_system = 3  # Unix: else the modes are not read
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, file.read_bytes())
    return target


def _project():
    """The package's own project file, as far as installing it needs one."""
    known = importlib.metadata.metadata(DISTRIBUTION)
    wanted = importlib.metadata.requires(DISTRIBUTION) or []
    needs = "".join(f"  {json.dumps(line)},\n" for line in wanted if "extra ==" not in line)
    return (
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{DISTRIBUTION}"\nversion = "{known["Version"]}"\n'
        f'requires-python = "{known["Requires-Python"]}"\ndependencies = [\n{needs}]\n\n'
        f'[tool.setuptools.packages.find]\ninclude = ["{PACKAGE.name}*"]\n\n'
        f'[tool.setuptools.package-data]\n{PACKAGE.name} = ["**/*"]\n'
    )


def _pins():
    """The versions of all that the package needs, as they are installed here."""
    from packaging.requirements import Requirement

    pins, open_names = {}, [DISTRIBUTION]
    while open_names:
        name = open_names.pop()
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # needed on another system only
        if name != DISTRIBUTION:
            version = importlib.metadata.version(name).partition("+")[0]
            pins[re.sub(r"[-_.]+", "-", name).lower()] = version
        wanted = (Requirement(line) for line in lines)
        names = [w.name for w in wanted if not w.marker or w.marker.evaluate({"extra": ""})]
        open_names += [n for n in names if re.sub(r"[-_.]+", "-", n).lower() not in pins]
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


SETUP = r"""#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}

find_python() {
    local name
    for name in python3.12 python3.13 python3.11 python3; do
        if "$name" -c 'import sys, venv, ensurepip; assert (3, 11) <= sys.version_info < (3, 14)' \
            2>/dev/null; then
            printf '%s\n' "$name"
            return
        fi
    done
    return 1
}

if ! find_python >/dev/null; then
    apt-get -q update
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y python3.12 python3.12-venv ||
        DEBIAN_FRONTEND=noninteractive apt-get -q install -y python3.11 python3.11-venv
fi
"$(find_python)" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --no-cache-dir \
    -c "$root/source/constraints.txt" "$root/source/package"
"""

RUN = r"""#!/usr/bin/env bash
# Gradescope runs this for each submission. There are results at its end, whatever happens.
root=${AUTOGRADER_ROOT:-/autograder}
python=${AUTOGRADER_PYTHON:-$root/venv/bin/python}
results=$root/results/results.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# no_results REASON: says in the results that there is no mark. REASON needs no escapes in JSON.
no_results() {
    printf '{"score": 0, "output": "This submission could not be graded: %s %s", %s}\n' \
        "$1" "Please tell your instructor." \
        '"visibility": "visible", "stdout_visibility": "hidden"' >"$work/failed"
    mkdir -p "$root/results" && cp "$work/failed" "$results.new" && mv "$results.new" "$results"
}

# Written first, for the case that this script itself is ended.
no_results "it was stopped before it was done."

"$python" -m resnet_lesson grade "$root/submission" @EXERCISES@ --gradescope "$work/results.json" \
    2>"$work/said"
status=$?
cat "$work/said" >&2
if [ "$status" -ne 0 ]; then
    # Nothing that JSON would have to escape.
    no_results "$(tail -n 1 "$work/said" | tr -cd '[:alnum:] .,:;()/_-' | cut -c 1-300)."
elif ! "$python" -c 'import json, sys; json.load(open(sys.argv[1]))["tests"]' \
    "$work/results.json"; then
    no_results "the autograder wrote no results."
else
    cp "$work/results.json" "$results.new" && mv "$results.new" "$results" ||
        no_results "the results could not be written."
fi
exit 0
"""
