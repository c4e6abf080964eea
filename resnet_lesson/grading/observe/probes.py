"""What attempts are tried with: inputs, initializers, and how a traced one is computed."""

import zlib
from dataclasses import replace

import keras
import numpy as np

from resnet_lesson.grading.judge.observation import Failure
from resnet_lesson.grading.observe.calling import a_or_an

SAMPLE = 512  # values kept of each step of a network
RUNS = 10  # no two seeds share an input or a set of weights: no exercise has as many calls


@keras.saving.register_keras_serializable("resnet_lesson")
class CallersInitializer(keras.initializers.Initializer):
    """Stands for the caller's choice of an initializer.

    Its values depend on the seed and on the shape, so that two kernels of different shape differ
    even where the learner's layers are out of reach.

    Args:
        seed: integer or None.
    """

    is_the_callers = True

    def __init__(self, seed=None):
        self.seed = seed

    def __call__(self, shape, dtype=None):
        rng = np.random.default_rng(zlib.crc32(f"{self.seed}{tuple(shape)}".encode()))
        scale = 1 / np.sqrt(np.prod(shape[:-1]))
        return keras.ops.convert_to_tensor(scale * rng.standard_normal(shape), dtype or "float32")

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable("resnet_lesson")
class Blank(keras.initializers.Initializer):
    """Leaves all weights zero: they are replaced before anything is computed."""

    def __init__(self, seed=None):
        pass

    def __call__(self, shape, dtype=None):
        return keras.ops.zeros(shape, dtype)


def inputs(shape, seed):
    """The array that a probe is called with: standard normal, so that ReLU meets both signs."""
    return np.random.default_rng(seed).standard_normal(shape, "float32")


def computed(trace, run, x, training=None, sample=False):
    """A run with what a trace computes.

    Args:
        trace: `resnet_lesson.graph.tracing.Trace`.
        run: the `Run` to fill in.
        x: array ``(N, H, W, C)``.
        training: as in `Trace.run`.
        sample: True keeps a sample of each step's values only.

    Returns:
        A `Run`.
    """
    values = trace.run(x, training)
    output = values[-1]
    if sample:
        values = [value.reshape(-1)[:: max(value.size // SAMPLE, 1)][:SAMPLE] for value in values]
    return replace(run, series=trace.series, values=tuple(values), output=output)


def no_tensor(result, name="your function"):
    """The `Failure` of a function or method that returned something else than a tensor."""
    if result is NotImplemented or result is Ellipsis:
        return Failure("not_attempted")
    hint = ": is the `return` missing?" if result is None else ", not a tensor"
    return Failure("wrong_type", message=f"{name} returned {a_or_an(result)}{hint}")
