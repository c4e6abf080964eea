"""Wrong answers to ``convolutional_block`` that fail, at times or always, or return else."""

# ruff: noqa: F841, RUF059 - unused variables are part of some mistakes

import keras
import numpy as np
import tensorflow as tf
from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ReLU

from answers import right, wrong


def _paths(X, f, filters, s, training, initializer):
    """Both paths, right up to the addition."""

    def conv_bn(x, n, k, stride):
        x = Conv2D(n, k, stride, "same", kernel_initializer=initializer(seed=0))(x)
        return BatchNormalization(axis=3)(x, training=training)

    F1, F2, F3 = filters
    Y = ReLU()(conv_bn(X, F1, 1, s))
    Y = ReLU()(conv_bn(Y, F2, f, 1))
    return conv_bn(Y, F3, 1, 1), conv_bn(X, F3, 1, s)


@wrong("convolutional_block", "submission", "exception")
def operands_without_a_list(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return Activation("relu")(Add()(main, shortcut))


# Right in an older dialect.
@right("convolutional_block")
def function_of_tensorflow_at_the_end(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return tf.nn.relu(main + shortcut)


@wrong("convolutional_block", "submission", "exception")
def function_of_numpy_at_the_end(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return np.maximum(main + shortcut, 0)


@wrong("convolutional_block", "submission", "exception")
def misspelt_variable(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return Activation("relu")(Add()([main, short_cut]))  # noqa: F821


@wrong("convolutional_block", "submission", "exception")
def misspelt_activation(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return Activation("Relu6")(Add()([main, shortcut]))


@wrong("convolutional_block", "submission", "exception")
def four_filters_unpacked(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3, F4 = filters
    main, shortcut = _paths(X, f, [F1, F2, F4], s, training, initializer)
    return Activation("relu")(Add()([main, shortcut]))


@wrong("convolutional_block", "submission", "exception")
def stride_as_text(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides="s", kernel_initializer=initializer(seed=0))(X)
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return Activation("relu")(Add()([main, shortcut]))


@wrong("convolutional_block", "submission", "exception")
def stride_as_a_tensor_shape(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=(1, s, s, 1), kernel_initializer=initializer(seed=0))(X)
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return Activation("relu")(Add()([main, shortcut]))


@wrong("convolutional_block", "submission", "exception")
def reads_values_of_the_input(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    if float(keras.ops.max(X)) > 1e6:
        return main
    return Activation("relu")(main + shortcut)


@wrong("convolutional_block", "submission", "exception")
def takes_the_filters_off_the_callers_list(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F3, F2, F1 = filters.pop(), filters.pop(), filters.pop()
    main, shortcut = _paths(X, f, (F1, F2, F3), s, training, initializer)
    return ReLU()(main + shortcut)


@wrong("convolutional_block", "submission", "wrong_type")
def result_not_returned(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    X = Activation("relu")(Add()([main, shortcut]))


@wrong("convolutional_block", "submission", "wrong_type")
def paths_returned(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    return _paths(X, f, filters, s, training, initializer)


@wrong("convolutional_block", "submission", "wrong_type")
def model_returned(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    inputs = keras.Input(X.shape[1:])
    main, shortcut = _paths(inputs, f, filters, s, training, initializer)
    return keras.Model(inputs, ReLU()(main + shortcut))


@wrong("convolutional_block", "submission", "wrong_type")
def shape_returned(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return ReLU()(main + shortcut).shape


@wrong("convolutional_block", "submission", "signature")
def without_a_stride(X, f, filters, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, 2, training, initializer)
    return ReLU()(main + shortcut)


# Right in an older dialect.
@right("convolutional_block")
def stride_under_another_name(X, f, filters, stride=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, stride, training, initializer)
    return ReLU()(main + shortcut)


@wrong("convolutional_block", "add", "missing")
def only_the_shortcut_returned(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return ReLU()(shortcut)


@wrong("convolutional_block", "output.multiply", "extra")
def sum_halved(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    main, shortcut = _paths(X, f, filters, s, training, initializer)
    return ReLU()((main + shortcut) * 0.5)
