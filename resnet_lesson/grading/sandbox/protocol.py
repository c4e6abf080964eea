"""What goes into a child that runs a learner's code, and what comes back: the job, the outcome."""

import base64
import json
import struct
from dataclasses import dataclass, replace
from typing import Any

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.sandbox.served_source import served_sources

LARGEST_JOB = 64 << 20  # bytes
LARGEST_ANSWER = 64 << 20  # a ResNet-50's is 1 MiB
LENGTH = struct.Struct("<I")
ANSWERED, CRASHED, FORGED = "answered", "crashed", "tampering"
UNPROTECTED = "unprotected"
PATCHED = "patched"
FORGED_MESSAGE = "sent something of its own in place of a result"


@dataclass(frozen=True)
class Job:
    """One exercise of one submission, to be observed in a child of its own.

    Attributes:
        exercise: the exercise's id.
        seed: inputs, weights and sizes of the probes follow from it.
        pieces: of `resnet_lesson.grading.submissions.statements.Piece`, the statements that the
            exercise needs, in order; empty for the reference.
        reference: True to observe the reference implementation instead.
        images: of a trained network, the hidden images' bytes; their labels stay here.
        weights: the file that was handed in with it; empty if there is none, None of the reference.
    """

    exercise: str
    seed: int = 0
    pieces: tuple = ()
    reference: bool = False
    images: bytes = b""
    weights: bytes | None = None

    def to_data(self, timeout: float, memory: int, secret: str) -> dict[str, Any]:
        """The job as JSON takes it, with its limits and the secret that marks its answer."""
        kind = all_exercises()[self.exercise].kind
        return {
            "exercise": self.exercise,
            "seed": self.seed,
            "pieces": [[piece.text, piece.name, piece.line, piece.module] for piece in self.pieces],
            "served": served_sources(kind, self.exercise),
            "reference": self.reference,
            "images": base64.b64encode(self.images).decode(),
            "weights": None if self.weights is None else base64.b64encode(self.weights).decode(),
            "timeout": timeout,
            "memory": memory,
            "secret": secret,
        }


@dataclass(frozen=True)
class Outcome:
    """How a child ended.

    Attributes:
        what: `ANSWERED`, or the kind of the finding with ``where: submission``: "timeout",
            "memory", `CRASHED`, `FORGED`; `UNPROTECTED` if the child could not be confined.
        answer: an observation's bytes; empty unless it answered.
        seconds: how long it ran.
        message: what happened in words, for the finding; empty if it answered.
        suspicions: pairs ``(what, message)``, what the code did beside its task.
    """

    what: str
    answer: bytes = b""
    seconds: float = 0.0
    message: str = ""
    suspicions: tuple = ()


def pack(suspicions: list, observation: bytes) -> bytes:
    """What a child sends: suspicions, pairs ``(what, message)``, and an observation."""
    header = json.dumps(suspicions).encode()
    return LENGTH.pack(len(header)) + header + observation


def unpack(outcome: Outcome) -> Outcome:
    """The outcome of what `pack` returned, taken apart without trust."""
    try:
        end = LENGTH.size + LENGTH.unpack_from(outcome.answer)[0]
        suspicions = tuple(
            (str(what)[:20], str(message)[:200])
            for what, message in json.loads(outcome.answer[LENGTH.size : end])[:20]
        )
    except (struct.error, ValueError, TypeError, RecursionError):
        return Outcome(FORGED, b"", outcome.seconds, FORGED_MESSAGE)
    patched = [message for what, message in suspicions if what == PATCHED]
    if patched:
        return Outcome(FORGED, b"", outcome.seconds, "; ".join(patched), suspicions)
    return replace(outcome, answer=outcome.answer[end:], suspicions=suspicions)
