"""Progress of a training: a bar with live curves in a notebook, text in a terminal, else nothing.

In a notebook the output ends as one picture of the curves, whatever the machine and its speed.
"""

import sys
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext

import keras

from resnet_lesson.errors import Interrupted
from resnet_lesson.paths import counted
from resnet_lesson.progress_bar import (
    TerminalLine,
    drawn,
    in_notebook,
    progress_bar,
    running_clock,
    show_widget,
    time_left,
)
from resnet_lesson.training.history import History

_SECONDS_BETWEEN = 0.2
_PREPARING = "preparing the training step"


class TrainingInterrupted(Interrupted):
    """A training was interrupted; the message says what was kept."""


class FitBar(keras.callbacks.Callback):
    """Shows how far Keras's own ``fit`` is, and about how long it still takes.

    Give it as ``callbacks=[bar]``, with ``verbose=0``, within ``with FitBar() as bar:``. Then an
    interruption closes the bar and says in one line what was kept.
    """

    def __enter__(self):
        self._opened, self._done, self._steps = ExitStack(), 0, 0
        return self

    def __exit__(self, kind, *problem):
        self._opened.close()
        if kind is KeyboardInterrupt:
            at, kept = "before its first step", "the network is unchanged"
            if self._done:
                at = f"after {self._done} of {self._steps} steps"
                kept = "the network keeps what it has learned"
            raise TrainingInterrupted(
                f"the training was interrupted {at}: {kept}; run the cell again to train anew"
            ) from None

    def on_train_begin(self, logs=None):
        self._opened, self._done = ExitStack(), 0
        self._report = self._opened.enter_context(progress_bar("Training, step by step"))
        self._steps = self.params["epochs"] * (self.params["steps"] or 1)

    def on_train_batch_end(self, batch, logs=None):
        self._done += 1
        self._report(min(self._done, self._steps), self._steps)

    def on_train_end(self, logs=None):
        self._opened.close()


def display_for(epochs: int, steps: int) -> "QuietDisplay":
    """The display that suits the place where this runs.

    It is a context manager; ``steps`` counts those of all epochs.
    """
    if in_notebook():
        return _NotebookDisplay(epochs, steps)
    if sys.stderr is not None and sys.stderr.isatty():
        return _TerminalDisplay(epochs, steps)
    return QuietDisplay(epochs, steps)


class QuietDisplay:
    """Counts the steps and shows nothing: the base class of the other displays."""

    def __init__(self, epochs: int, steps: int):
        self.epochs, self.steps, self.done = epochs, steps, 0
        self.history: History | None = None
        self._before = 0  # steps of an earlier, interrupted run
        self._shown_at = -_SECONDS_BETWEEN

    def __enter__(self):
        return self

    def __exit__(self, kind, *problem):
        self.close()
        if kind is KeyboardInterrupt:
            raise TrainingInterrupted(self._kept()) from None

    def _kept(self):
        """What an interrupted training leaves, in a line."""
        epochs = len(self.history.loss) if self.history else 0
        beyond = self.done - epochs * self.steps // self.epochs
        if not self.done:
            return "the training was interrupted before its first step: the network is unchanged"
        return (
            f"the training was interrupted: the network keeps what it has learned in "
            f"{counted(epochs, 'epoch')} and {counted(beyond, 'step')}, and can be used as it is; "
            "train goes on from these weights, with a new optimizer"
        )

    def preparing(self) -> AbstractContextManager:
        """Shows, until the first step can be taken, that it is being prepared, and for how long."""
        return nullcontext()

    def resume(self, steps: int, history: History) -> None:
        """Goes on after ``steps`` steps of an interrupted training."""
        self.done = self._before = steps
        self.history = history

    def step(self, loss: float) -> None:
        """Takes note of one more step; ``loss`` is its loss."""
        self.done += 1
        now = time.monotonic()
        if self.done == self._before + 1:
            self._second_step_at = now  # the first step builds the graph: it tells nothing
        if now - self._shown_at >= _SECONDS_BETWEEN:
            self._shown_at = now
            epoch = -(-self.done * self.epochs // self.steps)
            self.show(f"epoch {epoch} of {self.epochs}, loss {loss:.2f}{self._left(now)}")

    def epoch(self, history: History) -> None:
        """Takes note of the end of an epoch; ``history`` holds the numbers so far."""
        self.history = history

    def show(self, line: str) -> None:
        """Shows the present state, in a line."""

    def close(self) -> None:
        """Removes what was for the time of the training."""

    def _left(self, now):
        timed = self.done - self._before - 1
        if timed < 2:
            return ""
        return time_left((now - self._second_step_at) / timed * (self.steps - self.done))


class _TerminalDisplay(QuietDisplay):
    def __init__(self, epochs, steps):
        super().__init__(epochs, steps)
        self._line = TerminalLine()

    def preparing(self):
        return running_clock(self._line.write, _PREPARING)

    def show(self, line):
        self._line.write(f"{drawn(self.done, self.steps)} {line}")

    def epoch(self, history):
        super().epoch(history)
        self._line.write(
            f"epoch {len(history.loss)} of {self.epochs}: loss {history.loss[-1]:.3f}, "
            f"accuracy {history.train_accuracy[-1]:.1%} in training, "
            f"{history.test_accuracy[-1]:.1%} on the test set"
        )
        sys.stderr.write("\n")

    def close(self):
        self._line.write("")


class _NotebookDisplay(QuietDisplay):
    def __enter__(self):
        from ipywidgets import HTML, HBox, IntProgress, Label, VBox

        self._bar, self._label = IntProgress(max=self.steps), Label(_PREPARING)
        self._picture = HTML()
        self._row = HBox([self._bar, self._label])
        self._box = VBox([self._row, self._picture])
        self._output = show_widget(self._box)
        return self

    def preparing(self):
        return running_clock(self._show_label, _PREPARING)

    def _show_label(self, line):
        self._label.value = line

    def show(self, line):
        self._bar.value = self.done
        self._show_label(line)

    def epoch(self, history):
        super().epoch(history)
        self._picture.value = self._curves().html()

    def close(self):
        if self.history is None:
            self._output.update({}, raw=True)
        else:
            self._output.update(self._curves())
        for widget in (self._bar, self._label, self._picture, self._row, self._box):
            widget.close()

    def _curves(self):
        from resnet_lesson.figures.charts import curves

        return curves(self.history)
