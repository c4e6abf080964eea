"""Finds submissions in files, folders and archives, as learners and course systems name them.

Nothing is unpacked to disk: what lies in a zip is read from it, with a limit, when it is wanted.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from resnet_lesson.errors import GradingError, LessonError
from resnet_lesson.grading.submissions import archives
from resnet_lesson.grading.submissions.archives import ARCHIVES, TooLargeError
from resnet_lesson.grading.submissions.exports import CANVAS, MOODLE

SUFFIXES = (".ipynb", ".py")
# What a download or a mail program adds to these: the content is the same.
DISGUISES = (".txt", ".json")
# What learners hand in and nobody can grade: such a file by itself is a learner's.
DOCUMENTS = (
    *(".html", ".htm", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".md", ".rmd", ".qmd"),
    *(".pages", ".tex", ".png", ".jpg", ".jpeg", ".heic", ".gdoc", ".url", ".webloc"),
    *(".rar", ".7z", ".gz", ".bz2", ".xz"),
)
# Beside learners' files, not of them.
NOT_HANDED_IN = ("readme", "license", "requirements", "index")
# Bytes. Most of a large notebook are its outputs, which nobody reads here.
WEIGHTS = ".weights.h5"
LARGEST = {".ipynb": 256 << 20, ".py": 1 << 20, ".h5": 16 << 20}
MOST_FILES = 200  # of one learner
# Folders that hold other people's code.
INSTALLED = ("site-packages", "node_modules", "venv", "virtualenv")
ENVIRONMENTS = ("pyvenv.cfg", "conda-meta/history")  # what lies at the top of one


class SubmissionError(LessonError, ValueError):
    """A submission cannot be read; ``what`` is the finding's kind."""

    def __init__(self, what: str, message: str):
        super().__init__(message)
        self.what = what


