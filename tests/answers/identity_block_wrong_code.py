"""Wrong answers to ``identity_block`` that fail, run only at times, or return the wrong thing."""

# ruff: noqa: F841, RUF059 - unused variables are part of some mistakes

import keras
import tensorflow as tf
from keras.initializers import GlorotUniform
from keras.layers import Activation, Add, BatchNormalization, Conv2D, ReLU

from answers import right, wrong


def _group(X, n, k, training, initializer):
    X = Conv2D(n, k, padding="same", kernel_initializer=initializer(seed=0))(X)
    return BatchNormalization(axis=3)(X, training=training)


@wrong("identity_block", "submission", "exception")
def operands_without_a_list(X, f, filters, training=True, initializer=GlorotUniform):
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
    X = Add()(X, X_shortcut)
    return Activation("relu")(X)


@wrong("identity_block", "submission", "exception")
def operands_given_to_the_constructor(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return Activation("relu")(Add([X, Y]))


@wrong("identity_block", "submission", "exception")
def two_filters_unpacked(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F1, 1, training, initializer)
    return ReLU()(X + Y)


@wrong("identity_block", "submission", "exception")
def whole_list_as_filters(X, f, filters, training=True, initializer=GlorotUniform):
    X_shortcut = X
    X = Conv2D(filters, 1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    return Activation("relu")(Add()([X, X_shortcut]))


@wrong("identity_block", "submission", "exception")
def misspelt_name(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = ReLU()(_group(X, F1, 1, training, initializer))
    X = ReLU()(_group(X, F2, f, training, initializer))
    X = _group(X, F3, 1, training, initializer)
    return ReLU()(Add()([X, X_shorcut]))  # noqa: F821


@wrong("identity_block", "submission", "exception")
def used_before_it_has_a_value(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(Y, F1, 1, training, initializer))  # noqa: F821
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return ReLU()(X + Y)


@wrong("identity_block", "submission", "exception")
def layer_not_called(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    return Activation("relu")(Add()([X, X_shortcut]))


@wrong("identity_block", "submission", "exception")
def misspelt_keyword(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    X_shortcut = X
    X = Conv2D(F1, kernel=1, stride=1, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X, training=training)
    X = Activation("relu")(X)
    return Activation("relu")(Add()([X, X_shortcut]))


# Right in an older dialect.
@right("identity_block")
def functions_of_tensorflow_alone(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = tf.nn.relu(_group(X, F1, 1, training, initializer))
    Y = tf.nn.relu(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return tf.nn.relu(tf.add(X, Y))


@wrong("identity_block", "submission", "exception")
def through_numpy(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return tf.constant((X.numpy() + Y.numpy()).clip(0))


@wrong("identity_block", "submission", "exception")
def works_in_a_model_only(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return keras.Model(inputs=X, outputs=ReLU()(X + Y))(X)


@wrong("identity_block", "submission", "exception")
def empties_the_callers_list(X, f, filters, training=True, initializer=GlorotUniform):
    Y = ReLU()(_group(X, filters.pop(0), 1, training, initializer))
    Y = ReLU()(_group(Y, filters.pop(0), f, training, initializer))
    Y = _group(Y, filters.pop(0), 1, training, initializer)
    return ReLU()(X + Y)


@wrong("identity_block", "submission", "exception")
def calls_itself(X, f, filters, training=True, initializer=GlorotUniform):
    X_shortcut = X
    X = calls_itself(X, f, filters, training, initializer)
    return ReLU()(X + X_shortcut)


@wrong("identity_block", "submission", "exception")
def batch_of_one_written_in(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    assert X.shape[0] == 1
    return ReLU()(X + Y)


@wrong("identity_block", "submission", "wrong_type")
def nothing_returned(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    Y = ReLU()(X + Y)


@wrong("identity_block", "submission", "wrong_type")
def both_paths_returned(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return ReLU()(X + Y), X


@wrong("identity_block", "submission", "wrong_type")
def list_returned(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return [ReLU()(X + Y)]


@wrong("identity_block", "submission", "wrong_type")
def model_returned(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    inputs = keras.Input(X.shape[1:])
    Y = ReLU()(_group(inputs, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return keras.Model(inputs, ReLU()(inputs + Y))


@wrong("identity_block", "main.1.bn", "training")
def arguments_of_their_own(inputs, kernel_size, number_of_filters):
    F1, F2, F3 = number_of_filters
    Y = ReLU()(_group(inputs, F1, 1, True, GlorotUniform))
    Y = ReLU()(_group(Y, F2, kernel_size, True, GlorotUniform))
    Y = _group(Y, F3, 1, True, GlorotUniform)
    return ReLU()(inputs + Y)


@wrong("identity_block", "submission", "signature")
def without_the_window(X, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, 3, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return ReLU()(X + Y)


@wrong("identity_block", "submission", "signature")
def one_more_argument_than_asked_for(X, f, filters, s, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer)
    return ReLU()(X + Y)


_bn_a, _bn_b, _bn_c = (BatchNormalization(axis=3) for _ in range(3))


@wrong("identity_block", "main.1.bn", "reused_layer")
def normalisations_made_once_for_all_blocks(
    X, f, filters, training=True, initializer=GlorotUniform
):
    F1, F2, F3 = filters
    Y = Conv2D(F1, 1, kernel_initializer=initializer(seed=0))(X)
    Y = ReLU()(_bn_a(Y, training=training))
    Y = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(Y)
    Y = ReLU()(_bn_b(Y, training=training))
    Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
    Y = _bn_c(Y, training=training)
    return ReLU()(X + Y)


@wrong("identity_block", "main.3.truedivide", "extra")
def divided_by_zero(X, f, filters, training=True, initializer=GlorotUniform):
    F1, F2, F3 = filters
    Y = ReLU()(_group(X, F1, 1, training, initializer))
    Y = ReLU()(_group(Y, F2, f, training, initializer))
    Y = _group(Y, F3, 1, training, initializer) / 0.0
    return ReLU()(X + Y)
