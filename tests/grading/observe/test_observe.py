"""How an attempt is observed: without the reference, and with fresh probes for each seed."""

import ast
import inspect
import json
import linecache
import sys
from dataclasses import replace

import keras
import nbformat
import numpy as np
import pytest
from support.attempts import LAYER, reference
from support.paths import NOTEBOOKS, SOLVED
from support.processes import loaded_by

from resnet_lesson.exercises import all_exercises
from resnet_lesson.exercises.blanks import BLANK
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.observe.observe import Material, observe
from resnet_lesson.grading.observe.surroundings import older_dialects
from resnet_lesson.grading.report.report import report
from resnet_lesson.grading.sandbox import observation_bytes
from resnet_lesson.graph.following import TraceError
from resnet_lesson.graph.tracing import Trace

BLOCKS = ["skip_connection", "identity_block", "convolutional_block"]


def test_judging_needs_neither_tensorflow_nor_keras():
    modules = "judge.judge report.report report.text report.html sandbox.observation_bytes"
    code = (
        "import resnet_lesson.graph.operations, resnet_lesson.exercises as e, importlib\n"
        "e.all_exercises()\n"
        f"for name in {modules.split()!r}:\n"
        "    importlib.import_module('resnet_lesson.grading.' + name)\n"
    )
    assert not {"tensorflow", "keras"} & loaded_by(code)


def test_observing_imports_no_reference():
    references = {f"resnet_lesson.{name}" for name in ("blocks", "networks", "layers")}
    assert not references & loaded_by("import resnet_lesson.grading.observe.observe")


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


@pytest.mark.parametrize("name", [e.id for e in all_exercises().values() if e.goals is None])
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


def test_what_the_code_shows_of_a_cause_comes_out_of_the_sandbox():
    function = defined("identity_block", "identity_block = lambda X, f, filters: Conv2D(fitlers)")
    observed = observe(function, all_exercises()["identity_block"])
    [failure, *_] = [run.failure for run in observed.runs]
    returned = observation_bytes.from_bytes(observation_bytes.to_bytes(observed))
    assert failure.hint and returned.runs[0].failure.hint == failure.hint


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
    assert (verdict.differences[0].where, verdict.differences[0].what) == (
        "main.1.conv",
        "reused_layer",
    )
    both = zip(observed.runs, reference.runs, strict=True)
    forged = replace(observed, runs=tuple(replace(o, series=r.series) for o, r in both))
    assert not judge(forged, reference).passed


def stubs():
    """The cells of the lesson's own notebooks in which something is to be filled in."""
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and BLANK[1] in cell.source:
                yield ast.parse(cell.source).body[0].name, cell.source


class Block(keras.layers.Layer):
    """What the lesson gives for its classes."""

    def __init__(self, config, **kwargs):
        super().__init__(**kwargs)


def defined(name, source):
    """What a cell defines, with its lines where tracebacks find them."""
    lines = source.splitlines(keepends=True)
    linecache.cache["<cell>"] = (len(source), None, lines, "<cell>")
    namespace = {**vars(keras), **vars(keras.layers), **vars(keras.initializers), "Block": Block}
    namespace["make_stem"] = namespace["make_head"] = lambda *_: keras.layers.Layer()
    namespace["make_convolutions"] = lambda *_: [keras.layers.Layer() for _ in range(3)]
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[name]


@pytest.mark.parametrize(("name", "source"), [pytest.param(*stub, id=stub[0]) for stub in stubs()])
def test_the_lesson_s_own_blanks_are_not_attempted(name, source):
    material = Material(np.zeros((8, 64, 64, 3), "uint8"))  # which a capstone is tried with
    observed = observe(defined(name, source), all_exercises()[name], material=material)
    assert observed.failure.what == "not_attempted"


@pytest.mark.parametrize(
    "source",
    [
        "    # YOUR CODE HERE\n    X = Add()([X, main_path(X)])\n"
        "    raise NotImplementedError()\n\n    return X",
        "    # YOUR CODE HERE\n    raise NotImplementedError()\n\n    return Add()([X, X])",
        "    Y = main_path(X)\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
        "    return Add()([X, Y])",
        "    raise NotImplementedError()\n\n    return Add()([X, main_path(X)])",
    ],
)
def test_a_blank_that_is_left_beside_an_answer_is_to_be_deleted(source):
    function = defined("skip_connection", f"def skip_connection(X, main_path):\n{source}\n")
    observed = observe(function, all_exercises()["skip_connection"])
    failure = next(run.failure for run in observed.runs)
    assert (failure.what, failure.error) == ("exception", "NotImplementedError")
    assert failure.line == BLANK[1] and "delete this line" in failure.message


@pytest.mark.parametrize(
    "source",
    [
        "def ResNet50(input_shape, classes):\n"
        "  return applications.ResNet50(weights=None, input_shape=input_shape, classes=classes)",
        "from keras.applications import ResNet50 as Base\n"
        "def ResNet50(input_shape, classes):\n"
        "  base = Base(weights=None, input_shape=input_shape, include_top=False)\n"
        "  X = GlobalAveragePooling2D()(base.output)\n"
        "  return Model(base.input, Dense(classes, activation='softmax')(X))",
        "from keras.applications.resnet50 import ResNet50",
    ],
)
def test_a_network_of_the_library_is_named_as_ready_made(source):
    observed = observe(defined("ResNet50", source), all_exercises()["ResNet50"])
    assert observed.failure.what == "ready_made"
    # What it returns computes a residual network of 50 layers, none of which it builds.
    result = report(all_exercises()["ResNet50"], judge(observed, observed))
    assert (result.status, result.points) == ("failed", 1.5)


