"""What runs in the confined child: a learner's statements are loaded, then observed."""

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from resnet_lesson.exercises import all_exercises, forget_references
from resnet_lesson.exercises.variants import define
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.observe.failures import failure_of
from resnet_lesson.grading.observe.observe import Material, observe
from resnet_lesson.grading.sandbox.import_hook import LessonImportHook, MissingDefinition
from resnet_lesson.grading.sandbox.library_snapshot import LibrarySnapshot
from resnet_lesson.grading.sandbox.loading import load, write_modules
from resnet_lesson.grading.sandbox.observation_bytes import ObservationError, from_bytes, to_bytes
from resnet_lesson.grading.sandbox.protocol import FRAME, HELD_BACK, PATCHED, pack
from resnet_lesson.grading.submissions.statements import Piece
from resnet_lesson.signs.schema import SIZE


def answer(job: dict, secret: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Runs a job, see `run`, and writes the two frames of its answer.

    Args:
        job: as for `run`.
        secret: with which each frame begins.
        source: where the seed is to be read that is held back.
        target: where the frames are written.
    """

    def send(data):
        target.write(FRAME.pack(secret, len(data)) + data)
        target.flush()

    def exchange(data):
        send(data)
        return HELD_BACK.unpack(source.read(HELD_BACK.size))[0]

    send(run(job, exchange))


def run(job: dict, exchange: Callable[[bytes], int]) -> bytes:
    """Observes one exercise of one submission, or its reference.

    Args:
        job: ``exercise``, ``seed``, ``reference``, ``definitions``, ``served`` and ``pieces`` of
            `resnet_lesson.grading.sandbox.protocol.Job`.
        exchange: sends an observation, and returns the seed that was held back until then.

    Returns:
        Suspicions and the rest of the observation, see
        `resnet_lesson.grading.sandbox.protocol.pack`.
    """
    exercise = all_exercises()[job["exercise"]]
    sent: list[Observation] = []

    def send(observation: Observation) -> int:
        first, data = _of_a_size(observation)
        sent.append(first)
        return exchange(data)

    if job["reference"]:
        parts = job["definitions"]
        reference = define(parts) if parts else exercise.load_reference()
        observation = observe(reference, exercise, job["seed"], _material(job), send)
        if not sent:
            send(observation)
        return pack([], to_bytes(_rest(observation, sent)))
    forget_references()
    snapshot, hook = LibrarySnapshot(), LessonImportHook(job["served"])
    with hook:
        observation = _observe(job, exercise, send)
    if not sent:
        send(observation)
    suspicions = [["reference", f"uses {name}"] for name in hook.used]
    suspicions += [[PATCHED, f"replaced {name}"] for name in snapshot.replaced()]
    return pack(suspicions, _of_a_size(_rest(observation, sent))[1])


def _of_a_size(observation):
    """The observation and its bytes, or those of a failure where the other end would refuse it."""
    try:
        data = to_bytes(observation)
        from_bytes(data)
        return observation, data
    except ObservationError:
        message = "what it builds or returns is too large to be compared"
        refused = Observation(failure=Failure("unrecognised", message=message))
        return refused, to_bytes(refused)


def _rest(observation, sent):
    """What is to be sent after the first part of an observation."""
    if sent[0].failure:
        return Observation()
    return Observation(observation.runs[len(sent[0].runs) :], observation.failure)


def _observe(job, exercise, send):
    try:
        pieces = [Piece(*piece) for piece in job["pieces"]]
        write_modules(pieces, Path())  # the child's own folder
        namespace, notes = load(pieces)
        answer = namespace.get(exercise.id)
        if isinstance(answer, MissingDefinition):
            answer.note()

        def held_back(observation):
            return send(replace(observation, notes=(*notes, *observation.notes)))

        observation = observe(answer, exercise, job["seed"], _material(job), held_back)
        return replace(observation, notes=(*notes, *observation.notes))
    except Exception as error:
        return Observation(failure=failure_of(error, _undefined))
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        message = f"raised {type(error).__name__}, which ends a program"
        return Observation(failure=Failure("crashed", type(error).__name__, message))


def _material(job):
    """The hidden images and the weights that a trained network is tried with; None of others."""
    if not job["images"]:
        return None
    images = np.frombuffer(base64.b64decode(job["images"]), np.uint8).reshape(-1, SIZE, SIZE, 3)
    weights = job["weights"]
    return Material(images, None if weights is None else base64.b64decode(weights))


def _undefined():
    """A function in place of one that could not be defined."""
