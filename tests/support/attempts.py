"""Attempts made from right answers by replacing lines, and what the lesson says of them."""

import linecache
from dataclasses import replace
from functools import cache

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.judge.observation import HELD_BACK, Observation
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.report.report import report
from resnet_lesson.grading.sandbox.observation_bytes import to_bytes

IMPORTS = """\
import keras
import tensorflow as tf
from keras import Model, Sequential, layers
from keras.initializers import GlorotUniform
from keras.layers import *
"""
IDENTITY = """\
def identity_block(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    X = Activation("relu")(X)
    return X
"""
CONVOLUTIONAL = (
    IDENTITY.replace("identity_block", "convolutional_block")
    .replace("filters, training", "filters, s=2, training")
    .replace("Conv2D(F1, 1,", "Conv2D(F1, 1, strides=s,")
    .replace(
        "    X = Add()",
        """\
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()""",
    )
)
NETWORK = f"""\
{IDENTITY}
{CONVOLUTIONAL}
def ResNet50(input_shape=(64, 64, 3), classes=6):
    X_input = Input(input_shape)
    X = ZeroPadding2D((3, 3))(X_input)
    X = Conv2D(64, (7, 7), strides=(2, 2))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    for F, s, n in [
        ([64, 64, 256], 1, 2), ([128, 128, 512], 2, 3), ([256, 256, 1024], 2, 5),
        ([512, 512, 2048], 2, 2),
    ]:
        X = convolutional_block(X, 3, F, s)
        for _ in range(n):
            X = identity_block(X, 3, F)
    X = AveragePooling2D((2, 2))(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax")(X)
    return Model(X_input, X)
"""
LAYER = """\
class IdentityBlock(Layer):
    def __init__(self, filters, f, initializer=GlorotUniform, **kwargs):
        super().__init__(**kwargs)
        F1, F2, F3 = self.filters = filters
        self.f = f
        self.conv1 = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))
        self.bn1 = BatchNormalization(axis=3)
        self.conv2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))
        self.bn2 = BatchNormalization(axis=3)
        self.conv3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))
        self.bn3 = BatchNormalization(axis=3)
        self.add = Add()
        self.relu = ReLU()

    def call(self, X, training=None):
        X_shortcut = X
        X = self.relu(self.bn1(self.conv1(X), training=training))
        X = self.conv2(X)
        X = self.bn2(X, training=training)
        X = self.relu(X)
        X = self.bn3(self.conv3(X), training=training)
        X = self.add([X, X_shortcut])
        X = self.relu(X)
        return X

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "f": self.f}
"""
SKIP = """\
def skip_connection(X, main_path):
    X_shortcut = X
    X = main_path(X)
    X = Add()([X, X_shortcut])
    X = Activation("relu")(X)
    return X
"""
RIGHT = {
    "identity_block": IDENTITY,
    "convolutional_block": CONVOLUTIONAL,
    "ResNet50": NETWORK,
    "IdentityBlock": LAYER,
    "skip_connection": SKIP,
}


SEED, HIDDEN_SEED = 5, 2**40 + 7


def attempt(exercise_id, *changes, source=""):
    """The function that a right answer becomes when texts in it are replaced by others.

    Args:
        exercise_id: the exercise.
        *changes: pairs of texts, old and new.
        source: what to begin with in place of a right answer.
    """
    source = source or RIGHT[exercise_id]
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    source, file = IMPORTS + source, f"<{exercise_id} {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    names = {"__name__": "attempt"}
    exec(compile(source, file, "exec"), names)
    return names[exercise_id]


def observed_of(function, exercise_id, seed=SEED):
    """What is known of a function once it has been given the seed that is held back."""
    exercise = all_exercises()[exercise_id]
    return observe(function, exercise, seed, held_back=lambda sent: HIDDEN_SEED)


def sent(observed):
    """The two parts in which a child sends an observation."""
    early = tuple(run for run in observed.runs if run.mode != HELD_BACK)
    rest = Observation(tuple(run for run in observed.runs if run.mode == HELD_BACK))
    return to_bytes(replace(observed, runs=early)), to_bytes(rest)


def zeroed(run):
    """A call all of whose values are 0."""
    fields = {f: getattr(run, f) for f in ("output", "first") if getattr(run, f) is not None}
    values = tuple(value * 0 for value in run.values)
    return replace(run, values=values, **{f: value * 0 for f, value in fields.items()})


@cache
def whole_reference(exercise_id, seed=SEED):
    """The observation of a reference implementation, with the call that is held back."""
    return observed_of(all_exercises()[exercise_id].load_reference(), exercise_id, seed)


@cache
def reference(exercise_id):
    """The observation of a reference implementation, without the call that is held back."""
    observed = whole_reference(exercise_id, 0)
    return replace(observed, runs=tuple(run for run in observed.runs if run.mode != HELD_BACK))


def checked(exercise_id, *changes, source=""):
    """The report on such an attempt."""
    exercise = all_exercises()[exercise_id]
    function = attempt(exercise_id, *changes, source=source)
    return report(exercise, judge(observe(function, exercise), reference(exercise_id)))


def named(exercise_id, *changes, source=""):
    """``[(where, what), ...]`` of the findings on such an attempt."""
    findings = checked(exercise_id, *changes, source=source).findings
    return [(finding.where, finding.what) for finding in findings]
