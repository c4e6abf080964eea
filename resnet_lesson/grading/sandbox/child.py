"""What runs in the confined child: a learner's statements are loaded, then observed."""

from dataclasses import replace

from resnet_lesson.exercises import all_exercises, forget_references
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.observe.failures import failure_of
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.sandbox.import_hook import Absent, StandIns
from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.sandbox.patches import Patches
from resnet_lesson.grading.sandbox.protocol import pack
from resnet_lesson.grading.sandbox.wire import to_bytes
from resnet_lesson.grading.submissions.statements import Piece


def run(job):
    """Observes one exercise of one submission, or its reference.

    Args:
        job: dictionary with ``exercise``, ``seed``, ``reference``, ``parts`` and ``pieces``, see
            `resnet_lesson.grading.sandbox.protocol.Job`.

    Returns:
        Bytes: what was noticed about the code, as JSON, and an observation.
    """
    exercise = all_exercises()[job["exercise"]]
    if job["reference"]:
        observed = observe(exercise.load_reference(), exercise, job["seed"])
        return pack([], to_bytes(observed))
    forget_references()
    patches, stand_ins = Patches(), StandIns(job["parts"])
    with stand_ins:
        observed = _observed(job, exercise)
    noticed = [["reference", f"uses {name}"] for name in stand_ins.asked_for]
    noticed += [["patched", f"replaced {name}"] for name in patches.made()]
    return pack(noticed, to_bytes(observed))


def _observed(job, exercise):
    try:
        namespace, notes = load([Piece(*parts) for parts in job["pieces"]])
        answer = namespace.get(exercise.id)
        if isinstance(answer, Absent):
            answer.note()
        observed = observe(answer, exercise, job["seed"])
        return replace(observed, notes=(*notes, *observed.notes))
    except Exception as error:
        return Observation(failure=failure_of(error, _nothing))
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        said = f"raised {type(error).__name__}, which ends a program"
        return Observation(failure=Failure("crashed", type(error).__name__, said))


def _nothing():
    """Stands for a function that could not be defined."""
