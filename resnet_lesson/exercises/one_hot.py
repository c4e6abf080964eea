"""Exercise ``one_hot``, notebook 05."""

import numpy as np

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe


def one_hot(labels, classes=6):
    """One-hot rows of class numbers: (m,) -> (m, classes)."""
    return np.eye(classes)[labels]


def fresh_probes(rng):
    """Calls with other labels, and other numbers of them and of classes."""
    probes = []
    for _ in range(2):
        images, classes = rng.sample(range(3, 9), 2)
        # The last class does not occur: how many there are, the labels alone do not say.
        labels = [rng.randrange(classes - 1) for _ in range(images)]
        probes.append(Probe((), {"labels": np.array(labels), "classes": classes}))
    return tuple(probes)


EXERCISE = Exercise(
    id="one_hot",
    kind="values",
    notebook="05-train-on-signs",
    points=3.0,
    minutes=5,
    reference="resnet_lesson.exercises.one_hot:one_hot",
    signature="labels, classes=6",
    probes=(
        Probe((), {"labels": np.array([2, 0, 1, 2, 1]), "classes": 4}),
        Probe((), {"labels": np.array([5, 0, 3]), "classes": 6}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake("transposed", (("np.eye(classes)[labels]", "np.eye(classes)[labels].T"),)),
        Mistake("off_by_one", (("[labels]", "[labels - 1]"),)),
        Mistake("off_by_one", (("[labels]", "[(labels + 1) % classes]"),)),
        Mistake("class_count", (("np.eye(classes)", "np.eye(max(labels) + 1)"),)),
        Mistake("class_count", (("np.eye(classes)", "np.eye(classes + 1)"),)),
        Mistake("class_count", (("np.eye(classes)[labels]", "np.eye(len(labels), classes)"),)),
        Mistake("inverted", (("np.eye(classes)[labels]", "1 - np.eye(classes)[labels]"),)),
    ),
    hints=(
        "Write the answer for the labels 2 and 0 with four classes on paper: two rows of four. "
        "What do the rows have in common with those of the identity matrix?",
        "`np.eye(classes)` is the identity matrix. Its row number 3 is the answer for the label 3.",
        "An array takes an array of row numbers in square brackets, and returns these rows, one "
        "for each number. A loop that writes a 1 into an array of zeros is right as well.",
    ),
    explanation=(
        "Row *k* of the identity matrix is the one-hot row of class *k*, so the labels pick their "
        "rows. The number of classes is an argument because the labels do not say it: in a small "
        "batch the last class may be absent."
    ),
)
