# expected: timeout tampering
import os


def identity_block(X, f, filters, training=True, initializer=None):
    while True:
        for descriptor in range(10):
            try:  # noqa: SIM105
                os.write(descriptor, b"x" * (1 << 20))
            except OSError:
                pass
