"""Wrong answers to ``identity_block``: BatchNorm does not do what the caller asks for."""

import keras
from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ReLU

from answers import wrong


@wrong("identity_block", "main.1.bn", "training")
def training_not_passed_on(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Add()([X, X_shortcut])
    return Activation("relu")(X)


@wrong("identity_block", "main.1.bn", "training")
def training_always_true(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=True))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=True))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=True)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.2.bn", "training")
def training_forgotten_once(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=training)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.3.bn", "training")
def third_always_in_inference(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=False)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.1.bn", "training")
def training_inverted(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    frozen = not training
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=frozen))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training=frozen))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training=frozen)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.1.bn", "training")
def sets_trainable_instead(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3, trainable=training)(Y))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3, trainable=training)(Y))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3, trainable=training)(Y)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "main.1.bn", "training")
def sequential_called_without_training(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    main = keras.Sequential(
        [
            Conv2D(F1, 1, kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
            ReLU(),
            Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
            ReLU(),
            Conv2D(F3, 1, kernel_initializer=initializer(seed=0)),
            BatchNormalization(),
        ]
    )
    return ReLU()(main(X) + X)


@wrong("identity_block", "submission", "exception")
def training_given_to_the_constructor(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3, training=training)(Y))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3, training=training)(Y))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3, training=training)(Y)
    return ReLU()(Add()([X, Y]))


@wrong("identity_block", "submission", "exception")
def training_given_by_position(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(BatchNormalization(axis=3)(Y, training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = BatchNormalization(axis=3)(Y, training)
    return ReLU()(Add()([X, Y]))
