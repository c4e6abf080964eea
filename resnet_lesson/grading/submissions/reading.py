"""Reads all files of a submission, and finds out which exercises a class hands in."""

import ast
import hashlib
import json
import re
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.collect import Submission, SubmissionError
from resnet_lesson.grading.submissions.source import Source, read_source
from resnet_lesson.grading.submissions.statements import DEFINITIONS

# What else answers are called, in small letters and without underscores.
LOOKALIKES = {
    "identity_block": r"id(entity)?(res(idual)?)?(block)?\d*$|residentity",
    "convolutional_block": r"conv(olution(al)?)?(res(idual)?)?block\d*$|resconv|projectionblock",
    "ResNet50": r"(build|create|make|get)?resnet(50)?(model|v1)?$",
    "ResNet34": r"(build|create|make|get)?resnet34(model)?$",
    "residual_block": r"res(idual)?(unit|block|layer)\d*$|basicblock$",
    "bottleneck_block": r"bottleneck",
    "skip_connection": r"(add)?(skip|shortcut)",
    "IdentityBlock": r"id(entity)?(block|layer)?\d*$|identityres",
    "ConvolutionalBlock": r"conv(olution(al)?)?(block|layer)\d*$|projection",
    "ResNet50Model": r"(my)?resnet(50)?(model)?$",
}
# Functions that take `f` and `filters`: whether they take a stride too.
PARAMETERS = {"identity_block": False, "convolutional_block": True}
STRIDES = {"s", "stride", "strides"}
VARIANT = re.compile(r"^use_variant\((\d{1,9})\)", re.MULTILINE)
RARE = 4  # what fewer than a fourth define of those that define the most usual one is a helper


@dataclass(frozen=True)
class Reading:
    """A submission, read.

    Attributes:
        problems: lines that say which files cannot be read, and why.
        unread: the exercises whose names stand in those files.
        digest: hexadecimal hash of the contents.
        weights: of the file of weights that was handed in, the last by name; empty without one.
    """

    name: str
    sources: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unread: frozenset[str] = frozenset()
    digest: str = ""
    weights: bytes = b""

    def loss(self, exercise: str) -> str:
        """Why the files define no attempt at an exercise, if they were meant to; else ""."""
        lost = [cell for source in self.sources for cell in source.lost if cell.defines(exercise)]
        may_hold_it = not self.sources or exercise in self.unread
        return "; ".join([str(cell) for cell in lost] or self.problems[:5] * may_hold_it)

    def hints(self, exercise: str) -> tuple[str, ...]:
        """Lines that say what looks like an answer to an exercise that no file defines."""
        is_class = all_exercises()[exercise].kind in ("layer", "model")
        hints = []
        for statement in (s for source in self.sources for s in source.statements):
            file = statement.piece.name.strip("<>")
            for node in ast.walk(statement.node):
                if not isinstance(node, DEFINITIONS) or isinstance(node, ast.ClassDef) != is_class:
                    continue
                place = f"({file}, line {statement.piece.line + node.lineno - _first(statement)})"
                if node.name == exercise and isinstance(statement.node, DEFINITIONS):
                    outer = f"`{statement.node.name}` {place}"
                    hints.append(f"{exercise} stands inside {outer}: define it at the top level.")
                elif node is statement.node and _looks_like(node, exercise):
                    hints.append(
                        f"`{node.name}` {place} looks like {exercise}: give it that name to have "
                        "it graded."
                    )
        return tuple(hints)

    def variants(self) -> set[int]:
        """The numbers of the variants that its notebooks say they are of."""
        texts = (statement.piece.text for s in self.sources for statement in s.statements)
        return {int(number) for text in texts for number in VARIANT.findall(text)}

    def explanations(self, name: str) -> tuple[str, ...]:
        """Lines that say which cells would have brought a name, if they ran."""
        return tuple(
            f"`{name}` is missing because a cell does not run: {cell}"
            for source in self.sources
            for cell in source.lost
            if cell.brings(name)
        )


def _first(statement):
    decorators = getattr(statement.node, "decorator_list", ())
    return min([statement.node.lineno, *(d.lineno for d in decorators)])


def _looks_like(node, exercise):
    if isinstance(node, ast.FunctionDef) and exercise in PARAMETERS:
        names = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
        if {"f", "filters"} <= names and (names & STRIDES != set()) == PARAMETERS[exercise]:
            return True
    return looks_like(node.name, exercise)


def looks_like(name: str, exercise: str) -> bool:
    """Whether a function or class of this name is likely meant as an answer to an exercise."""
    plain = name.lower().replace("_", "")
    return name not in all_exercises() and bool(re.match(LOOKALIKES.get(exercise, "$."), plain))


def read(submission: Submission) -> Reading:
    """Reads a submission's files; what cannot be read is among the problems."""
    digest = hashlib.sha256(submission.problem.encode(errors="surrogateescape"))
    problems = [submission.problem] if submission.problem else []
    sources, unread = [], set()
    for file in submission.files:
        data = b""
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
            unread |= _names_in(data.decode("latin-1"))
    weights = b""
    for file in submission.weights:
        try:
            weights = file.read()
            digest.update(weights)
        except SubmissionError as error:
            problems.append(str(error))
    unknown = frozenset(unread)
    return Reading(submission.name, sources, problems, unknown, digest.hexdigest(), weights)


def _names_in(text):
    return set(re.findall(rf"\b(?:{'|'.join(all_exercises())})\b", text))


def in_one_line(error: Exception) -> str:
    """An exception, with the place in our own code that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{PurePath(frame.filename).name}, line {frame.lineno}"
    return f"{type(error).__name__} in {place}: {' '.join(str(error).split())[:200]}"


def exercises_defined(
    submissions: Sequence[Submission], read: Callable[[Submission], Reading] = read
) -> tuple[dict[str, int], dict[str, int]]:
    """The exercises that a class hands in, and those that are left out.

    Both with the number of those who define them, in the order of the lesson. What few define,
    beside what most do, is a helper of theirs: it is left out.

    Args:
        submissions: of the class.
        read: how one is read.
    """
    known = all_exercises()
    counts: Counter[str] = Counter()
    for submission in submissions:
        names = {name for file in submission.files for name in _names_in(_text(file))}
        if names:
            reading = read(submission)
            counts.update(n for n in names if _hands_in(reading, n))
    most = max(counts.values(), default=0)
    defined = {name: counts[name] for name in known if counts[name] > 0}
    usual = {name: count for name, count in defined.items() if count * RARE >= most}
    return usual, {name: count for name, count in defined.items() if name not in usual}


def _hands_in(reading, name):
    lost = any(cell.defines(name) for source in reading.sources for cell in source.lost)
    try:
        hinted = bool(reading.hints(name))
        return lost or hinted or attempt(reading.sources, name) is not None
    except Exception:  # what is the matter is told where it is graded
        return True


def _text(file):
    """What is in a file, in which names of ASCII letters are found in any usual encoding."""
    try:
        return file.read().replace(b"\0", b"").decode("latin-1")
    except Exception:  # told where it is read
        return ""
