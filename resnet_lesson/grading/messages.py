"""Findings in words: what differs, why it matters, where to look. Never the solution."""

import re

from resnet_lesson.grading.compare import EARLIER_LAYER

ORDINALS = {"1": "first", "2": "second", "3": "third"}
LAYERS = {
    "conv": "convolution",
    "bn": "BatchNorm",
    "relu": "ReLU",
    "pool": "pooling",
    "pad": "zero padding",
    "flatten": "flattening",
    "dense": "dense layer",
    "add": "addition",
    "dropout": "Dropout",
    "layernormalization": "LayerNormalization",
    "groupnormalization": "GroupNormalization",
    "depthwiseconv2d": "DepthwiseConv2D",
    "separableconv2d": "SeparableConv2D",
}
WHY = {
    "filters": (
        "The number of filters is the number of channels that the next layer, and in the "
        "end the addition, will see."
    ),
    "kernel_size": (
        "The window decides how far each output looks: a 1×1 window mixes the channels of"
        " one pixel, a larger one its neighbours too."
    ),
    "strides": (
        "The stride decides how many pixels are left, and both paths must arrive with the"
        " same number."
    ),
    "padding": (
        "Padding decides whether height and width are kept; both paths must arrive with "
        "the same shape."
    ),
    "activation": (
        "Where the non-linearity stands, and which one it is, decides what the block can represent."
    ),
    "initializer": (
        "The caller chooses how kernels begin; with a fixed seed the same values come out"
        " each time, so that results can be compared."
    ),
    "axis": (
        "BatchNorm keeps one mean and one variance for each channel, and the channels are"
        " the last axis, 3."
    ),
    "training": (
        "With training=True BatchNorm uses the statistics of this batch, with False those"
        " that it has collected; the caller decides which."
    ),
    "operands": (
        "A shortcut adds the input of the block to its output. Taken anywhere else, it no"
        " longer gives the identity when the main path is zero."
    ),
    "merge": (
        "Only an addition leaves the input as it is when the main path gives zero, and "
        "only it hands the gradient on unchanged."
    ),
    "pool_size": (
        "The window of the pooling decides how much of the feature map becomes one value."
    ),
    "pool_kind": (
        "Maximum keeps the strongest response in a window, average its mean: two different answers."
    ),
    "units": ("The last layer has one output for each class."),
    "block_kind": (
        "A convolutional block changes the shape by projecting its shortcut; an identity "
        "block keeps the shape and adds its input untouched."
    ),
    "block_count": (
        "The number of blocks in each stage makes the network's depth: 3, 4, 6 and 3 make"
        " 50 layers."
    ),
    "order": (
        "Convolution, BatchNorm, ReLU: each works on what the one before it gives, so "
        "another order computes something else."
    ),
    "add": (
        "Without the addition this is a plain stack of layers: the block can no longer "
        "fall back to the identity."
    ),
    "shortcut": (
        "Where the main path changes the shape, the shortcut must change in the same way,"
        " or the two cannot be added."
    ),
    "shortcut.bn": (
        "Both paths meet in the addition, so both must arrive on the scale that BatchNorm gives."
    ),
    "own layer": (
        "A layer has one set of weights, however often it is called: what one place learns, "
        "the other would have to use."
    ),
    "extra": "The figure shows all that is needed; one more layer computes something else.",
    "extra.bn": "One BatchNorm after each convolution is enough; one more shifts and scales anew.",
    "extra.conv": "One more convolution is one more set of weights: the figure has none there.",
    "extra.shortcut": (
        "The shortcut hands on what it brings without a further layer; "
        "so the input, and the gradient, get through."
    ),
    "relu": (
        "Without it two linear layers follow each other, which together are no more than one."
    ),
    "bn": ("BatchNorm brings every channel back to one scale; deep stacks train badly without it."),
    "conv": (
        "Each convolution has its own part: the first reduces the channels, the second "
        "looks at the neighbourhood, the third restores the channels."
    ),
    "output.relu": ("The sum of both paths is made non-linear by one ReLU, after the addition."),
    "extra.relu": (
        "A ReLU at the end of a path cuts off everything negative, so the path could only ever add."
    ),
    "pad": (
        "The border of zeros lets the first window look beyond the edge, and fixes the "
        "size of what follows."
    ),
    "pool": ("Pooling makes the feature map smaller, which the layers after it count on."),
    "flatten": ("The dense layer needs one row of numbers for each image."),
    "dense": ("The last layer turns features into one number for each class."),
    "values": ("The structure looks right, so the difference lies in how this operation computes."),
}


