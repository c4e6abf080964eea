"""Follows a symbolic tensor back to the input: which operations compute it, in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resnet_lesson.errors import LessonError
from resnet_lesson.graph.composites import expand, inside, is_composite
from resnet_lesson.keras_internals import arguments_of, is_computed, origin


class TraceError(LessonError, ValueError):
    """What was returned does not lead back to the input, or is too large to follow."""


@dataclass(frozen=True)
class Step:
    """One computed operation, its call, and the tensors that it reads and writes.

    Attributes:
        operation: of Keras.
        arguments: of the call, None for the input.
        inputs: ``(id of the argument, number of the step that computes it)`` of each tensor read.
        output: the tensor that it writes.
    """

    operation: Any
    arguments: Any
    inputs: tuple[tuple[int, int], ...]
    output: Any


class Followed:
    """The steps that lead from the input to some tensors, layers made of layers taken apart.

    Args:
        ends: Keras tensors.
        source: Keras tensor, the input.
        first: tensors to be followed as well, before the ends.

    Attributes:
        steps: list of `Step` in the order of computation.
        ends: the numbers of the steps that compute the ends.
        start: the number of the input's step.

    Raises:
        TraceError: an end cannot be followed, or none depends on the input.
    """

    def __init__(self, ends: Iterable, source: Any, first: Iterable = ()):
        self._source = source
        self._expanded: dict = {}
        self._numbers: dict[int, int] = {}  # by the ids of tensors, which the steps keep alive
        self.steps: list[Step] = []
        ends = list(ends)
        for end in (*first, *ends):
            self._follow(end)
        if id(source) not in self._numbers:
            raise TraceError("the result does not depend on the input")
        self.start = self._numbers[id(source)]
        self.ends = [self.number_of(end) for end in ends]

    def number_of(self, tensor: Any) -> int:
        """The number of the step that computes a symbolic tensor, -1 if none does."""
        resolved = self._resolve(tensor)
        return next((n for n, step in enumerate(self.steps) if step.output is resolved), -1)

    def _resolve(self, tensor):
        """Looks inside layers that are made of layers: the tensor that really computes this one."""
        met = set()
        while tensor is not self._source:
            self._refuse_circle(tensor, met)
            if inside(tensor) is not None:
                tensor = inside(tensor)
                continue
            if not is_computed(tensor):
                raise TraceError("the result does not depend on the input")
            inner = self._expand(tensor)
            if inner is None:
                return tensor
            tensor = inner[origin(tensor)[2]]
        return tensor

    def _refuse_circle(self, tensor, met):
        """A layer that returns its own input makes Keras say that it computes itself."""
        if id(tensor) in met:
            raise TraceError("a layer returns the tensor that it was given")
        met.add(id(tensor))

    def _expand(self, tensor):
        operation, call, _ = origin(tensor)
        if not is_composite(operation):
            return None
        key = (id(operation), call)
        if key not in self._expanded:
            self._expanded[key] = expand(operation, arguments_of(tensor))
        return self._expanded[key]

    def _follow(self, end):
        stack, met = [self._resolve(end)], set()
        while stack:
            tensor = stack[-1]
            if id(tensor) in self._numbers:
                stack.pop()
                continue
            arguments, read = None, []
            if tensor is not self._source:
                arguments = arguments_of(tensor)
                read = [(id(t), self._resolve(t)) for t in arguments.keras_tensors]
            pending = [t for _, t in read if id(t) not in self._numbers]
            if pending:
                self._refuse_circle(tensor, met)
                stack.extend(pending)
                continue
            stack.pop()
            self._numbers[id(tensor)] = len(self.steps)
            inputs = tuple((argument, self._numbers[id(t)]) for argument, t in read)
            self.steps.append(Step(origin(tensor)[0], arguments, inputs, tensor))
