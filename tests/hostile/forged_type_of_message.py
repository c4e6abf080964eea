# expected: tampering
import gc
import os
import struct
import sys


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


def identity_block(X, f, filters, training=True, initializer=None):
    bytes_of = module("observation_bytes")
    bytes_of._failure_data = lambda failure: (
        failure and dict(what="exception", error="E", message=5, line="", number=0)
    )
    send(bytes_of.Observation(failure=bytes_of.Failure("exception")))
