"""Whether an attempt uses the lesson's own implementation, or a ready-made network of Keras."""

import contextlib
import inspect
import types
from collections.abc import Callable

LESSON = "resnet_lesson."


def uses_reference(attempt: Callable, reference: Callable) -> bool:
    """True if the reference itself, a subclass, or a function that refers to it was handed in.

    The attempt's own helpers are searched too. Other parts of the lesson, such as its blocks in a
    network, may be used.
    """
    if attempt is reference or (getattr(attempt, "__module__", "") or "").startswith(LESSON):
        return True
    if inspect.isclass(attempt) and inspect.isclass(reference) and issubclass(attempt, reference):
        return True
    return any(
        any(value is reference for value in values) or _imports(names, values, reference)
        for _, names, values in _references(attempt)
    )


def uses_applications(attempt: Callable) -> bool:
    """True if a ready-made network of `keras.applications` was handed in, or is referred to."""
    return is_application(attempt) or any(
        any(map(is_application, values)) or any("applications" in name for name in names)
        for _, names, values in _references(attempt)
    )


def is_application(value: object) -> bool:
    """True for a function of `keras.applications` that makes a ready-made network."""
    is_function = inspect.isfunction(value) and value.__name__[0].isupper()
    return is_function and ".applications" in (value.__module__ or "")


def with_helpers(attempt: Callable) -> list[types.FunctionType]:
    """The functions of an attempt, or methods of a class, and its own that they refer to."""
    return [function for function, _, _ in _references(attempt)]


def _references(attempt):
    """``(function, names, values)``: an attempt's functions and helpers, and what they refer to."""
    functions = list(_functions(attempt))
    for function in functions:  # grows on the way
        names = _names(function.__code__)
        values = [function.__globals__.get(name) for name in names]
        values += _enclosed(function)
        yield function, names, values
        own = [v for v in values if getattr(v, "__module__", "") == function.__module__]
        found = [f for value in own for f in _functions(value)]
        functions += [f for f in dict.fromkeys(found) if f not in functions]


def _enclosed(function):
    """What a function has from the functions around it.

    `inspect.getclosurevars` also looks attributes up among the built-in names, where a submission
    finds the names that it forgot to import.
    """
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # not assigned yet
            yield cell.cell_contents


def _functions(value):
    if inspect.isclass(value):
        return [v for v in vars(value).values() if inspect.isfunction(v)]
    return [value] if inspect.isfunction(value) else []


def _names(code):
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return {*code.co_names, *(name for c in inner for name in _names(c))}


def _imports(names, values, reference):
    """Whether the reference is reached through its module, imported inside or outside."""
    if reference.__name__ not in names:
        return False
    modules = [value for value in values if inspect.ismodule(value)]
    through = any(getattr(module, reference.__name__, None) is reference for module in modules)
    package = any(module.__name__ == "resnet_lesson" for module in modules)
    return through or package or any(name.startswith("resnet_lesson") for name in names)
