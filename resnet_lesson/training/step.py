"""One step of a training, compiled, that makes the most of the machine.

Stock Keras loses time by the operations that it computes layers and updates with (see
`resnet_lesson.training.fused_ops`), and by float32, where many processors and graphics cards are
quicker in bfloat16. While a training lasts, `prepared` changes both in the model's layers and its
optimizer. Afterwards they are what they were.
"""

from contextlib import contextmanager, nullcontext

import keras
import tensorflow as tf

from resnet_lesson.training.fused_ops import idle_biases, quick_call, quick_update


@contextmanager
def prepared(model, momentum, precision="float32"):
    """Makes a model's layers and its optimizer quick to train with, and undoes it at the end.

    Args:
        model: a compiled Keras model; layers inside its layers are changed too.
        momentum: float in [0, 1), for all BatchNormalization layers.
        precision: "float32", or "mixed_bfloat16" to compute all but dense layers in bfloat16, with
            weights in float32. Layers of another precision than float32 keep theirs.
    """
    with temporary_momentum(model, momentum), _statistics_of_whole_batches(model):
        # Keras has no public way to list layers at every depth.
        layers = list(model._flatten_layers())
        lowered = [layer for layer in layers if precision != "float32" and _can_be_lowered(layer)]
        for layer in lowered:
            layer.dtype_policy = keras.DTypePolicy(precision)
        changed = list(_quick_methods(model, layers))
        for owner, name, quick in changed:
            object.__setattr__(owner, name, quick)
        try:
            yield
        finally:
            for owner, name, _ in changed:
                object.__delattr__(owner, name)
            for layer in lowered:
                layer.dtype_policy = keras.DTypePolicy("float32")


def _quick_methods(model, layers):
    """What is computed in a quicker way: (layer or optimizer, name of its method, function)."""
    on_processor = not tf.config.list_physical_devices("GPU")
    for layer in layers:
        if call := quick_call(layer, on_processor):
            yield layer, "call", call
    one_device = model.distribute_strategy.num_replicas_in_sync == 1
    if one_device and (update := quick_update(getattr(model, "optimizer", None))):
        yield model.optimizer, "update_step", update


@contextmanager
def temporary_momentum(model, momentum):
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
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [getattr(layer, name) for layer in layers]
    for layer in layers:
        setattr(layer, name, value)
    try:
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
            setattr(layer, name, old)


def _statistics_of_whole_batches(model):
    """Lets several devices compute what one computes; the fused operation sees only a part."""
    several = model.distribute_strategy.num_replicas_in_sync > 1
    return _batch_norms_with(model, "synchronized", True) if several else nullcontext()


def _can_be_lowered(layer):
    # The last, dense layer tells probabilities apart that bfloat16 would call equal.
    plain = layer.dtype_policy.name == "float32"
    return plain and not isinstance(layer, keras.layers.Dense | keras.layers.InputLayer)


def training_step(model, prepare):
    """A compiled step that trains a compiled model on one batch.

    Args:
        model: a Keras model that is built and compiled with a loss and an optimizer.
        prepare: callable that makes the images of the batch from what the step is given first;
            part of the graph.

    Returns:
        Function ``(given, labels) -> (loss, share told right)``, labels one-hot ``(N, classes)``.
    """
    idle = {id(bias) for bias in idle_biases(model)}
    weights = [weight for weight in model.trainable_variables if id(weight) not in idle]
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    strategy = model.distribute_strategy

    def part(tensor):
        """What this device computes of a batch; of one device it is all."""
        context = tf.distribute.get_replica_context()
        parts = tf.reshape(tensor, (context.num_replicas_in_sync, -1, *tensor.shape[1:]))
        return parts[context.replica_id_in_sync_group]

    def on_one_device(given, labels):
        images, labels = prepare(*map(part, given)), part(labels)
        with tf.GradientTape() as tape:
            answers = model(images, training=True)
            loss = model.compute_loss(x=images, y=labels, y_pred=answers)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        optimizer.apply(_for_all_devices(gradients, optimizer.clipnorm), weights)
        right = tf.argmax(answers, axis=-1) == tf.argmax(labels, axis=-1)
        return loss, tf.reduce_mean(tf.cast(right, "float32"))

    @tf.function(autograph=False, reduce_retracing=True)
    def step(given, labels):
        loss, right = strategy.run(on_one_device, args=(given, labels))
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
