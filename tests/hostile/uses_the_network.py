# expected: exception
import socket


def identity_block(X, f, filters, training=True, initializer=None):
    socket.create_connection(("127.0.0.1", 80), 1)
    return X
