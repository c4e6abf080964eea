"""The bar of Keras's own ``fit``, and what is told of an interrupted training."""

from contextlib import contextmanager

import keras
import numpy as np
import pytest

from resnet_lesson.training import FitBar, display
from resnet_lesson.training.history import History


def test_the_bar_counts_the_steps_of_all_epochs_and_is_closed(monkeypatch):
    seen = []

    @contextmanager
    def recorded(title):
        yield lambda done, total: seen.append((done, total))
        seen.append("closed")

    monkeypatch.setattr(display, "progress_bar", recorded)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    images, labels = np.ones((5, 2)), np.ones((5, 1))
    model.fit(images, labels, batch_size=3, epochs=2, verbose=0, callbacks=[FitBar()])
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4), "closed"]


@pytest.mark.parametrize("steps", [2, 0])
def test_an_interrupted_fit_says_in_one_line_how_far_it_was_and_the_bar_goes(monkeypatch, steps):
    seen = []

    @contextmanager
    def recorded(title):
        yield lambda done, total: None
        seen.append("closed")

    monkeypatch.setattr(display, "progress_bar", recorded)
    line = (
        "after 2 of 6 steps: the network keeps"
        if steps
        else "before its first step: the network is"
    )
    with pytest.raises(display.TrainingInterrupted, match=line), FitBar() as bar:
        bar.set_params({"epochs": 2, "steps": 3})
        bar.on_train_begin()
        for batch in range(steps):
            bar.on_train_batch_end(batch)
        raise KeyboardInterrupt
    assert seen == ["closed"]


def interrupted(shown, steps):
    """Interrupts a training after so many steps, with an epoch at every tenth."""
    with shown:
        for number in range(1, steps + 1):
            shown.step(1.0)
            if number % 10 == 0:
                numbers = {"images_per_second": 1.0, "precision": "float32"}
                shown.epoch(History().with_epoch(1.0, 0.5, 0.5, 0.1, 1.0, **numbers))
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("steps", "kept"),
    [(13, "in 1 epoch and 3 steps, and can be used"), (0, "the network is unchanged")],
)
def test_an_interrupted_training_says_in_one_line_what_was_kept(steps, kept):
    with pytest.raises(KeyboardInterrupt, match=kept) as info:
        interrupted(display.QuietDisplay(epochs=4, steps=40), steps)
    assert len(info.value._render_traceback_()) == 1


def test_an_error_in_a_training_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), display.QuietDisplay(1, 5):
        1 / 0  # noqa: B018
