"""Answers to ``cross_entropy``."""

import keras
import numpy as np

from answers import right, wrong


@right("cross_entropy")
def sum_then_mean(probabilities, targets):
    return -np.mean(np.sum(targets * np.log(np.maximum(probabilities, 1e-7)), axis=1))


@right("cross_entropy")
def a_little_is_added(predictions, y):
    return -(y * np.log(predictions + 1e-9)).sum() / len(y)


@right("cross_entropy")
def clipped_on_both_sides(probabilities, targets):
    p = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return np.mean([-t @ np.log(q) for t, q in zip(targets, p, strict=True)])


@right("cross_entropy")
def loops(probabilities, targets):
    loss = 0.0
    for i in range(len(targets)):
        for j in range(len(targets[i])):
            if probabilities[i, j] > 0:
                loss -= targets[i, j] * np.log(probabilities[i, j])
    return loss / len(targets)


@right("cross_entropy")
def keras_has_it(probabilities, targets):
    return keras.ops.mean(keras.losses.categorical_crossentropy(targets, probabilities))


@wrong("cross_entropy", "submission", "summed")
def over_the_batch(probabilities, targets):
    return -np.sum(targets * np.log(np.maximum(probabilities, 1e-7)))


@wrong("cross_entropy", "submission", "summed")
def over_the_batch_and_without_a_floor(probabilities, targets):
    return -np.sum(targets * np.log(probabilities))


@wrong("cross_entropy", "submission", "not_averaged")
def one_for_each_image(probabilities, targets):
    return -np.sum(targets * np.log(probabilities + 1e-8), axis=1)


@wrong("cross_entropy", "submission", "averaged_classes")
def mean_of_everything(probabilities, targets):
    return -np.mean(targets * np.log(probabilities + 1e-8))


@wrong("cross_entropy", "submission", "summed_axis")
def down_the_columns(probabilities, targets):
    return np.mean(-(targets * np.log(probabilities + 1e-8)).sum(axis=0))


@wrong("cross_entropy", "submission", "sign")
def no_minus(probabilities, targets):
    return np.mean(np.sum(targets * np.log(probabilities + 1e-8), axis=1))


@wrong("cross_entropy", "submission", "log_of_zero")
def no_floor(probabilities, targets):
    return -np.mean(np.sum(targets * np.log(probabilities), axis=1))


@wrong("cross_entropy", "submission", "log_base")
def in_bits(probabilities, targets):
    return -np.mean(np.sum(targets * np.log2(probabilities + 1e-8), axis=1))


@wrong("cross_entropy", "submission", "no_log")
def one_minus_p(probabilities, targets):
    return np.mean(1 - (targets * probabilities).sum(axis=-1))


@wrong("cross_entropy", "submission", "largest_only")
def the_right_class_alone(probabilities, targets):
    right_class = targets.argmax(axis=1)
    return -np.mean(np.log(probabilities[np.arange(len(targets)), right_class] + 1e-8))


@wrong("cross_entropy", "submission", "swapped")
def targets_in_the_logarithm(probabilities, targets):
    return -np.mean(np.sum(probabilities * np.log(np.maximum(targets, 1e-7)), axis=1))


@wrong("cross_entropy", "submission", "binary")
def every_class_by_itself(probabilities, targets):
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return -np.mean(np.sum(targets * np.log(p) + (1 - targets) * np.log(1 - p), axis=1))


@wrong("cross_entropy", "submission", "values")
def squares(probabilities, targets):
    return np.mean((probabilities - targets) ** 2)


@wrong("cross_entropy", "submission", "exception")
def from_the_math_module(probabilities, targets):
    import math

    return -sum(targets * math.log(probabilities))
