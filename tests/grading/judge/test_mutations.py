"""Every change of one place of the specification is rejected and named there.

A change that changes nothing is accepted. The changes are made mechanically, on the graph of the
reference, and Keras layers are built from the result.
"""

from collections import Counter
from dataclasses import replace
from functools import cache

import keras
import pytest
from keras import layers
from keras.initializers import GlorotUniform

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.judge.judge import judge
from resnet_lesson.grading.observe.observe import observe
from resnet_lesson.grading.observe.probes import CallersInitializer
from resnet_lesson.graph.operations import Branch
from resnet_lesson.graph.tracing import trace, trace_model

INITIALIZERS = {
    "initializer()": lambda given: given(),
    "initializer(seed=1)": lambda given: given(seed=1),
    "GlorotUniform(seed=0)": lambda given: GlorotUniform(seed=0),
    "GlorotUniform()": lambda given: "glorot_uniform",
}
MODES = {"given": lambda given: given, "inverted": lambda given: not given}
ATTRIBUTES = {
    "conv": {
        "filters": (1, 9),
        "kernel_size": ((2, 2), (5, 5)),
        "strides": ((1, 1), (2, 2), (3, 3)),
        "padding": ("valid", "same"),
        "activation": ("relu", "tanh"),
        "initializer": tuple(INITIALIZERS),
    },
    "bn": {"axis": (1, 2), "training": (None, True, False, "inverted")},
}
FUNCTIONS = {"IdentityBlock": "identity_block", "ConvolutionalBlock": "convolutional_block"}
JOINS = ("Subtract", "Multiply", "Average", "Maximum", "Concatenate")
POOLINGS = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}


# A graph is a dictionary: place → (`Op`, the places that it reads). "X" is the input.


def graph_of(series):
    """The graph of a series with places."""
    graph = {}

    def walk(series, at):
        for item in series:
            op, reads = item, (at,)
            if isinstance(item, Branch):
                op, reads = item.merge, tuple(walk(path, at) for path in item.paths)
            graph[op.place] = op, reads
            at = op.place
        return at

    walk(series, "X")
    return graph


def build(graph, X, training=None, initializer=GlorotUniform):
    """Builds a graph with Keras layers and returns the output of its last place."""
    return call(graph, lambda place: layer(graph[place][0], initializer), X, training)


def call(graph, layer_of, X, training):
    """Calls a graph's layers, ``layer_of(place)`` each, and returns its last place's output."""
    values = {"X": X}

    def value(place):
        if place not in values:
            op, reads = graph[place]
            inputs = [value(read) for read in reads]
            mode = {}
            if op.kind == "bn":
                given = MODES.get(op.attrs["training"], lambda _: op.attrs["training"])
                mode["training"] = given(training)
            given = inputs if op.kind in ("add", "merge") else inputs[0]
            values[place] = layer_of(place)(given, **mode)
        return values[place]

    return value(list(graph)[-1])


def layer(op, initializer):
    """The layer that an `Op` describes."""
    a = op.attrs
    if op.kind == "conv":
        start = INITIALIZERS.get(a["initializer"], lambda given: given(seed=0))(initializer)
        sizes = a["kernel_size"], a["strides"], a["padding"]
        return layers.Conv2D(
            a["filters"], *sizes, activation=a["activation"], kernel_initializer=start
        )
    if op.kind == "bn":
        return layers.BatchNormalization(axis=a["axis"])
    if op.kind == "pool":
        return POOLINGS[a["pool_kind"]](a["pool_size"], a["strides"], a["padding"])
    if op.kind == "dense":
        return layers.Dense(a["units"], activation=a["activation"])
    if op.kind == "pad":
        return layers.ZeroPadding2D(a["padding"])
    if op.kind in ("add", "merge"):
        return getattr(layers, a.get("name", "Add"))()
    return layers.Flatten() if op.kind == "flatten" else layers.Activation(a.get("name", "relu"))


def changed(graph, place, **attrs):
    """The graph with other settings at a place."""
    op, reads = graph[place]
    return {**graph, place: (replace(op, attrs={**op.attrs, **attrs}), reads)}


def rewired(graph, place, old, new):
    """The graph with a place that reads another one."""
    op, reads = graph[place]
    return {**graph, place: (op, tuple(new if read == old else read for read in reads))}


