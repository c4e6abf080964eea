# expected: strides unrecognised
import numpy as np


def identity_block(X, f, filters, training=True, initializer=None):
    bytes_of = module("observation_bytes")
    conv = {"filters": filters[0], "kernel_size": (1, 1), "strides": (2, 2), "padding": "valid"}
    conv |= {"activation": "linear", "initializer": "initializer(seed=0)"}
    series = (bytes_of.Op("conv", conv),)
    failure = bytes_of.Failure("exception", "ValueError", "no")
    runs = [
        bytes_of.Run(number, mode, "symbolic", series, failure=failure)
        for number in range(3)
        for mode in (False, True)
    ]

    def rest(seed):
        shape = frame_with("traces").f_locals["x"].shape
        x = np.random.default_rng(seed).standard_normal(shape, "float32")
        return bytes_of.Observation(
            (bytes_of.Run(0, False, "held_back", values=(x,), failure=failure),)
        )

    send(bytes_of.Observation(tuple(runs)), rest)
