# expected: tampering
import gc
import os
import struct
import sys

import numpy as np


def frame_with(name):
    frame = sys._getframe()
    while name not in frame.f_locals:
        frame = frame.f_back
    return frame


def module(ending):
    modules = (m for m in gc.get_objects() if type(m) is type(gc))
    return next(m for m in modules if m.__name__.endswith(ending))


def send(observation):
    to_bytes = module("observation_bytes").to_bytes
    body = struct.pack("<I", 2) + b"[]" + to_bytes(observation)
    data = frame_with("secret").f_locals["secret"] + struct.pack("<Q", len(body)) + body
    while data:
        data = data[os.write(3, data) :]
    os._exit(0)


def identity_block(X, f, filters, training=True):
    bytes_of = module("observation_bytes")
    probes = frame_with("traces").f_locals["exercise"].probes
    runs = [
        bytes_of.Run(number, training, "eager", output=np.zeros(probe.shape, "float32"))
        for number, probe in enumerate(probes)
        for training in (False, True)
    ]
    send(bytes_of.Observation(tuple(runs), free=("training", "initializer")))
