# expected: timeout
import time


def identity_block(X, f, filters, training=True, initializer=None):
    time.sleep(1000)
