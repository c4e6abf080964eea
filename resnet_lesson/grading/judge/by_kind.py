"""The verdict on an attempt, reached as the kind of its exercise asks."""

from resnet_lesson.exercises import Exercise
from resnet_lesson.grading.judge.hidden_images import hidden_images
from resnet_lesson.grading.judge.judge import Verdict, judge
from resnet_lesson.grading.judge.observation import Observation
from resnet_lesson.grading.judge.trained import differences_of_trained
from resnet_lesson.grading.judge.values import known_mistakes


def judged(
    exercise: Exercise, observed: Observation, reference: Observation, seed: int = 0
) -> Verdict:
    """Holds an attempt against the reference, or a trained network against its goals.

    Args:
        exercise: what was asked for.
        observed: of the attempt.
        reference: of the reference implementation, made in the same way.
        seed: the one that both were observed with.
    """
    if exercise.goals is None:
        return judge(observed, reference, known_mistakes(exercise, seed))
    failure = observed.failure or observed.runs[0].failure
    if failure:
        return Verdict(False, failure=failure)
    graph, called = observed.runs
    labels = hidden_images(seed)[1]
    differences = differences_of_trained(graph, called, exercise.goals, labels)
    return Verdict(not differences, differences, run=graph, notes=observed.notes)
