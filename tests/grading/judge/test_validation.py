"""What a child sends is believed if a call can have given it, and earns what its values prove."""

from dataclasses import replace
from functools import cache

import keras
import pytest
from keras.layers import Activation, Add, BatchNormalization, Conv2D
from support.attempts import HIDDEN_SEED, IDENTITY, SEED, observed_of, sent, zeroed
from support.attempts import attempt as defined
from support.attempts import reference as reference_of
from support.attempts import whole_reference as reference

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.judge.validation import contradiction, is_unfounded
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.report.report import report
from resnet_lesson.grading.sandbox.observation_bytes import (
    ObservationError,
    from_bytes,
    joined,
    to_bytes,
)
from resnet_lesson.graph.operations import map_operations, operations

EXERCISES = ("identity_block", "skip_connection", "residual_block", "bottleneck_block")


def block(X, f, filters, training=True, initializer=None):
    """All of an identity block but its last ReLU."""
    Y = X
    for number, (F, size) in enumerate(zip(filters, (1, f, 1), strict=True)):
        Y = Conv2D(F, size, padding="same", kernel_initializer=initializer(seed=0))(Y)
        Y = BatchNormalization()(Y, training=training)
        Y = Activation("relu")(Y) if number < 2 else Add()([Y, X])
    return Y


@cache
def wrong():
    return observed_of(block, "identity_block")


def points(name, observed):
    """What an observation earns; None if it is refused."""
    exercise = all_exercises()[name]
    if contradiction(observed, reference(name), exercise.kind):
        return None
    verdict = judge(observed, reference(name))
    if not verdict.passed and is_unfounded(observed, reference(name), HIDDEN_SEED):
        return None
    return report(exercise, verdict).points


@pytest.mark.parametrize("name", EXERCISES)
def test_what_was_observed_is_believed(name):
    assert points(name, received(*sent(reference(name)))) == all_exercises()[name].points
    assert 0 < points("identity_block", received(*sent(wrong()))) < 10


def received(first, rest):
    return joined(from_bytes(first), from_bytes(rest))


class Raising(keras.layers.Layer):
    """A layer that raises in one of its methods."""

    method = ""

    def __init__(self, filters, f, initializer=None, **kwargs):
        super().__init__(**kwargs)
        self.fail("__init__")

    def build(self, shape):
        self.fail("build")

    def call(self, X, training=None):
        self.fail("call")

    def fail(self, method):
        if method == self.method:
            raise ValueError(method)


@pytest.mark.parametrize("raising", ["__init__", "build", "call"])
def test_a_class_that_raises_is_believed(raising):
    class IdentityBlock(Raising):
        method = raising

    exercise = all_exercises()["IdentityBlock"]
    observed = from_bytes(to_bytes(observe(IdentityBlock, exercise, SEED)))
    assert observed.runs and all(run.failure for run in observed.runs)
    assert contradiction(observed, reference("IdentityBlock"), exercise.kind) == ""


def test_a_relu_inside_a_convolution_is_believed():
    def residual_block(n_filters, x):
        y = Conv2D(n_filters, 3, padding="same", activation="relu")(x)
        y = Conv2D(n_filters, 3, padding="same", activation="relu")(y)
        return Add()([x, y])

    earned = points(
        "residual_block", received(*sent(observed_of(residual_block, "residual_block")))
    )
    assert earned and earned < all_exercises()["residual_block"].points


def changed(observed, number, **fields):
    runs = list(observed.runs)
    runs[number] = replace(runs[number], **fields)
    return replace(observed, runs=tuple(runs))


