"""Training on several devices: which there are, and what each of them does.

A model that was built in the scope of a `tf.distribute` strategy is trained on the devices of that
strategy. Each holds all weights, and computes its part of every batch. Gradients and the statistics
of batch normalization are taken over all parts, so that the result is that of one device.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import keras
import tensorflow as tf

from resnet_lesson import settings
from resnet_lesson.training.checkpoints import TrainingError, whole_number

# What TensorFlow raises where another worker has gone.
_LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError)


def strategy_for(devices: int | None = None) -> tf.distribute.Strategy:
    """A strategy for what this machine or cluster has; build the model in its ``scope()``.

    Args:
        devices: how many graphics cards to train on. On a machine that has none, the
            processor is divided into so many virtual devices: nothing gets faster, but all can be
            tried. None takes all cards, or of a number such as 6 the next lower power of two,
            because a batch must be divisible. Where the variable ``TF_CONFIG`` names several
            workers, it must be None: every worker uses all that it has.

    Raises:
        TrainingError: ``devices`` is no number of devices, there are not so many, or TensorFlow
            runs already with fewer.
    """
    if workers() > 1:
        if devices is not None:
            raise TrainingError(
                f"{devices} devices and the {workers()} workers of TF_CONFIG do not go together; "
                "give no number of devices, or remove the variable TF_CONFIG"
            )
        return _strategy_of_workers()
    cards = len(tf.config.list_physical_devices("GPU"))
    if devices is None:
        devices = 1 << max(cards.bit_length() - 1, 0)
    devices = whole_number("devices", devices, 1)
    if devices == 1:
        return tf.distribute.get_strategy()
    if cards:
        if devices > cards:
            raise TrainingError(f"{devices} devices were asked for, and there are {cards} GPUs")
        return tf.distribute.MirroredStrategy([f"GPU:{number}" for number in range(devices)])
    _divide_the_processor(devices)
    return tf.distribute.MirroredStrategy([f"CPU:{number}" for number in range(devices)])


def _divide_the_processor(devices):
    processor = tf.config.list_physical_devices("CPU")[0]
    virtual = [tf.config.LogicalDeviceConfiguration()] * devices
    try:
        tf.config.set_logical_device_configuration(processor, virtual)
    except RuntimeError:  # TensorFlow runs already, perhaps with as many
        if len(tf.config.list_logical_devices("CPU")) < devices:
            raise TrainingError(
                f"the processor can be divided into {devices} devices only before TensorFlow "
                "computes anything; do it first in a fresh process"
            ) from None


def workers() -> int:
    """How many workers the variable ``TF_CONFIG`` names; 1 if it is not set.

    Raises:
        TrainingError: TensorFlow cannot read what it holds.
    """
    try:
        cluster = tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec().as_dict()
    except (ValueError, AttributeError, TypeError):
        raise TrainingError(
            f"the variable TF_CONFIG is {settings.value(settings.WORKERS)!r}; "
            'give JSON such as {"cluster": {"worker": ["host:port", "host:port"]}, '
            '"task": {"type": "worker", "index": 0}}, or remove it'
        ) from None
    return max(sum(len(cluster.get(job, ())) for job in ("chief", "worker")), 1)


def _strategy_of_workers():
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except (RuntimeError, ValueError, tf.errors.OpError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise TrainingError(f"the workers of TF_CONFIG cannot work together: {reason}") from None


def strategy_of(model: keras.Model) -> tf.distribute.Strategy:
    """The strategy that a model is trained under: the one in whose scope it was built.

    Raises:
        TrainingError: the training is called in the scope of another strategy, or ``TF_CONFIG``
            names several workers and the model is not built for them.
    """
    strategy = model.distribute_strategy
    own = strategy.extended.variable_created_in_scope
    elsewhere = tf.distribute.has_strategy() and tf.distribute.get_strategy() is not strategy
    if elsewhere or not all(own(weight.value) for weight in model.weights):
        raise TrainingError(
            "the model was not built in the scope of the strategy that it is to be trained under; "
            "build it there: with strategy.scope(): model = ResNet50()"
        )
    several = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
    if workers() > 1 and not several:
        raise TrainingError(
            f"TF_CONFIG names {workers()} workers, and the model is built for one; build it in the "
            "scope of tf.distribute.MultiWorkerMirroredStrategy(), or remove the variable"
        )
    return strategy


def leads(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process is the one that writes files and shows how far the training is."""
    return strategy.extended.should_checkpoint


def same_for_all(strategy: tf.distribute.Strategy, number: int) -> bool:
    """Whether all workers have the same whole number; each must ask."""

    @tf.function
    def mean():
        return strategy.reduce("MEAN", strategy.run(lambda: tf.constant(float(number))), axis=None)

    if workers() == 1:
        return True
    same = float(mean()) == number
    if not same:  # who ended before the others have the answer would be a lost worker to them
        with suppress(*_LOST):
            mean()
    return same


@contextmanager
def lost_workers_in_words() -> Iterator[None]:
    """Says in one line that another worker has ended, which TensorFlow notices in seconds."""
    try:
        yield
    except _LOST as error:
        if workers() == 1:
            raise
        raise TrainingError(
            "another worker has ended or cannot be reached; look at what it said, then start all "
            "workers again: with a checkpoint the training goes on from its last whole epoch"
        ) from error
