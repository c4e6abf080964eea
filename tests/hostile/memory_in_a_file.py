# expected: memory exception
import os


def identity_block(X, f, filters, training=True, initializer=None):
    descriptors = [os.memfd_create(str(number)) for number in range(40)]
    for descriptor in descriptors:
        for _ in range(60):
            os.write(descriptor, bytes(1 << 20))
    return X