@dataclass(frozen=True)
class SourceFile:
    """A file that a learner handed in.

    Attributes:
        name: relative to the learner's folder, with "/".
        path: of the file, or of the archive that holds it.
        members: names in that archive, and in those within; empty for a file by itself.
    """

    name: str
    path: Path
    members: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """The ending, in small letters; of ``x.ipynb.txt`` and ``x.tar.gz`` what they are."""
        name = PurePosixPath(self.name.lower())
        inner = PurePosixPath(name.stem).suffix
        if name.suffix in DISGUISES and inner in SUFFIXES:
            return inner
        return f".tar{name.suffix}" if inner == ".tar" else name.suffix

    @property
    def is_archive(self) -> bool:
        return self.suffix in ARCHIVES

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            SubmissionError: it cannot be read, or is too large.
        """
        try:
            return archives.read(self.path, self.members, LARGEST[self.suffix])
        except TooLargeError as error:
            raise SubmissionError("syntax", f"{self.name} is too large: {error}") from None
        except archives.UNREADABLE as error:
            message = f"{self.name} cannot be read: {archives.reason(error)}"
            raise SubmissionError("syntax", message) from None


@dataclass(frozen=True)
class Submission:
    """What one learner handed in.

    Attributes:
        name: how the result is called: a file's or folder's name, or the learner in an export.
        files: notebooks and ``.py`` files.
        problem: why it cannot be read, or "".
        exported_as: the name in a course system's export that the learner's was read from, or "".
        weights: files of trained weights, which go with a network.
    """

    name: str
    files: tuple[SourceFile, ...] = ()
    problem: str = ""
    exported_as: str = ""
    weights: tuple[SourceFile, ...] = ()


def find_submissions(paths: Sequence, together: bool = False) -> list[Submission]:
    """The submissions that paths stand for, sorted within a folder; names are unique.

    Args:
        paths: notebooks, ``.py`` files, folders or archives: each file in a folder or archive is a
            submission, and each folder or archive in it is one learner's. Exports of Moodle,
            Canvas, Gradescope and nbgrader are known by their names.
        together: True to take all of them for one learner's.

    Raises:
        FileNotFoundError, PermissionError: a path cannot be read.
        ValueError: a file is of another kind, or a folder holds no submission.
    """
    submissions = []
    for path in dict.fromkeys(map(Path, paths)):
        file = SourceFile(path.name, path)
        if path.is_dir() or file.is_archive:
            inside = _in_folder(path) if path.is_dir() else _in_archive(file)
            if not any(submission.files or submission.problem for submission in inside):
                kind = "folder" if path.is_dir() else file.suffix.removeprefix(".")
                raise GradingError(f"{path}: no notebook or .py file in this {kind}")
            submissions += [(submission, path) for submission in inside]
        elif file.suffix not in SUFFIXES and path.exists():
            raise GradingError(f"{path}: expected a notebook, a .py file, a zip or a folder")
        else:
            with open(path, "rb"):
                submissions.append((Submission(path.name, (file,)), path.parent))
    if together:
        files = tuple(file for submission, _ in submissions for file in submission.files)
        problems = [submission.problem for submission, _ in submissions if submission.problem]
        name = Path(os.path.abspath(paths[0])).name
        weights = tuple(file for submission, _ in submissions for file in submission.weights)
        weights = weights or tuple(_weights_in(paths))
        return [Submission(name, files, "; ".join(problems), weights=weights)]
    return _unique(submissions)


def _weights_in(folders):
    """Files of weights that lie side by side with several notebooks of one learner."""
    for path in map(Path, folders):
        for below in sorted(path.iterdir()) if path.is_dir() else ():
            if is_weights(SourceFile(below.name, below)) and _is_within(below, path):
                yield SourceFile(below.name, below)


def _unique(submissions):
    """Tells submissions of one name apart by where they lie."""
    counts = Counter(submission.name for submission, _ in submissions)
    named, taken = [], set()
    for submission, folder in submissions:
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
    files, empty, links = [], [], []
    for entry in sorted(os.scandir(top), key=lambda entry: entry.name):
        path = Path(entry.path)
        if _is_hidden(entry.name):
            continue
        if entry.is_symlink() and not path.resolve().is_relative_to(top.resolve()):
            links.append(Submission(entry.name, (), "it is a link out of the folder: not followed"))
        elif entry.is_dir():
            inside = _files_below(path)
            files += [SourceFile(f"{entry.name}/{name}", below) for name, below in inside]
            empty += [] if inside else [entry.name]
        else:
            files.append(SourceFile(entry.name, path))
    return sorted([*_by_student(files, empty), *links], key=lambda submission: submission.name)


def _files_below(folder):
    """``(name, path)`` of one learner's files; links out of the folder are not followed."""
    files = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(names):
            path = Path(here, name)
            if not _is_hidden(name) and _is_within(path, folder):
                files.append((path.relative_to(folder).as_posix(), path))
    return files


def _is_within(path, folder):
    if not path.is_symlink():
        return path.exists()
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _is_hidden(name):
    return name.startswith((".", "__")) and name != "__init__.py"


def _in_archive(file):
    """The submissions of an archive that holds a whole class."""
    try:
        files = _unpacked(file)
    except FileNotFoundError:
        raise
    except (TooLargeError, *archives.UNREADABLE) as error:
        raise GradingError(f"{file.path} cannot be read: {archives.reason(error)}") from None
    tops = {file.name.split("/")[0] for file in files}
    deep = any(file.name.count("/") > 1 for file in files)
    if len(tops) == 1 and all("/" in file.name for file in files):
        [top] = tops
        if deep or top == file.path.stem:  # the folder that was zipped
            files = [replace(file, name=file.name.split("/", 1)[1]) for file in files]
    return _by_student(files)


def _unpacked(file):
    """The files in an archive, or in an archive within it."""
    files = []
    for name, readable in archives.names_in(file.path, file.members):
        parts = [part for part in re.split(r"[/\\]", readable) if part not in ("", ".", "..")]
        if parts and not any(map(_is_hidden, parts)):
            files.append(SourceFile("/".join(parts), file.path, (*file.members, name)))
    return files


