# expected: tampering
import keras


class Add(keras.layers.Layer):
    def call(self, both):
        return both[0] * 1.0


keras.layers.Add = Add


def identity_block(X, f, filters, training=True, initializer=None):
    return keras.layers.Add()([X, X])
