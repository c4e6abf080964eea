"""Runs an attempt on chosen inputs and weights, and notes what it builds and computes as data."""

import contextlib
import copy
import inspect
import io
import linecache
import random
import traceback
import zlib
from dataclasses import dataclass, replace

import keras
import numpy as np

from resnet_lesson.tracing import Trace, TraceError

SAMPLE = 512  # values kept of each step of a network


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


@dataclass(frozen=True)
class Failure:
    """Why an attempt could not be run.

    Attributes:
        what: "not_attempted" or the kind of the finding: "exception", "wrong_type", ...
        error: the exception's class, or "".
        message: its text, or the reason in words.
        line: the learner's line that raised, or "".
        number: that line's number in the learner's cell or file, 0 if unknown.
    """

    what: str
    error: str = ""
    message: str = ""
    line: str = ""
    number: int = 0


@dataclass(frozen=True)
class Run:
    """One call of the attempt.

    Attributes:
        probe: the call's number in the exercise.
        training: the mode, True, False, or None where the function takes none.
        mode: "symbolic" (as part of a model) or "eager" (on values).
        series: the graph; empty in eager mode or if nothing could be traced.
        values: the output of each step, in the order of computation; samples of it in a network.
        output: the result, None if it failed.
        failure: `Failure` or None.
        separate: True if each mode was a call of its own; a network is built once and run in both.
    """

    probe: int
    training: bool | None
    mode: str
    series: tuple = ()
    values: tuple = ()
    output: object = None
    failure: Failure | None = None
    separate: bool = True


@dataclass(frozen=True)
class Observation:
    """All that is known of an attempt.

    Attributes:
        runs: tuple of `Run`.
        failure: set where the function could not even be called.
        free: settings that cannot be asked of this form of the function, such as "training".
        notes: what is worth telling and costs no points.
    """

    runs: tuple = ()
    failure: Failure | None = None
    free: tuple = ()
    notes: tuple = ()


def observe(function, exercise):
    """Calls an attempt in every way that the exercise asks for.

    The caller's random state, Keras settings and output are left as they were.

    Arguments:
        function: what the learner defined.
        exercise: `resnet_lesson.exercises.Exercise`.

    Returns:
        An `Observation`. Whatever the learner's code raises is in it; only KeyboardInterrupt gets
        out.
    """
    if not callable(function):
        got = f"{exercise.id} is {_a(function)}, not a function"
        return Observation(failure=Failure("wrong_type", message=got))
    # One copy for all calls: what an attempt does to its arguments shows in the next call.
    exercise = replace(exercise, probes=copy.deepcopy(exercise.probes))
    try:
        call, free = _calling(function, exercise)
    except TypeError as error:
        return Observation(failure=Failure("signature", message=str(error)))
    notes = set()
    with _untouched(), _older_pooling(notes), contextlib.redirect_stdout(io.StringIO()):
        runs = []
        for run in (
            _network_runs(call, exercise)
            if exercise.kind == "network"
            else _block_runs(call, exercise, free)
        ):
            runs.append(run)
            if run.failure and run.failure.what == "not_attempted":
                return Observation(failure=run.failure)
            if run.failure and run.failure.error == "RecursionError":  # slow, and tells no more
                return Observation((replace(run, series=()),), None, free)
    return Observation(tuple(runs), None, free, tuple(sorted(notes)))


def _block_runs(call, exercise, free):
    modes = (None,) if "training" in free else (False, True)
    for number, probe in enumerate(exercise.probes):
        x = inputs(probe.shape, number)
        for training in modes:
            given = {"training": training, "initializer": CallersInitializer}
            run = Run(number, training, "symbolic")
            yield _symbolic_run(call, probe, given, run, x)
            if number < 2:
                yield _eager_run(call, probe, given, replace(run, mode="eager"), x)
    probe = exercise.probes[0]
    given = {"training": modes[0], "initializer": keras.initializers.GlorotUniform}
    run = Run(0, modes[0], "eager")
    yield _eager_run(call, probe, given, run, inputs(probe.shape, 0))


def inputs(shape, seed):
    """The array that a probe is called with: standard normal, so that ReLU meets both signs."""
    return np.random.default_rng(seed).standard_normal(shape, "float32")


def _symbolic_run(call, probe, given, run, x):
    source = keras.Input(probe.shape[1:])
    try:
        result = call(source, probe, given)
        if not keras.utils.is_keras_tensor(result):
            return replace(run, failure=_no_tensor(result))
        trace = Trace(result, source, known_layers=call.layers)
        trace.inject(len(probe.shape))
        return _run(trace, run, x, None)
    except TraceError as error:
        return replace(run, failure=Failure("unrecognised", message=str(error)))
    except Exception as error:
        failure = failure_of(error, call.function)
        return replace(run, failure=failure, series=_until(error, source, call.layers))


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


def _network_runs(call, exercise):
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
            trace.inject(number)
            x = inputs(probe.shape, number)
            for training in (False, True) if number == 0 else (False,):
                yield _run(trace, replace(run, training=training), x, training, SAMPLE)
        except TraceError as error:
            yield replace(run, failure=Failure("unrecognised", message=str(error)))
        except Exception as error:
            failure = failure_of(error, call.function)
            yield replace(run, failure=failure, series=_until(error, source, call.layers))


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


class _Call:
    """A learner's function, called with the arguments that its own signature has."""

    def __init__(self, function, names, takes_input, old_names):
        self.function = function
        self.names = names
        self.takes_input = takes_input
        self.old_names = old_names
        self.layers = {}  # that its calls have made so far, as `Trace` numbers them

    def __call__(self, x, probe, given):
        known = {**probe.arguments, **given, **self.old_names}
        kwargs = {name: known[name] for name in self.names if name in known}
        positional = (x,) if self.takes_input else ()
        return self.function(*positional, **kwargs)


