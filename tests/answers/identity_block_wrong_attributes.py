"""Wrong answers to ``identity_block``: a layer with a setting that is not the one asked for."""

# ruff: noqa: RUF059 - unused variables are part of some mistakes

from keras.initializers import GlorotUniform, HeNormal, glorot_uniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, LeakyReLU, ReLU

from answers import wrong


@wrong("identity_block", "main.2.conv", "padding")
def middle_convolution_pads_valid(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "filters")
def first_and_second_filters_swapped(X, f, filters, training=True, initializer=GlorotUniform):
    F2, F1, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.2.conv", "filters")
def first_filters_used_twice(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F1, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(X + Y)


@wrong("identity_block", "main.3.conv", "filters")
def third_convolution_with_second_filters(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, kernel_size=1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, kernel_size=f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, kernel_size=1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "filters")
def filters_of_the_paper_written_in(X, f, filters, training=True, initializer=GlorotUniform):
    X_shortcut = X
    X = Conv2D(64, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(64, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(256, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "filters")
def filters_taken_from_the_input(X, f, filters, training=True, initializer=GlorotUniform):
    n = X.shape[-1]
    Y = Conv2D(n, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(n, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(n, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Add()([Y, X]))


@wrong("identity_block", "main.2.conv", "kernel_size")
def window_of_three_written_in(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, (3, 3), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, (1, 1), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "kernel_size")
def window_f_everywhere(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, (f, f), padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.conv", "kernel_size")
def window_f_in_the_third_too(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, padding="same", kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return Activation("relu")(Add()([Y, X]))


@wrong("identity_block", "main.2.conv", "kernel_size")
def window_f_by_one(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, (f, 1), padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return Activation("relu")(Add()([Y, X]))


@wrong("identity_block", "main.2.conv", "strides")
def f_given_as_the_stride(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, strides=f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "strides")
def stride_of_the_convolutional_block(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=(2, 2), kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "activation")
def relu_inside_the_convolutions(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, activation="relu", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Conv2D(F2, f, padding="same", activation="relu",
               kernel_initializer=initializer(seed=0))(X)  # fmt: skip
    X = BatchNormalization(axis=3)(X, training=training)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.conv", "activation")
def relu_inside_the_third_convolution(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, activation="relu", kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.2.relu", "activation")
def tanh_after_the_second(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("tanh")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return Activation("relu")(Add()([Y, X]))


@wrong("identity_block", "main.1.relu", "activation")
def leaky_relu_throughout(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = LeakyReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = LeakyReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return LeakyReLU()(Add()([Y, X]))


@wrong("identity_block", "output.relu", "activation")
def softmax_at_the_end(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("relu")(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return Activation("softmax")(Add()([Y, X]))


@wrong("identity_block", "main.1.bn", "axis")
def normalises_over_axis_one(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=1)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=1)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=1)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.bn", "axis")
def third_normalises_over_axis_two(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=2)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.2.bn", "values")
def second_normalises_without_scale(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3, center=False, scale=False)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.2.conv", "values")
def second_convolution_is_dilated(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", dilation_rate=2, kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.1.conv", "initializer")
def caller_has_no_say(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.conv", "initializer")
def initializer_not_called(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer)(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer)(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer)(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.2.conv", "initializer")
def second_without_a_seed(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer())(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.2.conv", "initializer")
def another_seed_for_each_layer(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=1))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=2))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.3.conv", "initializer")
def third_left_at_its_default(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1)(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.1.conv", "initializer")
def he_because_of_relu(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=HeNormal(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer="he_normal")(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=HeNormal(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.1.conv", "initializer")
def initializer_of_the_bias(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, bias_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", bias_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, bias_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))
