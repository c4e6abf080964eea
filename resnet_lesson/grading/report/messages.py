"""Findings in words: what differs, why it matters, where to look. Never the solution."""

import re

from resnet_lesson.grading.judge.alignment import KEPT_LAYER
from resnet_lesson.grading.judge.compare import EARLIER_LAYER

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
    "activation": "activation",
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
    "kept layer": (
        "Only a layer that the object keeps has the same weights in the next call, and only these "
        "are trained and saved."
    ),
    "config": (
        "A layer or a model is saved as its configuration and its weights: `get_config` names the "
        "arguments of `__init__` as plain data, and `from_config` makes it again from them."
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
# In the stem and the head of a network, where no second path has to fit.
WHY_OUTSIDE_BLOCKS = {
    "filters": "The number of filters is the number of channels that the first stage will see.",
    "strides": "The stride decides how many pixels are left for the layers that follow.",
    "padding": (
        "Padding decides how far the window may look beyond the edge, and with that how many "
        "pixels are left for the layers that follow."
    ),
    "activation": (
        "The activation decides which values can come out: all, none below zero, or shares that "
        "sum to 1."
    ),
    "order": "Each layer works on what the one before it gives: another order, another result.",
    "extra": WHY["extra"],
    "global": (
        "A global pooling takes the whole feature map as its window; one of fixed size takes as "
        "many pixels for larger images too."
    ),
    "conv": "The first convolution turns colours into features; everything after builds on them.",
    "head.pool": (
        "The pooling leaves one value for each window and channel, so that the dense layer need "
        "not have weights for every pixel."
    ),
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

    Args:
        difference: `resnet_lesson.grading.judge.compare.Difference`.
        called: the arguments of the call that showed it, in words.

    Returns:
        Text.
    """
    place = place_in_words(difference.where)
    what = _sentence(difference, place)
    in_network = difference.where.startswith(("stem", "stage", "head"))
    if called and (in_network or difference.what in CALLERS_CHOICE):
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
    if difference.expected == KEPT_LAYER:
        return f"{place} is made anew at each call, or is no attribute of the object."
    if what == "config":
        return f"saved and loaded, it is not the same: expected {expected}, got {got}."
    if what == "missing":
        found = f": {_kind(difference.got)} stands in its place"
        return f"{place} is missing{found if difference.got != 'nothing' else ''}."
    if what == "activation" and difference.where.endswith("relu"):
        return f"{place} is missing: {got} stands in its place."
    if what == "extra":
        kind = f" ({got})" if difference.where.endswith("activation") else ""
        return f"{_too_many(difference.where)}{kind} should not be there."
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
        blocks = "block" if difference.got == 1 else "blocks"
        return f"{place} has {got} {blocks}; expected {expected}."
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
    words = {"output": "after the addition", "": "in the block", "shortcut": "on the shortcut"}
    stands = words.get(path, f"in the {path}")
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
    if difference.expected == KEPT_LAYER:
        return WHY["kept layer"]
    if where.startswith(("stem", "head")):
        return _why_outside_blocks(difference, kind)
    if what == "extra":
        on_shortcut = "shortcut" in where and kind != "relu"
        return WHY["extra.shortcut"] if on_shortcut else WHY.get(f"extra.{kind}", WHY["extra"])
    if what == "missing":
        path = where.rpartition(".")[0].rpartition(".")[2]
        return WHY.get(
            f"{path}.{kind}", WHY["shortcut"] if path == "shortcut" else WHY.get(kind, "")
        )
    return WHY.get(what, "")


def _why_outside_blocks(difference, kind):
    what = difference.what
    if what == "pool_kind" and "global" in str(difference.got):
        return WHY_OUTSIDE_BLOCKS["global"]
    if what == "missing":
        what = difference.where if difference.where in WHY_OUTSIDE_BLOCKS else kind
    return WHY_OUTSIDE_BLOCKS.get(what, WHY.get(what, ""))


def _is_shared(difference):
    got = str(difference.got)
    return difference.what == "missing" and got.startswith(("the layer of", EARLIER_LAYER))


def _look(difference):
    what, where = difference.what, difference.where
    kind = where.rpartition(".")[2]
    in_stage = where.startswith("stage")
    if what in ("filters", "kernel_size", "strides", "padding", "pool_size", "units", "axis"):
        if in_stage and what in CALLERS_CHOICE:
            return "Look at what that block is called with, and then into the block."
        return f"Look at the arguments of that {LAYERS.get(kind, 'layer')}."
    if what == "training":
        return "Look at how that layer is called."
    if what == "initializer":
        return "Look at the kernel_initializer of that convolution."
    if what == "operands":
        return "Look at which variable still holds the block's input when you add."
    if _is_shared(difference):
        return "Look at where that layer is made, and how often it is called."
    if difference.expected == KEPT_LAYER:
        return "Make it in `__init__` or `build` and store it in `self`; only call it in `call`."
    if what == "config":
        return (
            "Look at what `get_config` returns beside what Keras's own returns, and whether "
            "`__init__` takes all of it: it needs `**kwargs` for what is Keras's."
        )
    if what in ("missing", "extra", "order") and in_stage:
        return "Look at which block stands there, and follow its figure box by box."
    if what in ("missing", "extra", "order"):
        return "Follow the figure box by box from the input to this place."
    if what == "block_kind":
        return "Look at which of the two blocks is called there."
    if what == "block_count":
        return "Count the blocks of that stage against the table."
    if what == "unrecognised":
        return "Compare your code with the figure step by step."
    return ""


# Settings that the caller may choose: the numbers expected are then those of the call.
CALLERS_CHOICE = ("filters", "kernel_size", "strides", "units")
