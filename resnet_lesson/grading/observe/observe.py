"""Runs an attempt on chosen inputs and weights; what it builds and computes becomes plain data."""

import contextlib
import copy
import io
import random
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from resnet_lesson.exercises import Exercise
from resnet_lesson.grading.judge.observation import HELD_BACK, Failure, Observation, Run
from resnet_lesson.grading.observe.calling import a_or_an, calling
from resnet_lesson.grading.observe.class_runs import layer_runs, model_runs
from resnet_lesson.grading.observe.failures import failure_of, unfilled_line, until
from resnet_lesson.grading.observe.hints import early_return, of_methods
from resnet_lesson.grading.observe.probes import (
    RUNS,
    Blank,
    CallersInitializer,
    computed,
    inputs,
    no_tensor,
    reweighted,
)
from resnet_lesson.grading.observe.surroundings import (
    nothing_written,
    older_dialects,
    untouched,
    weights_made_when_needed,
)
from resnet_lesson.grading.submissions.borrowed import is_application, uses_applications
from resnet_lesson.graph.following import TraceError
from resnet_lesson.graph.injection import inject
from resnet_lesson.graph.operations import map_operations, operations
from resnet_lesson.graph.tracing import Trace

# How `keras.applications` names the layers of its networks.
LAYER_OF_LIBRARY = re.compile(r"(conv|block)_?\d+_\w+")
READY_MADE = Failure(
    "ready_made",
    message="it returns a ready-made network of `keras.applications`: build it yourself",
)

EAGER_PROBES = 2  # the first ones, which are called on values too


@dataclass(frozen=True)
class Material:
    """What a network that was trained at home is tried with.

    Attributes:
        images: hidden ones, uint8 ``(N, 64, 64, 3)``.
        weights: the bytes of the ``.weights.h5`` file that was handed in; None of the reference,
            whose own first weights do; empty if there is no such file.
    """

    images: np.ndarray
    weights: bytes | None = None


def observe(
    function: object,
    exercise: Exercise,
    seed: int = 0,
    material: Material | None = None,
    held_back: Callable[[Observation], int] | None = None,
) -> Observation:
    """Calls what the learner defined in every way that the exercise asks for.

    The caller's random state, Keras settings and output are left as they were. Whatever the
    learner's code raises is in the observation; only KeyboardInterrupt gets out.

    Args:
        seed: from 0 on. Inputs and weights depend on it, and so do the sizes of the probes: those
            of seed 0 are the exercise's own.
        material: what a trained network is tried with.
        held_back: takes what is known so far, and returns another seed: the first graph is then run
            once more, on inputs and with weights that nobody knew before.
    """
    if not callable(function):
        got = f"{exercise.id} is {a_or_an(function)}, not a function"
        return Observation(failure=Failure("wrong_type", message=got))
    if is_application(function):
        return Observation(failure=READY_MADE)
    # One copy for all calls: what an attempt does to its arguments shows in the next call.
    exercise = replace(exercise, probes=copy.deepcopy(exercise.probes_for(seed)))
    try:
        call = calling(function, exercise)
    except TypeError as error:
        return Observation(
            failure=Failure("signature", message=str(error), hint=of_methods(function))
        )
    notes, free = set(call.notes), call.free
    is_function = exercise.kind in ("block", "network")
    beside = nothing_written(notes) if is_function else contextlib.nullcontext()
    dialects, silent = older_dialects(notes), contextlib.redirect_stdout(io.StringIO())
    with untouched(), dialects, weights_made_when_needed(), beside, silent:
        runs = []
        for run in _runs(call, exercise, free, seed, notes, material):
            run = _unless_unfilled(run, function)
            runs.append(run)
            if run.failure and run.failure.what in ("not_attempted", "ready_made"):
                return Observation(failure=run.failure)
            if _exhausted(run.failure):  # to go on is slow, and tells no more
                return Observation((replace(run, series=()),), None, free)
        early = early_return(function)
        observation = Observation(tuple(runs), None, free, tuple(sorted(notes)), early)
        if held_back and (call.first or exercise.kind == "values"):
            run = _held_back_run(call, exercise, held_back(observation))
            observation = replace(observation, runs=(*runs, run))
    return observation


