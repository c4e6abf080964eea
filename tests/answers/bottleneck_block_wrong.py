"""Wrong answers to ``bottleneck_block``: forms of the block that are met, and slips."""

from keras.layers import Add, BatchNormalization, Conv2D, DepthwiseConv2D, Multiply, ReLU

from answers import wrong


def _group(x, n_filters, window=1, relu=True, **settings):
    """Convolution, BatchNorm and, if asked for, ReLU."""
    x = Conv2D(n_filters, window, **{"padding": "same", **settings})(x)
    x = BatchNormalization()(x)
    return ReLU()(x) if relu else x


@wrong("bottleneck_block", "main.1.conv", "kernel_size")
def residual_block_with_wide_end(n_filters, x):
    y = _group(x, n_filters, 3)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, 1, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.1.conv", "missing")
def residual_block_of_notebook_07(n_filters, x):
    y = _group(x, 4 * n_filters, 3)
    y = _group(y, 4 * n_filters, 3, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.1.conv", "filters")
def wide_in_the_middle(n_filters, x):
    y = _group(x, 4 * n_filters)
    y = _group(y, 4 * n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.2.conv", "filters")
def widens_too_early(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, 4 * n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.3.conv", "filters")
def does_not_restore(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.1.conv", "filters")
def takes_n_filters_for_the_wide_number(n_filters, x):
    y = _group(x, n_filters // 4 or 1)
    y = _group(y, n_filters // 4 or 1, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.2.conv", "kernel_size")
def window_of_one_in_the_middle(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.2.conv", "padding")
def middle_loses_its_border(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3, padding="valid")
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.2.conv", "missing")
def depthwise_in_the_middle(n_filters, x):
    y = _group(x, n_filters)
    y = ReLU()(BatchNormalization()(DepthwiseConv2D(3, padding="same")(y)))
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.1.conv", "strides")
def strides_at_its_start(n_filters, x):
    y = _group(x, n_filters, strides=2)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.3.relu", "extra")
def relu_before_the_addition(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "output.relu", "missing")
def ends_with_the_addition(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return Add()([x, y])


@wrong("bottleneck_block", "main.1.conv", "order")
def activation_first(n_filters, x):
    y = x
    for filters, window in ((n_filters, 1), (n_filters, 3), (4 * n_filters, 1)):
        y = ReLU()(BatchNormalization()(y))
        y = Conv2D(filters, window, padding="same")(y)
    return Add()([x, y])


@wrong("bottleneck_block", "main.1.bn", "missing")
def no_normalisation_at_all(n_filters, x):
    y = ReLU()(Conv2D(n_filters, 1)(x))
    y = ReLU()(Conv2D(n_filters, 3, padding="same")(y))
    y = Conv2D(4 * n_filters, 1)(y)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.3.bn", "missing")
def third_normalisation_forgotten(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = Conv2D(4 * n_filters, 1)(y)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "main.2.relu", "missing")
def second_relu_forgotten(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3, relu=False)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "add", "missing")
def no_shortcut(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    return _group(y, 4 * n_filters)


@wrong("bottleneck_block", "add", "operands")
def adds_the_main_path_to_itself(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([y, y]))


@wrong("bottleneck_block", "add", "merge")
def multiplies(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Multiply()([x, y]))


@wrong("bottleneck_block", "shortcut.conv", "extra")
def projects_what_fits(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([_group(x, 4 * n_filters, relu=False), y]))


@wrong("bottleneck_block", "submission", "wrong_type")
def nothing_returned(n_filters, x):
    y = _group(x, n_filters)
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    y = ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "submission", "exception")
def misspelt_name(n_filters, x):
    y = _group(x, n_filter)  # noqa: F821
    y = _group(y, n_filters, 3)
    y = _group(y, 4 * n_filters, relu=False)
    return ReLU()(Add()([x, y]))


@wrong("bottleneck_block", "submission", "signature")
def arguments_of_the_identity_block(x, f, filters):
    y = _group(x, filters[0])
    y = _group(y, filters[1], f)
    y = _group(y, filters[2], relu=False)
    return ReLU()(Add()([x, y]))
