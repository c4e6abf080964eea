"""What looks suspicious is for the instructor's eyes, and costs nothing."""

import pytest

from resnet_lesson.grading.judge.suspicion import remarks
from resnet_lesson.grading.submissions.statements import statements


def of(text):
    return remarks([s.piece for s in statements(text, "<a.py>")])


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("import keras\nkeras.layers.Add = 1", "line 2 replaces `keras.layers.Add`"),
        ("import numpy as np\ndef f(X):\n    np.allclose = None", "line 3 replaces"),
        ("import numpy as np\nsetattr(np, 'allclose', None)", "replaces a part of `np`"),
        ("import numpy as np\ndel np.allclose", "replaces"),
        ("def f(X):\n    return eval('X')", "a.py, line 2 uses `eval`"),
        ("from os import kill", "imports `os.kill`"),
        ("import gc", "imports `gc`"),
    ],
)
def test_what_no_answer_needs_is_remarked_on(text, remark):
    [line] = of(text)
    assert remark in line


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nnp.bool = bool\nsetattr(np, 'int', int)",
        "import tensorflow as tf\ntf.Session = tf.compat.v1.Session",
        "import keras\nimport numpy as np\nnp.random.seed(1)\nclass A(keras.Model):\n    x = 1",
        "class A:\n    def __init__(self):\n        self.f = 1",
        "class A:\n    def __eq__(self, other):\n        return True",
        "def f(input):\n    Out = input\n    return Out",
        "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = os.environ.get('LEVEL', '3')",
    ],
)
def test_what_honest_code_does_is_not(text):
    assert of(text) == ()