def _held_back_run(call, exercise, seed):
    """The first graph, or as much of it as there is, with all its values."""
    if exercise.kind == "values":
        return next(_values_runs(call, exercise.probes_for(seed), HELD_BACK))
    run, compute = call.first
    run = replace(run, mode=HELD_BACK, first=None)
    try:
        values = compute(inputs(exercise.probes[0].shape, seed), seed)
    except Exception as error:
        return replace(run, failure=failure_of(error, call.function))
    return replace(run, values=tuple(values), output=None if run.failure else values[-1])


def _exhausted(failure):
    """Whether a call used up the stack, or memory, for which TensorFlow asks again for 10 s."""
    return failure and (failure.error == "RecursionError" or failure.what == "memory")


def _runs(call, exercise, free, seed, notes, material):
    if exercise.kind == "trained":
        return _trained_runs(call, exercise, seed, material)
    if exercise.kind == "values":
        return _values_runs(call, exercise.probes)
    if exercise.kind == "network":
        return _network_runs(call, exercise, seed)
    if exercise.kind == "layer":
        return layer_runs(call, exercise, seed, free, notes)
    if exercise.kind == "model":
        return model_runs(call, exercise, seed, notes)
    return _block_runs(call, exercise, seed)


def _unless_unfilled(run, function):
    """The run; where a line ``X = None`` of a template was left, the failure names that line."""
    if not run.failure or run.failure.what not in ("exception", "wrong_type"):
        return run
    number, line = unfilled_line(function)
    if not line:
        return run
    message = f"line {number} of your code, `{line}`, is not filled in"
    return replace(run, failure=Failure("wrong_type", message=message, line=line, number=number))


def _values_runs(call, probes, mode="values"):
    """The runs of a function of arrays, each with arrays of its own."""
    for number, probe in enumerate(probes):
        run = Run(number, False, mode)
        try:
            result = call(None, copy.deepcopy(probe), {})
            output, failure = _as_numbers(result)
            yield replace(run, output=output, failure=failure)
        except Exception as error:
            yield replace(run, failure=failure_of(error, call.function))


def _as_numbers(result):
    """``(array, None)`` of numbers, or ``(None, Failure)``; of a pair of arrays they are one."""
    if result is None or result is NotImplemented or result is Ellipsis:
        return None, no_tensor(result)
    try:
        return np.asarray(result).astype("float64"), None
    except (TypeError, ValueError):
        got = f"your function returned {a_or_an(result)}, which is no array of numbers"
        return None, Failure("wrong_type", message=got)


def _block_runs(call, exercise, seed):
    if "training" not in exercise.parameters:
        yield from _following_runs(call, exercise, seed)
        return
    traces, how = [], _in_mode if call.leaves_mode else computed
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number + RUNS * seed)
        for training in (False, True):
            given = {"training": training, "initializer": CallersInitializer}
            run = Run(number, training, "symbolic")
            trace, run = _traced(call, probe, given, run, seed, x)
            traces.append(trace)
            yield _computed(call, trace, run, x, how=how) if trace else run
            if number < EAGER_PROBES:
                yield _eager_run(call, probe, given, Run(number, training, "eager"), x)
    # As `fit` runs it: what was called without a mode takes the model's, a Dropout such as this.
    again = Run(0, True, "again")
    yield from _once_more(call, traces[1], exercise.probes[0], again, seed, training=True)
    probe = exercise.probes[0]
    given = {"training": False, "initializer": keras.initializers.GlorotUniform}
    run = Run(0, False, "eager")
    yield _eager_run(call, probe, given, run, inputs(probe.shape, RUNS * seed))


def _in_mode(trace, run, x):
    """The run of a block that takes no mode, in a mode of its model's, unless it fixes its own."""
    return _with_mode_of_model(computed(trace, run, x, _mode_of_model(trace, run)))


