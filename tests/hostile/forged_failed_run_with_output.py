# expected: tampering
def identity_block(X, f, filters, training=True, initializer=None):
    bytes_of = module("observation_bytes")
    x = frame_with("traces").f_locals["x"]
    runs = []
    for mode in ("symbolic", "eager"):
        failure = bytes_of.Failure("exception", "E", "m")
        runs.append(bytes_of.Run(0, False, mode, output=x * 0, failure=failure))
    send(bytes_of.Observation(tuple(runs)))
