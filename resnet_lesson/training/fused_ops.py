"""The same mathematics as Keras's own layers and Adam, by faster operations.

Measured by ``tests/benchmarks/train_speed.py`` on processors:

- Keras builds batch normalization from elementary operations; TensorFlow has one for all of it.
- TensorFlow's gradients of convolutions cost up to seven times the forward pass where the kernels
  are large and the maps small. As products of matrices they cost what the forward pass costs.
- Keras's Adam is a chain of elementary operations, each of which reads and writes all weights;
  TensorFlow has one for all of them. With what Keras asks for each weight anew, such as the powers
  of the betas, that was more than half of the operations of a graph that has to be built first.
- A bias in front of batch normalization has gradient zero: the mean takes it away again. To compute
  that zero, all gradients of the convolution's output are read once more.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from resnet_lesson.keras_internals import adam_moments, calls, origin

# Settings of Adam that ask for more than Adam's step and gradients of limited length.
_BEYOND_PLAIN_ADAM = (
    "amsgrad",
    "clipvalue",
    "global_clipnorm",
    "gradient_accumulation_steps",
    "loss_scale_factor",
    "use_ema",
    "weight_decay",
)


def fast_call(layer: keras.layers.Layer, on_processor: bool) -> Callable | None:
    """A faster function that computes what ``layer.call`` computes in training.

    Args:
        layer: a Keras layer.
        on_processor: whether the layer runs on a processor; graphics cards have convolutions of
            their own.

    Returns:
        A function of the signature of the layer's ``call``; None where there is nothing to gain.
    """
    if _is_plain_normalization(layer):
        return partial(_normalise, layer)
    if on_processor and _is_plain_convolution(layer):
        return partial(_convolve, layer)
    return None


def _is_plain_normalization(layer):
    """Whether TensorFlow's fused batch normalization does all that this layer does."""
    return (
        type(layer) is keras.layers.BatchNormalization
        and layer.scale
        and layer.center
        and not layer.synchronized
        and layer.variable_dtype == "float32"
        and layer.compute_dtype != "float64"
    )


def _normalise(layer, inputs, training=None, mask=None):
    last = len(inputs.shape) == 4 and layer.axis in (3, -1)
    if not training or not layer.trainable or not last or mask is not None:
        return type(layer).call(layer, inputs, training=training, mask=mask)
    none = tf.constant([], "float32")
    normalised, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs,
        scale=tf.cast(layer.gamma.value, "float32"),
        offset=tf.cast(layer.beta.value, "float32"),
        mean=none,
        variance=none,
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The fused operation gives the unbiased variance, Keras keeps the biased one.
    known = None not in inputs.shape
    places = inputs.shape[:3] if known else tf.shape(inputs)[:3]
    count = math.prod(places) if known else tf.cast(tf.reduce_prod(places), "float32")
    biased = variance * (count - 1) / count
    for moving, new in ((layer.moving_mean, mean), (layer.moving_variance, biased)):
        moving.assign(moving * layer.momentum + new * (1 - layer.momentum))
    return normalised


def _is_plain_convolution(layer):
    return (
        type(layer) is keras.layers.Conv2D
        and layer.data_format == "channels_last"
        and layer.groups == 1
        and layer.dilation_rate == (1, 1)
        and layer.strides[0] == layer.strides[1]
    )


def _convolve(layer, inputs):
    product = _product_for(layer, inputs)
    if product is None:
        return type(layer).call(layer, inputs)
    outputs = product(tf.cast(inputs, layer.compute_dtype), tf.convert_to_tensor(layer.kernel))
    if layer.use_bias:
        outputs = tf.nn.bias_add(outputs, tf.convert_to_tensor(layer.bias))
    return layer.activation(outputs) if layer.activation else outputs


def _product_for(layer, inputs):
    """The product of matrices that is this convolution of these inputs; None if it is slower."""
    if len(inputs.shape) != 4 or None in inputs.shape:
        return None
    count, height, width, _ = inputs.shape
    size, stride = layer.kernel_size, layer.strides[0]
    if size == (1, 1):
        return partial(_pointwise, stride=stride)
    odd = size[0] == size[1] and size[0] % 2 == 1
    # With fewer places than weights of one filter, copying each place's surroundings is cheap.
    small = count * height * width < math.prod(layer.kernel.shape[:3])
    if odd and small and stride == 1 and layer.padding == "same":
        return _by_surroundings
    return None


def _pointwise(images, kernel, stride):
    """A 1×1 convolution of ``images (N, H, W, C)`` with ``kernel (1, 1, C, F)``."""
    if stride > 1:  # a pool of 1×1 takes every other place; a slice's gradient is slow
        images = tf.nn.avg_pool2d(images, 1, stride, "VALID")
    *places, channels = images.shape
    product = tf.matmul(tf.reshape(images, (-1, channels)), tf.reshape(kernel, (channels, -1)))
    return tf.reshape(product, (*places, -1))


