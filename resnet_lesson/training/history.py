"""What happened in a training, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class History:
    """What happened in a training: one number an epoch in each of the first five.

    Attributes:
        loss: mean cross-entropy of the training batches, with smoothed labels.
        train_accuracy: share of the moved training images told right, by batch statistics.
        test_accuracy: share of the test images told right, in inference mode and full precision.
        learning_rate: at the end of the epoch.
        seconds: spent on the epoch's training steps and its test.
        images_per_second: trained, without the first step and the tests.
        precision: in which the steps were computed, "float32" or "mixed_bfloat16".
    """

    loss: tuple[float, ...] = ()
    train_accuracy: tuple[float, ...] = ()
    test_accuracy: tuple[float, ...] = ()
    learning_rate: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    images_per_second: float = 0.0
    precision: str = "float32"

    def with_epoch(self, *numbers: float, images_per_second: float, precision: str) -> "History":
        """This history and one epoch more: ``numbers`` are those of the first five, in order."""
        so_far = (
            self.loss,
            self.train_accuracy,
            self.test_accuracy,
            self.learning_rate,
            self.seconds,
        )
        loss, train, test, rate, seconds = (
            (*before, number) for before, number in zip(so_far, numbers, strict=True)
        )
        return History(loss, train, test, rate, seconds, images_per_second, precision)

    def reaches(self, target: float | None) -> bool:
        """Whether the last epoch's test accuracy is as high as asked for."""
        return target is not None and bool(self.test_accuracy) and self.test_accuracy[-1] >= target


class Clock:
    """Times the steps of a training; the first one builds the graph and is left out of the rate."""

    def __init__(self) -> None:
        self.steps = 0
        self._images, self._seconds = 0, 0.0
        self._lap = time.perf_counter()

    @contextmanager
    def step(self, images: int) -> Iterator[None]:
        """Times the step that its context computes, of so many images."""
        start = time.perf_counter()
        yield
        self.steps += 1
        if self.steps > 1:
            self._images += images
            self._seconds += time.perf_counter() - start

    def lap(self) -> float:
        """Seconds since the last lap, or since the start."""
        now = time.perf_counter()
        seconds, self._lap = now - self._lap, now
        return seconds

    @property
    def images_per_second(self) -> float:
        """Images trained a second so far, without the first step."""
        return self._images / self._seconds if self._seconds else 0.0