def _all_in(file):
    """The files in a learner's archive, those of archives in it among them."""
    files = _unpacked(file)
    inner = [file for file in files if file.is_archive]
    if len(inner) > MOST_FILES:
        raise TooLargeError(f"more than {MOST_FILES} archives in it")
    below = [
        replace(f, name=f"{zipped.name}/{f.name}") for zipped in inner for f in _unpacked(zipped)
    ]
    return [*(file for file in files if not file.is_archive), *below]


def _by_student(files: Iterable[SourceFile], empty: Iterable[str] = ()) -> list[Submission]:
    """Groups files by their top folder, or by the learner that an export's names tell."""
    files = list(files)
    flat = [f.name for f in files if "/" not in f.name and (_is_gradable(f) or _is_document(f))]
    by_canvas = 2 * sum(bool(CANVAS.fullmatch(name)) for name in flat) > len(flat)
    groups: dict[str, list[SourceFile]] = {}
    exported_as: dict[str, str] = {}
    for file in files:
        top, _, rest = file.name.partition("/")
        moodle = MOODLE.fullmatch(top)
        match = moodle or (CANVAS.fullmatch(top) if by_canvas and not rest else None)
        if not (rest or match or _is_gradable(file) or _is_document(file)):
            continue  # a list of marks, say
        student = top
        if match:
            student = f"{match['learner']}_{match['id']}"
            exported_as.setdefault(student, top)
            rest = rest or match["file"] or top
        groups.setdefault(student, []).append(replace(file, name=rest or top))
    if len(groups) == 1:  # one learner's files, laid side by side
        [only] = groups.values()
        only += [f for f in files if "/" not in f.name and is_weights(f) and f not in only]
    for name in empty:
        match = MOODLE.fullmatch(name)
        student = f"{match['learner']}_{match['id']}" if match else name
        groups.setdefault(student, [])
        exported_as |= {student: name} if match else {}
    return [
        replace(_submission(name, groups[name]), exported_as=exported_as.get(name, ""))
        for name in sorted(groups)
    ]


def _is_gradable(file):
    return file.suffix in SUFFIXES or file.is_archive


def is_weights(file: SourceFile) -> bool:
    """Whether a file holds weights that Keras saved."""
    return file.name.lower().endswith(WEIGHTS)


def _is_document(file):
    name = file.name.lower()
    is_one = file.suffix in DOCUMENTS or "ipynb" in name
    return is_one and PurePosixPath(name).stem not in NOT_HANDED_IN


def _submission(name, handed_in):
    """One learner's submission; an archive among the files stands for what is in it."""
    files = []
    for file in handed_in:
        try:
            files += _all_in(file) if file.is_archive else [file]
        except TooLargeError as error:
            return Submission(name, (), f"{file.name} is too large: {error}")
        except Exception as error:  # an archive can hold anything
            return Submission(name, (), f"{file.name} cannot be read: {archives.reason(error)}")
    environments = [
        file.name.removesuffix(mark)
        for file in files
        for mark in ENVIRONMENTS
        if file.name.endswith(f"/{mark}")
    ]
    gradable = tuple(
        file
        for file in files
        if file.suffix in SUFFIXES
        and not any(part in INSTALLED for part in file.name.split("/"))
        and not any(file.name.startswith(folder) for folder in environments)
    )
    if len(gradable) > MOST_FILES:
        return Submission(name, (), f"more than {MOST_FILES} files")
    if not gradable:
        others = [f.name for f in handed_in][:3]
        what = f"no notebook or .py file in it ({', '.join(others)})" if others else "it is empty"
        return Submission(name, (), f"nothing that can be graded: {what}")
    return Submission(name, gradable, weights=tuple(filter(is_weights, files)))
