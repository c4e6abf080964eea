"""What a learner's code gets of the lesson where it is graded, and what counts as handing it in."""

import textwrap

import pytest

from resnet_lesson.grading.sandbox.import_hook import LessonImportHook
from resnet_lesson.grading.sandbox.loading import load
from resnet_lesson.grading.sandbox.served_source import served_sources
from resnet_lesson.grading.submissions.attempts import attempt
from resnet_lesson.grading.submissions.source import Source, parse

OWN = "def identity_block(X): return 5"
IMPORT = "from resnet_lesson.blocks import identity_block"


def called(name, kind, *files):
    """What an exercise's function returns or raises, and what it asked for of the lesson."""
    sources = []
    for file, text in files:
        parsed = parse(textwrap.dedent(text), f"<{file}>")
        sources.append(Source(file, parsed))
    found = attempt(sources, name)
    if found is None:
        return None, []
    with LessonImportHook(served_sources(kind, name)) as hook:
        try:
            value = load(found.pieces)[0][name](1)
        except Exception as error:
            value = type(error)
    return value, hook.used


@pytest.mark.parametrize(
    "files",
    [
        [("02-identity-block.py", OWN), ("03-convolutional-block.py", IMPORT)],
        [("02-identity-block.py", OWN), ("01-skip-connection.py", IMPORT)],
        [("one.py", f"{IMPORT}\n{OWN}")],
        [("one.py", f"{OWN}\n{IMPORT}")],
        [("a.py", OWN), ("b.py", "import resnet_lesson.blocks as b\nfrom resnet_lesson import *")],
        [("a.py", OWN + "\nfrom resnet_lesson.blocks import nothing, ResNet50")],
    ],
)
def test_one_s_own_definition_counts_beside_an_import_of_the_lesson_s(files):
    assert called("identity_block", "block", *files) == (5, [])


@pytest.mark.parametrize(
    "text",
    [
        IMPORT,
        f"{IMPORT}\nidentity_block = identity_block",
        f"{IMPORT} as lesson\ndef identity_block(X): return lesson(X)",
        f"{IMPORT}\nlesson = identity_block\ndef identity_block(X): return lesson(X)",
        "import resnet_lesson.blocks\n"
        "def identity_block(X): return resnet_lesson.blocks.identity_block(X)",
        f"def identity_block(X):\n    {IMPORT} as lesson\n    return lesson(X)",
        "from resnet_lesson import solution\ndef identity_block(X): return solution(X)",
        "from resnet_lesson import exercises as e\n"
        "def identity_block(X): return e.all_exercises()['identity_block'].load_reference()(X)",
        "import importlib\ndef identity_block(X):\n"
        "    return importlib.import_module('resnet_lesson.layers').IdentityBlock(X)",
        "from resnet_lesson.layers import IdentityBlock\nclass identity_block(IdentityBlock): pass",
    ],
)
def test_handing_in_or_calling_the_lesson_s_is_noticed(text):
    value, used = called("identity_block", "block", ("a.py", text))
    assert value != 5 and used


def test_a_network_is_built_on_the_lesson_s_blocks_or_one_s_own():
    text = "def ResNet50(x): return identity_block.__module__"
    lesson = called("ResNet50", "network", ("04-resnet50.py", f"{IMPORT}\n{text}"))
    both = called("ResNet50", "network", ("04-resnet50.py", f"{IMPORT}\n{text}"), ("02.py", OWN))
    own = called("ResNet50", "network", ("04-resnet50.py", text), ("02.py", OWN))
    taken = f"from resnet_lesson import passed\n{IMPORT}\nidentity_block = passed(identity_block)"
    earlier = called("ResNet50", "network", ("04-resnet50.py", f"{taken}\n{text}"))
    assert lesson == both == earlier == ("resnet_lesson.blocks", []) and own == ("submission", [])


def test_a_chapter_that_imports_what_it_asks_for_hands_it_in():
    own = "class IdentityBlock: pass\n"
    text = own + "from resnet_lesson.layers import ConvolutionalBlock"
    _, used = called("ConvolutionalBlock", "layer", ("06-subclassing.py", text))
    assert used
    assert called("ConvolutionalBlock", "layer", ("05-train-on-signs.py", text)) == (None, [])
