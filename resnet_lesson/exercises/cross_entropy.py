"""Exercise ``cross_entropy``, notebook 05."""

import numpy as np

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe

# Of a probability of 0 no computer can take the logarithm; nowhere else does this matter.
FLOOR = "np.maximum(probabilities, 1e-7)"
LOSSES = "-np.sum(targets * np.log(probabilities), axis=1)"


def cross_entropy(probabilities, targets):
    """Mean cross-entropy of a batch: two arrays (m, classes) -> a number."""
    probabilities = np.maximum(probabilities, 1e-7)
    losses = -np.sum(targets * np.log(probabilities), axis=1)
    return np.mean(losses)


def _batch(rng, images, classes, smoothing=0.0, certain=False):
    """A call: answers of a network that is sure at times, and rows to compare them with."""
    numbers = np.random.default_rng(rng)
    probabilities = numbers.dirichlet(np.ones(classes), images).round(3)
    probabilities[:, -1] = 1 - probabilities[:, :-1].sum(axis=1)
    probabilities = np.clip(probabilities, 0.02, 1)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    right = numbers.integers(classes, size=images)
    targets = np.eye(classes)[right] * (1 - smoothing) + smoothing / classes
    if certain:  # and right: the other classes get exactly 0
        probabilities[0] = targets[0]
    return Probe((), {"probabilities": probabilities, "targets": targets})


def _probes(seed):
    images, classes = np.random.default_rng(seed).choice(np.arange(3, 8), 2, replace=False)
    return (
        _batch(seed, images, classes),
        _batch(seed + 1, images + 1, classes, smoothing=0.1),
        _batch(seed + 2, images, classes, smoothing=0.3),
        _batch(seed + 3, images, classes, certain=True),
    )


EXERCISE = Exercise(
    id="cross_entropy",
    kind="values",
    notebook="05-train-on-signs",
    turn=2,
    points=4.0,
    minutes=10,
    reference="resnet_lesson.exercises.cross_entropy:cross_entropy",
    signature="probabilities, targets",
    probes=_probes(0),
    fresh_probes=lambda rng: _probes(rng.randrange(1, 1 << 32)),
    mistakes=(
        Mistake("summed", (("np.mean(losses)", "np.sum(losses)"),)),
        Mistake("not_averaged", (("np.mean(losses)", "losses"),)),
        Mistake("averaged_classes", (("-np.sum(", "-np.mean("),)),
        Mistake("summed_axis", (("axis=1", "axis=0"),)),
        Mistake("sign", (("-np.sum", "np.sum"),)),
        Mistake("log_of_zero", ((FLOOR, "probabilities + 0"),)),
        Mistake("log_base", (("np.log(", "np.log2("),)),
        Mistake("log_base", (("np.log(", "np.log10("),)),
        Mistake("no_log", (("np.log(probabilities)", "probabilities"),)),
        Mistake("no_log", ((LOSSES, "1 - np.sum(targets * probabilities, axis=1)"),)),
        Mistake(
            "largest_only",
            ((LOSSES, "-np.log(probabilities[targets == targets.max(axis=1, keepdims=True)])"),),
        ),
        Mistake(
            "swapped",
            (
                (FLOOR, "probabilities + 0"),
                (
                    "targets * np.log(probabilities)",
                    "probabilities * np.log(np.maximum(targets, 1e-7))",
                ),
            ),
        ),
        Mistake(
            "binary",
            (
                (FLOOR, "np.clip(probabilities, 1e-7, 1 - 1e-7)"),
                (
                    "targets * np.log(probabilities)",
                    "targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities)",
                ),
            ),
        ),
    ),
    hints=(
        "For one image: multiply the target's row by the logarithms of the probabilities, element "
        "by element, and add up. What is the sign of a logarithm of a number below 1?",
        "`np.sum(..., axis=1)` adds up along the classes, which leaves one loss for each image. "
        "The loss of the batch is their mean.",
        "Where a probability is 0, `np.log` gives −∞, and 0 · −∞ is not a number. "
        "`np.maximum(probabilities, 1e-7)` keeps every probability at 1e-7 or above.",
    ),
    explanation=(
        "The sum runs over the classes, the mean over the images. So the loss of a batch does not "
        "grow with its size, and a learning rate means the same for 32 images as for 64.\n\n"
        "The limit 1e-7 is the one that Keras uses. Without it, a single probability of 0 "
        "makes the whole loss infinite, or not a number (NaN) where its target is 0 as well."
    ),
)
