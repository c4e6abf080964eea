"""How sure a network may be of an answer, by what became of its answers to hands that are known.

Networks are surer, or less sure, than they are right. One number mends most of it: the logarithms
of the probabilities are divided by a temperature, under which the answers to images that were not
trained on are the most probable (Guo et al., *On Calibration of Modern Neural Networks*, 2017,
section 4.2). Below 1 it is not taken: that would make the network surer of everything, also of what
is no hand.

What shows no sign is found by `resnet_lesson.lab.photograph.recognition`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from resnet_lesson.lab.photograph.recognition import recognition_of
from resnet_lesson.signs.drawn import VARIED_TEST, read_sheet
from resnet_lesson.signs.schema import CLASSES
from resnet_lesson.training import probabilities

LEAST = 0.6  # of probability; what is less is no answer
LEAST_OF_SIGNS = 0.4  # where it is known that a picture shows a sign
_READ = 0.5  # the share of drawings that a network answers rightly if it has learned these signs
_TEMPERATURES = np.geomspace(1, 4, 65)


@dataclass(frozen=True)
class Certainty:
    """How sure a network may be of its answers.

    Args:
        model: the network.
        answers: its answers to varied drawings.
        temperature: what its answers need; 1 for other classes.
        sign: gives how probably an image shows a sign; None where that cannot be found out.
    """

    model: Any
    answers: np.ndarray
    temperature: float
    sign: Callable[[np.ndarray], float] | None


_newest: Certainty | None = None  # finding it out takes seconds, and many photographs follow


def certainty_of(model: Any) -> Certainty:
    """How sure a network may be, by varied drawings; found out anew if its answers changed."""
    global _newest
    images, labels = read_sheet(VARIED_TEST)
    answers = probabilities(model, images)
    known = _newest
    if known and known.model is model and np.array_equal(known.answers, answers):
        return known
    temperature, sign = 1.0, None
    if answers.shape[1] == CLASSES:
        temperature = best_temperature(answers, labels)
        right = answers.argmax(axis=1) == labels
        sign = recognition_of(model, right) if right.mean() >= _READ else None
    _newest = Certainty(model, answers, temperature, sign)
    return _newest


def best_temperature(answers: np.ndarray, labels: np.ndarray) -> float:
    """The temperature under which the right classes are the most probable.

    Args:
        answers: probabilities ``(N, classes)``.
        labels: the right classes ``(N,)``.
    """
    rows = np.arange(len(labels))
    losses = [-np.log(tempered(answers, t)[rows, labels]).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[np.argmin(losses)])


def tempered(answers: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities ``(N, classes)`` at a temperature: the higher it is, the less sure they are."""
    powers = np.maximum(answers, 1e-7) ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)
