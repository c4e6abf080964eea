# expected: crashed
import ctypes


def identity_block(X, f, filters, training=True, initializer=None):
    ctypes.string_at(0)
