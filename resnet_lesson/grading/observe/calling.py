"""How an attempt is called: by the names of its own parameters."""

import ast
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from resnet_lesson.exercises import Exercise, Probe, all_exercises
from resnet_lesson.grading.judge.observation import Run
from resnet_lesson.grading.submissions.statements import Piece

TENSORS = ("X", "x", "inputs", "input", "input_tensor", "tensor", "x_in")
# Other names that mean the same.
ALIASES = {
    "n_filters": ("filters", "num_filters", "nb_filters", "n_filter", "nfilters", "channels"),
    "f": ("kernel_size", "kernel", "size"),
    "s": ("strides", "stride"),
    "classes": ("num_classes", "n_classes", "nb_classes"),
    "initializer": ("kernel_initializer",),
}
# What public forms of the exercises also asked for: layers named by stage and block, and more.
OLD_NAMES = {"stage": 2, "block": "a", "data_format": "channels_last"}


@dataclass
class Call:
    """A learner's function or class, called with the arguments that its own signature has.

    Attributes:
        names: its own names for parameters → the exercise's.
        tensor: how it calls the tensor: None if it takes none, "" if it takes it first.
        old_names: further arguments.
        free: the settings that cannot be asked of this form.
        leaves_mode: whether it takes no mode, where the exercise hands one in: then it has to
            leave it to the model.
        notes: what is worth telling of this form.
        layers: the layers that its calls have made so far, as `resnet_lesson.graph.tracing.Trace`
            numbers them.
        first: None, or ``(run, compute)`` of the first call: its `Run`, and a function of an input
            and of a seed for the weights, which returns the values of all steps.
    """

    function: Callable
    names: dict[str, str]
    tensor: str | None
    old_names: dict[str, object]
    free: tuple[str, ...] = ()
    leaves_mode: bool = False
    notes: tuple[str, ...] = ()
    layers: dict = field(default_factory=dict)
    first: tuple | None = None

    def keep(self, run: Run, compute: Callable) -> None:
        """Keeps how to compute a call again, if it is the first one."""
        if run.probe == 0 and not run.training and self.first is None:
            self.first = run, compute

    def __call__(self, x: object, probe: Probe, given: dict) -> object:
        """Calls with a tensor, a probe's arguments and further ones, as far as it takes them."""
        known = {**probe.arguments, **given}
        kwargs = {own: known[name] for own, name in self.names.items() if name in known}
        kwargs |= self.old_names
        if self.tensor:
            kwargs[self.tensor] = x
        return self.function(*((x,) if self.tensor == "" else ()), **kwargs)


def calling(function: Callable, exercise: Exercise) -> Call:
    """How to call this function or class: as the exercise says, or as older forms of it did.

    Raises:
        TypeError: it cannot be called so; the message says what was expected.
    """
    signature = _signature(function)
    parameters = _parameters(exercise)
    needed = _needed(exercise)
    names = _own_names(signature, exercise)
    tensor = _tensor(signature, names, exercise) if exercise.kind == "block" else None
    old = {name: value for name, value in OLD_NAMES.items() if name in signature.parameters}
    missing = [name for name in parameters if name in needed and name not in names.values()]
    try:
        if missing:
            raise TypeError(f"it does not take {', '.join(missing)}")
        if tensor == "" and _comes_first_by_mistake(signature, exercise):
            raise TypeError("its parameters are in another order")
        named = {**names, **old, **({tensor: None} if tensor else {})}
        signature.bind(*((None,) if tensor == "" else ()), **named)
    except TypeError as error:
        form = f"{exercise.id}({exercise.signature})"
        got = f"{exercise.id}{_brief(signature)}"
        other = _of_other_exercise(signature, exercise)
        raise TypeError(f"expected {form}, got {got}: {error}{other}") from None
    notes = tuple(
        f"`{own}` was taken for `{name}`: the cells that follow in the lesson call it `{name}`."
        for own, name in names.items()
        if own != name and exercise.kind in ("block", "network") and name != "n_filters"
    )
    leaves_mode = exercise.kind == "block" and "training" in set(parameters) - set(names.values())
    return Call(function, names, tensor, old, _free(exercise, names), leaves_mode, notes)


def _comes_first_by_mistake(signature, exercise):
    """Whether the tensor is the first parameter where callers give another argument first."""
    first = next(iter(signature.parameters.values()), None)
    by_place = first is not None and first.kind is first.POSITIONAL_OR_KEYWORD
    return by_place and exercise.parameters[0] not in ("X", "x")


