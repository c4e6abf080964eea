# expected: tampering exception
import gc


def identity_block(X, f, filters, training=True, initializer=None):
    for thing in gc.get_objects():
        if getattr(thing, "__name__", "") == "judge":
            thing.judge = lambda *_: True
        if getattr(thing, "__name__", "") == "resnet_lesson.grading.observe.observe":
            thing.inputs = lambda shape, seed: 0
    return X
