"""An observation as bytes and back: JSON and plain numbers, nothing that runs code when read.

What arrives may have been written by a learner's code: every field is checked as it is read.
"""

import json
import math
import struct
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from resnet_lesson.errors import LessonError
from resnet_lesson.grading.judge.catalogue import kinds
from resnet_lesson.grading.judge.observation import HELD_BACK, Failure, Observation, Run
from resnet_lesson.graph.operations import Branch, Op, Series, Unused

LENGTH = struct.Struct("<I")  # of the JSON, which the arrays follow: float32, one after another
LARGEST, LARGEST_HEADER = 176 << 20, 8 << 20  # bytes; maps without strides are large
MOST_RUNS = 64
MOST_OPERATIONS = 12_000  # of all runs, with the ways to use what was made and is not used
MOST_WAYS = 20  # to use what a run does not
MOST_NOTES = 20
MOST_VALUES = 100  # in a setting of an operation
LONGEST_TEXT = 2000
LONGEST_LINE = 300
MODES = (
    *("symbolic", "again", "eager", "called", "model", "config", "weights", "keras", "values"),
    HELD_BACK,
)
SETTINGS = ("training", "initializer")
FAILURES = kinds() | {"not_attempted"}  # read here: a confined process cannot


class ObservationError(LessonError, ValueError):
    """The bytes are not an observation."""


def to_bytes(observation: Observation) -> bytes:
    """Writes an observation."""
    arrays: list[np.ndarray] = []
    header = {
        "runs": [_run_data(run, arrays) for run in observation.runs],
        "failure": _failure_data(observation.failure),
        "free": observation.free,
        "notes": [str(note)[:LONGEST_LINE] for note in observation.notes[:MOST_NOTES]],
        "early_return": observation.early_return[:LONGEST_LINE],
        "shapes": [array.shape for array in arrays],
    }
    text = json.dumps(header).encode()
    return b"".join([LENGTH.pack(len(text)), text, *(array.tobytes() for array in arrays)])


def _run_data(run, arrays):
    arrays += map(_float32, run.values)
    if run.output is not None:
        arrays.append(_float32(run.output))
    if run.first is not None:
        arrays.append(_float32(run.first))
    return {
        "probe": run.probe,
        "training": run.training,
        "mode": run.mode,
        "separate": run.separate,
        "series": _series_data(run.series),
        "unused": [[way.node, _series_data(way.series)] for way in run.unused[:MOST_WAYS]],
        "values": len(run.values),
        "output": run.output is not None,
        "first": run.first is not None,
        "failure": _failure_data(run.failure),
    }


def _failure_data(failure):
    return failure and asdict(replace(failure, message=str(failure.message)[:LONGEST_TEXT]))


def _series_data(series):
    return [
        {"paths": list(map(_series_data, item.paths)), "merge": _operation_data(item.merge)}
        if isinstance(item, Branch)
        else _operation_data(item)
        for item in series
    ]


def _operation_data(op):
    attrs = {str(name): _plain(value) for name, value in op.attrs.items()}
    numbers = {"shape": list(map(_plain, op.shape)), "node": op.node, "layer": op.layer}
    return {"kind": op.kind, "attrs": attrs, **numbers}


def _plain(value):
    """A setting as JSON takes it: learners compute them with NumPy, or set them to objects."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (tuple, list)):
        return list(map(_plain, value[:MOST_VALUES]))
    return value if _is_plain(value) else str(value)[:LONGEST_LINE]


def _is_plain(value):
    if isinstance(value, (int, float)):
        return math.isfinite(value) and abs(value) < 1 << 63
    return value is None or isinstance(value, str)


def _float32(value):
    """An array of numbers; of what are none, NaN, which no comparison takes for right."""
    value = np.asarray(value)
    try:
        with np.errstate(all="ignore"):
            return value.astype("<f4", casting="unsafe" if value.dtype.kind != "c" else "safe")
    except (TypeError, ValueError):
        return np.full(value.shape, np.nan, "<f4")


def from_bytes(data: bytes) -> Observation:
    """Reads what `to_bytes` wrote.

    Raises:
        ObservationError: for anything else.
    """
    try:
        _require(len(data) <= LARGEST)
        end = LENGTH.size + _whole(LENGTH.unpack_from(data)[0], 0, LARGEST_HEADER)
        header = json.loads(data[LENGTH.size : end])
        arrays = _arrays(header["shapes"], memoryview(data)[end:])
        budget = iter(range(MOST_OPERATIONS))
        runs = tuple(_run(run, arrays, budget) for run in _list(header["runs"], MOST_RUNS))
        _require(next(arrays, None) is None)
        failure = _failure(header["failure"])
        _require(not (failure and runs))
        free = tuple(header["free"])
        _require(free in ((), SETTINGS, *((name,) for name in SETTINGS)))
        notes = tuple(_text(note, LONGEST_LINE) for note in _list(header["notes"], MOST_NOTES))
        early = _text(header["early_return"], LONGEST_LINE)
        return Observation(runs, failure, free, notes, early)
    except Exception as error:
        raise ObservationError(f"not an observation: {type(error).__name__}") from None


def joined(first: Observation, rest: Observation) -> Observation:
    """An observation as it was sent: all but one call, and then the call that was held back.

    Raises:
        ObservationError: another call was held back, or sent too early.
    """
    if rest.failure:
        return Observation(failure=rest.failure)
    early = [run for run in first.runs if run.mode == HELD_BACK]
    others = [run for run in rest.runs if run.mode != HELD_BACK]
    if early or others or len(rest.runs) > 1 or (first.failure and rest.runs):
        raise ObservationError("not an observation: its calls do not come in their turn")
    return replace(first, runs=(*first.runs, *rest.runs))


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def _whole(value: Any, least: int, most: int) -> int:
    _require(type(value) is int and least <= value <= most)
    return value


def _text(value: Any, most: int) -> str:
    _require(isinstance(value, str))
    return value if len(value) <= most else f"{value[: most - 1]}…"


def _name(value: Any) -> str:
    """A name of a layer's class or setting, which becomes a part of what is printed."""
    _require(value.isidentifier() and len(value) <= 100)
    return value