def _of_other_exercise(signature, exercise):
    """Says of which other exercise these are the parameters, if of any."""
    matches = {
        other.id: len(needed)
        for other in all_exercises().values()
        if other.kind == exercise.kind
        and (needed := _needed(other))
        and needed != _needed(exercise)
        and needed <= set(signature.parameters)
    }
    likeliest = max(matches, key=lambda name: matches[name], default="")
    return f": these are the parameters of {likeliest}" if likeliest else ""


def _needed(exercise):
    """The parameters without which an exercise cannot be called."""
    return {name for probe in exercise.probes for name in probe.arguments}


def _free(exercise, names):
    if exercise.kind == "values":
        return ()
    if exercise.kind in ("network", "trained", "model"):
        # Blocks of a network may fix a mode, which a functional model overrides, and all of it
        # may draw its own weights.
        return ("training", "initializer") if exercise.kind != "model" else ("initializer",)
    # A block that takes no mode has to leave it to the model.
    has_mode = exercise.kind == "layer" or "training" in exercise.parameters
    settings = ("initializer",) if has_mode else ("training", "initializer")
    return tuple(name for name in settings if name not in names.values())


def free_by_source(pieces: Sequence[Piece], exercise: Exercise) -> tuple[str, ...] | None:
    """The settings that cannot be asked of an attempt, read off its `def`; None if that is unclear.

    As it is where the name is bound otherwise, or the function or class is decorated or inherits
    what it is made with.
    """
    if exercise.kind in ("network", "trained", "model", "values"):
        return _free(exercise, {})
    definition = None
    for piece in pieces:
        [node] = ast.parse(piece.text).body
        if not piece.module and exercise.id in _bound_names(node):
            definition = node
    if isinstance(definition, ast.ClassDef) and not definition.decorator_list:
        methods = [n for n in definition.body if getattr(n, "name", "") == "__init__"]
        definition = methods[-1] if methods else None
    if not isinstance(definition, ast.FunctionDef) or definition.decorator_list:
        return None
    given = definition.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    kinds = inspect.Parameter
    parameters = [kinds(name, kinds.POSITIONAL_OR_KEYWORD) for name in names]
    parameters += [kinds(given.kwarg.arg, kinds.VAR_KEYWORD)] if given.kwarg else []
    return _free(exercise, _own_names(inspect.Signature(parameters), exercise))


def _bound_names(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        (alias.asname or alias.name).partition(".")[0]
        for n in ast.walk(node)
        if isinstance(n, (ast.Import, ast.ImportFrom))
        for alias in n.names
    }


def _signature(function):
    if not inspect.isclass(function):
        return inspect.signature(function)
    signature = inspect.signature(function.__init__)  # Keras's __new__ would hide it
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def _parameters(exercise):
    """The names of the parameters without the tensor's."""
    tensors = () if exercise.kind == "values" else ("X", "x")
    return [name for name in exercise.parameters if name not in tensors]


def _own_names(signature, exercise):
    """The attempt's names for parameters → the exercise's: by name, or else by place."""
    parameters = _parameters(exercise)
    needed = _needed(exercise)
    is_class = exercise.kind in ("layer", "model")
    # A class hands its **kwargs on to Keras, which knows nothing of the exercise's parameters.
    anything = not is_class and any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    names = {}
    for name in parameters:
        aliases = (name, *ALIASES.get(name, ()))
        own = next((n for n in aliases if n in signature.parameters and n not in names), None)
        if own or anything:
            names[own or name] = name
    if exercise.kind == "values" and len(names) < len(parameters):
        # No later cell names them: what counts is their order.
        return dict(zip(signature.parameters, parameters, strict=False))
    places = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name not in OLD_NAMES
    ]
    for name, own in zip(exercise.parameters, places, strict=False):
        is_known = own in names or own in (*TENSORS, "training")
        if not is_class and name in needed and name not in names.values() and not is_known:
            names[own] = name
    return names


def _tensor(signature, names, exercise):
    """The attempt's name for its tensor; "" if it is the first parameter, whatever its name."""
    first = next(iter(signature.parameters), "")
    if exercise.parameters[0] in ("X", "x") or first not in names:
        return ""
    left = [name for name in signature.parameters if name not in names and name not in OLD_NAMES]
    return next((name for name in left if name in TENSORS), left[0] if left else "x")


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


def a_or_an(value: object) -> str:
    """What a value is, in words: "None", "an int", "a Dense"."""
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
