"""An observation as bytes and back: JSON and plain arrays, nothing that runs code when read."""

import io
import json
from dataclasses import asdict

import numpy as np

from resnet_lesson.errors import LessonError
from resnet_lesson.grading.judge.observation import Failure, Observation, Run
from resnet_lesson.graph.operations import Unused, from_data, to_data


class ObservationError(LessonError, ValueError):
    """The bytes are not an observation."""


def to_bytes(observation):
    """Writes an `Observation` as the bytes of an ``.npz`` file with a JSON header."""
    arrays, runs = {}, []
    for number, run in enumerate(observation.runs):
        for place, value in enumerate(run.values):
            arrays[f"{number}.{place}"] = value
        if run.output is not None:
            arrays[f"{number}.output"] = run.output
        runs.append(
            {
                "probe": run.probe,
                "training": run.training,
                "mode": run.mode,
                "separate": run.separate,
                "series": to_data(run.series),
                "unused": [[way.node, to_data(way.series)] for way in run.unused],
                "values": len(run.values),
                "failure": run.failure and asdict(run.failure),
            }
        )
    failure = observation.failure and asdict(observation.failure)
    header = {
        "runs": runs,
        "failure": failure,
        "free": observation.free,
        "notes": observation.notes,
    }
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), "uint8")
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def from_bytes(data):
    """Reads what `to_bytes` wrote.

    Returns:
        An `Observation`.

    Raises:
        ObservationError: for anything else.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            header = json.loads(arrays["header"].tobytes())
            runs = tuple(_run(n, run, arrays) for n, run in enumerate(header["runs"]))
            free, notes = tuple(header["free"]), tuple(map(str, header["notes"]))
            return Observation(runs, _failure(header["failure"]), free, notes)
    except Exception as error:
        raise ObservationError(f"not an observation: {type(error).__name__}") from None


def _run(number, run, arrays):
    values = tuple(arrays[f"{number}.{place}"] for place in range(run["values"]))
    output = arrays.get(f"{number}.output")
    failure = _failure(run["failure"])
    series = from_data(run["series"])
    unused = tuple(Unused(node, from_data(series)) for node, series in run["unused"])
    facts = {name: run[name] for name in ("probe", "training", "mode", "separate")}
    known = {"values": values, "output": output, "failure": failure, "unused": unused}
    return Run(**facts, series=series, **known)


def _failure(data):
    return Failure(**data) if data else None
