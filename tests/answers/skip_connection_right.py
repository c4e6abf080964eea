"""Right answers to ``skip_connection``."""

import keras
from keras import layers, ops
from keras.layers import Activation, Add, Lambda, ReLU

from answers import right


@right("skip_connection")
def add_and_activation(X, main_path):
    return Activation("relu")(Add()([main_path(X), X]))


@right("skip_connection")
def plus_and_relu_layer(X, main_path):
    return ReLU()(X + main_path(X))


@right("skip_connection")
def shortcut_kept_first(X, main_path):
    X_shortcut = X
    X = main_path(X)
    X = Add()([X_shortcut, X])
    X = Activation("relu")(X)
    return X


@right("skip_connection")
def functions_instead_of_layers(X, main_path):
    return keras.activations.relu(layers.add([X, main_path(X)]))


@right("skip_connection")
def operations_of_keras(X, main_path):
    """Computes relu(F(X) + X)."""
    F = main_path(X)
    print("main path:", F.shape)
    return ops.relu(ops.add(F, X))


@right("skip_connection")
def maximum_with_zero(X, main_path):
    return ops.maximum(main_path(X) + X, 0)


@right("skip_connection")
def lambdas(X, main_path):
    total = Lambda(lambda pair: pair[0] + pair[1])([main_path(X), X])
    return Lambda(lambda t: ops.relu(t))(total)


@right("skip_connection")
def layer_of_its_own(inputs, main_path):
    class Skip(layers.Layer):
        def call(self, x):
            return ops.relu(x + main_path(x))

    return Skip()(inputs)
