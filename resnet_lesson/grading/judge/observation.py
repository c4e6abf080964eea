"""What is known of an attempt once it has been run: plain data, read without TensorFlow."""

from dataclasses import dataclass

import numpy as np

from resnet_lesson.graph.operations import Series, Unused

HELD_BACK = "held_back"  # a mode of `Run`


@dataclass(frozen=True)
class Failure:
    """Why an attempt could not be run.

    Attributes:
        what: "not_attempted" or the kind of the finding: "exception", "wrong_type", ...
        error: the exception's class, or "".
        message: its text, or the reason in words.
        line: the learner's line that raised, or "".
        number: that line's number in the learner's cell or file, 0 if unknown.
        hint: what the code shows of the cause, in a sentence.
    """

    what: str
    error: str = ""
    message: str = ""
    line: str = ""
    number: int = 0
    hint: str = ""


@dataclass(frozen=True)
class Run:
    """One call of the attempt.

    Attributes:
        probe: the call's number in the exercise.
        training: the mode, True or False.
        mode: "symbolic" (as part of a model), "again" (a graph after all other calls, as `fit`
            runs it) or "eager" (on values). Of a layer or model also, with the weights of the
            symbolic call: "called" (on values), "model" (inside a model), "config" (made again
            from its configuration), "weights" and "keras" (loaded from a file). "values" of a
            function of arrays. "held_back" is the graph of the first call, on inputs and with
            weights that nobody knew when it was sent; of a function of arrays, a call with others.
        series: the graph; empty in eager mode or if nothing could be traced.
        values: the output of each step, in the order of computation; samples of it in a network,
            but for the call that is held back.
        output: the result, None if it failed.
        failure: `Failure` or None.
        first: of a symbolic call of a block, the output with the weights that it began with.
        unused: what was called and not used, put back into the graph.
        separate: True if each mode was a call of its own; a network is built once and run in both.
    """

    probe: int
    training: bool
    mode: str
    series: Series = ()
    values: tuple[np.ndarray, ...] = ()
    output: np.ndarray | None = None
    failure: Failure | None = None
    separate: bool = True
    first: np.ndarray | None = None
    unused: tuple[Unused, ...] = ()


@dataclass(frozen=True)
class Observation:
    """All that is known of an attempt.

    Attributes:
        runs: its calls.
        failure: set where the function could not even be called.
        free: settings that cannot be asked of this form of the function, such as "training".
        notes: what is worth telling and costs no points.
        early_return: which `return` ends the attempt before lines that follow, in words; or "".
    """

    runs: tuple[Run, ...] = ()
    failure: Failure | None = None
    free: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    early_return: str = ""
