# expected: exception
import subprocess
import sys


def identity_block(X, f, filters, training=True, initializer=None):
    subprocess.run([sys.executable, "-c", "import resnet_lesson.blocks"], check=True)
    return X
