# expected: tampering
import os
import threading


def forge():
    while True:
        os.write(3, b"passed")


def identity_block(X, f, filters, training=True, initializer=None):
    for _ in range(8):
        threading.Thread(target=forge, daemon=True).start()
    return X
