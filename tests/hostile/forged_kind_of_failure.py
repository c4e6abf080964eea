# expected: unrecognised


def identity_block(X, f, filters, training=True, initializer=None):
    bytes_of = module("observation_bytes")
    send(bytes_of.Observation(failure=bytes_of.Failure("initializer")))