def place_in_words(where):
    """A place as a reader would say it, such as "the second convolution of the main path"."""
    match = re.fullmatch(r"(?:stage(\d)\.block(\d+)\.?)?(.*)", where)
    stage, block, rest = match.groups()
    prefix = f"stage {stage}, block {block}: " if stage else ""
    return prefix + _in_block(rest) if rest else prefix.rstrip(": ") or where


def _in_block(rest):
    path, _, kind = rest.rpartition(".")
    layer = LAYERS.get(kind, f"`{kind}` operation")
    if rest.startswith("main."):
        return f"the {ORDINALS.get(path[5:], path[5:])} {layer} of the main path"
    if path == "output":
        return f"the {layer} after the addition"
    if path:
        return f"the {layer} of the {path}"
    stage = re.fullmatch(r"stage(\d)", rest)
    return f"stage {stage[1]}" if stage else {"add": "the addition"}.get(rest, rest)


def explain(difference, called=""):
    """A difference as a message of up to four sentences: what, why, where to look.

    Arguments:
        difference: `resnet_lesson.grading.compare.Difference`.
        called: the arguments of the call that showed it, in words.

    Returns:
        Text.
    """
    place = place_in_words(difference.where)
    what = _sentence(difference, place)
    if called and difference.what in CALLERS_CHOICE:
        what = f"{what[:-1]}, when it is called with {called}."
    also = ""
    if difference.also:
        others = [place_in_words(where) for where in difference.also]
        more = f", and {len(others) - 3} more" if len(others) > 3 else ""
        also = f" The same holds for {', '.join(others[:3])}{more}."
    return f"{what[0].upper()}{what[1:]}{also} {_why(difference)} {_look(difference)}".strip()


def _sentence(difference, place):
    what, expected, got = difference.what, _say(difference.expected), _say(difference.got)
    if what == "missing" and difference.where.endswith("add"):
        return f"{place} is missing: nothing joins the shortcut to the main path."
    if _is_shared(difference) and difference.got != EARLIER_LAYER:
        owner = place_in_words(difference.got.removeprefix("the layer of "))
        return f"{place} uses the very layer of {owner}; it needs weights of its own."
    if _is_shared(difference):
        return f"{place} is {EARLIER_LAYER}; each call of your function needs layers of its own."
    if what == "missing":
        found = f": {_kind(difference.got)} stands in its place"
        return f"{place} is missing{found if difference.got != 'nothing' else ''}."
    if what == "activation" and difference.where.endswith("relu"):
        return f"{place} is missing: {got} stands in its place."
    if what == "extra":
        return f"{_too_many(difference.where)} should not be there."
    if what == "order":
        return f"{place} comes {difference.got}: it is not in its turn."
    if what == "operands":
        source = str(difference.got).removeprefix("the output of ")
        got = f"the output of {place_in_words(source)}" if source != difference.got else got
        return f"{place} joins the wrong tensors: expected {expected}, got {got}."
    if what == "merge":
        return f"the two paths are joined by {got} instead of an addition."
    if what == "training":
        return f"{place} does not follow the `training` argument: expected {expected}, got {got}."
    if what == "block_count":
        return f"{place} has {got} blocks; expected {expected}."
    if what == "block_kind":
        return f"{place} is of the {got} kind; expected the {expected} kind."
    if what == "values":
        return f"{place} gives other values than expected ({got})."
    if what == "unrecognised":
        return f"the result differs ({got}), and the structure does not show why."
    return f"{place} has `{what}` {got}; expected {expected}."