def _with_mode_of_model(run):
    """The run, as if what was called without a mode had been given that of its model."""

    def in_mode(op):
        follows = "training" in op.attrs and op.attrs["training"] is None
        return replace(op, attrs={**op.attrs, "training": run.training}) if follows else op

    ways = (replace(way, series=map_operations(in_mode, way.series)) for way in run.unused)
    return replace(run, series=map_operations(in_mode, run.series), unused=tuple(ways))


def _mode_of_model(trace, run):
    """The mode that a model sets for a block which takes none; None where it fixes one itself."""
    modes = [op.attrs.get("training") for op in operations(trace.series)]
    return None if any(mode is not None for mode in modes) else run.training


def _following_runs(call, exercise, seed):
    """The runs of a block that leaves the mode to the model: called once, and run in both modes."""
    traces = []
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number + RUNS * seed)
        run = Run(number, False, "symbolic", separate=False)
        trace, run = _traced(call, probe, {}, run, seed, x)
        traces.append(trace)
        yield _computed(call, trace, run, x, False) if trace else run
        if trace:
            yield _computed(call, trace, replace(run, training=True, first=None), x, True)
        if number < EAGER_PROBES:
            yield _eager_run(call, probe, {}, Run(number, False, "eager"), x)
    # By the batch's statistics: the moving ones have moved, by a momentum that is free.
    again = Run(0, True, "again", separate=False)
    yield from _once_more(call, traces[0], exercise.probes[0], again, seed, training=True)


def _once_more(call, trace, probe, run, seed, training=None):
    """The first call's graph after all others: with layers in common it has their weights now."""
    if trace is not None:
        yield _computed(call, trace, run, inputs(probe.shape, RUNS * seed), training)


def _computed(call, trace, run, x, *training, how=computed):
    """The run with what its graph computes, or why that cannot be computed."""
    try:
        return how(trace, run, x, *training)
    except Exception as error:
        failure = failure_of(error, call.function)
        return replace(run, series=trace.series, failure=failure, first=None)


def _traced(call, probe, given, run, seed, x):
    """``(trace, run)`` of a call with weights injected, or ``(None, run with the failure)``."""
    source = keras.Input(probe.shape[1:])
    try:
        _begin_alike()
        result = call(source, probe, given)
        if not keras.utils.is_keras_tensor(result):
            return None, replace(run, failure=no_tensor(result))
        trace = Trace(result, source, known_layers=call.layers)
        mode = _mode_of_model(trace, run) if call.leaves_mode else None  # None: as it is written
        if run.probe < EAGER_PROBES:
            run = replace(run, first=trace.run(x, mode)[-1])
        call.keep(run, reweighted(trace, mode if run.separate else run.training))
        inject(trace, len(probe.shape) + run.probe + RUNS * seed)
        return trace, run
    except TraceError as error:
        return None, replace(run, failure=Failure("unrecognised", message=str(error)))
    except Exception as error:
        failure = failure_of(error, call.function)
        run = until(replace(run, failure=failure), error, source, call)
        return None, _with_mode_of_model(run) if call.leaves_mode else run


def _begin_alike():
    """Lets layers that draw their first weights themselves draw the same in each call."""
    random.seed(0)
    np.random.seed(0)


class _Model(keras.layers.Layer):
    """A layer that runs a function, so that the layers in it take their mode from a model."""

    def __init__(self, function):
        super().__init__()
        self.function, self.built = function, True

    def call(self, x, training=None):
        return self.function(x)


def _eager_run(call, probe, given, run, x):
    try:
        _begin_alike()
        tensor = keras.ops.convert_to_tensor(x)
        if call.leaves_mode and run.training:
            result = _Model(lambda tensor: call(tensor, probe, given))(tensor, training=True)
        else:
            result = call(tensor, probe, given)
        if not keras.ops.is_tensor(result):
            return replace(run, failure=no_tensor(result))
        return replace(run, output=np.asarray(result))
    except Exception as error:
        return replace(run, failure=failure_of(error, call.function))


