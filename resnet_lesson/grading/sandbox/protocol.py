"""What goes into a child that runs a learner's code, and what comes back: the job, the outcome."""

import base64
import contextlib
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from resnet_lesson.exercises.variants import definitions, exercises_of
from resnet_lesson.grading.sandbox.served_source import served_sources

LARGEST_JOB = 64 << 20  # bytes
LARGEST_ANSWER = 192 << 20  # an observation and what comes with it
LENGTH = struct.Struct("<I")
FRAME = struct.Struct("<16sQ")  # the job's secret, the number of bytes that follow
HELD_BACK = struct.Struct("<Q")  # the seed that a child gets in return for its first frame
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
        held_back: another seed, which the child gets only after it has sent what it knows: the
            first graph is then run once more.
        variant: the variant of the exercise that the reference is of.
    """

    exercise: str
    seed: int = 0
    pieces: tuple = ()
    reference: bool = False
    images: bytes = b""
    weights: bytes | None = None
    held_back: int = 0
    variant: int = 0

    def to_data(self, timeout: float, memory: int, secret: str) -> dict[str, Any]:
        """What the child knows of the job from the beginning on, as JSON takes it.

        Its limits and the secret that marks its answer are among it.
        """
        exercise = exercises_of(self.variant)[self.exercise]
        varied = self.reference and exercise.variant
        return {
            "exercise": self.exercise,
            "seed": self.seed,
            "pieces": [[piece.text, piece.name, piece.line, piece.module] for piece in self.pieces],
            "served": served_sources(exercise.kind, self.exercise),
            "reference": self.reference,
            "images": base64.b64encode(self.images).decode(),
            "weights": None if self.weights is None else base64.b64encode(self.weights).decode(),
            "definitions": definitions(exercise) if varied else [],
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
        rest: as `answer`, of the call that was held back.
    """

    what: str
    answer: bytes = b""
    seconds: float = 0.0
    message: str = ""
    suspicions: tuple = ()
    rest: bytes = b""


class Frames:
    """The two frames of an answer, as they arrive; between them the child gets a seed.

    Args:
        secret: with which each begins.
        held_back: the seed.
        send: sends bytes to the child.

    Attributes:
        parts: the contents of those that are whole.
        forged: True as soon as something else has come.
    """

    def __init__(self, secret: bytes, held_back: int, send: Callable[[bytes], object]):
        self.secret, self.held_back, self.send = secret, held_back, send
        self.parts: list[bytes] = []
        self.forged = False
        self._received = bytearray()

    @property
    def whole(self) -> bool:
        return len(self.parts) == 2

    def add(self, data: bytes) -> None:
        """Takes what has come."""
        self._received += data
        while len(self._received) >= FRAME.size and not self.forged:
            given, length = FRAME.unpack_from(self._received)
            end = FRAME.size + length
            self.forged = given != self.secret or length > LARGEST_ANSWER or self.whole
            if self.forged or len(self._received) < end:
                return
            self.parts.append(bytes(self._received[FRAME.size : end]))
            del self._received[:end]
            if len(self.parts) == 1:
                # What comes before the seed is sent belongs to no frame.
                self.forged = bool(self._received)
                with contextlib.suppress(OSError):  # it has ended: that is told elsewhere
                    self.send(HELD_BACK.pack(self.held_back))
        self.forged = self.forged or (self.whole and bool(self._received))


def pack(suspicions: list, observation: bytes) -> bytes:
    """The last frame that a child sends: suspicions, pairs ``(what, message)``, and the rest."""
    header = json.dumps(suspicions).encode()
    return LENGTH.pack(len(header)) + header + observation


def unpack(outcome: Outcome) -> Outcome:
    """The outcome of what `pack` returned, taken apart without trust."""
    try:
        end = LENGTH.size + LENGTH.unpack_from(outcome.rest)[0]
        suspicions = tuple(
            (str(what)[:20], str(message)[:200])
            for what, message in json.loads(outcome.rest[LENGTH.size : end])[:20]
        )
    except (struct.error, ValueError, TypeError, RecursionError):
        return Outcome(FORGED, seconds=outcome.seconds, message=FORGED_MESSAGE)
    patched = [message for what, message in suspicions if what == PATCHED]
    if patched:
        message = "; ".join(patched)
        return Outcome(FORGED, seconds=outcome.seconds, message=message, suspicions=suspicions)
    return replace(outcome, rest=outcome.rest[end:], suspicions=suspicions)