def _kind(name):
    """A kind of layer in words."""
    return LAYERS.get(name, f"`{name}`")


def _too_many(where):
    """What stands where nothing should, such as "one ReLU in the third group of the main path"."""
    prefix = re.match(r"(?:stage\d\.block\d+\.)?", where)[0]
    path, _, kind = where.removeprefix(prefix).rpartition(".")
    layer = LAYERS.get(kind, f"`{kind}` operation")
    start = place_in_words(prefix.rstrip(".")) + ": " if prefix else ""
    if path.startswith("main."):
        number = ORDINALS.get(path[5:], path[5:])
        return f"{start}one {layer} in the {number} group of the main path"
    stands = {"output": "after the addition", "": "in the block"}.get(path, f"on the {path}")
    return f"{start}one {layer} {stands}"


def _say(value):
    if value is None:
        return "none"
    if isinstance(value, tuple) and len(set(value)) == 1 and len(value) == 2:
        return f"{value[0]}×{value[0]}" if isinstance(value[0], int) else str(value[0])
    return f"`{value}`" if isinstance(value, (bool, str)) and " " not in str(value) else str(value)


def _why(difference):
    where, what = difference.where, difference.what
    kind = where.rpartition(".")[2]
    if _is_shared(difference):
        return WHY["own layer"]
    if what == "extra":
        on_shortcut = "shortcut" in where and kind != "relu"
        return WHY["extra.shortcut"] if on_shortcut else WHY.get(f"extra.{kind}", WHY["extra"])
    if what == "missing":
        path = where.rpartition(".")[0].rpartition(".")[2]
        return WHY.get(
            f"{path}.{kind}", WHY["shortcut"] if path == "shortcut" else WHY.get(kind, "")
        )
    return WHY.get(what, "")


def _is_shared(difference):
    got = str(difference.got)
    return difference.what == "missing" and got.startswith(("the layer of", EARLIER_LAYER))


def _look(difference):
    what, where = difference.what, difference.where
    kind = where.rpartition(".")[2]
    if what in ("filters", "kernel_size", "strides", "padding", "pool_size", "units", "axis"):
        return f"Look at the arguments of that {LAYERS.get(kind, 'layer')}."
    if what == "training":
        return "Look at how that layer is called."
    if what == "initializer":
        return "Look at the kernel_initializer of that convolution."
    if what == "operands":
        return "Look at which variable still holds the block's input when you add."
    if _is_shared(difference):
        return "Look at where that layer is made, and how often it is called."
    if what in ("missing", "extra", "order"):
        return "Follow the figure box by box from the input to this place."
    if what == "block_count":
        return "Count the blocks of that stage against the table."
    if what == "unrecognised":
        return "Compare your code with the figure step by step."
    return ""


# Settings that the caller may choose: the numbers expected are then those of the call.
CALLERS_CHOICE = ("filters", "kernel_size", "strides", "units")

