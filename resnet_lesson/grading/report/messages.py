"""Findings in words: what differs, why it matters, where to look. Never the solution."""

import re

from resnet_lesson.grading.judge.alignment import Difference
from resnet_lesson.grading.judge.catalogue import entry
from resnet_lesson.graph.places import Place

ORDINALS = {1: "first", 2: "second", 3: "third"}
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
_ADDITION = {"add": "the addition"}
_OF_A_PLACE = re.compile(r"(the (?:layer|output) of )(\S+)")


def place_in_words(where: str) -> str:
    """A place as a reader would say it, such as "the second convolution of the main path"."""
    place = Place.parse(where)
    if not place.block:
        return f"stage {place.stage}" if place.stage and not place.kind else _in_block(place)
    return (_block_in_words(place) + _in_block(place)).removesuffix(": ")


def _block_in_words(place: Place) -> str:
    return f"stage {place.stage}, block {place.block}: " if place.block else ""


def _in_block(place: Place) -> str:
    if not place.path:
        return _ADDITION.get(place.kind, place.kind)
    layer = layer_in_words(place.kind)
    if place.group:
        return f"the {_ordinal(place)} {layer} of the main path"
    if place.path == "output":
        return f"the {layer} after the addition"
    return f"the {layer} of the {place.path}"


def layer_in_words(kind: str) -> str:
    """A kind of operation as a reader would call it, such as "convolution"."""
    return LAYERS.get(kind, f"`{kind}` operation")


def _ordinal(place: Place) -> str:
    return ORDINALS.get(place.group, str(place.group))


def heading(where: str, what: str) -> str:
    """A finding's place and kind, such as "Second convolution of the main path · padding"."""
    kind = what.replace("_", " ")
    if where == "submission":
        return sentence_case(kind)
    place = Place.parse(where)
    words = place_in_words(where)
    if what == "extra":
        words = f"{_block_in_words(place)}{layer_in_words(place.kind)} {_stands(place)}"
    words = re.sub(r"^the |(?<=: )the ", "", words, count=1)
    return f"{sentence_case(words)} · {kind}"


def explain(difference: Difference, called: str = "", left_out: tuple[str, ...] = ()) -> str:
    """A difference as a message of up to four sentences: what, why, where to look.

    Args:
        difference: what differs.
        called: the arguments of the call that showed it, in words.
        left_out: parameters that this call leaves to their defaults.
    """
    known = entry(difference.what, difference.where, difference.got)
    words = _words(difference)
    what = known.sentence.format(**words)
    if called and (difference.place.in_network or known.with_call):
        what = f"{what[:-1]}, when it is called with {called}."
    also = ""
    if difference.also:
        others = [place_in_words(where) for where in difference.also]
        more = f", and {len(others) - 3} more" if len(others) > 3 else ""
        also = f" The same holds for {', '.join(others[:3])}{more}."
    by_default = known.parameter in left_out and not difference.place.in_network
    look = known.look_at_default if by_default else known.look
    look = look.format(**words, parameter=known.parameter)
    return " ".join(part for part in (sentence_case(what) + also, known.why, look) if part)


def sentence_case(text: str) -> str:
    """The text with a capital, unless it begins with a name from the learner's code."""
    first = text.partition(" ")[0]
    return text if re.search(r"\W\w|_", first) else text[:1].upper() + text[1:]


def _words(difference: Difference) -> dict[str, str]:
    """What the sentences of the catalogue may speak of."""
    place, got = difference.place, str(difference.got)
    of_a_place = _OF_A_PLACE.fullmatch(got)
    owner = place_in_words(of_a_place[2]) if of_a_place else ""
    return {
        "place": place_in_words(difference.where),
        "layer": layer_in_words(place.kind),
        "block": _block_in_words(place),
        "stands": _stands(place),
        "what": difference.what,
        "expected": _say(difference.expected),
        "got": of_a_place[1] + owner if of_a_place else _say(difference.got),
        "description": got,
        "instead": LAYERS.get(got, f"`{got}`"),
        "owner": owner,
    }


def _stands(place: Place) -> str:
    """Where something stands that should not, such as "in the third group of the main path"."""
    if place.group:
        return f"in the {_ordinal(place)} group of the main path"
    words = {"output": "after the addition", "": "in the block", "shortcut": "on the shortcut"}
    return words.get(place.path, f"in the {place.path}")


def _say(value: object) -> str:
    if value in (None, "linear"):
        return "none"
    if isinstance(value, tuple) and len(set(value)) == 1 and len(value) == 2:
        return f"{value[0]}×{value[0]}" if isinstance(value[0], int) else str(value[0])
    return f"`{value}`" if isinstance(value, (bool, str)) and " " not in str(value) else str(value)
