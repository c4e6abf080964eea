"""Wrong answers to ``identity_block``: the layers are right, what flows between them is not."""

# ruff: noqa: F841, RUF059 - unused variables are part of some mistakes

from keras import layers, ops
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    Average,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Multiply,
    ReLU,
    Subtract,
)

from answers import wrong


@wrong("identity_block", "add", "missing")
def no_shortcut(X, f, filters, training=True, initializer=GlorotUniform):
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
    return Activation("relu")(X)


@wrong("identity_block", "add", "unused")
def sum_is_not_kept(X, f, filters, training=True, initializer=GlorotUniform):
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
    Add()([X, X_shortcut])
    X = Activation("relu")(X)
    return X


@wrong("identity_block", "output.relu", "unused")
def main_path_returned(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    X = ReLU()(X + Y)
    return Y


@wrong("identity_block", "add", "operands")
def input_kept_after_the_first_convolution(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X_shortcut = X
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "add", "operands")
def input_kept_before_the_last_normalisation(
    X, f, filters, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X_shortcut = X
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "add", "operands")
def adds_the_main_path_to_itself(X, f, filters, training=True, initializer=GlorotUniform):
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
    X = Add()([X, X])
    return Activation("relu")(X)


@wrong("identity_block", "add", "operands")
def adds_the_input_twice(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Add()([X, Y, X]))


@wrong("identity_block", "add", "merge")
def concatenates(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Concatenate()([Y, X]))


@wrong("identity_block", "add", "merge")
def multiplies(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Multiply()([Y, X]))


@wrong("identity_block", "add", "merge")
def averages(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Average()([Y, X]))


@wrong("identity_block", "add", "merge")
def subtracts(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Subtract()([X, Y]))


@wrong("identity_block", "add", "merge")
def takes_the_larger(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(ops.maximum(X, Y))


@wrong("identity_block", "shortcut.relu", "extra")
def relu_on_the_shortcut(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = Activation("relu")(X)
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


@wrong("identity_block", "shortcut.bn", "extra")
def shortcut_normalised(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = BatchNormalization(axis=3)(X, training=training)
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


@wrong("identity_block", "shortcut.conv", "extra")
def projects_as_the_convolutional_block(X, f, filters, training=True, initializer=GlorotUniform):
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
    X_shortcut = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis=3)(X_shortcut, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.relu", "unused")
def second_convolution_reads_before_the_relu(
    X, f, filters, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    a = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    b = BatchNormalization(axis=3)(a, training=training)
    c = Activation("relu")(b)
    c = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(b)
    d = BatchNormalization(axis=3)(c, training=training)
    e = Activation("relu")(d)
    e = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(e)
    e = BatchNormalization(axis=3)(e, training=training)
    return Activation("relu")(Add()([e, X]))


@wrong("identity_block", "main.2.bn", "unused")
def activates_the_convolution_not_the_normalised(
    X, f, filters, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    x1 = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    x1 = Activation("relu")(BatchNormalization(axis=3)(x1, training=training))
    x2 = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(x1)
    x2_bn = BatchNormalization(axis=3)(x2, training=training)
    x2 = Activation("relu")(x2)
    x3 = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(x2)
    x3 = BatchNormalization(axis=3)(x3, training=training)
    return Activation("relu")(Add()([x3, X]))


@wrong("identity_block", "main.1.relu", "unused")
def every_group_starts_from_the_input(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Add()([Y, X]))


@wrong("identity_block", "main.2.bn", "shared_layer")
def one_normalisation_for_all(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    bn, relu = BatchNormalization(axis=3), Activation("relu")
    Y = relu(bn(Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X), training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = relu(bn(Y, training=training))
    Y = bn(Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y), training=training)
    return relu(layers.add([X, Y]))


@wrong("identity_block", "main.3.conv", "shared_layer")
def first_convolution_used_again(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    pointwise = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))
    Y = ReLU()(BatchNormalization()(pointwise(X), training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = BatchNormalization()(pointwise(Y), training=training)
    return ReLU()(layers.add([X, Y]))


@wrong("identity_block", "main.1.bn", "other_path")
def normalised_into_the_variable_of_the_shortcut(
    X, f, filters, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    shortcut = BatchNormalization()(X, training=training)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(ReLU()(X))
    X = ReLU()(BatchNormalization()(X, training=training))
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization()(X, training=training)
    return ReLU()(Add()([X, shortcut]))


@wrong("identity_block", "submission", "early_return")
def returns_within_the_loop(X, f, filters, training=True, initializer=GlorotUniform):
    Y = X
    for F, window in zip(filters, (1, f, 1), strict=True):
        Y = Conv2D(F, window, padding="same", kernel_initializer=initializer(seed=0))(Y)
        Y = ReLU()(BatchNormalization()(Y, training=training))
        return Y
    return ReLU()(Add()([X, Y]))
