"""Wrong answers to ``residual_block``: forms of the block that are met, and slips."""

from keras import layers
from keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
)

from answers import wrong


def _conv(n_filters, window=3, **settings):
    return Conv2D(n_filters, window, **{"padding": "same", **settings})


@wrong("residual_block", "main.1.bn", "missing")
def plain_historical_form(n_filters, x):
    shortcut = x
    x = _conv(n_filters)(x)
    x = Activation("relu")(x)
    x = _conv(n_filters)(x)
    x = Add()([x, shortcut])
    return Activation("relu")(x)


@wrong("residual_block", "main.1.bn", "missing")
def plain_form_with_relu_inside_the_convolution(n_filters, x):
    y = _conv(n_filters, activation="relu")(x)
    y = _conv(n_filters)(y)
    return ReLU()(x + y)


@wrong("residual_block", "main.2.bn", "missing")
def second_normalisation_forgotten(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = _conv(n_filters)(y)
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.bn", "missing")
def first_normalisation_forgotten(n_filters, x):
    y = ReLU()(_conv(n_filters)(x))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.bn", "missing")
def layer_normalisation(n_filters, x):
    y = ReLU()(layers.LayerNormalization()(_conv(n_filters)(x)))
    y = layers.LayerNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.bn", "axis")
def normalises_over_the_rows(n_filters, x):
    y = ReLU()(BatchNormalization(axis=1)(_conv(n_filters)(x)))
    y = BatchNormalization(axis=1)(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.bn", "order")
def relu_before_each_normalisation(n_filters, x):
    y = BatchNormalization()(ReLU()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.conv", "activation")
def relu_inside_the_first_convolution(n_filters, x):
    y = _conv(n_filters, activation="relu")(x)
    y = BatchNormalization()(y)
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.conv", "order")
def activation_first(n_filters, x):
    y = ReLU()(BatchNormalization()(x))
    y = _conv(n_filters)(y)
    y = ReLU()(BatchNormalization()(y))
    y = _conv(n_filters)(y)
    return Add()([x, y])


@wrong("residual_block", "main.1.relu", "missing")
def no_relu_inside(n_filters, x):
    y = BatchNormalization()(_conv(n_filters)(x))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.relu", "activation")
def leaky_relu_inside(n_filters, x):
    y = LeakyReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.2.relu", "extra")
def relu_before_the_addition_too(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = ReLU()(BatchNormalization()(_conv(n_filters)(y)))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.2.relu", "extra")
def relu_before_the_addition_only(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = ReLU()(BatchNormalization()(_conv(n_filters)(y)))
    return Add()([x, y])


@wrong("residual_block", "output.relu", "missing")
def ends_with_the_addition(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return Add()([x, y])


@wrong("residual_block", "output.bn", "extra")
def normalises_the_sum(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(BatchNormalization()(Add()([x, y])))


@wrong("residual_block", "add", "missing")
def no_shortcut(n_filters, x):
    x = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    x = BatchNormalization()(_conv(n_filters)(x))
    return ReLU()(x)


@wrong("residual_block", "add", "operands")
def shortcut_kept_too_late(n_filters, x):
    x = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    shortcut = x
    x = BatchNormalization()(_conv(n_filters)(x))
    return ReLU()(Add()([x, shortcut]))


@wrong("residual_block", "add", "operands")
def adds_the_main_path_to_itself(n_filters, x):
    x = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    x = BatchNormalization()(_conv(n_filters)(x))
    return ReLU()(Add()([x, x]))


@wrong("residual_block", "add", "merge")
def concatenates(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Concatenate()([x, y]))


@wrong("residual_block", "shortcut.conv", "extra")
def projects_what_fits(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    shortcut = BatchNormalization()(Conv2D(n_filters, 1)(x))
    return ReLU()(Add()([shortcut, y]))


@wrong("residual_block", "main.2.conv", "missing")
def one_convolution_alone(n_filters, x):
    y = BatchNormalization()(_conv(n_filters)(x))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.2.conv", "shared_layer")
def one_convolution_used_twice(n_filters, x):
    conv = _conv(n_filters)
    y = ReLU()(BatchNormalization()(conv(x)))
    y = BatchNormalization()(conv(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.2.conv", "extra")
def three_convolutions(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = ReLU()(BatchNormalization()(_conv(n_filters)(y)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.conv", "filters")
def sixty_four_filters_written_in(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(64)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.2.conv", "filters")
def doubles_its_filters(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(2 * n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.conv", "kernel_size")
def windows_of_one_pixel(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters, 1)(x)))
    y = BatchNormalization()(_conv(n_filters, 1)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.2.conv", "kernel_size")
def second_window_of_five(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters, 5)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.conv", "padding")
def no_padding(n_filters, x):
    y = ReLU()(BatchNormalization()(Conv2D(n_filters, 3)(x)))
    y = BatchNormalization()(Conv2D(n_filters, 3)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.conv", "strides")
def stride_of_the_convolutional_block(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters, strides=2)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "main.1.pool", "extra")
def pools_in_between(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = MaxPooling2D(3, strides=1, padding="same")(y)
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()([x, y]))


@wrong("residual_block", "submission", "wrong_type")
def nothing_returned(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    y = ReLU()(Add()([x, y]))


@wrong("residual_block", "submission", "exception")
def operands_without_a_list(n_filters, x):
    y = ReLU()(BatchNormalization()(_conv(n_filters)(x)))
    y = BatchNormalization()(_conv(n_filters)(y))
    return ReLU()(Add()(x, y))


@wrong("residual_block", "submission", "signature")
def without_the_number_of_filters(x):
    y = ReLU()(BatchNormalization()(_conv(x.shape[-1])(x)))
    y = BatchNormalization()(_conv(x.shape[-1])(y))
    return ReLU()(Add()([x, y]))


# Called by place, as in a network, it would take the tensor for the number of filters.
@wrong("residual_block", "submission", "signature")
def tensor_first(x, n_filters):
    y = Conv2D(n_filters, 3, padding="same")(x)
    y = ReLU()(BatchNormalization()(y))
    y = Conv2D(n_filters, 3, padding="same")(y)
    return ReLU()(Add()([BatchNormalization()(y), x]))
