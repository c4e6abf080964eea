"""Weights for a traced graph that depend on what its layers are and where they stand alone."""

from keras import layers

from resnet_lesson.graph.composites import keras_class
from resnet_lesson.graph.eager_order import EagerOrder
from resnet_lesson.graph.injected_weights import EPSILON, InjectedWeights, most_weights_after
from resnet_lesson.graph.tracing import Trace
from resnet_lesson.keras_internals import layers_within, own_variables


def inject(trace: Trace | EagerOrder, seed: int) -> None:
    """Gives every layer weights of its own, by kind, shape and place in the graph.

    Two graphs that compute the same function in the same way get the same weights, whatever order
    their layers were created in and their paths are added in: of two layers with equally many
    before them, that with more after it comes first. BatchNorm's epsilon, which is free, becomes
    the same everywhere.
    """
    weighty = [bool(getattr(step.operation, "weights", None)) for step in trace.steps]
    before: list[int] = []
    for number, parents in enumerate(trace.parents):
        before.append(weighty[number] + max((before[p] for p in parents), default=0))
    after = most_weights_after(zip(range(len(weighty)), trace.parents, weighty, strict=True))
    done: set[int] = set()
    weights = InjectedWeights(seed)
    for number in sorted(range(len(weighty)), key=lambda n: (before[n], -after[n], n)):
        for layer in _layers_of(trace.steps[number].operation):
            if id(layer) in done:
                continue
            done.add(id(layer))
            if isinstance(layer, layers.BatchNormalization):
                layer.epsilon = EPSILON
            for weight in own_variables(layer):
                name, shape = weight.name, tuple(weight.shape)
                weight.assign(weights.next(keras_class(layer).__name__, name, shape))


def _layers_of(operation):
    """The layers that an operation consists of, itself among them; none for a mere function."""
    return layers_within(operation) if isinstance(operation, layers.Layer) else ()
