# expected: exception
def identity_block(X, f, filters, training=True, initializer=None):
    raise ValueError("Error encountered:")
