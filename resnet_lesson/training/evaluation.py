"""A trained model, measured in inference mode."""

import keras
import numpy as np

from resnet_lesson.signs import normalise
from resnet_lesson.training.checkpoints import TrainingError


def probabilities(model: keras.Model, images: np.ndarray, batch_size: int = 32) -> np.ndarray:
    """A model's probabilities for images, in inference mode.

    Args:
        model: a Keras model from ``(N, 64, 64, 3)`` in [0, 1] to probabilities.
        images: ``uint8 (m, 64, 64, 3)``.
        batch_size: integer; every batch is filled up to it, so that one graph serves all.

    Returns:
        float32 array ``(m, classes)``.

    Raises:
        TrainingError: the model gives several arrays, or a dict.
    """
    answers = []
    for start in range(0, len(images), batch_size):
        batch = normalise(images[start : start + batch_size])
        missing = batch_size - len(batch)
        filled = np.pad(batch, ((0, missing), (0, 0), (0, 0), (0, 0)))
        answer = model.predict_on_batch(filled)
        if not isinstance(answer, np.ndarray):
            raise TrainingError(
                f"the model gives a {type(answer).__name__} of {len(answer)}, the data need one "
                "array of probabilities; let it return that alone"
            )
        answers.append(answer[: len(batch)])
    return np.concatenate(answers)


def accuracy_of(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of images that a model classifies correctly in inference mode, from 0 to 1."""
    return float(np.mean(probabilities(model, images).argmax(axis=1) == labels))
