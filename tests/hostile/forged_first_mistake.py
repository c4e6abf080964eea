# expected: unrecognised
import numpy as np


def right_but_for_the_first(filters, f):
    """The graph of a right block, whose first convolution alone has other filters."""
    operation = module("observation_bytes").Op
    series, count = [], 0
    for number, size in ((filters[0] + 1, 1), (filters[1], f), (filters[2], 1)):
        conv = dict(filters=number, kernel_size=(size, size), strides=(1, 1), activation="linear")
        conv |= dict(padding="same" if size > 1 else "valid", initializer="initializer(seed=0)")
        for kind, attrs in (("conv", conv), ("bn", {"axis": 3, "training": False}), ("relu", {})):
            count += 1
            series.append(operation(kind, attrs, (5, 5, number), node=count, layer=count))
    add, relu = operation("add", node=9), operation("relu", node=10)
    return (module("observation_bytes").Branch(tuple(series[:8]), (), add), relu)


def identity_block(X, f, filters, training=True, initializer=None):
    bytes_of, given = module("observation_bytes"), frame_with("traces").f_locals
    run = bytes_of.Run(0, False, "symbolic", right_but_for_the_first(filters, f))
    values = (given["x"], *(given["x"] * 0 for _ in range(10)))
    run = type(run)(0, False, "symbolic", run.series, values, values[-1], first=values[-1])
    failure = bytes_of.Failure("exception", "ValueError", "no")
    failed = bytes_of.Run(0, False, "eager", failure=failure)

    def rest(seed):
        x = np.random.default_rng(seed).standard_normal(given["x"].shape, "float32")
        held_back = (x, *values[1:])
        return bytes_of.Observation(
            (type(run)(0, False, "held_back", values=held_back, output=held_back[-1]),)
        )

    others = [
        bytes_of.Run(number, mode, "symbolic", failure=failure)
        for number in (1, 2)
        for mode in (False, True)
    ]
    send(bytes_of.Observation((run, failed, *others)), rest)
