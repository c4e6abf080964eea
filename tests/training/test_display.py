"""The bar of Keras's own ``fit``."""

from contextlib import contextmanager

import keras
import numpy as np

from resnet_lesson.training import FitBar, display


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
