"""Answers to ``moving_statistics``."""

import keras
import numpy as np

from answers import right, wrong

AXES = (0, 1, 2)


@right("moving_statistics")
def as_in_the_text(x, moving_mean, moving_variance, momentum=0.9):
    mean, variance = x.mean(axis=AXES), x.var(axis=AXES)
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return moving_mean, moving_variance


@right("moving_statistics")
def a_step_towards_the_batch(x, moving_mean, moving_variance, momentum=0.9):
    flat = x.reshape(-1, x.shape[-1])
    moving_mean += (1 - momentum) * (flat.mean(0) - moving_mean)
    moving_variance += (1 - momentum) * (np.mean(flat**2, 0) - flat.mean(0) ** 2 - moving_variance)
    return [moving_mean, moving_variance]


@right("moving_statistics")
def keras_computes_it(batch, mean, variance, m):
    norm = keras.layers.BatchNormalization(momentum=m)
    norm.build(batch.shape)
    norm.moving_mean.assign(mean)
    norm.moving_variance.assign(variance)
    norm(batch, training=True)
    return norm.moving_mean.numpy(), norm.moving_variance.numpy()


@right("moving_statistics")
def channel_by_channel(x, moving_mean, moving_variance, momentum=0.9):
    means, variances = [], []
    for c in range(x.shape[3]):
        channel = x[:, :, :, c]
        means.append(momentum * moving_mean[c] + (1 - momentum) * channel.mean())
        variances.append(momentum * moving_variance[c] + (1 - momentum) * channel.var())
    return np.array(means), np.array(variances)


def _update(old, new, share):
    return share * old + (1 - share) * new


def _answer(mean, variance, momentum, **known):
    return (
        _update(known["moving_mean"], mean, momentum),
        _update(known["moving_variance"], variance, momentum),
    )


@wrong("moving_statistics", "submission", "momentum")
def the_batch_weighs_more(x, moving_mean, moving_variance, momentum=0.9):
    mean = moving_mean * (1 - momentum) + x.mean(axis=AXES) * momentum
    return mean, moving_variance * (1 - momentum) + x.var(axis=AXES) * momentum


@wrong("moving_statistics", "submission", "unbiased")
def n_minus_one(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(axis=AXES), x.var(axis=AXES, ddof=1), momentum, **known)


@wrong("moving_statistics", "submission", "deviation")
def no_square(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(axis=AXES), x.std(axis=AXES), momentum, **known)


@wrong("moving_statistics", "submission", "averaged_axes")
def one_for_each_pixel(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(axis=0), x.var(axis=0), momentum, **known)


@wrong("moving_statistics", "submission", "averaged_axes")
def one_for_all_channels(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(), x.var(), momentum, **known)


@wrong("moving_statistics", "submission", "batch_alone")
def no_memory(x, moving_mean, moving_variance, momentum=0.9):
    return x.mean(axis=AXES), x.var(axis=AXES)


@wrong("moving_statistics", "submission", "no_share")
def the_whole_batch_is_added(x, moving_mean, moving_variance, momentum=0.9):
    mean = momentum * moving_mean + x.mean(axis=AXES)
    return mean, momentum * moving_variance + x.var(axis=AXES)


@wrong("moving_statistics", "submission", "other_mean")
def around_the_moving_mean(x, moving_mean, moving_variance, momentum=0.9):
    variance = np.mean((x - moving_mean) ** 2, axis=AXES)
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(axis=AXES), variance, momentum, **known)


@wrong("moving_statistics", "submission", "raw_moment")
def squares_alone(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(axis=AXES), (x**2).mean(axis=AXES), momentum, **known)


@wrong("moving_statistics", "submission", "summed")
def the_sum_for_the_mean(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.sum(axis=AXES), x.var(axis=AXES), momentum, **known)


@wrong("moving_statistics", "submission", "swapped")
def variance_first(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    mean, variance = _answer(x.mean(axis=AXES), x.var(axis=AXES), momentum, **known)
    return variance, mean


@wrong("moving_statistics", "submission", "values")
def momentum_is_fixed(x, moving_mean, moving_variance, momentum=0.9):
    known = {"moving_mean": moving_mean, "moving_variance": moving_variance}
    return _answer(x.mean(axis=AXES), x.var(axis=AXES), 0.99, **known)


@wrong("moving_statistics", "submission", "shape")
def the_mean_alone(x, moving_mean, moving_variance, momentum=0.9):
    return momentum * moving_mean + (1 - momentum) * x.mean(axis=AXES)
