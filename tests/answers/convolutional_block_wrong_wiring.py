"""Wrong answers to ``convolutional_block``: layers missing or extra, paths that meet wrongly."""

# ruff: noqa: F841, RUF059 - unused variables are part of some mistakes

from keras import ops
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dropout,
    MaxPooling2D,
    Multiply,
    ReLU,
    Subtract,
)

from answers import wrong


@wrong("convolutional_block", "shortcut.conv", "missing")
def shortcut_left_as_it_is(X, f, filters, s=2, training=True, initializer=GlorotUniform):
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
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "add", "missing")
def shortcut_computed_and_forgotten(X, f, filters, s=2, training=True, initializer=GlorotUniform):
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
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    return Activation("relu")(X)


@wrong("convolutional_block", "add", "operands")
def shortcut_starts_after_the_first_group(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    X = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X_shortcut = X
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X_shortcut = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "add", "operands")
def shortcut_projects_the_main_path(X, f, filters, s=2, training=True, initializer=GlorotUniform):
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
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "add", "operands")
def adds_the_main_path_to_itself(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Add()([Y, Y]))


@wrong("convolutional_block", "add", "operands")
def adds_the_shortcut_twice(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Add()([Y, Z, Z]))


@wrong("convolutional_block", "shortcut.bn", "unused")
def adds_the_projection_before_it_is_normalised(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    projected = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    normalised = BatchNormalization()(projected, training=training)
    return ReLU()(Y + projected)


@wrong("convolutional_block", "shortcut.relu", "extra")
def relu_on_the_shortcut(X, f, filters, s=2, training=True, initializer=GlorotUniform):
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
    X_shortcut = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X_shortcut = Activation("relu")(X_shortcut)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.3.relu", "extra")
def relu_before_the_addition(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    Y = X
    for n, k, stride in zip(filters, (1, f, 1), (s, 1, 1), strict=True):
        Y = Conv2D(n, k, strides=stride, padding="same",
                   kernel_initializer=initializer(seed=0))(Y)  # fmt: skip
        Y = ReLU()(BatchNormalization()(Y, training=training))
    Z = Conv2D(filters[2], 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.3.relu", "extra")
def relu_on_both_paths_and_none_after(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = ReLU()(BatchNormalization()(Z, training=training))
    return Y + Z


@wrong("convolutional_block", "output.relu", "missing")
def ends_with_the_addition(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return Add()([Y, Z])


@wrong("convolutional_block", "main.1.relu", "missing")
def first_relu_forgotten(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = BatchNormalization()(Y, training=training)
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.conv", "missing")
def middle_group_forgotten(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.conv", "filters")
def middle_and_first_convolution_swapped(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "shortcut.conv", "missing")
def shortcut_pooled(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = MaxPooling2D(1, strides=s)(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Add()([Y, Z]))


@wrong("convolutional_block", "shortcut.pool", "extra")
def shortcut_pooled_and_then_projected(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = AveragePooling2D(s, strides=s, padding="same")(X)
    Z = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Z)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "shortcut.conv", "missing")
def input_padded_with_zero_channels(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = ops.pad(X[:, ::s, ::s], [[0, 0], [0, 0], [0, 0], [0, F3 - X.shape[-1]]])
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.dropout", "extra")
def dropout_left_in(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = Dropout(0.2)(ReLU()(BatchNormalization()(Y, training=training)), training=training)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "add", "merge")
def concatenates(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Concatenate(axis=3)([Y, Z]))


@wrong("convolutional_block", "add", "merge")
def multiplies(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Multiply()([Y, Z]))


@wrong("convolutional_block", "add", "merge")
def subtracts(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Subtract()([Y, Z]))


@wrong("convolutional_block", "main.1.conv", "strides")
def two_mistakes_the_stride_first(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Z = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.relu", "missing")
def two_mistakes_the_relu_first(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    return ReLU()(Y + Z)
