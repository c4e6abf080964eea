"""Reads all files of a submission, and finds out which exercises a class hands in."""

import hashlib
import json
import re
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.collect import Submission, SubmissionError
from resnet_lesson.grading.submissions.source import Source, decode, read_source

RARE = 4  # what fewer than a fourth define of those that define the most usual one is a helper


@dataclass(frozen=True)
class Reading:
    """A submission, read.

    Attributes:
        problems: lines that say which files cannot be read, and why.
        digest: hexadecimal hash of the contents.
    """

    name: str
    sources: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    digest: str = ""

    def loss(self, exercise: str) -> str:
        """Why the files define no attempt at an exercise, if they were meant to; else ""."""
        lost = [cell for source in self.sources for cell in source.lost if cell.defines(exercise)]
        return "; ".join([str(cell) for cell in lost] or self.problems[:5])

    def explanations(self, name: str) -> tuple[str, ...]:
        """Lines that say which cells would have brought a name, if they ran."""
        return tuple(
            f"`{name}` is missing because a cell does not run: {cell}"
            for source in self.sources
            for cell in source.lost
            if re.search(rf"\b{re.escape(name)}\b", cell.text)
        )


def read(submission: Submission) -> Reading:
    """Reads a submission's files; what cannot be read is among the problems."""
    digest = hashlib.sha256(submission.problem.encode(errors="surrogateescape"))
    problems = [submission.problem] if submission.problem else []
    sources = []
    for file in submission.files:
        try:
            data = file.read()
            digest.update(json.dumps([file.name, len(data)]).encode() + data)
            source = read_source(file, data)
            sources += [source, *source.files]
        except Exception as error:  # a learner's file can be anything
            known = isinstance(error, SubmissionError)
            problem = str(error) if known else f"{file.name} cannot be read: {in_one_line(error)}"
            digest.update(problem.encode(errors="surrogateescape"))
            problems.append(problem)
    return Reading(submission.name, sources, problems, digest.hexdigest())


def in_one_line(error: Exception) -> str:
    """An exception, with the place in our own code that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{PurePath(frame.filename).name}, line {frame.lineno}"
    return f"{type(error).__name__} in {place}: {' '.join(str(error).split())[:200]}"


def exercises_defined(submissions: Sequence[Submission]) -> tuple[list[str], dict[str, int]]:
    """The exercises that a class hands in: ids in the order of the lesson, and what is left out.

    What few define, beside what most do, is a helper of theirs: it is left out, with the number of
    those who define it.
    """
    known = all_exercises()
    pattern = re.compile(rf"\b(?:{'|'.join(known)})\b")
    counts: Counter[str] = Counter()
    for submission in submissions:
        names = {name for file in submission.files for name in pattern.findall(_text(file))}
        if names:
            reading = read(submission)
            counts.update(n for n in names if _hands_in(reading, n))
    most = max(counts.values(), default=0)
    usual = [name for name in known if counts[name] * RARE >= most and counts[name]]
    return usual, {name: counts[name] for name in known if counts[name] > 0 and name not in usual}


def _hands_in(reading, name):
    lost = any(cell.defines(name) for source in reading.sources for cell in source.lost)
    try:
        return lost or attempt(reading.sources, name) is not None
    except Exception:  # what is the matter is told where it is graded
        return True


def _text(file):
    try:
        return decode(file.read())
    except Exception:  # told where it is read
        return ""
