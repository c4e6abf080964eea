"""How large activations and gradients are, layer by layer."""

import keras
import numpy as np
import tensorflow as tf


def activation_scales(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """How far the activations spread after the first convolution and after each pair.

    Args:
        model: a network of `build_stack`.
        images: float32 array ``(m, H, W, 3)``, normalised as one batch.

    Returns:
        Float array ``(1 + pairs,)``: standard deviations over images, places and channels.
    """
    entrances = [layer for layer in model.layers if layer.name.endswith("_conv1")]
    *_, pooling, _ = model.layers
    taps = keras.Model(model.input, [layer.input for layer in (*entrances, pooling)])
    return np.array([np.std(X) for X in taps(images, training=True)])


def gradient_norms(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The length of the loss's gradient with respect to each 3×3 convolution's kernel.

    Args:
        model: a network of `build_stack`.
        images: float32 array ``(m, H, W, 3)``, normalised as one batch.
        labels: integer array ``(m,)``.

    Returns:
        Float array ``(depth - 1,)``, from the first convolution to the last.
    """
    kernels = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    with tf.GradientTape() as tape:
        loss = mean_loss(model(images, training=True), labels)
    gradients = tape.gradient(loss, [kernel.value for kernel in kernels])
    return np.array([float(tf.norm(gradient)) for gradient in gradients])


def mean_loss(probabilities: tf.Tensor, labels: np.ndarray) -> tf.Tensor:
    """The mean cross-entropy of predicted probabilities ``(m, classes)`` for labels ``(m,)``."""
    losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
    return tf.reduce_mean(losses)