def without(graph, *places):
    """The graph without some places; what read them reads what the first one read."""
    graph = dict(graph)
    for place in places:
        before = graph.pop(place)[1][0]
        for reader in graph:
            graph = rewired(graph, reader, place, before)
    return graph


def doubled(graph, *places):
    """The graph with a chain of places once more behind itself."""
    result, copies = {}, {place: f"{place} again" for place in places}
    for place, (op, reads) in graph.items():
        behind = places[-1] in reads and place not in places
        result[place] = op, tuple(copies.get(r, r) if behind else r for r in reads)
        if place == places[-1]:
            for copied in places:
                op, reads = graph[copied]
                start = copied == places[0]
                result[copies[copied]] = (
                    op,
                    (place,) if start else tuple(copies.get(r, place) for r in reads),
                )
    return result


def swapped(graph, first, second):
    """The graph with two neighbours of a path in the other order."""
    (one, before), (other, _) = graph[first], graph[second]
    return {**graph, first: (other, before), second: (one, (first,))}


# A mutation: what is done, the graph, the (place, kind) to be named or None if nothing changes.
# A kind of None leaves it open where several words would be right.


def attribute_mutations(graph):
    for place, (op, _) in graph.items():
        for name, values in ATTRIBUTES.get(op.kind, {}).items():
            for value in values:
                if value == op.attrs[name]:
                    continue
                free = name == "padding" and op.attrs["kernel_size"] == (1, 1)
                what = f"{place}: {name} {value}"
                yield what, changed(graph, place, **{name: value}), None if free else (place, name)
        if op.kind == "relu":
            for name in ("sigmoid", "leaky_relu"):
                mutant = {**graph, place: (replace(op, kind="activation", attrs={"name": name}),
                                           graph[place][1])}  # fmt: skip
                yield f"{place}: {name}", mutant, (place, "activation")
    for name in JOINS:
        op, reads = graph["add"]
        mutant = {**graph, "add": (replace(op, kind="merge", attrs={"name": name}), reads)}
        yield f"add: {name}", mutant, ("add", "merge")


def layer_mutations(graph):
    for place, (op, _) in graph.items():
        yield f"no {place}", without(graph, place), (place, "missing")
        named = {"relu": None, "add": (place, None)}.get(op.kind, (place, "extra"))
        if op.kind != "add":
            yield f"{place} twice", doubled(graph, place), named
    for first, second in zip(graph, list(graph)[1:], strict=False):
        if graph[second][1] == (first,) and first != "add":
            yield f"{first} after {second}", swapped(graph, first, second), (first, "order")


def first_gap(graph, source, reader):
    """The first place that a path lacks if `reader` reads `source` and skips what lies between.

    A layer of the same kind and settings stands for an earlier one: of Conv A, BN, ReLU, Conv B,
    BN, ReLU without the middle, what is left is Conv A, BN, ReLU. Where an activation and the
    convolution behind it are missing, the convolution is the mistake.
    """
    path = [*(place for place in graph if place.startswith("main.")), "add", "output.relu"]
    left_out = path[path.index(source) + 1 if source != "X" else 0 : path.index(reader)]
    found = [graph[place][0] for place in path if place not in left_out]
    for place, op in zip(path, found, strict=False):
        if (graph[place][0].kind, graph[place][0].attrs) != (op.kind, op.attrs):
            following = path[path.index(place) + 1]
            leads_to = place.endswith("relu") and following.endswith("conv")
            return following if leads_to and len(left_out) > 1 else place
    return path[len(found)]


def wiring_mutations(graph):
    main = ["X", *(place for place in graph if place.startswith("main."))]
    start = "shortcut.conv" if "shortcut.conv" in graph else "add"
    for i, source in enumerate(main[:-1]):
        for reader in [*main[i + 2 :], "add"]:
            old = main[main.index(reader) - 1] if reader != "add" else main[-1]
            named = first_gap(graph, source, reader), "missing"
            if (source, start, reader) == ("X", "add", "add"):
                named = "add", "operands"  # X + X
            yield f"{reader} reads {source}", rewired(graph, reader, old, source), named
    for source in main[1:]:
        yield f"shortcut from {source}", rewired(graph, start, "X", source), ("add", "operands")
        named = first_gap(graph, source, "output.relu"), "missing"
        yield f"output reads {source}", rewired(graph, "output.relu", "add", source), named
    if start != "add":
        yield "add reads X", rewired(graph, "add", "shortcut.bn", "X"), (start, "missing")
        straight = rewired(graph, "output.relu", "add", "shortcut.bn")
        yield "output reads the shortcut", straight, ("add", "missing")
    op, (one, other) = graph["add"]
    yield "operands the other way round", {**graph, "add": (op, (other, one))}, None


