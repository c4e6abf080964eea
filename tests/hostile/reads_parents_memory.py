# expected: exception
import os


def identity_block(X, f, filters, training=True, initializer=None):
    with open(f"/proc/{os.getppid()}/mem", "rb") as memory:
        memory.read(1)
    return X
