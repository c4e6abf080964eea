"""What attempts are tried with: inputs, initializers, and how a traced one is computed."""

import zlib
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np

from resnet_lesson.grading.judge.observation import Failure, Run
from resnet_lesson.grading.observe.calling import a_or_an
from resnet_lesson.graph.injection import inject
from resnet_lesson.graph.tracing import Trace
from resnet_lesson.graph.unused import unused

SAMPLE = 512  # values kept of each step of a network
RUNS = 10  # no two seeds share an input or a set of weights: no exercise has as many calls


@keras.saving.register_keras_serializable("resnet_lesson")
class CallersInitializer(keras.initializers.Initializer):
    """The caller's choice of an initializer, as the probes hand it in.

    Its values depend on the seed and on the shape, so that two kernels of different shape differ
    even where the learner's layers are out of reach.
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
    """Initializer that leaves weights zero: they are replaced before anything is computed."""

    def __init__(self, seed=None):
        pass

    def __call__(self, shape, dtype=None):
        return keras.ops.zeros(shape, dtype)


def inputs(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """The array that a probe is called with: standard normal, so that ReLU meets both signs."""
    return np.random.default_rng(seed).standard_normal(shape, "float32")


def computed(
    trace: Trace, run: Run, x: np.ndarray, training: bool | None = None, sample: bool = False
) -> Run:
    """The run with what a trace computes of ``x``.

    Args:
        sample: True keeps a sample of each step's values only.
    """
    values = trace.run(x, training)
    output = values[-1]
    if sample:
        values = [value.reshape(-1)[:: max(value.size // SAMPLE, 1)][:SAMPLE] for value in values]
    known = {"series": trace.series, "unused": unused(trace)}
    return replace(run, values=tuple(values), output=output, **known)


def reweighted(trace: Trace, training: bool | None = None) -> Callable:
    """A function of an input and a seed: all that a trace computes with the weights of that seed.

    Args:
        training: the mode, as for `Trace.run`.
    """

    def compute(x, seed):
        inject(trace, seed)
        return trace.run(x, training)

    return compute


def no_tensor(result: object, name: str = "your function") -> Failure:
    """The `Failure` of a function or method that returned something else than a tensor."""
    if result is NotImplemented or result is Ellipsis:
        return Failure("not_attempted")
    hint = ": is the `return` missing?" if result is None else ", not a tensor"
    return Failure("wrong_type", message=f"{name} returned {a_or_an(result)}{hint}")
