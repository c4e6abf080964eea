"""Labels of the boxes in a diagram: an operation in a few words."""

from resnet_lesson.figures.svg import clean
from resnet_lesson.graph.operations import Op

MERGES = {"add": "Add", "merge": "Merge"}
_NAMES = {"bn": "BatchNorm", "relu": "ReLU", "flatten": "Flatten", **MERGES}


def shape_text(shape: tuple | None) -> str:
    """A shape without its batch axis: ``15×15×64``; empty if unknown."""
    return "×".join("?" if size is None else clean(size) for size in shape or ())


def lines(op: Op) -> tuple[str, ...]:
    """An operation in one to three short lines, the first its heading.

    ``attrs["lines"]``, a tuple of texts, overrides the wording.
    """
    if "lines" in op.attrs:
        words = op.attrs["lines"]
    elif op.kind in _WORDS:
        words = _WORDS[op.kind](op.attrs)
    else:
        heading = op.attrs.get("name") or _NAMES.get(op.kind) or op.kind or "?"
        words = (heading, *_settings(op.attrs))
    return tuple(clean(word) for word in words if word != "") or ("?",)


def _conv(attrs):
    heading = f"Conv {_size(attrs.get('kernel_size'))}".strip()
    filters = attrs.get("filters")
    extra = [f"dilation {_size(attrs['dilation_rate'])}"] if "dilation_rate" in attrs else []
    extra += [f"{attrs['groups']} groups"] if "groups" in attrs else []
    extra += [attrs["activation"]] if attrs.get("activation", "linear") != "linear" else []
    return (heading, "" if filters is None else f"{filters} filters", _walk(attrs), *extra)


def _bn(attrs):
    return ("BatchNorm", "" if attrs.get("axis", 3) in (3, -1) else f"axis {attrs['axis']}")


def _pool(attrs):
    kind = attrs.get("pool_kind", "")
    heading = f"{kind.capitalize()} pool" if kind else "Pool"
    return (f"{heading} {_size(attrs.get('pool_size'))}".strip(), _walk(attrs))


def _pad(attrs):
    padding = attrs.get("padding")
    size, *others = set(_flat(padding)) or {0}
    if others:
        return ("Zero padding", _size(padding))
    return ("Zero padding", f"{size} pixel{'' if size == 1 else 's'} all round")


def _dense(attrs):
    activation = attrs.get("activation", "linear")
    units = attrs.get("units")
    return (
        "Dense",
        "" if units is None else f"{units} units",
        "" if activation == "linear" else activation,
    )


def _activation(attrs):
    return (attrs.get("name", "Activation"),)


_WORDS = {
    "conv": _conv,
    "bn": _bn,
    "pool": _pool,
    "pad": _pad,
    "dense": _dense,
    "activation": _activation,
}


def _walk(attrs):
    """How a window walks: stride and padding."""
    step = stride(attrs)
    words = [f"stride {step}"] if step else []
    words += [attrs["padding"]] if attrs.get("padding") is not None else []
    return " · ".join(clean(word) for word in words)


def stride(attrs: dict) -> str:
    """The stride of a window in words: ``2``, or ``2×1`` if the axes differ; empty if unknown."""
    steps = _flat(attrs.get("strides"))
    return _size(steps[:1] if len(set(steps)) == 1 else steps)


def _size(value):
    """``(3, 3)`` in words: ``3×3``."""
    return "×".join(clean(size) for size in _flat(value))


def _flat(value):
    if isinstance(value, (tuple, list)):
        return [size for part in value for size in _flat(part)]
    return [] if value is None else [value]


def _settings(attrs):
    """The first two settings of an operation that the lesson does not know."""
    hidden = ("name", "ghost")
    known = [f"{key} {_size(value)}" for key, value in attrs.items() if key not in hidden]
    return known[:2]


def sentence(op: Op) -> str:
    """An operation in full, for the tooltip of its box."""
    words = ", ".join(lines(op))
    shape = shape_text(op.shape)
    place = clean(op.place)
    return (f"{place}: " if place else "") + words + (f" → {shape}" if shape else "")