OLD_BLOCK = """
import tensorflow as tf
def {name}({form}):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1)(X)
    Y = Activation("relu")(BatchNormalization({norm})(Y{mode}))
    Y = Conv2D(F2, f, padding="same")(Y)
    Y = tf.nn.relu(BatchNormalization()(Y{mode}))
    Y = Conv2D(F3, 1)(Y)
    Y = {last}
    return tf.nn.relu(tf.add(Y, X))
"""


def old_block(name="identity_block", form="X, f, filters", norm="", mode="", last=None):
    last = last or f"BatchNormalization()(Y{mode})"
    source = OLD_BLOCK.format(name=name, form=form, norm=norm, mode=mode, last=last)
    return defined(name, source)


def judged(function, exercise_id="identity_block"):
    observed = observe(function, all_exercises()[exercise_id])
    return judge(observed, reference(exercise_id)), observed


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({}, "`add` of TensorFlow"),
        ({"norm": "fused=True, renorm=False"}, "`fused` of BatchNormalization is gone"),
        ({"form": "X, f, filters, stage, block"}, "`relu` of TensorFlow"),
        ({"last": "tf.reshape(BatchNormalization()(Y), [-1, *X.get_shape()[1:]])"},
         "`get_shape` of TensorFlow"),
        ({"last": "tf.reshape(BatchNormalization()(Y), [-1, *backend.int_shape(X)[1:]])"},
         "`int_shape` is gone from `keras.backend`"),
        ({"form": "X, window, filters", "norm": "axis=[f := window, -1][1]"},
         "`window` was taken for `f`"),
    ],
)  # fmt: skip
def test_older_dialects_are_right_as_they_stand_and_a_note_tells(options, note):
    function = old_block(**options)
    verdict, observed = judged(function)
    assert verdict.passed and any(note in line for line in observed.notes)


def test_older_settings_of_optimizers_and_regularizers_are_understood():
    notes = set()
    with older_dialects(notes):
        assert float(keras.optimizers.SGD(lr=0.5, decay=1e-6, momentum=0.9).learning_rate) == 0.5
        assert keras.regularizers.l2(**{"l": 0.25}).l2 == 0.25
    assert "`lr` of SGD is `learning_rate` today." in notes
    with pytest.raises(ValueError, match="lr"):
        keras.optimizers.SGD(lr=0.5)


@pytest.mark.parametrize("mode", [True, False])
def test_a_mode_that_a_block_fixes_for_itself_is_named(mode):
    verdict, _ = judged(old_block(mode=f", training={mode}"))
    first = verdict.differences[0]
    assert (str(first.where), first.what) == ("main.1.bn", "training")


def test_the_parameters_of_another_exercise_are_recognised():
    function = old_block("residual_block", "X, f, filters, stage, block")
    _, observed = judged(function, "residual_block")
    assert observed.failure.what == "signature"
    assert "these are the parameters of identity_block" in observed.failure.message


def test_a_line_of_a_template_that_is_not_filled_in_is_named():
    verdict, _ = judged(old_block(last="None"))
    assert verdict.failure.what == "wrong_type"
    assert "line 10 of your code, `Y = None`, is not filled in" in verdict.failure.message


def test_a_variable_that_begins_as_none_is_no_line_that_is_not_filled_in():
    source = """
def identity_block(X, f, filters):
    shortcut = None
    if f:
        shortcut = X
    return Add()([Conv2D(filters, f)(X), shortcut])
"""
    verdict, _ = judged(defined("identity_block", source))
    assert verdict.failure.what == "exception" and "not filled in" not in verdict.failure.message


def test_what_a_function_writes_beside_its_task_is_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "IPython.core.magics.namespace", raising=False)
    source = """
def ResNet50(input_shape=(64, 64, 3), classes=6):
    inputs = Input(input_shape)
    model = Model(inputs, Dense(classes)(Flatten()(inputs)))
    model.save("model.keras")
    model.save_weights("model.weights.h5")
    utils.plot_model(model, "model.png")
    return model
"""
    observed = observe(defined("ResNet50", source), all_exercises()["ResNet50"])
    assert not any(run.failure for run in observed.runs)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".png"] == []
    assert {note.split()[0] for note in observed.notes} == {"`save`", "`save_weights`"}


@pytest.mark.parametrize("body", ["pass", "super().build(input_shape)", "self.call(Input(s))"])
def test_a_build_that_makes_no_weights_is_right_and_a_note_tells(body):
    names = {"Input": keras.Input}
    build = f"    def build(self, input_shape):\n        s = input_shape[1:]\n        {body}\n"
    exec("from keras.layers import *\nfrom keras.initializers import *", names)
    exec(LAYER.replace("    def get_config", f"{build}\n    def get_config"), names)
    exercise = all_exercises()["IdentityBlock"]
    observed = observe(names["IdentityBlock"], exercise)
    verdict = judge(observed, observe(exercise.load_reference(), exercise))
    assert verdict.passed
    assert ("makes no weights" in "".join(verdict.notes)) is ("call" not in body)
