"""Copies of the lesson's notebooks and figures, in a folder of the learner's."""

import hashlib
import json
from pathlib import Path

from resnet_lesson import __version__
from resnet_lesson.environment import python
from resnet_lesson.errors import LessonError
from resnet_lesson.paths import LESSON, counted, printable, write_atomically

RECORD = ".resnet-lesson.json"  # what was laid into a folder: its files, and their digests
PATTERNS = ("notebooks/*.ipynb", "images/*.svg")
SOLUTIONS = ("notebooks/solutions/*.ipynb", "notebooks/solutions/*.weights.h5")


def lay(folder: Path, update: bool = False, solutions: bool = False) -> list[str]:
    """Copies the lesson into a folder, and never over a file that somebody has changed.

    Args:
        folder: path; made if it is missing.
        update: whether files that nobody has changed give way to newer ones.
        solutions: whether the solved notebooks are wanted too.

    Returns:
        Lines that say what was done.

    Raises:
        LessonError: the lesson's files are not installed.
    """
    digests = _read_record(folder)
    names: dict[str, list[str]] = {"new": [], "newer": [], "yours": []}
    for name, content in _lesson_files(solutions):
        digest = hashlib.sha256(content).hexdigest()
        state = _state(folder / name, digest, digests.get(name))
        if state == "new" or (state == "newer" and update):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / name, content)
        if state in ("new", "same") or (state == "newer" and update):
            digests[name] = digest
        names.get(state, []).append(name)
    record = {"version": __version__, "files": digests}
    write_atomically(folder / RECORD, (json.dumps(record, indent=1) + "\n").encode())
    return list(_report(folder, update, **names))


def _state(path, digest, recorded):
    """How a file stands to the lesson's: "new", "same", "newer", or, changed, "edited" or "yours".

    "edited" if the lesson has nothing newer, "yours" if it has.
    """
    if not path.exists():
        return "new"
    present = hashlib.sha256(path.read_bytes()).hexdigest()
    if present == digest:
        return "same"
    if present == recorded:
        return "newer"
    return "edited" if recorded == digest else "yours"


def _report(folder, update, new, newer, yours):
    if new:
        yield f"Wrote {counted(len(new), 'file')} to {printable(folder)}."
    for name in newer:
        yield f"Updated {name}." if update else f"There is a newer {name}: --update brings it."
    for name in yours:
        yield (
            f"There is a newer {name}, but you have changed yours. To get it, give yours another "
            "name, and run this again."
        )
    if not (new or newer or yours):
        yield f"{printable(folder)} has all files of the lesson, and they are up to date."
    yield f"To open it: {python('-m', 'resnet_lesson', 'lab', str(folder))}"


def _read_record(folder):
    try:
        files = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
        return dict(files)
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _lesson_files(solutions):
    """The name and content of each file that a learner gets."""
    patterns = (*PATTERNS, *SOLUTIONS) if solutions else PATTERNS
    paths = [path for pattern in patterns for path in sorted(LESSON.glob(pattern))]
    if not paths:
        raise LessonError(
            f"the notebooks were not installed with this package ({printable(LESSON)} has none); "
            "install it again, from a wheel or from the lesson's folder"
        )
    for path in paths:
        yield path.relative_to(LESSON).as_posix(), path.read_bytes()
