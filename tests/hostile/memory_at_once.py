# expected: memory
import numpy as np


def identity_block(X, f, filters, training=True, initializer=None):
    return np.ones((1 << 40,))
