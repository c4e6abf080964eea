"""How an attempt is observed: without the reference, and with fresh probes for each seed."""

import inspect
import json
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
from support.paths import SOLVED

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.sandbox import observation_bytes
from resnet_lesson.graph.tracing import Trace, TraceError

BLOCKS = ["skip_connection", "identity_block", "convolutional_block"]


def test_judging_needs_neither_tensorflow_nor_keras():
    modules = "judge.judge report.report report.text report.html sandbox.observation_bytes"
    code = (
        "import sys, resnet_lesson.graph.operations, resnet_lesson.exercises as e, importlib\n"
        "e.all_exercises()\n"
        f"for name in {modules.split()!r}:\n"
        "    importlib.import_module('resnet_lesson.grading.' + name)\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_observing_imports_no_reference():
    code = (
        "import sys, resnet_lesson.grading.observe.observe\n"
        "print([name for name in ('blocks', 'networks', 'layers')"
        " if 'resnet_lesson.' + name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_exercises_come_in_the_order_in_which_the_notebooks_ask_for_them():
    asked = [
        cell["metadata"].get("nbgrader", {}).get("grade_id")
        for path in SOLVED
        for cell in json.loads(path.read_text())["cells"]
    ]
    assert list(all_exercises()) == [name for name in asked if name in all_exercises()]


@pytest.mark.parametrize("name", all_exercises())
def test_the_signature_as_data_is_that_of_the_reference(name):
    exercise = all_exercises()[name]
    reference = exercise.load_reference()
    called = reference.__init__ if inspect.isclass(reference) else reference
    parameters = [
        p for p in inspect.signature(called).parameters.values() if p.kind != p.VAR_KEYWORD
    ]
    written = []
    for parameter in parameters[inspect.isclass(reference) :]:
        default = parameter.default
        text = getattr(default, "__name__", repr(default))
        written.append(parameter.name + ("" if default is parameter.empty else f"={text}"))
    assert exercise.signature == ", ".join(written)


@pytest.mark.parametrize("name", all_exercises())
def test_fresh_probes_depend_on_the_seed_alone(name):
    exercise = all_exercises()[name]
    assert exercise.probes_for(0) == exercise.probes
    assert repr(exercise.probes_for(5)) == repr(exercise.probes_for(5))
    drawn = {repr(exercise.probes_for(seed)) for seed in range(1, 9)}
    assert len(drawn) > 4
    for seed in range(1, 20):
        probes = exercise.probes_for(seed)
        assert [p.arguments.keys() for p in probes] == [p.arguments.keys() for p in exercise.probes]
        assert all(np.prod(probe.shape) < 70_000 for probe in probes)


@pytest.mark.parametrize("name", BLOCKS)
def test_one_seed_gives_one_observation_and_another_another(name):
    exercise = all_exercises()[name]
    reference = exercise.load_reference()
    first, again, other = (
        observation_bytes.to_bytes(observe(reference, exercise, s)) for s in (3, 3, 4)
    )
    assert first == again != other
    assert judge(observation_bytes.from_bytes(first), observation_bytes.from_bytes(again)).passed


@pytest.mark.parametrize("name", BLOCKS)
def test_the_reference_passes_with_every_seed(name):
    exercise = all_exercises()[name]
    reference = exercise.load_reference()
    for seed in (1, 2, 77, 2**31):
        observed = observe(reference, exercise, seed)
        assert judge(observed, observe(reference, exercise, seed)).passed


def test_a_layer_that_returns_its_input_does_not_lead_the_tracing_in_a_circle():
    class Same(keras.Operation):
        def call(self, X):
            return X

        def compute_output_spec(self, X):
            return X

    source = keras.Input((4, 4, 2))
    result = keras.layers.ReLU()(Same()(keras.layers.ReLU()(source)))
    with pytest.raises(TraceError, match="returns the tensor that it was given"):
        Trace(result, source)


def test_layers_that_calls_have_in_common_show_in_the_values_too():
    convolution = keras.layers.Conv2D(7, 3, padding="same")

    def residual_block(n_filters, x):
        y = keras.layers.ReLU()(keras.layers.BatchNormalization()(convolution(x)))
        y = keras.layers.Conv2D(n_filters, 3, padding="same")(y)
        y = keras.layers.BatchNormalization()(y)
        return keras.layers.ReLU()(keras.layers.Add()([x, y]))

    exercise = all_exercises()["residual_block"]
    probes = (exercise.probes[0], replace(exercise.probes[0], shape=(1, 4, 4, 7)))
    exercise = replace(exercise, probes=probes)
    reference = observe(exercise.load_reference(), exercise)
    observed = observe(residual_block, exercise)
    verdict = judge(observed, reference)
    assert (verdict.differences[0].where, verdict.differences[0].what) == ("main.1.conv", "missing")
    both = zip(observed.runs, reference.runs, strict=True)
    forged = replace(observed, runs=tuple(replace(o, series=r.series) for o, r in both))
    assert not judge(forged, reference).passed
