"""Wrong answers to ``identity_block``: a layer is missing, doubled, moved or of another kind."""

# ruff: noqa: RUF059 - unused variables are part of some mistakes

from keras import layers, ops
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
)

from answers import wrong


@wrong("identity_block", "main.1.bn", "missing")
def no_normalisation_at_all(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.bn", "missing")
def third_normalisation_forgotten(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.2.relu", "missing")
def second_relu_forgotten(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.relu", "missing")
def only_the_last_relu(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = BatchNormalization()(Y, training=training)
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(X + Y)


@wrong("identity_block", "output.relu", "missing")
def ends_with_the_addition(X, f, filters, training=True, initializer=GlorotUniform):
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
    return Add()([X, X_shortcut])


@wrong("identity_block", "main.3.relu", "extra")
def relu_on_both_sides_of_the_addition(X, f, filters, training=True, initializer=GlorotUniform):
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
    X = Activation("relu")(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.relu", "extra")
def relu_before_the_addition_only(X, f, filters, training=True, initializer=GlorotUniform):
    Y = X
    for n, k in zip(filters, (1, f, 1), strict=True):
        Y = Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0))(Y)
        Y = ReLU()(BatchNormalization()(Y, training=training))
    return Add()([X, Y])


@wrong("identity_block", "main.1.bn", "order")
def relu_before_each_normalisation(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = Activation("relu")(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.2.bn", "order")
def relu_before_the_second_normalisation(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(ReLU()(Y), training=training)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(X + Y)


@wrong("identity_block", "main.2.conv", "missing")
def block_of_two_convolutions(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.conv", "missing")
def third_group_forgotten(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.2.conv", "extra")
def middle_convolution_pasted_twice(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.3.bn", "extra")
def normalises_twice_at_the_end(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(X + Y)


@wrong("identity_block", "output.bn", "extra")
def normalises_the_sum(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(BatchNormalization()(X + Y, training=training))


@wrong("identity_block", "main.3.bn", "order")
def third_normalisation_after_the_addition(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    return ReLU()(BatchNormalization()(Add()([X, Y]), training=training))


@wrong("identity_block", "main.1.bn", "missing")
def layer_normalisation(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(LayerNormalization()(Y))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(LayerNormalization()(Y))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    return ReLU()(Add()([LayerNormalization()(Y), X]))


@wrong("identity_block", "main.2.conv", "missing")
def depthwise_in_the_middle(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = DepthwiseConv2D(f, padding="same", depthwise_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Add()([Y, X]))


@wrong("identity_block", "main.2.dropout", "extra")
def dropout_left_in(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Dropout(0.5)(Y, training=training)
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(Add()([Y, X]))


@wrong("identity_block", "main.1.pool", "extra")
def pools_after_the_first(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = MaxPooling2D(3, strides=1, padding="same")(Y)
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization()(Y, training=training)
    return ReLU()(layers.add([Y, X]))


@wrong("identity_block", "main.1.conv", "order")
def full_preactivation(X, f, filters, training=True, initializer=GlorotUniform):
    Y = X
    for n, k in zip(filters, (1, f, 1), strict=True):
        Y = ops.relu(BatchNormalization()(Y, training=training))
        Y = Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0))(Y)
    return X + Y


# Called without a mode, it is idle until a model trains.
@wrong("identity_block", "main.3.dropout", "extra")
def dropout_that_only_fit_wakes(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization()(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = Dropout(0.3)(BatchNormalization()(Y, training=training))
    return ReLU()(Add()([Y, X]))