# --- judging them


@cache
def _with_one_probe(exercise_id):
    exercise = all_exercises()[exercise_id]
    exercise = replace(exercise, probes=exercise.probes[:1])
    return exercise, observe(exercise.load_reference(), exercise)


def _block(exercise_id):
    """The graph of a block for the exercise's first probe, its BatchNorms in the mode given."""
    exercise, _ = _with_one_probe(exercise_id)
    probe, block = exercise.probes[0], exercise.load_reference()
    given = {"training": True, "initializer": CallersInitializer, **probe.arguments}
    if exercise.kind == "layer":
        block = all_exercises()[FUNCTIONS[exercise_id]].load_reference()
    elif "training" not in exercise.parameters:
        given, block = {}, lambda x: exercise.load_reference()(**probe.arguments, x=x)
    graph = graph_of(trace(block, probe.shape[1:], **given))
    for place, (op, _) in graph.items():
        if op.kind == "bn":
            graph = changed(graph, place, training="given")
    return graph


def _misjudged(exercise_id, mutations, attempt):
    """Judges mutations; prints the counts and returns what was judged wrongly."""
    exercise, reference = _with_one_probe(exercise_id)
    counts, misjudged = Counter(), []
    for what, graph, named in mutations:
        verdict = judge(observe(attempt(graph), exercise), reference)
        first = verdict.differences[0] if verdict.differences else verdict.failure
        found = None if verdict.passed else (getattr(first, "where", "submission"), first.what)
        right = found == named or (named and found and named[1] is None and found[0] == named[0])
        counts["accepted" if verdict.passed else "rejected and named" if right else "misnamed"] += 1
        if not right:
            misjudged.append(f"{what}: expected {named or 'passed'}, got {found or 'passed'}")
    print(f"\n{exercise_id}: {sum(counts.values())} mutations, {dict(counts)}")
    return misjudged


def _block_attempt(graph):
    def block(X, f, filters, s=2, training=True, initializer=GlorotUniform):
        return build(graph, X, training, initializer)

    return block


def _following_attempt(graph):
    def block(n_filters, x):
        return build(graph, x)

    return block


def _layer_attempt(graph):
    class Block(layers.Layer):
        def __init__(self, filters, f, s=2, initializer=GlorotUniform, **kwargs):
            super().__init__(**kwargs)
            self.arguments = {"filters": list(filters), "f": f, "s": s}
            self.made = [layer(op, initializer) for op, _ in graph.values()]

        def call(self, X, training=None):
            made = dict(zip(graph, self.made, strict=True))
            return call(graph, made.get, X, training)

        def get_config(self):
            return {**super().get_config(), **self.arguments}

    return Block


ATTEMPTS = {
    "identity_block": _block_attempt,
    "convolutional_block": _block_attempt,
    "IdentityBlock": _layer_attempt,
    "ConvolutionalBlock": _layer_attempt,
    "residual_block": _following_attempt,
    "bottleneck_block": _following_attempt,
}
# Each layer is called in many more ways than a function: a sixth of the changes is enough there.
SHARES = {"convolutional_block": 2, "IdentityBlock": 6, "ConvolutionalBlock": 6}
KINDS = [attribute_mutations, layer_mutations, wiring_mutations]


def _mutations(exercise_id, kind):
    """The mutations of a block; what its form leaves open changes nothing."""
    follows = ATTEMPTS[exercise_id] is _following_attempt
    for what, graph, named in kind(_block(exercise_id)):
        left_open = follows and named and named[1] in ("initializer", "training")
        yield what, graph, None if left_open else named


@pytest.mark.parametrize(
    ("exercise_id", "shares"),
    [
        ("identity_block", (8, 3, 6)),
        ("convolutional_block", (20, 9, 16)),
        ("IdentityBlock", (24, 13, 20)),
        ("ConvolutionalBlock", (40, 23, 32)),
        ("residual_block", (8, 5, 6)),
        ("bottleneck_block", (12, 7, 8)),
    ],
)
def test_some_mutations_of_a_block_are_named_at_their_place(exercise_id, shares):
    some = []
    for kind, share in zip(KINDS, shares, strict=True):
        some += list(_mutations(exercise_id, kind))[::share]
    misjudged = _misjudged(exercise_id, some, ATTEMPTS[exercise_id])
    assert not misjudged, "\n".join(misjudged)