FAILURE = Failure("exception", "E", "m")
ATTACKS = {
    "one right run": lambda o: replace(o, runs=o.runs[:1]),
    "a failure beside an output": lambda o: changed(o, 1, failure=FAILURE),
    "neither": lambda o: changed(o, 1, output=None),
    "a call left out": lambda o: replace(o, runs=(*o.runs[:2], *o.runs[3:])),
    "a call twice": lambda o: replace(o, runs=(*o.runs[:2], *o.runs[1:])),
    "calls on values alone": lambda o: replace(
        o, runs=tuple(run for run in o.runs if run.mode == "eager")
    ),
    "an early end": lambda o: replace(
        o, runs=(o.runs[0], replace(o.runs[1], output=None, failure=FAILURE))
    ),
    "no first values": lambda o: changed(o, 0, first=None),
    "another way to be called": lambda o: changed(o, 0, separate=not o.runs[0].separate),
    "a graph without values": lambda o: changed(o, 0, values=()),
    "nothing held back": lambda o: replace(o, runs=o.runs[:-1]),
    "other values than those held back": lambda o: changed(
        o, -1, values=o.runs[0].values, output=o.runs[0].output
    ),
    "other values than the output": lambda o: changed(o, 0, output=o.runs[0].output + 1),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", EXERCISES)
def test_an_observation_that_cannot_be_is_refused(name, attack):
    assert points(name, ATTACKS[attack](reference(name))) is None


def test_a_sum_with_a_number_is_no_sum_of_two_paths():
    """A mistake that is described as an addition with one input, and was really run."""

    def shifted(X, f, filters, training=True, initializer=None):
        return block(X, f, filters, training, initializer) + 0.5

    assert points("identity_block", received(*sent(observed_of(shifted, "identity_block")))) > 0


TOO_EARLY = (
    "    X = MaxPooling2D((3, 3), strides=(2, 2))(X)\n",
    "    X = ZeroPadding2D((3, 3))(X_input)\n",
)
POOLED = {
    "on the main path": (
        "identity_block",
        (
            "    X = Conv2D(F2",
            "    X = MaxPooling2D(3, strides=1, padding='same')(X)\n    X = Conv2D(F2",
        ),
    ),
    "on the shortcut": (
        "convolutional_block",
        (
            "    X_shortcut = Conv2D(F3, 1, strides=s,",
            "    X_shortcut = AveragePooling2D(s, padding='same')(X_shortcut)\n"
            "    X_shortcut = Conv2D(F3, 1,",
        ),
    ),
    "before the first convolution": (
        "ResNet50",
        (TOO_EARLY[0], ""),
        (TOO_EARLY[1], TOO_EARLY[1] + TOO_EARLY[0]),
    ),
}


@pytest.mark.parametrize("where", POOLED)
def test_what_follows_a_layer_that_is_too_many_may_have_any_values(where):
    name, *changes = POOLED[where]
    observed = observed_of(defined(name, *changes), name)
    verdict = judge(observed, reference(name))
    assert verdict.differences[0].what in ("extra", "order")
    assert not is_unfounded(observed, reference(name), HIDDEN_SEED)


OWN_LAYER = """
class Bent(Conv2D):
    def {}:
        return keras.ops.tanh(super().{})

"""


@pytest.mark.parametrize("method", ["call", "convolution_op"])
@pytest.mark.parametrize("last", ["", "X = Activation"])
def test_a_layer_with_a_method_of_its_own_is_believed_and_named(method, last):
    heads = {"call": ("call(self, x)", "call(x)")}
    heads["convolution_op"] = ("convolution_op(self, x, kernel)", "convolution_op(x, kernel)")
    source = OWN_LAYER.format(*heads[method]) + IDENTITY.replace("= Conv2D(F1", "= Bent(F1")
    if last:  # another mistake beside it
        source = source.replace('    X = Activation("relu")(X)\n    return', "    return")
    observed = observed_of(defined("identity_block", source=source), "identity_block")
    verdict = judge(observed, reference("identity_block"))
    root = ("output.relu", "missing") if last else ("main.1.conv", "values")
    assert (verdict.differences[0].where, verdict.differences[0].what) == root
    assert 0 < points("identity_block", received(*sent(observed))) < 10


EMPTY_LAYERS = """
class Empty(Conv2D):
    def call(self, x):
        return super().call(x) * 0

class EmptyNorm(BatchNormalization):
    def call(self, x, training=None, mask=None):
        return x * 0 + 1

"""


@pytest.mark.parametrize("norms", [False, True])
def test_layers_that_all_compute_something_of_their_own_earn_nothing(norms):
    source = EMPTY_LAYERS + IDENTITY.replace("= Conv2D(", "= Empty(")
    if norms:
        source = source.replace("= BatchNormalization(", "= EmptyNorm(")
    observed = observed_of(defined("identity_block", source=source), "identity_block")
    assert (points("identity_block", received(*sent(observed))) is None) is norms


def test_what_is_held_back_comes_last_and_alone():
    first, rest = sent(wrong())
    for parts in ((to_bytes(wrong()), rest), (first, first), (rest, rest)):
        with pytest.raises(ObservationError):
            received(*parts)
    failed = to_bytes(Observation(failure=FAILURE))
    assert received(first, failed) == Observation(failure=FAILURE)


def test_nothing_is_earned_by_a_first_mistake_that_was_only_claimed():
    """A right graph but for the strides of its first convolution, with values of no such block."""
    branch, *after = reference("identity_block").runs[0].series
    first, *others = branch.main
    first = replace(first, attrs={**first.attrs, "strides": (3, 3)})
    series = (replace(branch, main=(first, *others)), *after)
    runs = [
        replace(run, series=series if run.mode in ("symbolic", "again") else ())
        for run in reference("identity_block").runs
    ]
    claimed = Observation(tuple(map(zeroed, runs[:-1])))
    x = runs[-1].values[0]
    for held_back in (
        runs[-1],
        replace(zeroed(runs[-1]), values=(x, *zeroed(runs[-1]).values[1:])),
    ):
        observed = replace(claimed, runs=(*claimed.runs, held_back))
        assert not contradiction(observed, reference("identity_block"), "block")
        assert judge(observed, reference("identity_block")).differences[0].what == "strides"
        assert points("identity_block", observed) is None


def test_a_graph_earns_nothing_without_its_values():
    assert points("identity_block", replace(wrong(), runs=tuple(map(zeroed, wrong().runs)))) is None
    whole = replace(reference("identity_block"), runs=tuple(map(zeroed, wrong().runs)))
    assert points("identity_block", whole) is None


@pytest.mark.parametrize("own_initializer", [False, True])
def test_a_block_that_is_right_as_a_graph_and_not_on_values_fails(own_initializer):
    right = all_exercises()["identity_block"].load_reference()

    def given(X, f, filters, training=True, initializer=None):
        graph = keras.utils.is_keras_tensor(X)
        return right(X, f, filters, training, initializer) if graph else X

    def drawn(X, f, filters, training=True):
        return given(X, f, filters, training, keras.initializers.GlorotUniform)

    exercise = all_exercises()["identity_block"]
    observed = observed_of(drawn if own_initializer else given, exercise.id)
    assert not contradiction(observed, reference(exercise.id), exercise.kind)
    assert not judge(observed, reference(exercise.id)).passed


def test_a_block_that_draws_its_own_weights_is_right():
    right = all_exercises()["identity_block"].load_reference()

    def drawn(X, f, filters, training=True):
        return right(X, f, filters, training, keras.initializers.HeNormal)

    observed = observed_of(drawn, "identity_block")
    assert points("identity_block", observed) == 10


def test_a_failure_of_the_first_operation_that_was_only_claimed_earns_nothing():
    *_, held_back = reference("identity_block").runs
    branch = reference("identity_block").runs[0].series[0]
    wrong_first = replace(
        branch.main[0], attrs={**branch.main[0].attrs, "strides": (2, 2)}, node=-1
    )
    symbolic = {run.mode: run for run in reference("identity_block").runs}["symbolic"]
    failed = replace(symbolic, series=(wrong_first,), values=(), output=None, failure=FAILURE)
    failed = replace(failed, first=None)
    runs = [replace(failed, probe=n, training=t) for n in range(3) for t in (False, True)]
    rest = replace(held_back, values=held_back.values[:1], output=None, failure=FAILURE)
    observed = Observation((*runs, rest))
    assert not contradiction(observed, reference("identity_block"), "block")
    assert judge(observed, reference("identity_block")).differences[0].what == "strides"
    assert points("identity_block", observed) is None


@pytest.mark.parametrize("forged", ["another kind", "other shapes"])
def test_one_layer_that_would_need_two_sets_of_weights_earns_nothing(forged):
    """Layers of other kinds, or of other shapes, that are said to share their weights."""
    observed = received(*sent(wrong()))
    convolutions = [op for op in operations(observed.runs[0].series) if op.kind == "conv"]
    kind = {"another kind": "bn", "other shapes": "conv"}[forged]

    def shared(op):
        return replace(op, layer=convolutions[0].layer) if op.kind == kind else op

    def forge(run):
        return replace(run, series=map_operations(shared, run.series))

    assert points("identity_block", observed) > 0
    assert (
        points("identity_block", replace(observed, runs=tuple(map(forge, observed.runs)))) is None
    )


def test_a_class_that_cannot_be_made_contradicts_nothing():
    exercise = all_exercises()["IdentityBlock"]
    function = defined("IdentityBlock", ("super().__init__(", "super().__init__(fliters, "))
    observed = observe(function, exercise)
    assert observed.runs[0].failure.error == "NameError"
    assert contradiction(observed, reference_of("IdentityBlock"), "layer") == ""
