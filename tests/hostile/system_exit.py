# expected: crashed
def identity_block(X, f, filters, training=True, initializer=None):
    raise SystemExit(0)
