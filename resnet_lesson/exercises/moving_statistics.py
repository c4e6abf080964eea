"""Exercise ``moving_statistics``, notebook 05."""

import numpy as np

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe

MEAN, VARIANCE = "np.mean(x, axis=(0, 1, 2))", "np.var(x, axis=(0, 1, 2))"


def moving_statistics(x, moving_mean, moving_variance, momentum=0.9):
    """BatchNorm's two moving statistics after one more batch x, (N, H, W, C): a pair of (C,)."""
    mean = np.mean(x, axis=(0, 1, 2))
    variance = np.var(x, axis=(0, 1, 2))
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return moving_mean, moving_variance


def _call(seed, shape, momentum):
    """A call with a small batch, of which a variance with N and one with N - 1 differ."""
    rng = np.random.default_rng(seed)
    spread, centre = rng.uniform(0.5, 2, shape[-1]), rng.uniform(-2, 2, shape[-1])
    arguments = {
        "x": (rng.standard_normal(shape) * spread + centre).round(3),
        "moving_mean": rng.uniform(-1, 1, shape[-1]).round(3),
        "moving_variance": rng.uniform(0.5, 2, shape[-1]).round(3),
        "momentum": momentum,
    }
    return Probe((), arguments)


def _probes(seed):
    rng = np.random.default_rng(seed)
    images, height, width, channels = map(int, rng.permutation([2, 3, 4, 5]))
    return (
        _call(seed, (images, height, width, channels), 0.8),
        _call(seed + 1, (2, 1, 3, channels), 0.6),
    )


EXERCISE = Exercise(
    id="moving_statistics",
    kind="values",
    notebook="05-train-on-signs",
    turn=3,
    points=5.0,
    minutes=15,
    reference="resnet_lesson.exercises.moving_statistics:moving_statistics",
    signature="x, moving_mean, moving_variance, momentum=0.9",
    probes=_probes(0),
    fresh_probes=lambda rng: _probes(rng.randrange(1, 1 << 32)),
    mistakes=(
        Mistake(
            "momentum",
            (
                (
                    "momentum * moving_mean + (1 - momentum) * mean",
                    "(1 - momentum) * moving_mean + momentum * mean",
                ),
                (
                    "momentum * moving_variance + (1 - momentum) * variance",
                    "(1 - momentum) * moving_variance + momentum * variance",
                ),
            ),
        ),
        Mistake("unbiased", ((VARIANCE, "np.var(x, axis=(0, 1, 2), ddof=1)"),)),
        Mistake("deviation", ((VARIANCE, "np.std(x, axis=(0, 1, 2))"),)),
        Mistake("averaged_axes", ((MEAN, "np.mean(x, axis=0)"), (VARIANCE, "np.var(x, axis=0)"))),
        Mistake(
            "averaged_axes",
            ((MEAN, "np.mean(x, axis=(1, 2))"), (VARIANCE, "np.var(x, axis=(1, 2))")),
        ),
        Mistake(
            "averaged_axes",
            ((MEAN, "np.mean(x, axis=(0, 1))"), (VARIANCE, "np.var(x, axis=(0, 1))")),
        ),
        Mistake("averaged_axes", ((MEAN, "np.mean(x)"), (VARIANCE, "np.var(x)"))),
        Mistake("averaged_axes", ((MEAN, "np.mean(x, axis=3)"), (VARIANCE, "np.var(x, axis=3)"))),
        Mistake(
            "averaged_axes",
            ((MEAN, "np.mean(x, axis=(1, 2, 3))"), (VARIANCE, "np.var(x, axis=(1, 2, 3))")),
        ),
        Mistake("summed", ((MEAN, "np.sum(x, axis=(0, 1, 2))"),)),
        Mistake("batch_alone", (("return moving_mean, moving_variance", "return mean, variance"),)),
        Mistake(
            "batch_alone",
            (
                ("momentum * moving_mean + (1 - momentum)", "(1 - momentum)"),
                ("momentum * moving_variance + (1 - momentum)", "(1 - momentum)"),
            ),
        ),
        Mistake(
            "no_share",
            (
                ("moving_mean + (1 - momentum) * mean", "moving_mean + mean"),
                ("moving_variance + (1 - momentum) * variance", "moving_variance + variance"),
            ),
        ),
        Mistake("other_mean", ((VARIANCE, "np.mean((x - moving_mean) ** 2, axis=(0, 1, 2))"),)),
        Mistake("raw_moment", ((VARIANCE, "np.mean(x**2, axis=(0, 1, 2))"),)),
        Mistake(
            "swapped",
            (("return moving_mean, moving_variance", "return moving_variance, moving_mean"),),
        ),
    ),
    hints=(
        "First the batch's own statistics: one mean and one variance for each *channel*. Over "
        "which axes of (N, H, W, C) does the mean run, so that C is what is left?",
        "`np.mean(x, axis=(0, 1, 2))`, and `np.var` with the same axes. NumPy's `var` divides by "
        "the number of values, as Keras's BatchNorm does.",
        "With a momentum of 0.9 the new value is nine parts old and one part new: "
        "`momentum * old + (1 - momentum) * new`. Return the mean and the variance, as a pair.",
    ),
    explanation=(
        "A momentum near 1 means a long memory: after *n* batches the start still counts "
        "momentum to the power of *n*. With Keras's 0.99 that is 37 % after 100 batches, with 0.9 "
        "less than 0.003 %. This is why short trainings fall into the trap.\n\n"
        "The variance is the one with N, not N − 1, in its denominator, as in Keras. Over the "
        "thousands of values of a real batch the two are hardly different."
    ),
)
