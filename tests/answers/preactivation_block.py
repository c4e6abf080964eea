"""Answers to ``preactivation_block``: right ones in several forms, and what is mistaken for it."""

from keras import Sequential, layers, ops
from keras.layers import Activation, Add, BatchNormalization, Conv2D, Multiply, ReLU

from answers import right, wrong


def _conv(n_filters, window=3, **settings):
    return Conv2D(n_filters, window, **{"padding": "same", **settings})


def _group(x, n_filters, window=3):
    """BatchNorm, ReLU, convolution."""
    return _conv(n_filters, window)(ReLU()(BatchNormalization()(x)))


@right("preactivation_block")
def as_the_figure_says(n_filters, x):
    shortcut = x
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    return Add()([x, shortcut])


@right("preactivation_block")
def with_a_loop_and_without_biases(n_filters, x):
    y = x
    for _ in range(2):
        y = ops.relu(BatchNormalization(momentum=0.9, epsilon=1e-5)(y))
        y = Conv2D(n_filters, (3, 3), padding="SAME", use_bias=False)(y)
    return x + y


@right("preactivation_block")
def with_sequential(n_filters, x):
    kinds = BatchNormalization, ReLU, lambda: _conv(n_filters)
    return layers.add([x, Sequential([make() for make in kinds * 2])(x)])


@right("preactivation_block")
def with_the_relu_of_a_layer_inside(n_filters, x):
    y = ReLU()(BatchNormalization()(x))
    y = BatchNormalization()(_conv(x.shape[-1])(y))
    return Add()([_conv(n_filters)(layers.Activation(ops.relu)(y)), x])


@wrong("preactivation_block", "output.relu", "extra")
def relu_after_the_addition_too(n_filters, x):
    return ReLU()(Add()([x, _group(_group(x, n_filters), n_filters)]))


@wrong("preactivation_block", "main.1.bn", "order")
def residual_block_of_notebook_07(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("preactivation_block", "main.1.bn", "order")
def relu_alone_comes_first(n_filters, x):
    y = BatchNormalization()(_conv(n_filters)(ReLU()(x)))
    y = BatchNormalization()(_conv(n_filters)(ReLU()(y)))
    return Add()([x, y])


@wrong("preactivation_block", "main.1.bn", "order")
def relu_before_each_normalisation(n_filters, x):
    y = _conv(n_filters)(BatchNormalization()(ReLU()(x)))
    y = _conv(n_filters)(BatchNormalization()(ReLU()(y)))
    return Add()([x, y])


@wrong("preactivation_block", "main.1.bn", "missing")
def begins_with_the_convolution(n_filters, x):
    return Add()([x, _group(_conv(n_filters)(x), n_filters)])


@wrong("preactivation_block", "main.1.relu", "missing")
def first_relu_forgotten(n_filters, x):
    y = _conv(n_filters)(BatchNormalization()(x))
    return Add()([x, _group(y, n_filters)])


@wrong("preactivation_block", "add", "operands")
def shortcut_kept_after_the_first_relu(n_filters, x):
    shortcut = ReLU()(BatchNormalization()(x))
    y = _group(_conv(n_filters)(shortcut), n_filters)
    return Add()([shortcut, y])


@wrong("preactivation_block", "main.1.conv", "kernel_size")
def first_window_of_one(n_filters, x):
    return Add()([x, _group(_group(x, n_filters, 1), n_filters)])


@wrong("preactivation_block", "main.2.relu", "extra")
def relu_before_the_addition(n_filters, x):
    return Add()([x, ReLU()(_group(_group(x, n_filters), n_filters))])


@wrong("preactivation_block", "add", "missing")
def no_shortcut(n_filters, x):
    return _group(_group(x, n_filters), n_filters)


@wrong("preactivation_block", "add", "merge")
def multiplies(n_filters, x):
    return Multiply()([x, _group(_group(x, n_filters), n_filters)])


@wrong("preactivation_block", "submission", "wrong_type")
def nothing_returned(n_filters, x):
    Add()([x, _group(_group(x, n_filters), n_filters)])


@wrong("preactivation_block", "submission", "signature")
def tensor_first(x, filters, stride):
    return Add()([x, _group(_group(x, filters), filters)])
