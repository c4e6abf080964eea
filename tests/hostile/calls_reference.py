# expected: reference
def identity_block(X, f, filters, training=True, initializer=None):
    from resnet_lesson import blocks

    return blocks.identity_block(X, f, filters, training, initializer)
