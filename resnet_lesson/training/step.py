"""One step of a training, compiled, that makes the most of the machine.

Stock Keras loses time by the operations that it computes layers and updates with (see
`resnet_lesson.training.fused_ops`), and by float32, where many processors and graphics cards are
quicker in bfloat16. While a training lasts, `prepared` changes both in the model's layers and its
optimizer. Afterwards they are what they were.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cache
from typing import Any

import keras
import tensorflow as tf

from resnet_lesson.keras_internals import InternalsChanged, layers_within
from resnet_lesson.progress_bar import notice
from resnet_lesson.training.fused_ops import fast_call, fast_update, idle_biases

_notice_once = cache(notice)


@contextmanager
def compiled_step(
    model: keras.Model,
    prepare: Callable,
    shapes: tuple,
    momentum: float,
    precision: str,
) -> Iterator[tuple[Callable, str]]:
    """The fastest step that a model can be trained with, for the time of a training.

    A model whose layers cannot do with bfloat16 is trained in float32. Where a release of Keras
    lacks what the fast steps need, plain ones take their place, and a notice says so.

    Args:
        model: a compiled Keras model.
        prepare: as `training_step` takes it.
        shapes: `tf.TensorSpec` of what the step is called with, ``(inputs, labels)``.
        momentum, precision: as `prepared` takes them.

    Yields:
        ``(step, precision)``.
    """
    attempts = ((prepared, precision), (prepared, "float32"), (_plain, "float32"))
    for change, name in attempts:
        with ExitStack() as changes:
            try:
                idle = changes.enter_context(change(model, momentum, name))
                step = training_step(model, prepare, idle)
                step.get_concrete_function(*shapes)
            except InternalsChanged as error:
                _notice_once(f"{error}; training goes on with Keras's own steps, which take longer")
                continue
            except (TypeError, ValueError, tf.errors.OpError):
                if name == "float32":
                    raise
                continue
            yield step, name
            return


@contextmanager
def prepared(
    model: keras.Model, momentum: float, precision: str = "float32"
) -> Iterator[list[keras.Variable]]:
    """Makes a model's layers and its optimizer fast to train with, and undoes it at the end.

    Args:
        model: a compiled Keras model; layers inside its layers are changed too.
        momentum: float in [0, 1), for all BatchNormalization layers.
        precision: "float32", or "mixed_bfloat16" to compute all but dense layers in bfloat16, with
            weights in float32. Layers of another precision than float32 keep theirs.

    Yields:
        The biases that need no training, for `training_step`.

    Raises:
        InternalsChanged: this release of Keras lacks what that needs.
    """
    with temporary_momentum(model, momentum), _statistics_of_whole_batches(model):
        layers = layers_within(model)
        lowered = [layer for layer in layers if precision != "float32" and _can_be_lowered(layer)]
        for layer in lowered:
            layer.dtype_policy = keras.DTypePolicy(precision)
        changed = list(_fast_methods(model, layers))
        for owner, name, method in changed:
            object.__setattr__(owner, name, method)
        try:
            yield idle_biases(model)
        finally:
            for owner, name, _ in changed:
                object.__delattr__(owner, name)
            for layer in lowered:
                layer.dtype_policy = keras.DTypePolicy("float32")


@contextmanager
def _plain(model, momentum, _):
    """Changes of `prepared` that need nothing private: the momentum alone."""
    with temporary_momentum(model, momentum):
        yield []


def _fast_methods(model, layers):
    """What is computed in a faster way: (layer or optimizer, name of its method, function)."""
    on_processor = not tf.config.list_physical_devices("GPU")
    for layer in layers:
        if call := fast_call(layer, on_processor):
            yield layer, "call", call
    one_device = model.distribute_strategy.num_replicas_in_sync == 1
    if one_device and (update := fast_update(getattr(model, "optimizer", None))):
        yield model.optimizer, "apply", update


@contextmanager
def temporary_momentum(model: keras.Model, momentum: float) -> Iterator[None]:
    """Gives all BatchNormalization layers of a model another momentum, and the old one at the end.

    Args:
        model: a Keras model; layers inside its layers are found too.
        momentum: float in [0, 1).
    """
    try:
        with _batch_norms_with(model, "momentum", momentum):
            yield
    finally:
        model.train_function = None  # the graph that was built holds the temporary momentum


@contextmanager
def _batch_norms_with(model, name, value):
    """Changes an attribute of all BatchNormalization layers, and changes it back at the end."""
    layers = [
        layer for layer in _all_layers(model) if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [getattr(layer, name) for layer in layers]
    for layer in layers:
        setattr(layer, name, value)
    try:
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
            setattr(layer, name, old)


def _all_layers(model):
    """A model's layers at every depth; without the private list, of models and attributes."""
    try:
        return layers_within(model)
    except InternalsChanged:
        inner = model.layers if isinstance(model, keras.Model) else vars(model).values()
        inner = [layer for layer in inner if isinstance(layer, keras.layers.Layer)]
        return [model, *(each for layer in inner for each in _all_layers(layer))]


