"""Finds submissions in files, folders and zips, as learners and course systems name them.

Nothing is unpacked to disk: what lies in a zip is read from it, with a limit, when it is wanted.
"""

import io
import os
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from resnet_lesson.errors import GradingError, LessonError
from resnet_lesson.grading.submissions.exports import CANVAS, MOODLE

SUFFIXES = (".ipynb", ".py")
LARGEST = {".ipynb": 32 << 20, ".py": 1 << 20}  # bytes
LARGEST_ZIP = 256 << 20  # bytes of a zip within a zip
MOST_FILES = 200  # of one learner
MOST_MEMBERS = 100_000  # of a zip


class SubmissionError(LessonError, ValueError):
    """A submission cannot be read; ``what`` is the finding's kind."""

    def __init__(self, what, message):
        super().__init__(message)
        self.what = what


@dataclass(frozen=True)
class SourceFile:
    """A file that a learner handed in.

    Attributes:
        name: relative to the learner's folder, with "/".
        path: of the file, or of the zip that holds it.
        members: names in that zip, and in the zips within; empty for a file by itself.
    """

    name: str
    path: Path
    members: tuple = ()

    @property
    def suffix(self):
        """The ending, in small letters."""
        return PurePosixPath(self.name).suffix.lower()

    def read(self):
        """The file's bytes.

        Raises:
            SubmissionError: it cannot be read, or is too large.
        """
        try:
            return _read(self.path, self.members, LARGEST[self.suffix])
        except _TooLarge as error:
            raise SubmissionError("syntax", f"{self.name} is too large: {error}") from None
        except _UNREADABLE as error:
            said = f"{self.name} cannot be read: {_reason(error)}"
            raise SubmissionError("syntax", said) from None


@dataclass(frozen=True)
class Submission:
    """What one learner handed in.

    Attributes:
        name: how the result is called: a file's or folder's name, or the learner in an export.
        files: tuple of `SourceFile`.
        problem: why it cannot be read, or "".
        exported_as: the name in a course system's export that the learner's was read from, or "".
    """

    name: str
    files: tuple = ()
    problem: str = ""
    exported_as: str = ""


class _TooLarge(Exception):
    pass


_UNREADABLE = (OSError, RuntimeError, NotImplementedError, ValueError, EOFError, zipfile.BadZipFile)


def _reason(error):
    if isinstance(error, RuntimeError) and "password" in str(error):
        return "it is encrypted; hand it in without a password"
    if isinstance(error, zipfile.BadZipFile):
        return "it is no zip, or a damaged one"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _read(path, members, most):
    if not members:
        if not path.is_file() and path.exists():
            raise ValueError("it is no ordinary file")  # to open a pipe would not end
        with open(path, "rb") as file:
            data = file.read(most + 1)
    else:
        with zipfile.ZipFile(path) as archive:
            for inner in members[:-1]:
                archive = zipfile.ZipFile(io.BytesIO(_member(archive, inner, LARGEST_ZIP)))
            data = _member(archive, members[-1], most)
    if len(data) > most:
        raise _TooLarge(f"more than {most >> 20} MiB")
    return data


def _member(archive, name, most):
    """A member's bytes; what a zip says of its sizes is not believed."""
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile):
        raise
    except Exception as error:  # zlib, lzma and bz2 have errors of their own
        raise zipfile.BadZipFile(str(error)) from None
    if len(data) > most:
        raise _TooLarge(f"more than {most >> 20} MiB")
    return data


def find_submissions(paths, together=False):
    """The submissions that paths stand for.

    Args:
        paths: notebooks, ``.py`` files, folders or zips: each file in a folder or zip is a
            submission, and each folder or zip in it is one learner's. Exports of Moodle, Canvas,
            Gradescope and nbgrader are known by their names.
        together: True to take all that is found for one learner's.

    Returns:
        List of `Submission`, in the order of the paths, sorted within a folder; names are unique.

    Raises:
        FileNotFoundError, PermissionError: a path cannot be read.
        ValueError: a file is of another kind, or a folder holds no submission.
    """
    found = []
    for path in dict.fromkeys(map(Path, paths)):
        if path.is_dir() or path.suffix.lower() == ".zip":
            inside = _in_folder(path) if path.is_dir() else _in_zip(path)
            if not inside:
                kind = "folder" if path.is_dir() else "zip"
                raise GradingError(f"{path}: no notebook or .py file in this {kind}")
            found += [(submission, path) for submission in inside]
        elif path.suffix.lower() not in SUFFIXES and path.exists():
            raise GradingError(f"{path}: expected a notebook, a .py file, a zip or a folder")
        else:
            with open(path, "rb"):
                found.append((Submission(path.name, (SourceFile(path.name, path),)), path.parent))
    if together:
        files = tuple(file for submission, _ in found for file in submission.files)
        problem = "; ".join(submission.problem for submission, _ in found if submission.problem)
        return [Submission(Path(os.path.abspath(paths[0])).name, files, problem)]
    return _unique(found)


