"""Judges a network of the learner's own: what it must contain, and how well it was trained."""

from collections.abc import Iterator

import numpy as np

from resnet_lesson.exercises.registry import Goals
from resnet_lesson.grading.judge.alignment import Difference
from resnet_lesson.grading.judge.observation import Run
from resnet_lesson.graph.operations import Branch, Series, count, operations

WHERE = "submission"
SAME = 1e-2  # between the graph and the model as it is called, of a probability


def differences_of_trained(
    graph: Run, called: Run, goals: Goals, labels: np.ndarray
) -> tuple[Difference, ...]:
    """What keeps a network from its goals, what it lacks before how well it does.

    Args:
        graph: the call of the first few hidden images that was traced.
        called: the call of all hidden images; with a failure where it was not trained.
        labels: of the hidden images.
    """
    return (*_lacking(graph.series, goals), *_falling_short(graph, called, goals, labels))


def _lacking(series: Series, goals: Goals) -> Iterator[Difference]:
    blocks = [b for b in _branches(series) if b.merge.kind == "add" and count(b.main, "conv")]
    if len(blocks) < goals.blocks:
        yield Difference(WHERE, "residual_blocks", f"{goals.blocks} or more", len(blocks))
    if not any(count(block.shortcut, "conv") for block in blocks):
        yield Difference(WHERE, "projection", "one or more", "none")
    norms = [op for op in operations(series) if op.kind in ("bn", "layernormalization")]
    norms += [op for op in operations(series) if op.kind == "groupnormalization"]
    if not norms:
        yield Difference(WHERE, "normalisation", "one after each convolution", "none")
    fixed = [op for op in norms if op.attrs.get("training") is not None]
    if fixed:
        yield Difference(
            WHERE, "fixed_mode", "the model decides", f"{len(fixed)} of {len(norms)} fixed"
        )


def _branches(series: Series) -> Iterator[Branch]:
    for item in series:
        if isinstance(item, Branch):
            yield item
            for path in item.paths:
                yield from _branches(path)


def _falling_short(graph, called, goals, labels):
    if called.failure:
        yield Difference(WHERE, called.failure.what, "", called.failure.message)
        return
    answers = called.output
    if answers.shape[:1] != labels.shape or answers.ndim != 2 or not np.isfinite(answers).all():
        yield Difference(WHERE, "shape", f"shape {(len(labels), 6)}", f"shape {answers.shape}")
    elif not np.allclose(answers[: len(graph.output)], graph.output, atol=SAME):
        yield Difference(WHERE, "unrecognised", "", "called, it computes other values")
    else:
        share = float(np.mean(answers.argmax(axis=1) == labels))
        if share < goals.accuracy:
            yield Difference(WHERE, "accuracy", f"{goals.accuracy:.0%}", f"{share:.0%}")
