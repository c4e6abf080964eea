"""Runs an attempt on chosen inputs and weights, and notes what it builds and computes as data."""

import contextlib
import copy
import io
import zlib
from dataclasses import replace

import keras
import numpy as np

from resnet_lesson.grading.calling import a_or_an, calling
from resnet_lesson.grading.failures import failure_of, until
from resnet_lesson.grading.observation import Failure, Observation, Run
from resnet_lesson.grading.surroundings import older_pooling, untouched
from resnet_lesson.tracing import Trace, TraceError

SAMPLE = 512  # values kept of each step of a network
RUNS = 10  # no two seeds share an input or a set of weights: no exercise has as many calls


@keras.saving.register_keras_serializable("resnet_lesson")
class CallersInitializer(keras.initializers.Initializer):
    """Stands for the caller's choice of an initializer.

    Its values depend on the seed and on the shape, so that two kernels of different shape differ
    even where the learner's layers are out of reach.

    Arguments:
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


def observe(function, exercise, seed=0):
    """Calls an attempt in every way that the exercise asks for.

    The caller's random state, Keras settings and output are left as they were.

    Arguments:
        function: what the learner defined.
        exercise: `resnet_lesson.exercises.Exercise`.
        seed: integer from 0 on. Inputs and weights depend on it, and so do the sizes of the probes:
            those of seed 0 are the exercise's own.

    Returns:
        An `Observation`. Whatever the learner's code raises is in it; only KeyboardInterrupt gets
        out.
    """
    if not callable(function):
        got = f"{exercise.id} is {a_or_an(function)}, not a function"
        return Observation(failure=Failure("wrong_type", message=got))
    # One copy for all calls: what an attempt does to its arguments shows in the next call.
    exercise = replace(exercise, probes=copy.deepcopy(exercise.probes_for(seed)))
    try:
        call, free = calling(function, exercise)
    except TypeError as error:
        return Observation(failure=Failure("signature", message=str(error)))
    notes = set()
    with untouched(), older_pooling(notes), contextlib.redirect_stdout(io.StringIO()):
        runs = []
        for run in (
            _network_runs(call, exercise, seed)
            if exercise.kind == "network"
            else _block_runs(call, exercise, free, seed)
        ):
            runs.append(run)
            if run.failure and run.failure.what == "not_attempted":
                return Observation(failure=run.failure)
            if run.failure and run.failure.error == "RecursionError":  # slow, and tells no more
                return Observation((replace(run, series=()),), None, free)
    return Observation(tuple(runs), None, free, tuple(sorted(notes)))


def _block_runs(call, exercise, free, seed):
    if "training" not in exercise.parameters:
        yield from _following_runs(call, exercise, seed)
        return
    modes = (None,) if "training" in free else (False, True)
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number + RUNS * seed)
        for training in modes:
            given = {"training": training, "initializer": CallersInitializer}
            run = Run(number, training, "symbolic")
            yield _symbolic_run(call, probe, given, run, x, seed)
            if number < 2:
                yield _eager_run(call, probe, given, replace(run, mode="eager"), x)
    probe = exercise.probes[0]
    given = {"training": modes[0], "initializer": keras.initializers.GlorotUniform}
    run = Run(0, modes[0], "eager")
    yield _eager_run(call, probe, given, run, inputs(probe.shape, RUNS * seed))


def _following_runs(call, exercise, seed):
    """The runs of a block that leaves the mode to the model: called once, and run in both modes."""
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number + RUNS * seed)
        run = Run(number, False, "symbolic", separate=False)
        trace, failed = _traced(call, probe, {}, run, seed)
        if failed:
            yield failed
        else:
            for training in (False, True):
                yield _run(trace, replace(run, training=training), x, training)
        if number < 2:
            yield _eager_run(call, probe, {}, replace(run, mode="eager", separate=True), x)


def inputs(shape, seed):
    """The array that a probe is called with: standard normal, so that ReLU meets both signs."""
    return np.random.default_rng(seed).standard_normal(shape, "float32")


def _symbolic_run(call, probe, given, run, x, seed):
    trace, failed = _traced(call, probe, given, run, seed)
    return failed or _run(trace, run, x, None)


def _traced(call, probe, given, run, seed):
    """``(trace, None)`` of a call with weights injected, or ``(None, run with the failure)``."""
    source = keras.Input(probe.shape[1:])
    try:
        result = call(source, probe, given)
        if not keras.utils.is_keras_tensor(result):
            return None, replace(run, failure=_no_tensor(result))
        trace = Trace(result, source, known_layers=call.layers)
        trace.inject(len(probe.shape) + RUNS * seed)
        return trace, None
    except TraceError as error:
        return None, replace(run, failure=Failure("unrecognised", message=str(error)))
    except Exception as error:
        failure = failure_of(error, call.function)
        return None, replace(run, failure=failure, series=until(error, source, call.layers))


def _run(trace, run, x, training, sample=None):
    values = trace.run(x, training)
    output = values[-1]
    if sample:
        values = [value.reshape(-1)[:: max(value.size // sample, 1)][:sample] for value in values]
    return replace(run, series=trace.series, values=tuple(values), output=output)


def _eager_run(call, probe, given, run, x):
    try:
        result = call(keras.ops.convert_to_tensor(x), probe, given)
        if not keras.ops.is_tensor(result):
            return replace(run, failure=_no_tensor(result))
        return replace(run, output=np.asarray(result))
    except Exception as error:
        return replace(run, failure=failure_of(error, call.function))


def _network_runs(call, exercise, seed):
    for number, probe in enumerate(exercise.probes):
        run = Run(number, False, "symbolic", separate=False)
        source = None
        try:
            model = call(None, probe, {"initializer": _Blank})
            failure = _unlike(model, probe)
            if failure:
                yield replace(run, failure=failure)
                continue
            source, result = _ends(model, probe)
            trace = Trace(result, source, known_layers=call.layers)
            trace.inject(number + RUNS * seed)
            x = inputs(probe.shape, number + RUNS * seed)
            for training in (False, True) if number == 0 else (False,):
                yield _run(trace, replace(run, training=training), x, training, SAMPLE)
        except TraceError as error:
            yield replace(run, failure=Failure("unrecognised", message=str(error)))
        except Exception as error:
            failure = failure_of(error, call.function)
            yield replace(run, failure=failure, series=until(error, source, call.layers))


class _Blank(keras.initializers.Initializer):
    """Leaves all weights zero: they are replaced before anything is computed."""

    def __init__(self, seed=None):
        pass

    def __call__(self, shape, dtype=None):
        return keras.ops.zeros(shape, dtype)


def _ends(model, probe):
    """The input and output tensors of a model."""
    if getattr(model, "inputs", None) and getattr(model, "outputs", None):
        return model.inputs[0], model.outputs[0]
    source = keras.Input(probe.shape[1:])
    return source, model(source)


def _no_tensor(result):
    if result is NotImplemented or result is Ellipsis:
        return Failure("not_attempted")
    hint = ": is the `return` missing?" if result is None else ", not a tensor"
    return Failure("wrong_type", message=f"your function returned {a_or_an(result)}{hint}")


def _unlike(model, probe):
    """The failure of what is no Keras model from images of the probe's shape to one output."""
    if not isinstance(model, keras.Model):
        hint = ": is the `return` missing?" if model is None else ", not a keras.Model"
        return Failure("wrong_type", message=f"your function returned {a_or_an(model)}{hint}")
    sources, results = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not sources or not results:
        return None
    if len(sources) != 1 or len(results) != 1:
        got = f"{len(sources)} inputs and {len(results)} outputs"
        return Failure("wrong_type", message=f"the model has {got}; expected one of each")
    asked, taken = probe.shape[1:], tuple(sources[0].shape[1:])
    if len(taken) != len(asked) or any(
        t not in (None, a) for t, a in zip(taken, asked, strict=True)
    ):
        got = (
            f"called with input_shape={asked}, your function made a model for images of shape "
            f"{taken}: look at what Input is given, and at the inputs that Model is given"
        )
        return Failure("shape", message=got)
    return None
