"""What runs in the confined child: a learner's statements are loaded, then observed."""

import base64
from dataclasses import replace

import numpy as np

from resnet_lesson.exercises import all_exercises, forget_references
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.observe.failures import failure_of
from resnet_lesson.grading.observe.observe import Material, observe
from resnet_lesson.grading.sandbox.import_hook import LessonImportHook, MissingDefinition
from resnet_lesson.grading.sandbox.library_snapshot import LibrarySnapshot
from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.sandbox.observation_bytes import ObservationError, from_bytes, to_bytes
from resnet_lesson.grading.sandbox.protocol import PATCHED, pack
from resnet_lesson.grading.submissions.statements import Piece
from resnet_lesson.signs.schema import SIZE


def run(job: dict) -> bytes:
    """Observes one exercise of one submission, or its reference.

    Args:
        job: ``exercise``, ``seed``, ``reference``, ``served`` and ``pieces`` of
            `resnet_lesson.grading.sandbox.protocol.Job`.

    Returns:
        Suspicions and an observation, see `resnet_lesson.grading.sandbox.protocol.pack`.
    """
    exercise = all_exercises()[job["exercise"]]
    if job["reference"]:
        reference = observe(exercise.load_reference(), exercise, job["seed"], _material(job))
        return pack([], to_bytes(reference))
    forget_references()
    snapshot, hook = LibrarySnapshot(), LessonImportHook(job["served"])
    with hook:
        observation = _observe(job, exercise)
    answer = to_bytes(observation)
    try:
        from_bytes(answer)
    except ObservationError:  # as the other end would: it is larger than any answer
        message = "what it builds or returns is too large to be compared"
        answer = to_bytes(Observation(failure=Failure("unrecognised", message=message)))
    suspicions = [["reference", f"uses {name}"] for name in hook.used]
    suspicions += [[PATCHED, f"replaced {name}"] for name in snapshot.replaced()]
    return pack(suspicions, answer)


def _observe(job, exercise):
    try:
        namespace, notes = load([Piece(*piece) for piece in job["pieces"]])
        answer = namespace.get(exercise.id)
        if isinstance(answer, MissingDefinition):
            answer.note()
        observation = observe(answer, exercise, job["seed"], _material(job))
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
