# expected: exception
def identity_block(X, f, filters, training=True, initializer=None):
    return eval(In[-1])  # noqa: F821
