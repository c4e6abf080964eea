"""Wrong answers to ``convolutional_block``: BatchNorm is missing or does not do what it should."""

from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, GroupNormalization, ReLU

from answers import wrong


@wrong("convolutional_block", "shortcut.bn", "missing")
def shortcut_not_normalised(X, f, filters, s=2, training=True, initializer=GlorotUniform):
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
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.2.bn", "missing")
def second_not_normalised(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(Y)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.3.bn", "missing")
def normalised_after_the_shortcuts_convolution_only(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.3.bn", "order")
def sum_normalised_in_place_of_the_main_path(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(BatchNormalization()(Y + Z, training=training))


@wrong("convolutional_block", "shortcut.conv", "order")
def shortcut_normalised_before_its_convolution(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = BatchNormalization()(X, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(Z)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.1.bn", "missing")
def normalises_groups(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(GroupNormalization(1)(Y))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(GroupNormalization(1)(Y))
    Y = GroupNormalization(1)(Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y))
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    return ReLU()(Y + GroupNormalization(1)(Z))


@wrong("convolutional_block", "shortcut.bn", "training")
def training_not_passed_to_the_shortcut(
    X, f, filters, s=2, training=True, initializer=GlorotUniform
):
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
    X_shortcut = BatchNormalization(axis=3)(X_shortcut)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("convolutional_block", "main.1.bn", "training")
def training_not_passed_on(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y))
    Y = BatchNormalization()(Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y))
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    return ReLU()(Y + BatchNormalization()(Z))


@wrong("convolutional_block", "main.2.bn", "training")
def second_always_trains(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=True))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization()(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "main.2.bn", "axis")
def second_normalises_each_row(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=1)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Z = BatchNormalization(axis=3)(Z, training=training)
    return ReLU()(Y + Z)


@wrong("convolutional_block", "shortcut.bn", "shared_layer")
def both_ends_share_one_normalisation(X, f, filters, s=2, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    last = BatchNormalization(axis=3)
    Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = last(Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y), training=training)
    Z = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
    return ReLU()(Y + last(Z, training=training))
