"""Answers to ``projection_block``: right ones in several forms, and slips."""

from keras import ops
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    ReLU,
    ZeroPadding2D,
)

from answers import right, wrong


def _norm(x, n_filters, window=3, relu=False, **settings):
    """Convolution, BatchNorm and, if asked for, ReLU."""
    x = BatchNormalization()(Conv2D(n_filters, window, **{"padding": "same", **settings})(x))
    return ReLU()(x) if relu else x


def _joined(main, shortcut):
    return ReLU()(Add()([main, shortcut]))


@right("projection_block")
def as_the_figure_says(n_filters, x, s=2):
    shortcut = Conv2D(n_filters, 1, strides=s)(x)
    shortcut = BatchNormalization()(shortcut)
    x = ZeroPadding2D(1)(x)
    x = Conv2D(n_filters, 3, strides=s)(x)
    x = BatchNormalization()(x)
    x = Activation("relu")(x)
    x = Conv2D(n_filters, 3, padding="same")(x)
    x = BatchNormalization()(x)
    x = Add()([shortcut, x])
    return Activation("relu")(x)


@right("projection_block")
def with_padding_same_and_without_biases(n_filters, x, s=2):
    y = _norm(x, n_filters, strides=s, relu=True, use_bias=False)
    y = _norm(y, n_filters, use_bias=False)
    return ops.relu(y + _norm(x, n_filters, 1, strides=s, use_bias=False))


@right("projection_block")
def with_every_border_written_out(n_filters, x, s=2):
    y = x
    for stride in (s, 1):
        y = y if y is x else ops.relu(y)
        y = _norm(ZeroPadding2D(((1, 1), (1, 1)))(y), n_filters, strides=stride, padding="valid")
    return _joined(y, _norm(x, n_filters, (1, 1), strides=(s, s), padding="valid"))


@wrong("projection_block", "shortcut.bn", "missing")
def shortcut_not_normalised(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return _joined(y, Conv2D(n_filters, 1, strides=s)(x))


@wrong("projection_block", "shortcut.relu", "extra")
def relu_on_the_shortcut(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return _joined(y, _norm(x, n_filters, 1, strides=s, relu=True))


@wrong("projection_block", "shortcut.conv", "kernel_size")
def window_of_three_on_the_shortcut(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return _joined(y, _norm(x, n_filters, 3, strides=s))


@wrong("projection_block", "shortcut.conv", "strides")
def shortcut_without_the_stride(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return _joined(y, _norm(x, n_filters, 1))


@wrong("projection_block", "shortcut.conv", "missing")
def shortcut_left_as_it_is(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return _joined(y, x)


@wrong("projection_block", "main.1.conv", "strides")
def stride_in_the_second_convolution(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, relu=True), n_filters, strides=s)
    return _joined(y, _norm(x, n_filters, 1, strides=s))


@wrong("projection_block", "main.1.conv", "strides")
def stride_always_two(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=2, relu=True), n_filters)
    return _joined(y, _norm(x, n_filters, 1, strides=2))


@wrong("projection_block", "main.1.relu", "missing")
def no_relu_inside(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s), n_filters)
    return _joined(y, _norm(x, n_filters, 1, strides=s))


@wrong("projection_block", "main.2.relu", "extra")
def relu_before_the_addition(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters, relu=True)
    return _joined(y, _norm(x, n_filters, 1, strides=s))


@wrong("projection_block", "main.2.bn", "missing")
def second_normalisation_forgotten(n_filters, x, s=2):
    y = Conv2D(n_filters, 3, padding="same")(_norm(x, n_filters, strides=s, relu=True))
    return _joined(y, _norm(x, n_filters, 1, strides=s))


@wrong("projection_block", "output.relu", "missing")
def ends_with_the_addition(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return Add()([y, _norm(x, n_filters, 1, strides=s)])


@wrong("projection_block", "add", "operands")
def shortcut_of_what_the_main_path_made(n_filters, x, s=2):
    y = _norm(x, n_filters, strides=s, relu=True)
    return _joined(_norm(y, n_filters), _norm(y, n_filters, 1))


@wrong("projection_block", "add", "merge")
def concatenates(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return ReLU()(Concatenate()([y, _norm(x, n_filters, 1, strides=s)]))


@wrong("projection_block", "shortcut.pool", "extra")
def pools_before_the_projection(n_filters, x, s=2):
    y = _norm(_norm(x, n_filters, strides=s, relu=True), n_filters)
    return _joined(y, _norm(AveragePooling2D(s, padding="same")(x), n_filters, 1))


@wrong("projection_block", "submission", "signature")
def without_a_stride(n_filters, x):
    y = _norm(_norm(x, n_filters, strides=2, relu=True), n_filters)
    return _joined(y, _norm(x, n_filters, 1, strides=2))