@tf.custom_gradient
def _by_surroundings(images, kernel):
    """A k×k convolution that keeps the size, of images and kernel as above, k odd."""
    size, _, channels, filters = kernel.shape
    _, height, width, _ = images.shape
    around = (0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0)
    wider = tf.pad(images, around)
    shifted = [wider[:, i : i + height, j : j + width] for i in range(size) for j in range(size)]
    surroundings = tf.reshape(tf.concat(shifted, axis=-1), (-1, size * size * channels))
    product = tf.matmul(surroundings, tf.reshape(kernel, (-1, filters)))

    def gradients(upstream):
        down = tf.nn.conv2d_transpose(upstream, kernel, tf.shape(images), 1, "SAME")
        upstream = tf.reshape(upstream, (-1, filters))
        return down, tf.reshape(tf.matmul(surroundings, upstream, transpose_a=True), kernel.shape)

    return tf.reshape(product, (-1, height, width, filters)), gradients


def fast_update(optimizer: Any) -> Callable | None:
    """A faster function for what ``apply`` of a plain Adam does on one device.

    Args:
        optimizer: a Keras optimizer that is built.

    Returns:
        A function ``(gradients, trainable_variables)``; None for another optimizer.
    """
    plain = type(optimizer) is keras.optimizers.Adam
    if plain and not any(getattr(optimizer, name, None) for name in _BEYOND_PLAIN_ADAM):
        return partial(_apply_adam, optimizer)
    return None


def _apply_adam(optimizer, gradients, trainable_variables):
    if not all(map(_is_plain_gradient, gradients, trainable_variables)):
        type(optimizer).apply(optimizer, gradients, trainable_variables)
        return
    steps = tf.cast(optimizer.iterations + 1, "float32")
    betas = [tf.constant(beta) for beta in (optimizer.beta_1, optimizer.beta_2)]
    same = {
        "beta1_power": tf.pow(betas[0], steps),
        "beta2_power": tf.pow(betas[1], steps),
        "lr": tf.cast(optimizer.learning_rate, "float32"),
        "beta1": betas[0],
        "beta2": betas[1],
        "epsilon": tf.constant(optimizer.epsilon),
    }
    clipped = _clipped(gradients, optimizer.clipnorm)
    for gradient, variable in zip(clipped, trainable_variables, strict=True):
        moments = adam_moments(optimizer, variable)
        var, m, v = (each.value.handle for each in (variable, *moments))
        tf.raw_ops.ResourceApplyAdam(var=var, m=m, v=v, grad=gradient, **same)
    optimizer.iterations.assign_add(1)


def _is_plain_gradient(gradient, variable):
    """Whether nothing else is to be done with a gradient than to take a step of Adam."""
    plain = isinstance(gradient, tf.Tensor) and variable.dtype == gradient.dtype.name == "float32"
    return plain and variable.constraint is None and not variable.overwrite_with_gradient


def _clipped(gradients, longest):
    """Gradients, each of which is shortened to a length of at most ``longest``, if that is given.

    `tf.clip_by_norm` takes a dozen operations for each, many of them to be differentiated again.
    """
    if not longest or longest < 0:
        return gradients
    squares = tf.stack([tf.reduce_sum(tf.square(gradient)) for gradient in gradients])
    longest = tf.constant(longest, "float32")
    divisors = tf.unstack(tf.maximum(tf.sqrt(squares), longest))
    pairs = zip(gradients, divisors, strict=True)
    return [gradient * longest / divisor for gradient, divisor in pairs]


def idle_biases(model: keras.Model) -> list:
    """The biases of a model whose gradients are zero: all that sees them is batch normalization.

    Args:
        model: a Keras model. Only of models that know their graph something is found.
    """
    seen_by = defaultdict(list)
    for operation in getattr(model, "operations", ()):
        for call in calls(operation):
            for tensor in call.input_tensors:
                seen_by[origin(tensor)[0]].append(call)
    ends = {origin(tensor)[0] for tensor in getattr(model, "outputs", None) or ()}
    return [
        layer.bias
        for layer, readers in seen_by.items()
        if _only_adds_its_bias(layer)
        and layer not in ends
        and all(map(_takes_the_mean_away, readers))
    ]


def _only_adds_its_bias(layer):
    """Whether a layer is a convolution whose bias is in its output and nowhere else in the loss."""
    return (
        type(layer) is keras.layers.Conv2D
        and layer.use_bias
        and layer.data_format == "channels_last"
        and layer.activation is keras.activations.linear
        and layer.bias_regularizer is None
        and layer.activity_regularizer is None
    )


def _takes_the_mean_away(call):
    layer = call.operation
    return (
        isinstance(layer, keras.layers.BatchNormalization)
        and layer.trainable
        and layer.axis in (-1, len(call.input_tensors[0].shape) - 1)
        and call.arguments.kwargs.get("training") is not False
    )
