# expected: tampering exception
def identity_block(X, f, filters, training=True, initializer=None):
    bytes_of = module("observation_bytes")
    bytes_of._failure_data = lambda failure: (
        failure and dict(what="exception", error="E", message="m" * (20 << 20), line="", number=0)
    )
    send(bytes_of.Observation(failure=bytes_of.Failure("exception")))
