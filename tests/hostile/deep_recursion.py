# expected: exception crashed
def identity_block(X, f, filters, training=True, initializer=None):
    return identity_block(X, f, filters)
