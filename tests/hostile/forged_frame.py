# expected: tampering
import os


def identity_block(X, f, filters, training=True, initializer=None):
    send_frame(b"PK")
    send_frame(b"PK")
    os._exit(0)
