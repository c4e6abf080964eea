"""Weights from one form of a network to another, by the place that each layer has in the graph."""

from itertools import zip_longest
from typing import Any

import keras
from keras.layers import BatchNormalization

from resnet_lesson.errors import LessonError
from resnet_lesson.graph.operations import Branch, Op, operations, with_places
from resnet_lesson.graph.tracing import Trace


class WeightsError(LessonError, ValueError):
    """Weights that do not fit."""


def transfer(source: Any, target: Any) -> list[str]:
    """Copies all weights of one block or network into another that computes in the same way.

    Layers belong together that stand at the same place of the graph; their names, the order in
    which they were created and the style (functional or subclassed) do not matter.
    BatchNormalization's epsilon is copied too: it is no weight, but without it the same weights
    compute something else. Either all is copied or, if anything does not fit, nothing.

    Args:
        source: a Keras model or layer with weights: functional, subclassed, or of
            ``keras.applications``.
        target: likewise. Where it has no weights yet, it is built for the source's input shape.

    Returns:
        The places with weights, such as ``"stage2.block1.main.1.conv"``, in the order of
        the graph.

    Raises:
        WeightsError: the two differ in what stands at some place, or in the shape of its weights.
    """
    shape = input_shape(source) or input_shape(target)
    if shape is None:
        raise WeightsError(
            "neither the source nor the target has seen an input; call one of them on images first"
        )
    sources, targets = layers_by_place(source, shape), layers_by_place(target, shape)
    for one, other in zip_longest(sources, targets, fillvalue=("", None)):
        _check_pair(*one, *other)
    _check_sharing(sources, targets)
    for (_, layer), (_, other) in zip(sources, targets, strict=True):
        other.set_weights(layer.get_weights())
        if isinstance(layer, BatchNormalization):
            other.epsilon = layer.epsilon
    forget_compiled(target)
    return [place for place, _ in targets]


def input_shape(model: Any) -> tuple | None:
    """The shape ``(H, W, C)`` that a model or layer was built for, or None if it is unknown."""
    if getattr(model, "inputs", None):
        return tuple(model.inputs[0].shape[1:])
    shape = (model.get_build_config() or {}).get("input_shape") if model.built else None
    return tuple(shape[1:]) if shape else None


def layers_by_place(model: Any, shape: tuple | None = None) -> list[tuple[str, Any]]:
    """The layers with weights of a block or network, each with the place where it is used.

    Args:
        model: a Keras model or layer.
        shape: ``(H, W, C)`` of its input; not needed where it knows that itself.

    Returns:
        ``(place, layer)`` in the order of the graph. A layer that is used at two places
        occurs twice.

    Raises:
        WeightsError: the model cannot be called on such an input, or has not one input.
    """
    trace = _traced(model, shape)
    series = trace.series
    if sum(isinstance(item, Branch) for item in series) > 1:
        # A network without its classifier is one all the same: places are named up to the head.
        headless = not any(op.kind == "dense" for op in operations(series))
        series = with_places((*series, Op("dense")) if headless else series)
    else:
        series = with_places(series)
    return [
        (op.place, trace.steps[op.node].operation) for op in operations(series) if op.layer >= 0
    ]


def forget_compiled(model: Any) -> None:
    """Makes a model build its functions anew: the old ones hold constants such as epsilon."""
    for name in ("train_function", "test_function", "predict_function"):
        if hasattr(model, name):
            setattr(model, name, None)


def _traced(model, shape):
    try:
        if getattr(model, "inputs", None):
            (source,), (output,) = model.inputs, model.outputs
        else:
            source = keras.Input(shape or input_shape(model))
            output = model(source)
        return Trace(output, source)
    except (ValueError, TypeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise WeightsError(
            f"{_name(model)} cannot be followed from one image {shape} to its result ({reason}); "
            "give a model or layer with one input and one output"
        ) from error


def _name(model):
    return f"{type(model).__name__} {getattr(model, 'name', '')!r}"


def _check_pair(place, layer, other_place, other):
    if layer is None or other is None:
        side, missing, where = (
            ("source", "target", place) if other is None else ("target", "source", other_place)
        )
        raise WeightsError(
            f"{where}: the {side} has a {type(layer or other).__name__} there and the {missing} "
            "has no layer left; give two networks of the same depth"
        )
    if place != other_place or type(layer) is not type(other):
        raise WeightsError(
            f"{other_place}: the target has a {type(other).__name__} there, and the source has a "
            f"{type(layer).__name__} at {place} in its turn; give two networks built alike"
        )
    shapes, others = shapes_of(layer), shapes_of(other)
    if shapes != others:
        raise WeightsError(
            f"{place}: the source has {listed(shapes)}, the target {listed(others)}; "
            "give two networks with the same filters, windows, classes and biases"
        )


def _check_sharing(sources, targets):
    """A layer of the target that serves at two places needs one layer in the source as well."""
    first = {}
    for (place, layer), (_, other) in zip(sources, targets, strict=True):
        before, source = first.setdefault(id(other), (place, layer))
        if source is not layer:
            raise WeightsError(
                f"{place}: the target uses the layer of {before} again, and the source has a layer "
                "of its own there; make a new layer for each place"
            )


def shapes_of(layer: Any) -> dict[str, tuple]:
    """The shapes of a layer's weights by name, such as ``{"kernel": (1, 1, 64, 64), ...}``."""
    return {weight.name: tuple(weight.shape) for weight in layer.weights}


def listed(shapes: dict[str, tuple]) -> str:
    return " and ".join(f"{name} {shape}" for name, shape in shapes.items()) or "no weights"