# Each: what the exception says, and its cause in the learner's terms.
TRANSLATIONS = (
    (
        r"(not enough|too many) values to unpack",
        "The number of names on the left is not the number of values on the right: "
        "`filters` holds three numbers, F1, F2 and F3.",
    ),
    (
        r"incompatible shapes|Operands could not be broadcast|must have the same shape|broadcast",
        "Two tensors of different shape meet. An addition needs both paths to have the "
        "same height, width and number of channels: print the shapes of both just before "
        "it.",
    ),
    (
        r"KerasTensor cannot be used as input to a TensorFlow function|Cannot convert a symbolic",
        "A TensorFlow function was given a symbolic tensor. While a model is being built,"
        " use a Keras layer or `keras.ops` instead.",
    ),
    (
        r"missing 1 required positional argument: 'pool_size'",
        "A pooling layer needs its window: pool_size.",
    ),
    (
        r"missing \d+ required positional arguments?: ('\w+'.*)",
        "Not given, or given under a name that is spelt otherwise: {0}.",
    ),
    (
        r"(unexpected keyword argument|Unrecognized keyword arguments).*training",
        "`training` belongs to the call of BatchNorm, `BatchNormalization(...)(X, "
        "training=...)`, and to no other layer.",
    ),
    (
        r"should be called on a list of|too many positional arguments",
        "A layer is called with one argument. For an addition that is one list: both tensors go "
        "between square brackets.",
    ),
    (
        r"__init__\(\) takes 1 positional argument",
        "A layer is made first and then called: the tensors belong between a second pair of "
        "brackets, behind the one that makes the layer.",
    ),
    (
        r"passed as a keyword argument: <(\w+) name=",
        "A `{0}` layer was made but not called with a tensor: it takes a second pair of brackets.",
    ),
    (
        r"Only input tensors may be passed as positional arguments",
        "A layer is called with tensors; everything else is given by name, as in `training=...`.",
    ),
    (
        r"Layer.*expects.*input|expected (min_)?ndim",
        "A layer was given something else than one tensor of shape (N, H, W, C).",
    ),
    (
        r"output size would be zero or negative|Negative dimension",
        "The window is larger than what is left of the image: check strides and padding "
        "of the layers before this line.",
    ),
    (
        r"name '(\w+)' is not defined",
        "The name `{0}` is not known here: is it imported, and spelt the same way?",
    ),
    (
        r"(referenced before assignment|cannot access local variable)",
        "A variable is used before it has a value: check the names step by step.",
    ),
    (
        r"KerasTensor is symbolic|'KerasTensor' object has no attribute",
        "While a model is being built, a tensor has a shape but no values yet: use Keras layers "
        "or `keras.ops`, which wait for the values.",
    ),
    (
        r"`inputs` values must be KerasTensors",
        "The function is called with values too, not only while a model is being built: layers "
        "can be called with both.",
    ),
    (
        r"Unrecognized keyword arguments|unexpected keyword argument",
        "Nothing of that name is known there: check the spelling.",
    ),
    (
        r"Could not interpret activation function",
        "Keras knows no activation of that name: check the spelling, capitals included.",
    ),
    (
        r"must be a tuple of \d integers|must be an integer",
        "Windows and strides are one whole number, or two: one for the height, one for the width.",
    ),
    (
        r"not supported between instances of '\w*[Ll]ist' and 'int'",
        "One number is needed here, but a list was given: which of its numbers is meant?",
    ),
    (
        r"pop from empty list",
        "The list is the caller's, who needs it again: read its numbers, do not take them out.",
    ),
    (
        r"Invalid dtype: function|operand type.*'(function|type)'",
        "A function stands where a tensor is needed: it has to be called first.",
    ),
    (
        r"maximum recursion depth exceeded",
        "The function calls itself without an end. A block is made of layers.",
    ),
    (
        r"'NoneType' object",
        "Something is None where a tensor or layer is expected: does a function lack its `return`?",
    ),
)


def translate(failure):
    """What an exception means in the learner's terms, with their own line.

    Arguments:
        failure: `resnet_lesson.grading.observe.Failure`.

    Returns:
        Text.
    """
    lines = failure.message.strip().splitlines() or [""]
    said = re.split(r"(?<=[.!?]) (?=[A-Z])", lines[0])[0]  # Keras goes on for paragraphs
    where = (
        f"Line {failure.number} of your code, `{failure.line}`, " if failure.line else "Your code "
    )
    cause = next(
        (
            text.format(*match.groups())
            for pattern, text in TRANSLATIONS
            if (match := re.search(pattern, failure.message))
        ),
        "",
    )
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    return f"{where}raised {failure.error}: {said} {cause}".strip()


def consequence(failure):
    """An exception that follows from a difference already named, in one sentence."""
    where = f"line {failure.number}, `{failure.line}`, " if failure.line else "your code "
    return f"It follows from the above that {where}raised {failure.error}."