def _network_runs(call, exercise, seed):
    for number, probe in enumerate(exercise.probes):
        run = Run(number, False, "symbolic", separate=False)
        source = None
        try:
            model = call(None, probe, {"initializer": Blank})
            failure = _unlike(model, probe) or _ready_made(call.function, model)
            if failure:
                yield replace(run, failure=failure)
                continue
            source, result = _ends(model, probe)
            trace = Trace(result, source, known_layers=call.layers)
            call.keep(run, reweighted(trace, False))
            inject(trace, number + RUNS * seed)
            x = inputs(probe.shape, number + RUNS * seed)
            for training in (False, True) if number == 0 else (False,):
                yield computed(trace, replace(run, training=training), x, training, sample=True)
        except TraceError as error:
            yield replace(run, failure=Failure("unrecognised", message=str(error)))
        except Exception as error:
            failure = failure_of(error, call.function)
            yield until(replace(run, failure=failure), error, source, call)


def _trained_runs(call, exercise, seed, material):
    """The runs of a network with weights of the learner's: its graph, and all hidden images."""
    run, probe = Run(0, False, "symbolic", separate=False), exercise.probes[0]
    images = material.images.astype("float32") / 255
    try:
        model = call(None, probe, {})
        failure = _unlike(model, probe) or _ready_made(call.function, model)
        failure = failure or _too_large(model, exercise.goals)
        if failure:
            yield replace(run, failure=failure)
            return
        source, result = _ends(model, probe)
        trace = Trace(result, source, known_layers=call.layers)
        failure = _without_weights(model, material.weights, exercise)
        yield computed(trace, run, images[: probe.shape[0]], False, sample=True)
        run = replace(run, mode="called")
        output = None if failure else _answers(model, images)
        yield replace(run, output=output, failure=failure)
    except TraceError as error:
        yield replace(run, failure=Failure("unrecognised", message=str(error)))
    except Exception as error:
        yield replace(run, failure=failure_of(error, call.function))


def _too_large(model, goals):
    parameters = model.count_params()
    if parameters <= goals.parameters:
        return None
    got = f"the network has {parameters:,} parameters; expected {goals.parameters:,} at most"
    return Failure("parameters", message=got)


def _without_weights(model, weights, exercise):
    """Loads the weights that were handed in; the failure if there are none, or others."""
    if weights is None:
        return None
    if not weights:
        return Failure("untrained", message=f"there is no {exercise.weights_file} beside it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, exercise.weights_file)
        path.write_bytes(weights)
        try:
            model.load_weights(path)
        except Exception:
            got = f"{exercise.weights_file} was saved by other layers"
            return Failure("weights", message=got)
    return None


def _answers(model, images, batch=20):
    """What the model says of images, in inference mode."""
    starts = range(0, len(images), batch)
    return np.concatenate(
        [np.asarray(model(images[i : i + batch], training=False)) for i in starts]
    )


def _ready_made(function, model):
    """The failure of what builds nothing: the layers are those of a network of Keras's."""
    if not uses_applications(function):
        return None
    nested = [inner for layer in model.layers for inner in getattr(layer, "layers", [layer])]
    if sum(bool(LAYER_OF_LIBRARY.match(layer.name)) for layer in nested) < 10:
        return None
    return READY_MADE


def _ends(model, probe):
    """The input and output tensors of a model."""
    if getattr(model, "inputs", None) and getattr(model, "outputs", None):
        return model.inputs[0], model.outputs[0]
    source = keras.Input(probe.shape[1:])
    return source, model(source)


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
    expected, taken = probe.shape[1:], tuple(sources[0].shape[1:])
    if len(taken) != len(expected) or any(
        t not in (None, e) for t, e in zip(taken, expected, strict=True)
    ):
        got = (
            f"called with input_shape={expected}, your function made a model for images of shape "
            f"{taken}: look at what Input is given, and at the inputs that Model is given"
        )
        return Failure("shape", message=got)
    return None
