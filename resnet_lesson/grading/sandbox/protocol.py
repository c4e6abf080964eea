"""What goes into a child that runs a learner's code, and what comes back: the job, the outcome."""

import json
import struct
from dataclasses import dataclass, replace

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.sandbox.served_source import parts

LARGEST_ANSWER = 257 << 20  # bytes
LENGTH = struct.Struct("<I")
PATCHED = "patched"


@dataclass(frozen=True)
class Job:
    """One exercise of one submission, to be observed in a child of its own.

    Attributes:
        exercise: the exercise's id.
        seed: integer; inputs, weights and sizes of the probes follow from it.
        pieces: tuple of `resnet_lesson.grading.submissions.statements.Piece`, the statements that
            the exercise needs, in order; empty for the reference.
        reference: True to observe the reference implementation instead.
    """

    exercise: str
    seed: int = 0
    pieces: tuple = ()
    reference: bool = False

    def to_data(self, timeout, memory, secret):
        """The job as JSON takes it, with its limits and the secret that marks its answer."""
        kind = all_exercises()[self.exercise].kind
        return {
            "exercise": self.exercise,
            "seed": self.seed,
            "pieces": [[piece.text, piece.name, piece.line, piece.module] for piece in self.pieces],
            "parts": parts(kind, self.exercise),
            "reference": self.reference,
            "timeout": timeout,
            "memory": memory,
            "secret": secret,
        }


@dataclass(frozen=True)
class Outcome:
    """How a child ended.

    Attributes:
        what: "answered", or the kind of the finding with ``where: submission``: "timeout",
            "memory", "crashed", "tampering"; "unprotected" if the child could not be confined.
        answer: an observation's bytes for `resnet_lesson.grading.sandbox.wire.from_bytes`; empty
            unless it answered.
        seconds: how long it ran.
        message: what happened in words, for the finding; empty if it answered.
        noticed: tuple of ``(what, message)``, what the code did beside its task; for
            `resnet_lesson.grading.judge.suspicion.cause`.
    """

    what: str
    answer: bytes
    seconds: float
    message: str = ""
    noticed: tuple = ()


def pack(noticed, observation):
    """What a child sends: what it noticed, a list of ``(what, message)``, and an observation."""
    header = json.dumps(noticed).encode()
    return LENGTH.pack(len(header)) + header + observation


def unpacked(outcome):
    """The outcome of what `pack` made, taken apart without trust."""
    try:
        end = LENGTH.size + LENGTH.unpack_from(outcome.answer)[0]
        noticed = [
            (str(what)[:20], str(message)[:200])
            for what, message in json.loads(outcome.answer[LENGTH.size : end])[:20]
        ]
    except (struct.error, ValueError, TypeError):
        return Outcome("tampering", b"", outcome.seconds, "sent a forged result")
    patched = [message for what, message in noticed if what == PATCHED]
    if patched:
        return Outcome("tampering", b"", outcome.seconds, "; ".join(patched), tuple(noticed))
    return replace(outcome, answer=outcome.answer[end:], noticed=tuple(noticed))