def _unique(found):
    """Tells submissions of one name apart by where they lie."""
    counts = Counter(submission.name for submission, _ in found)
    named, taken = [], set()
    for submission, folder in found:
        name = submission.name
        if counts[name] > 1:
            name = full = f"{folder}/{name}"
            again = 1
            while name in taken:
                again += 1
                name = f"{full} ({again})"
        taken.add(name)
        named.append(replace(submission, name=name))
    return named


def _in_folder(top):
    """The submissions of a folder."""
    if (top / "submitted").is_dir() and (top / "gradebook.db").exists():
        top = top / "submitted"  # an nbgrader course
    files = []
    for entry in sorted(os.scandir(top), key=lambda entry: entry.name):
        path = Path(entry.path)
        if _is_hidden(entry.name):
            continue
        if entry.is_dir():
            inside = _files_below(path)
            files += [SourceFile(f"{entry.name}/{name}", below) for name, below in inside]
        elif path.suffix.lower() in (*SUFFIXES, ".zip"):
            files.append(SourceFile(entry.name, path))
    return _by_student(files)


def _files_below(folder):
    """``(name, path)`` of one learner's files; links out of the folder are not followed."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(names):
            path = Path(here, name)
            wanted = path.suffix.lower() in (*SUFFIXES, ".zip") and not _is_hidden(name)
            if wanted and _is_within(path, folder):
                found.append((path.relative_to(folder).as_posix(), path))
    return found[: MOST_FILES + 1]


def _is_within(path, folder):
    if not path.is_symlink():
        return path.is_file()
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _is_hidden(name):
    return name.startswith((".", "__"))


def _in_zip(path):
    """The submissions of a zip that holds a whole class."""
    try:
        files = _zipped(path, ())
    except FileNotFoundError:
        raise
    except (_TooLarge, *_UNREADABLE) as error:
        raise GradingError(f"{path} cannot be read: {_reason(error)}") from None
    tops = {file.name.split("/")[0] for file in files}
    deep = any(file.name.count("/") > 1 for file in files)
    if len(tops) == 1 and all("/" in file.name for file in files):
        [top] = tops
        if deep or top == path.stem:  # the folder that was zipped
            files = [replace(file, name=file.name.split("/", 1)[1]) for file in files]
    return _by_student(files)


def _zipped(path, members):
    """The files in a zip, or in a zip within it, as `SourceFile`."""
    with zipfile.ZipFile(path) as archive:
        for inner in members:
            archive = zipfile.ZipFile(io.BytesIO(_member(archive, inner, LARGEST_ZIP)))
        if len(archive.namelist()) > MOST_MEMBERS:
            raise _TooLarge(f"more than {MOST_MEMBERS} files")
        found = []
        for name in sorted(archive.namelist()):
            parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")]
            if not parts or name.endswith("/") or any(map(_is_hidden, parts)):
                continue
            file = SourceFile("/".join(parts), path, (*members, name))
            if file.suffix in (*SUFFIXES, ".zip"):
                found.append(file)
    return found


def _by_student(files):
    """Groups files by their top folder, or by the learner that an export's names tell."""
    flat = [file.name for file in files if "/" not in file.name]
    canvas = flat and all(CANVAS.fullmatch(name) for name in flat)
    groups, exported_as = {}, {}
    for file in files:
        top, _, rest = file.name.partition("/")
        moodle = MOODLE.fullmatch(top)
        match = moodle or (CANVAS.fullmatch(top) if canvas and not rest else None)
        student = top
        if match:
            student = f"{match['learner']}_{match['id']}"
            exported_as.setdefault(student, top)
            rest = rest or match["file"] or top
        groups.setdefault(student, []).append(replace(file, name=rest or top))
    return [
        replace(_submission(name, files), exported_as=exported_as.get(name, ""))
        for name, files in groups.items()
    ]


def _submission(name, files):
    """One learner's submission; a zip among the files stands for what is in it."""
    found = []
    try:
        for file in files:
            found += _zipped(file.path, file.members) if file.suffix == ".zip" else [file]
    except _TooLarge as error:
        return Submission(name, (), f"{file.name} is too large: {error}")
    except _UNREADABLE as error:
        return Submission(name, (), f"{file.name} cannot be read: {_reason(error)}")
    if len(found) > MOST_FILES:
        return Submission(name, (), f"more than {MOST_FILES} files")
    if not found:
        return Submission(name, (), "no notebook or .py file in it")
    return Submission(name, tuple(found))
