# expected: memory
def identity_block(X, f, filters, training=True, initializer=None):
    held = []
    while True:
        held.append(bytearray(1 << 28))