def _statistics_of_whole_batches(model):
    """Lets several devices compute what one computes; the fused operation sees only a part."""
    several = model.distribute_strategy.num_replicas_in_sync > 1
    return _batch_norms_with(model, "synchronized", True) if several else nullcontext()


def _can_be_lowered(layer):
    # The last, dense layer tells probabilities apart that bfloat16 would call equal.
    plain = layer.dtype_policy.name == "float32"
    return plain and not isinstance(layer, keras.layers.Dense | keras.layers.InputLayer)


def training_step(
    model: keras.Model, prepare: Callable, idle: Iterable[keras.Variable] = ()
) -> Any:
    """A compiled step that trains a compiled model on one batch.

    Args:
        model: a Keras model that is built and compiled with a loss and an optimizer.
        prepare: makes the images of the batch from what the step is given first; part of the graph.
        idle: variables that stay as they are, as `prepared` gives them.

    Returns:
        Function ``(inputs, labels) -> (loss, share told right)``, labels one-hot ``(N, classes)``.
    """
    left_out = {id(variable) for variable in idle}
    weights = [weight for weight in model.trainable_variables if id(weight) not in left_out]
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    strategy = model.distribute_strategy

    def part(tensor):
        """What this device computes of a batch; of one device it is all."""
        context = tf.distribute.get_replica_context()
        parts = tf.reshape(tensor, (context.num_replicas_in_sync, -1, *tensor.shape[1:]))
        return parts[context.replica_id_in_sync_group]

    def on_one_device(inputs, labels):
        images, labels = prepare(*map(part, inputs)), part(labels)
        with tf.GradientTape() as tape:
            answers = model(images, training=True)
            loss = model.compute_loss(x=images, y=labels, y_pred=answers)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        optimizer.apply(_for_all_devices(gradients, optimizer.clipnorm), weights)
        right = tf.argmax(answers, axis=-1) == tf.argmax(labels, axis=-1)
        return loss, tf.reduce_mean(tf.cast(right, "float32"))

    @tf.function(autograph=False, reduce_retracing=True)
    def step(inputs, labels):
        loss, right = strategy.run(on_one_device, args=(inputs, labels))
        # Keras has divided the loss by the number of devices, for gradients that are summed.
        return (
            strategy.reduce("SUM", loss, axis=None),
            strategy.reduce("MEAN", right, axis=None),
        )

    return step


def _for_all_devices(gradients, longest):
    """Shortens the gradients of the whole batch, of which each device knows a part.

    Keras shortens what one device gives, and adds up what all give. So each gives its share of what
    has been added up and shortened already.
    """
    context = tf.distribute.get_replica_context()
    if longest is None or context.num_replicas_in_sync == 1:
        return gradients
    sums = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    return [tf.clip_by_norm(total, longest) / context.num_replicas_in_sync for total in sums]
