"""Runs an attempt that is a class: a Keras layer or model, made first and called afterwards."""

import tempfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from resnet_lesson.grading.judge.observation import Failure, Run
from resnet_lesson.grading.observe.calling import a_or_an
from resnet_lesson.grading.observe.failures import failure_of, until
from resnet_lesson.grading.observe.probes import (
    RUNS,
    Blank,
    CallersInitializer,
    computed,
    inputs,
    no_tensor,
    reweighted,
)
from resnet_lesson.graph.composites import call_inside, mark_built
from resnet_lesson.graph.eager_order import EagerOrder
from resnet_lesson.graph.following import TraceError
from resnet_lesson.graph.injection import inject
from resnet_lesson.graph.operations import UNKNOWN, Op
from resnet_lesson.graph.tracing import Trace
from resnet_lesson.keras_internals import layers_within, unlock_state

NO_CONFIG = (
    "It has no get_config, so it can be saved by its weights (`.weights.h5`) alone, and not as a "
    "whole (`.keras`)."
)
NO_WEIGHTS = (
    "Its `build` makes no weights: a `.weights.h5` file that is loaded after it would fill nothing."
)
NO_CALL = (
    "the class defines `__call__`, which is Keras's own: that one builds the layer, sets the mode "
    "and makes the layer a part of a model, and then calls `call`. Name your method `call`"
)
NO_FILE = "Whether it can be saved was not tried: no file could be written here."


def layer_runs(call, exercise, seed, free, notes):
    """Yields the `Run` objects of a layer: each probe is an object of its own.

    The first two are called in every way that a learner may call a layer, the last one is saved.
    Every one of these calls is to give the same values.
    """
    yield from _first_values(call, exercise.probes[0], inputs(exercise.probes[0].shape, seed), free)
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number + RUNS * seed)
        instance, failure = _construct(call, probe, CallersInitializer)
        if failure:
            yield Run(number, False, "symbolic", failure=failure, separate=False)
            continue
        layers = _layers_once_built(instance, probe)
        works = True
        for training in (False, True):
            run = Run(number, training, "symbolic", separate=False)
            run = _symbolic_run(call, instance, layers, probe, run, x, RUNS * seed, sample=False)
            works = works and run.output is not None
            yield run
            if number < 2:
                yield _called_run(call, instance, replace(run, mode="called"), x)
                yield _in_model_run(call, instance, replace(run, mode="model"), x)
        if works and probe is exercise.probes[-1]:
            _try_build(call, probe, notes)
            yield from _saved_runs(call, instance, probe, Run(number, False, ""), x, notes)


def model_runs(call, exercise, seed, notes):
    """Yields the `Run` objects of a whole model: as `layer_runs`, with fewer calls of it.

    The second probe is called on what `from_config` makes of the model's `get_config`.
    """
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number + RUNS * seed)
        run = Run(number, False, "symbolic", separate=False)
        model, failure = _construct(call, probe, Blank)
        if failure:
            yield replace(run, failure=failure)
            continue
        mark_built(model)
        layers = None
        if number:
            copy, failure = _remade(call, model)
            again = replace(run, mode="config", failure=failure)
            if copy is not None:
                mark_built(copy)
                again = _symbolic_run(call, copy, None, probe, again, x, number + RUNS * seed)
            if _asks_for_config(model, notes) or not again.failure:
                yield again
            if again.output is not None and again.output.shape[1:] == (probe.arguments["classes"],):
                continue
        for training in (False, True) if number == 0 else (False,):
            run = replace(run, training=training)
            yield _symbolic_run(call, model, layers, probe, run, x, number + RUNS * seed)
            layers = layers or layers_within(model)
        if number == 0:
            yield _called_run(call, model, replace(run, training=False, mode="called"), x)


def _construct(call, probe, initializer):
    """``(object, None)``, or ``(None, Failure)``."""
    try:
        instance = call(None, probe, {"initializer": initializer})
    except Exception as error:
        return None, failure_of(error, call.function)
    if isinstance(instance, keras.layers.Layer):
        return instance, None
    got = f"{call.function.__name__}(...) makes {a_or_an(instance)}, not a Keras layer or model"
    return None, Failure("wrong_type", message=got)


def _first_values(call, probe, x, free):
    """The run that shows whether the caller's initializer is used."""
    if "initializer" not in free:
        instance, failure = _construct(call, probe, CallersInitializer)
        if not failure:
            yield _called_run(call, instance, Run(0, False, "eager"), x)


def _layers_once_built(instance, probe):
    """A list of the layers that the object keeps, itself among them, after a first call."""
    mark_built(instance)
    try:
        call_inside(instance, keras.Input(probe.shape[1:]))
    except Exception as error:
        _unlock(instance, error)
    return layers_within(instance)


def _unlock(instance, error):
    """Lets `call` go on making layers, if it was stopped for that: which ones, a next call shows.

    Returns True if that was so.
    """
    stopped = "cannot add new elements of state" in str(error)
    for layer in layers_within(instance) if stopped else ():
        unlock_state(layer)
    return stopped


