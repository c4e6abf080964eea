"""The order in which layers are called on values: for what symbolic tensors cannot follow."""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf

from resnet_lesson.graph.composites import is_composite


class EagerOrder:
    """The layers that one call on values runs, as `resnet_lesson.graph.injection` reads a trace.

    What lies between two layers, a sum or a function, is not seen: what reads its result counts as
    reading what ran last.

    Args:
        instance: a layer or model.
        x: an array for it.
        training: the mode of the call.

    Attributes:
        steps: the input, then one for each call of a layer that is not made of layers.
        parents: for each step the numbers of those that it reads.
    """

    def __init__(self, instance: Any, x: Any, training: bool):
        source = keras.ops.convert_to_tensor(x)
        self._outputs = [source]  # held, since an id is used again once its object is gone
        self.steps: list[Any] = [SimpleNamespace(operation=None)]
        self.parents: list[list[int]] = [[]]
        with _as_python(), self._recorded():
            instance(source, training=training)

    @contextlib.contextmanager
    def _recorded(self):
        original = keras.layers.Layer.__call__

        def called(layer, *args, **kwargs):
            result = original(layer, *args, **kwargs)
            if not is_composite(layer):
                self._add(layer, keras.tree.flatten((args, kwargs)), result)
            return result

        keras.layers.Layer.__call__ = called
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original

    def _add(self, layer, arguments, result):
        numbers = {id(output): number for number, output in enumerate(self._outputs)}
        read = [value for value in arguments if keras.ops.is_tensor(value)]
        last = len(self.steps) - 1
        self.parents.append([numbers.get(id(tensor), last) for tensor in read] or [last])
        self.steps.append(SimpleNamespace(operation=layer))
        self._outputs.append(result)


@contextlib.contextmanager
def _as_python() -> Iterator[None]:
    """Runs what `tf.function` decorates line by line, so that each call of a layer is seen."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)
