"""Reads all files of a submission, and finds out which exercises a class hands in."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

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
        except SubmissionError as error:
            digest.update(str(error).encode(errors="surrogateescape"))
            problems.append(str(error))
    return Reading(submission.name, sources, problems, digest.hexdigest())


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
    return lost or attempt(reading.sources, name) is not None


def _text(file):
    try:
        return decode(file.read())
    except ValueError:
        return ""
