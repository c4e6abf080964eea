"""Learning from a few images of each class, several times over: which start serves best?

Each repetition has images, a new network and an order of its own; all steps take all its images.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np

from resnet_lesson.progress_bar import progress_bar
from resnet_lesson.settings import quick
from resnet_lesson.training.recipe import augment

MEASURED_EVERY = 10  # steps
_AT_ONCE = 280  # images that are measured in one call
Examples = tuple[np.ndarray, np.ndarray]  # images, or what a network takes, and labels


def few_of_each(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The places of ``count`` examples of each class, chosen at random; of all if there are fewer.

    Args:
        labels: class numbers ``(m,)``.
        count: how many of each class.
        seed: decides on the choice.
    """
    rng = np.random.default_rng(seed)
    places = [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    return np.concatenate([some[:count] for some in places])


def learning_curves(
    start: Callable[[], keras.Model],
    train: Examples,
    test: Examples,
    rate: float,
    count: int = 10,
    steps: int = 80,
    seeds: Sequence[int] = (0, 1, 2),
    prepare: Callable[[np.ndarray], np.ndarray] | None = None,
    moved: bool = True,
) -> np.ndarray:
    """Lets networks learn from a few images, and measures them on others in between.

    A repetition takes ``count`` examples of each class, and a network of ``start``. Adam's learning
    rate rises for ten steps and then falls along a cosine. Under ``RESNET_LESSON_QUICK=1`` two
    steps of one repetition are taken.

    Args:
        start: makes a network with the weights that it starts from; it gives probabilities.
        train: images, or other inputs, and labels to choose from.
        test: those to measure on.
        rate: the highest learning rate.
        count: examples of each class.
        steps: of a repetition, a multiple of ten.
        seeds: one for each repetition, for the choice, the network and how images are moved.
        prepare: makes a network's input from images of float32; None leaves them as they are.
        moved: whether images are moved and mirrored at random in every step, as `augment` does.

    Returns:
        Test accuracies from 0 to 1, ``(repetitions, steps / 10)``: a row for each seed, a column
        for each ten steps.
    """
    every = MEASURED_EVERY
    if quick():
        steps, seeds, every = 2, seeds[:1], 1
    prepare = prepare or (lambda images: images)
    rows = []
    with progress_bar("Learning from a few images") as report:
        for turn, seed in enumerate(seeds):
            keras.utils.set_random_seed(seed)
            network, rng = start(), np.random.default_rng(seed)
            chosen = few_of_each(train[1], count, seed)
            _compile(network, rate, steps)
            measured = []
            for step in range(1, steps + 1):
                images = train[0][chosen].astype("float32")
                images = augment(images, rng) if moved else images
                network.train_on_batch(prepare(images), train[1][chosen])
                if step % every == 0:
                    measured.append(_accuracy(network, test, prepare))
                report(turn * steps + step, len(seeds) * steps)
            rows.append(measured)
    return np.array(rows)


def _compile(network, rate, steps):
    warmup = min(MEASURED_EVERY, steps // 2)
    rates = keras.optimizers.schedules.CosineDecay(
        rate / (warmup + 1), steps - warmup, warmup_target=rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.Adam(rates, clipnorm=1.0)
    # Two steps are taken sooner than a graph is built for them.
    network.compile(
        optimizer, "sparse_categorical_crossentropy", jit_compile=False, run_eagerly=quick()
    )
    # Keras would do that within the first step, and then trace the step a second time.
    optimizer.build(network.trainable_variables)


def _accuracy(network, test, prepare):
    """The share of the test that a network gets right in inference mode."""
    images, labels = test
    right = 0
    for first in range(0, len(labels), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        answers = network(prepare(images[part].astype("float32")), training=False)
        right += int(np.sum(np.argmax(answers, axis=1) == labels[part]))
    return right / len(labels)
