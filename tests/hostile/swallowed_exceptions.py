# expected: timeout
def identity_block(X, f, filters, training=True, initializer=None):
    while True:
        try:
            raise MemoryError
        except BaseException:
            pass
