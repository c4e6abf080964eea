# expected: timeout tampering memory exception crashed
import threading
import time


def identity_block(X, f, filters, training=True, initializer=None):
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
