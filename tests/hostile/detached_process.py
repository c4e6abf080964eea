# expected: exception
import os
import time


def identity_block(X, f, filters, training=True, initializer=None):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
    return X
