# expected: crashed memory exception timeout
import sys


def identity_block(X, f, filters, training=True, initializer=None):
    sys.setrecursionlimit(1 << 30)
    return identity_block(X, f, filters)