def _list(value: Any, most: int) -> list:
    _require(isinstance(value, list) and len(value) <= most)
    return value


def _arrays(shapes, data):
    """Yields the arrays, which must fill the data exactly."""
    shapes = [tuple(_whole(n, 0, 1 << 28) for n in _list(shape, 8)) for shape in shapes]
    sizes = [4 * math.prod(shape) for shape in shapes]
    _require(sum(sizes) == len(data))
    start = 0
    for shape, size in zip(shapes, sizes, strict=True):
        yield np.frombuffer(data[start : start + size], "<f4").reshape(shape)
        start += size


def _run(data, arrays, budget):
    settings = ("training", "separate", "output", "first")
    _require(all(type(data[name]) is bool for name in settings))
    _require(data["mode"] in MODES)
    values = tuple(next(arrays) for _ in range(_whole(data["values"], 0, MOST_OPERATIONS)))
    return Run(
        probe=_whole(data["probe"], 0, MOST_RUNS),
        training=data["training"],
        mode=data["mode"],
        series=_series(data["series"], budget),
        values=values,
        output=next(arrays) if data["output"] else None,
        failure=_failure(data["failure"]),
        separate=data["separate"],
        first=next(arrays) if data["first"] else None,
        unused=tuple(
            Unused(_whole(node, -1, MOST_OPERATIONS), _series(series, budget))
            for node, series in _list(data["unused"], MOST_WAYS)
        ),
    )


def _failure(data):
    if data is None:
        return None
    _require(data["what"] in FAILURES)
    return Failure(
        what=data["what"],
        error=_text(data["error"], 100),
        message=_text(data["message"], LONGEST_TEXT),
        line=_text(data["line"], LONGEST_LINE),
        number=_whole(data["number"], 0, 1 << 31),
        hint=_text(data["hint"], LONGEST_LINE),
    )


def _series(data, budget) -> Series:
    """A graph; `budget` yields once for each operation that may still come."""
    return tuple(_item(item, budget) for item in _list(data, MOST_OPERATIONS))


def _item(data, budget):
    if "paths" in data:
        main, shortcut, *others = (_series(path, budget) for path in _list(data["paths"], 100))
        return Branch(main, shortcut, _operation(data["merge"], budget), tuple(others))
    return _operation(data, budget)


def _operation(data, budget):
    next(budget)
    _require(isinstance(data["attrs"], dict) and len(data["attrs"]) <= 50)
    kind = _name(data["kind"])
    attrs = {_name(name): _setting(value, 3) for name, value in data["attrs"].items()}
    _require(_can_be_computed_with(kind, attrs))
    return Op(
        kind=kind,
        attrs=attrs,
        shape=tuple(n if n is None else _whole(n, 0, 1 << 40) for n in _list(data["shape"], 8)),
        node=_whole(data["node"], -1, MOST_OPERATIONS),
        layer=_whole(data["layer"], -1, 1 << 31),
    )


def _can_be_computed_with(kind, attrs):
    """Whether the settings that decide about a map's border are those of a layer."""
    padding, axis = attrs.get("padding", ()), attrs.get("axis", 0)
    if kind == "bn" and not (_are_whole((axis,)) and 0 <= axis < 10):
        return False
    if kind == "conv" or "pool_size" in attrs or isinstance(padding, str):
        window = attrs.get("kernel_size" if kind == "conv" else "pool_size")
        pairs = (window, attrs.get("strides"))
        return isinstance(padding, str) and all(
            _are_whole(pair) and len(pair) == 2 and min(pair) > 0 for pair in pairs
        )
    return kind != "pad" or (isinstance(padding, tuple) and all(map(_are_whole, padding)))


def _are_whole(values):
    return isinstance(values, tuple) and all(type(value) is int for value in values)


def _setting(value, depth):
    """A setting of an operation: a number, a text, or a few of them."""
    if isinstance(value, list):
        _require(depth > 0)
        return tuple(_setting(each, depth - 1) for each in _list(value, MOST_VALUES))
    _require(_is_plain(value))
    return _text(value, LONGEST_LINE) if isinstance(value, str) else value