def _symbolic_run(call, instance, layers, probe, run, x, seed, sample=True):
    """A call with weights injected; `layers`, those it keeps, is None if they are not known yet."""
    source = keras.Input(probe.shape[1:])
    try:
        result = call_inside(instance, source, training=run.training)
        if not keras.utils.is_keras_tensor(result):
            return replace(run, failure=no_tensor(result, "call"))
        layers = layers or layers_within(instance)
        trace = Trace(result, source, known_layers=call.layers, owned=layers)
        call.keep(run, reweighted(trace))
        inject(trace, seed)
        return computed(trace, run, x, sample=sample)
    except TraceError as error:
        return replace(run, failure=Failure("unrecognised", message=str(error)))
    except Exception as error:
        if layers is None and _unlock(instance, error):
            layers = layers_within(instance)
            return _symbolic_run(call, instance, layers, probe, run, x, seed, sample)
        by_values = _run_on_values(call, instance, run, x, seed)
        if by_values:
            return by_values
        failure = failure_of(error, call.function)
        return until(replace(run, failure=failure), error, source, call)


def _run_on_values(call, instance, run, x, seed):
    """The run of what works on values alone, as Keras calls it, with a graph that is unknown.

    None if it does not work on values either.
    """

    def compute(x, seed):
        inject(EagerOrder(instance, x, run.training), seed)
        return [np.asarray(instance(keras.ops.convert_to_tensor(x), training=run.training))]

    try:
        [output] = compute(x, seed)
    except Exception:
        return None
    call.keep(run, compute)
    unknown = Op(UNKNOWN, {}, output.shape[1:], node=0)
    return replace(run, series=(unknown,), values=(output,), output=output)


def _called_run(call, instance, run, x):
    """The object called with values: without a mode where that is to mean inference."""
    run = replace(run, series=(), values=(), output=None, failure=None)
    if _replaces_keras_call(instance):
        return replace(run, failure=Failure("config", message=NO_CALL))
    try:
        mode = {"training": True} if run.training else {}
        result = instance(keras.ops.convert_to_tensor(x), **mode)
        if not keras.ops.is_tensor(result):
            return replace(run, failure=no_tensor(result, "call"))
        return replace(run, output=np.asarray(result))
    except Exception as error:
        return replace(run, failure=failure_of(error, call.function))


def _replaces_keras_call(instance):
    """Whether the class has a `__call__` of its own in place of `call`."""
    own = [cls for cls in type(instance).__mro__ if not cls.__module__.startswith("keras.")]
    names = {name for cls in own for name in vars(cls)}
    return "__call__" in names and "call" not in names


def _in_model_run(call, instance, run, x):
    """The object as a part of a model that is called with values."""
    run = replace(run, series=(), values=(), output=None, failure=None)
    try:
        model = _model_around(instance, x)
        return replace(run, output=np.asarray(model(x, training=run.training)))
    except Exception as error:
        return replace(run, failure=failure_of(error, call.function))


def _model_around(instance, x):
    source = keras.Input(x.shape[1:])
    return keras.Model(source, instance(source))


def _try_build(call, probe, notes):
    """Notes a `build` of the class's own that leaves the object without weights."""
    instance, _ = _construct(call, probe, CallersInitializer)
    if type(instance).build in (keras.Model.build, keras.layers.Layer.build):
        return
    try:
        instance.build((None, *probe.shape[1:]))
    except Exception:
        return  # a build that fails where `call` makes the weights: the calls have shown it
    if not instance.weights:
        notes.add(NO_WEIGHTS)


def _saved_runs(call, instance, probe, run, x, notes):
    """What comes back of a layer from its configuration, its weights and a whole file."""
    ways = [("weights", lambda folder: _from_weights(call, instance, probe, x, folder))]
    if _asks_for_config(instance, notes):
        ways.insert(0, ("config", lambda _: _from_config(call, instance, x)))
        ways.append(("keras", lambda folder: _from_file(instance, x, folder)))
    for mode, way in ways:
        try:
            with tempfile.TemporaryDirectory() as folder:
                output = np.asarray(way(Path(folder))(x, training=False))
            yield replace(run, mode=mode, output=output)
        except OSError:
            notes.add(NO_FILE)
        except Exception as error:
            yield replace(run, mode=mode, failure=failure_of(error, call.function))


def _asks_for_config(instance, notes):
    """False for a subclass of Model in the older way, which was saved by its weights alone."""
    own = type(instance).get_config not in (keras.Model.get_config, keras.layers.Layer.get_config)
    if own or not isinstance(instance, keras.Model):
        return True
    notes.add(NO_CONFIG)
    return False


def _remade(call, instance):
    """``(object made from the configuration, None)``, or ``(None, Failure)``."""
    try:
        return type(instance).from_config(instance.get_config()), None
    except Exception as error:
        return None, failure_of(error, call.function)


def _from_config(call, instance, x):
    copy = type(instance).from_config(instance.get_config())
    model = _model_around(copy, x)
    copy.set_weights(instance.get_weights())
    return model


def _from_weights(call, instance, probe, x, folder):
    _model_around(instance, x).save_weights(folder / "layer.weights.h5")
    model = _model_around(call(None, probe, {"initializer": CallersInitializer}), x)
    model.load_weights(folder / "layer.weights.h5")
    return model


def _from_file(instance, x, folder):
    _model_around(instance, x).save(folder / "layer.keras")
    known = {type(instance).__name__: type(instance)}
    return keras.models.load_model(folder / "layer.keras", custom_objects=known)
