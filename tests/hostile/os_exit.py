# expected: crashed
import os


def identity_block(X, f, filters, training=True, initializer=None):
    os._exit(0)
