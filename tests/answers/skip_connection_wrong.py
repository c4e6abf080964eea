"""Wrong answers to ``skip_connection``."""

# ruff: noqa: F841 - unused variables are part of some mistakes

import tensorflow as tf
from keras import ops
from keras.layers import Activation, Add, Average, Concatenate, Multiply, Subtract

from answers import right, wrong


@wrong("skip_connection", "output.relu", "missing")
def no_relu(X, main_path):
    return Add()([main_path(X), X])


@wrong("skip_connection", "main.1.relu", "extra")
def relu_before_the_addition(X, main_path):
    F = Activation("relu")(main_path(X))
    return Add()([F, X])


@wrong("skip_connection", "main.1.relu", "extra")
def relu_on_both_sides_of_the_addition(X, main_path):
    F = Activation("relu")(main_path(X))
    return Activation("relu")(F + X)


@wrong("skip_connection", "shortcut.relu", "extra")
def relu_on_the_shortcut(X, main_path):
    X_shortcut = Activation("relu")(X)
    return Activation("relu")(main_path(X) + X_shortcut)


@wrong("skip_connection", "add", "missing")
def no_addition(X, main_path):
    X_shortcut = X
    X = main_path(X)
    return Activation("relu")(X)


@wrong("skip_connection", "add", "missing")
def main_path_never_called(X, main_path):
    return Activation("relu")(X)


@wrong("skip_connection", "add", "operands")
def input_overwritten(X, main_path):
    X = main_path(X)
    return Activation("relu")(Add()([X, X]))


@wrong("skip_connection", "add", "operands")
def input_overwritten_then_used(X, main_path):
    X = main_path(X)
    return Activation("relu")(Add()([main_path(X), X]))


@wrong("skip_connection", "add", "operands")
def main_path_on_both_sides(X, main_path):
    return Activation("relu")(main_path(X) + main_path(X))


@wrong("skip_connection", "add", "operands")
def input_twice(X, main_path):
    return Activation("relu")(Add()([X, X]))


@wrong("skip_connection", "add", "operands")
def three_tensors(X, main_path):
    return Activation("relu")(Add()([X, main_path(X), X]))


@wrong("skip_connection", "add", "merge")
def concatenates(X, main_path):
    return Activation("relu")(Concatenate()([main_path(X), X]))


@wrong("skip_connection", "add", "merge")
def subtracts(X, main_path):
    return Activation("relu")(Subtract()([main_path(X), X]))


@wrong("skip_connection", "add", "merge")
def multiplies(X, main_path):
    return Activation("relu")(Multiply()([main_path(X), X]))


@wrong("skip_connection", "add", "merge")
def averages(X, main_path):
    return Activation("relu")(Average()([main_path(X), X]))


@wrong("skip_connection", "add", "merge")
def minus_sign(X, main_path):
    return Activation("relu")(main_path(X) - X)


@wrong("skip_connection", "output.relu", "activation")
def sigmoid_at_the_end(X, main_path):
    return Activation("sigmoid")(main_path(X) + X)


@wrong("skip_connection", "submission", "exception")
def operands_without_a_list(X, main_path):
    return Activation("relu")(Add()(main_path(X), X))


@wrong("skip_connection", "submission", "exception")
def adds_the_function_itself(X, main_path):
    return Activation("relu")(X + main_path)


# Right in an older dialect.
@right("skip_connection")
def function_of_tensorflow(X, main_path):
    return tf.nn.relu(main_path(X) + X)


@wrong("skip_connection", "submission", "wrong_type")
def result_not_returned(X, main_path):
    X = Activation("relu")(main_path(X) + X)


@wrong("skip_connection", "submission", "wrong_type")
def layer_returned_uncalled(X, main_path):
    Add()([main_path(X), X])
    return Activation("relu")


@wrong("skip_connection", "submission", "wrong_type")
def parts_returned(X, main_path):
    total = main_path(X) + X
    return ops.relu(total), X


@wrong("skip_connection", "submission", "signature")
def main_path_forgotten(X):
    return Activation("relu")(X + X)