@pytest.mark.slow
@pytest.mark.parametrize("exercise_id", ATTEMPTS)
@pytest.mark.parametrize("kind", KINDS)
def test_mutations_of_a_block_are_named_at_their_place(exercise_id, kind):
    every = list(_mutations(exercise_id, kind))[:: SHARES.get(exercise_id, 1)]
    misjudged = _misjudged(exercise_id, every, ATTEMPTS[exercise_id])
    assert not misjudged, "\n".join(misjudged)


def stage_mutations(graph):
    """A sample: blocks of each stage left out, doubled, of the other kind, or changed inside."""
    for stage, path in zip((2, 3, 4, 5), ("main.1", "main.2", "main.3", "shortcut"), strict=True):
        first, second = f"stage{stage}.block1", f"stage{stage}.block2"
        block = [place for place in graph if place.startswith(f"{second}.")]
        counted = f"stage{stage}", "block_count"
        yield f"no {second}", without(graph, *block), counted
        yield f"{second} twice", doubled(graph, *block), counted
        shortcut = [f"{first}.shortcut.conv", f"{first}.shortcut.bn"]
        yield f"{first} of identity kind", without(graph, *shortcut), (first, "block_kind")
        projected = rewired(graph, f"{second}.add", f"{first}.output.relu", f"{second}.shortcut.bn")
        projected[f"{second}.shortcut.bn"] = graph[shortcut[1]][0], (f"{second}.shortcut.conv",)
        conv = replace(graph[shortcut[0]][0], attrs={**graph[shortcut[0]][0].attrs, "strides": 1})
        projected[f"{second}.shortcut.conv"] = conv, (f"{first}.output.relu",)
        projected[list(graph)[-1]] = projected.pop(list(graph)[-1])
        yield f"{second} of convolutional kind", projected, (second, "block_kind")
        conv = f"{first}.{path}.conv"
        yield f"{conv}: filters", changed(graph, conv, filters=96), (conv, "filters")
        conv = f"{second}.main.2.conv"
        yield (
            f"{conv}: kernel_size",
            changed(graph, conv, kernel_size=(1, 1)),
            (conv, "kernel_size"),
        )
        for place in (f"{first}.{path}.bn", f"{first}.output.relu", f"{second}.main.1.relu"):
            yield f"no {place}", without(graph, place), (place, "missing")


def edge_mutations(graph):
    """Each place of the stem and the head left out or changed."""
    for place in [place for place in graph if place.startswith(("stem.", "head."))]:
        yield f"no {place}", without(graph, place), (place, "missing")
    for place, attrs in (
        ("stem.pad", {"padding": ((1, 1), (1, 1))}),
        ("stem.conv", {"filters": 32}),
        ("stem.conv", {"kernel_size": (3, 3)}),
        ("stem.conv", {"strides": (1, 1)}),
        ("stem.bn", {"axis": 1}),
        ("stem.pool", {"pool_size": (2, 2)}),
        ("stem.pool", {"strides": (1, 1)}),
        ("stem.pool", {"pool_kind": "average"}),
        ("head.pool", {"pool_kind": "max"}),
        ("head.pool", {"pool_size": (1, 1)}),
        ("head.dense", {"units": 10}),
        ("head.dense", {"activation": "sigmoid"}),
    ):
        (name,) = attrs
        yield f"{place}: {name}", changed(graph, place, **attrs), (place, name)


def _network_attempt(graph):
    def ResNet50(input_shape=(64, 64, 3), classes=6):
        X = keras.Input(input_shape)
        return keras.Model(X, build(graph, X))

    return ResNet50


@pytest.mark.slow
@pytest.mark.parametrize("mutations", [stage_mutations, edge_mutations])
def test_mutations_of_a_network_are_named_at_their_place(mutations):
    every = mutations(graph_of(trace_model(all_exercises()["ResNet50"].load_reference()())))
    assert not (misjudged := _misjudged("ResNet50", every, _network_attempt)), "\n".join(misjudged)