def _calling(function, exercise):
    """How to call this function: as the exercise says, or as older forms of the exercise did.

    Returns:
        ``(call, free)``: a `_Call`, and the settings that this form leaves out.
    """
    reference = inspect.signature(exercise.load_reference())
    signature = inspect.signature(function)
    takes_input = exercise.kind == "block"
    asked = list(reference.parameters)[takes_input:]
    anything = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    names = [name for name in asked if anything or name in signature.parameters]
    # The first public form of the exercise also named its layers by stage and block.
    old = {"stage": 2, "block": "a"}
    old_names = {name: value for name, value in old.items() if name in signature.parameters}
    needed = {name for probe in exercise.probes for name in probe.arguments}
    missing = [name for name in asked if name in needed and name not in names]
    positional = (None,) if takes_input else ()
    try:
        if missing:
            raise TypeError(f"it does not take {', '.join(missing)}")
        wanted = {**dict.fromkeys(names), **old_names}
        signature.bind(*positional, **wanted)
    except TypeError as error:
        form = f"{exercise.id}{_brief(reference)}"
        raise TypeError(f"expected {form}, got {exercise.id}{_brief(signature)}: {error}") from None
    free = tuple(
        name for name in ("training", "initializer") if name in asked and name not in names
    )
    return _Call(function, [*names, *old_names], takes_input, old_names), free


def _brief(signature):
    """A signature with defaults as a reader would write them."""
    parts = []
    for parameter in signature.parameters.values():
        default = parameter.default
        text = getattr(default, "__name__", repr(default))
        parts.append(str(parameter).split("=")[0].split(":")[0] + (
            "" if default is parameter.empty else f"={text}"
        ))  # fmt: skip
    return f"({', '.join(parts)})"


def _a(value):
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _no_tensor(result):
    if result is NotImplemented or result is Ellipsis:
        return Failure("not_attempted")
    hint = ": is the `return` missing?" if result is None else ", not a tensor"
    return Failure("wrong_type", message=f"your function returned {_a(result)}{hint}")


def _unlike(model, probe):
    """The failure of what is no Keras model from images of the probe's shape to one output."""
    if not isinstance(model, keras.Model):
        hint = ": is the `return` missing?" if model is None else ", not a keras.Model"
        return Failure("wrong_type", message=f"your function returned {_a(model)}{hint}")
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


def failure_of(error, function):
    """An exception in plain data, with the learner's own line.

    Arguments:
        error: the exception.
        function: the learner's function.

    Returns:
        A `Failure`; an unfilled blank (``raise NotImplementedError()``) is "not_attempted".
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = code.co_filename if code else None
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == own]
    last = frames[-1] if frames else None
    if (
        isinstance(error, NotImplementedError)
        and last
        and "NotImplementedError" in (last.line or "")
    ):
        return Failure("not_attempted")
    line = linecache.getline(last.filename, last.lineno).strip() if last else ""
    message = str(error) or type(error).__name__
    what = "memory" if isinstance(error, MemoryError) else "exception"
    return Failure(what, type(error).__name__, message, line, last.lineno if last else 0)


def _until(error, source, known_layers):
    """The graph up to the operation that raised, read off the exception's frames."""
    frame, call = error.__traceback__, None
    while frame is not None and call is None:
        names = frame.tb_frame.f_locals
        operation = names.get("self")
        if frame.tb_frame.f_code.co_name in ("__call__", "symbolic_call") and isinstance(
            operation, keras.Operation
        ):
            arguments = [value for key, value in names.items() if key != "self"]
            tensors = [t for t in keras.tree.flatten(arguments) if keras.utils.is_keras_tensor(t)]
            call = (operation, list({id(t): t for t in tensors}.values()))
        frame = frame.tb_next
    if call is None or not call[1]:
        return ()
    source = source if source is not None else _first_input(call[1][0])
    try:
        return Trace(None, source, failed=call, known_layers=known_layers).series
    except TraceError:
        return ()


def _first_input(tensor):
    """The input that a tensor was computed from."""
    while True:
        operation, node_index, _ = tensor._keras_history
        read = operation._inbound_nodes[node_index].arguments.keras_tensors
        if not read:
            return tensor
        tensor = read[0]


@contextlib.contextmanager
def _older_pooling(notes):
    """Lets pooling layers take a window of 2×2 where none is named, as Keras 2 did."""
    classes = (keras.layers.AveragePooling2D, keras.layers.MaxPooling2D)
    originals = [cls.__init__ for cls in classes]

    def with_default(cls, original):
        def __init__(self, pool_size=None, *args, **kwargs):
            if pool_size is None:
                pool_size = (2, 2)
                notes.add(
                    f"{cls.__name__}() names no pool_size: Keras 2 took 2×2, Keras 3 wants it."
                )
            original(self, pool_size, *args, **kwargs)

        return __init__

    for cls, original in zip(classes, originals, strict=True):
        cls.__init__ = with_default(cls, original)
    try:
        yield
    finally:
        for cls, original in zip(classes, originals, strict=True):
            cls.__init__ = original


@contextlib.contextmanager
def _untouched():
    """Leaves random state, precision and error filtering as they were found."""
    python, array = random.getstate(), np.random.get_state()
    policy = keras.config.dtype_policy()
    filtering = keras.config.is_traceback_filtering_enabled()
    keras.config.set_dtype_policy("float32")
    keras.config.disable_traceback_filtering()  # its frames hold the operation that raised
    try:
        yield
    finally:
        if filtering:
            keras.config.enable_traceback_filtering()
        keras.config.set_dtype_policy(policy)
        random.setstate(python)
        np.random.set_state(array)
