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
import sys
import zipfile
from pathlib import Path

from resnet_lesson.errors import GradingError
from resnet_lesson.exercises.variants import PUBLISHED, require_variant
from resnet_lesson.grading.report.feedback_page import VERDICTS
from resnet_lesson.grading.report.messages import heading
from resnet_lesson.html import TEMPLATES, render
from resnet_lesson.paths import PACKAGE

DISTRIBUTION = "resnet-lesson"
SCRIPTS = ("setup.sh", "run_autograder")


def gradescope_results(result: dict, visibility: str = "visible") -> dict:
    """One submission's result as Gradescope reads it.

    Args:
        result: in the form of ``grade --json``.
        visibility: when the learner sees it: "visible", "after_due_date", "after_published" or
            "hidden".

    Returns:
        What ``results.json`` holds: the points, and for each exercise a test with its findings as
        HTML. All that comes from the learner is escaped.
    """
    exercises = result["exercises"]
    points = f"{result['points']:g} of {result['max_points']:g} points."
    summary = points if exercises else "None of the exercises was found."
    return {
        "score": result["points"],
        "execution_time": round(sum(exercise["seconds"] for exercise in exercises), 2),
        "output": " ".join(filter(None, [summary, result.get("problem", "")])),
        "output_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",  # TensorFlow's log lines tell a learner nothing
        "tests": [_test(exercise, visibility) for exercise in exercises],
    }


def _test(exercise, visibility):
    passed = exercise["status"] == "passed"
    return {
        "name": exercise["id"],
        "score": exercise["points"],
        "max_score": exercise["max_points"],
        "status": "passed" if passed else "failed",
        "output": render(
            "gradescope/test.html.j2", exercise=exercise, verdicts=VERDICTS, heading=heading
        ),
        "output_format": "html",
        "visibility": visibility,
    }


def write_autograder(
    path: str, exercise_ids: list[str], visibility: str = "visible", variant: int = PUBLISHED
) -> Path:
    """Writes an autograder: a folder, and beside it the zip that Gradescope is given.

    It carries this package's source and the versions of what it needs, so that nothing has to be
    published and the marks are those that are given here.

    Args:
        path: of the folder, which must not exist yet or be empty; the zip has ``.zip`` added.
        exercise_ids: the exercises to grade.
        visibility: when learners see the results, as in `gradescope_results`.
        variant: of the exercises, which was handed out.

    Returns:
        Path of the zip.

    Raises:
        GradingError: if there is something in the folder, no exercise is given or one is unknown.
        OSError: if it cannot be written.
    """
    from resnet_lesson.exercises import all_exercises, no_such

    require_variant(variant)
    folder = Path(path)
    if not exercise_ids:
        raise GradingError(no_such(None))
    for name in exercise_ids:
        if name not in all_exercises():
            raise GradingError(no_such(name))
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise GradingError(f"{folder} is there already; give the path of a new folder")
    package = folder / "package"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(PACKAGE, package / PACKAGE.name, ignore=ignored)
    _write(package / "pyproject.toml", _project())
    _write(folder / "constraints.txt", "".join(f"{pin}\n" for pin in _pins()))
    options = [f"--exercise {name}" for name in exercise_ids]
    options += [f"--visibility {visibility}", f"--variant {variant}"]
    values = {"@OPTIONS@": " ".join(options), "@PYTHON@": "{}.{}".format(*sys.version_info)}
    for name in SCRIPTS:
        script = (TEMPLATES / "gradescope" / name).read_text(encoding="utf-8")
        for mark, value in values.items():
            script = script.replace(mark, value)
        _write(folder / name, script)
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
    metadata = importlib.metadata.metadata(DISTRIBUTION)
    lines = importlib.metadata.requires(DISTRIBUTION) or []
    needs = "".join(f"  {json.dumps(line)},\n" for line in lines if "extra ==" not in line)
    return (
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{DISTRIBUTION}"\nversion = "{metadata["Version"]}"\n'
        f'requires-python = "{metadata["Requires-Python"]}"\ndependencies = [\n{needs}]\n\n'
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
