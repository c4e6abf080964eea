"""Wrong answers to ``convolutional_block``: a setting that is not the one asked for."""

# ruff: noqa: RUF059 - unused variables are part of some mistakes

from keras.initializers import GlorotUniform, glorot_uniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ReLU

from answers import wrong


@wrong("convolutional_block", "main.1.conv", "strides")
def stride_missing_on_the_main_path(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "shortcut.conv", "strides")
def stride_missing_on_the_shortcut(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.1.conv", "strides")
def no_stride_at_all(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "strides")
def stride_in_the_middle_convolution(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, strides=s, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "strides")
def stride_of_two_written_in(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=2, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=2, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.conv", "strides")
def stride_in_every_convolution(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, strides=s, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.1.conv", "strides")
def default_stride_of_one(X, f, filters, s=1, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.conv", "padding")
def middle_convolution_pads_valid(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="valid", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "shortcut.conv", "filters")
def shortcut_with_the_first_filters(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.3.conv", "filters")
def main_path_ends_as_wide_as_the_input(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(X.shape[-1], 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(X.shape[-1], 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.conv", "filters")
def second_and_third_filters_swapped(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F3, F2 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "filters")
def filters_written_in(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    Y = Conv2D(128, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(128, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(512, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(512, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "shortcut.conv", "kernel_size")
def window_f_on_the_shortcut(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, f, strides=s, padding="same",
                        kernel_initializer=initializer(seed=0))(X_shortcut)  # fmt: skip
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.2.conv", "kernel_size")
def middle_window_of_one(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "kernel_size")
def stride_given_as_the_window(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, s, strides=s, padding="same", kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "shortcut.conv", "initializer")
def shortcut_left_at_its_default(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s)(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "initializer")
def caller_has_no_say(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=glorot_uniform(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=glorot_uniform(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=glorot_uniform(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=glorot_uniform(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.3.conv", "initializer")
def third_with_another_seed(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=42))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "initializer")
def initializer_called_without_a_seed(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer())(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer())(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer())(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer())(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "shortcut.conv", "activation")
def shortcut_activated(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, activation="relu", kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.relu", "activation")
def sigmoid_after_the_second(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = Activation("relu")(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Activation("sigmoid")(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return Activation("relu")(Y + Z)
