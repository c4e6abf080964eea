# expected: memory timeout crashed
def identity_block(X, f, filters, training=True, initializer=None):
    while True:
        print("x" * (1 << 24))
