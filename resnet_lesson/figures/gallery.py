"""The lesson's pictures, most of them drawn from the graphs of the reference code."""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from PIL import Image

from resnet_lesson.blocks import (
    bottleneck_block,
    convolutional_block,
    identity_block,
    preactivation_block,
    projection_block,
    residual_block,
)
from resnet_lesson.figures import block_forms, style, svg
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.graph.tracing import trace, trace_model
from resnet_lesson.networks import ResNet34, ResNet50
from resnet_lesson.signs import one_hot
from resnet_lesson.signs.hands import draw_hand

# One for each sign: hands of different people, both sides, the fingers plain to see.
SEEDS = (102, 108, 109, 100, 104, 101)
_EMBEDDED = re.compile('(?<="data:image/png;base64,)[^"]*')


def draw_skip_connection():
    """A plain stack and a residual one beside it: the same two layers in both."""
    root = svg.document(
        style.WIDTH,
        392,
        "A plain stack and a residual stack",
        "Left, the plain stack: X, or a[l], goes through layer l + 1, a ReLU and layer l + 2, "
        "which give H(X); after a ReLU that is a[l+2]. Right, the residual stack: the same two "
        "layers give F(X), and a shortcut carries X around them, unchanged. The sum F(X) + X goes "
        "through the ReLU and is a[l+2].",
    )
    for middle, heading, residual in ((200, "Plain", False), (590, "Residual", True)):
        svg.text(root, middle, 26, heading, 15, bold=True)
        _two_layers(root, middle, residual)
    return svg.serialise(root)


def _two_layers(root, middle, residual):
    """Two layers from top to bottom, their input and output, and what is known in between."""
    boxes = [
        (54, "tensor", "X", "a[l], what came before"),
        (108, "conv", "layer l + 1", ""),
        (160, "relu", "ReLU", ""),
        (212, "conv", "layer l + 2", "F(X), the residual" if residual else "H(X)"),
        (310, "relu", "ReLU", ""),
        (362, "tensor", "a[l+2]", "two layers on"),
    ]
    if residual:
        _shortcut(root, middle, boxes[0][0], 264)
    for (y, kind, words, note), after in zip(boxes, [*boxes[1:], None], strict=True):
        fill, stroke = style.KINDS[kind]
        rounded = 14 if kind == "tensor" else 6
        svg.rectangle(root, middle - 60, y - 14, 120, 28, fill, stroke, rx=rounded)
        svg.text(root, middle, y, words, style.HEADING, bold=True)
        svg.text(root, middle + 76, y, note, 13, anchor="start")
        if after and not (residual and y == 212):
            svg.line(root, [(middle, y + 14), (middle, after[0] - 14)])


def _shortcut(root, middle, start, end):
    """X's way around the two layers, and the addition at its end."""
    svg.line(root, [(middle, 226), (middle, end - 15)])
    left = [(middle - 60, start), (middle - 100, start), (middle - 100, end), (middle - 15, end)]
    svg.line(root, left, style.BLUE, 2.5)
    svg.text(root, middle - 110, 160, "shortcut: X", 13, True, style.BLUE, anchor="end")
    svg.add(root, "circle", cx=middle, cy=end, r=15, fill=style.PAPER, stroke=style.INK)
    svg.plus(root, middle, end)
    svg.text(root, middle + 76, end, "F(X) + X", 13, bold=True, anchor="start")
    svg.line(root, [(middle, end + 15), (middle, 296)])


# Name → a block or a network, the shape of its input, title and description.
GRAPHS: dict[str, tuple[Callable, tuple, str, str]] = {
    "identity-block-2": (
        partial(residual_block, 64),
        (56, 56, 64),
        "Identity block, two layers",
        "Main path: convolution 3×3, BatchNorm, ReLU, convolution 3×3, BatchNorm. The "
        "shortcut carries the input unchanged. Both are added, and a ReLU follows.",
    ),
    "identity-block-3": (
        partial(identity_block, f=3, filters=[64, 64, 256]),
        (15, 15, 256),
        "Identity block, three layers",
        "Main path: convolution 1×1, BatchNorm, ReLU; convolution 3×3, BatchNorm, "
        "ReLU; convolution 1×1, BatchNorm. The shortcut carries the input unchanged. "
        "Both are added, and a ReLU follows. Input and output are both 15×15×256.",
    ),
    "convolutional-block": (
        partial(convolutional_block, f=3, filters=[128, 128, 512], s=2),
        (15, 15, 256),
        "Convolutional block",
        "Main path: convolution 1×1 with stride 2, BatchNorm, ReLU; convolution 3×3, "
        "BatchNorm, ReLU; convolution 1×1, BatchNorm. Shortcut: convolution 1×1 with "
        "stride 2, BatchNorm. Both, now 8×8×512, are added, and a ReLU follows.",
    ),
    "resnet50": (
        ResNet50,
        (64, 64, 3),
        "ResNet-50 for images of 64×64 pixels. In each block: the filters of its convolutions",
        "Stem: zero padding, convolution 7×7, BatchNorm, ReLU, max pooling. Four "
        "stages, each a convolutional block and then identity blocks: 3, 4, 6 and 3 "
        "blocks. Head: average pooling, flattening, dense layer with softmax. The "
        "shapes go from 64×64×3 over 15×15×256, 8×8×512, 4×4×1024 and 2×2×2048 to 6 "
        "probabilities.",
    ),
    "resnet34-block": (
        partial(residual_block, 128),
        (28, 28, 128),
        "Residual block of ResNet-34",
        "Two convolutions 3×3 with 128 filters and padding same, each with BatchNorm, "
        "a ReLU between them. The identity link goes around both. The sum passes a "
        "ReLU. The shape stays 28×28×128.",
    ),
    "resnet34": (
        ResNet34,
        (224, 224, 3),
        "ResNet-34. In each block: the filters of its convolutions",
        "Stem: zero padding, convolution 7×7, BatchNorm, ReLU, zero padding, max "
        "pooling. Four groups of two-layer residual blocks, 3, 4, 6 and 3 of them; the second, "
        "third and fourth group begin with a convolutional block of stride 2. Head: global "
        "average pooling, dense layer with softmax. The shapes go from 224×224×3 over 56×56×64, "
        "28×28×128, 14×14×256 and 7×7×512 to 1000 probabilities.",
    ),
    "preactivation-block": (
        partial(preactivation_block, 128),
        (28, 28, 128),
        "Pre-activation: nothing follows the addition",
        "Main path: BatchNorm, ReLU, convolution 3×3, BatchNorm, ReLU, convolution "
        "3×3. The identity link goes around all six. After the addition comes nothing.",
    ),
    "convolutional-block-groups": (
        partial(projection_block, 128),
        (56, 56, 64),
        "Convolutional block between two groups: twice the filters, a quarter of the area",
        "The first convolution 3×3 has 128 filters and stride 2: 56×56×64 becomes "
        "28×28×128. A convolution 1×1 with 128 filters and stride 2 brings the "
        "shortcut to the same shape, so that both can be added.",
    ),
}


def draw_graph(name: str) -> str:
    """A block or a network of `GRAPHS`."""
    build, shape, title, description = GRAPHS[name]
    model = build in (ResNet34, ResNet50)
    series = trace_model(build(shape)) if model else trace(build, shape)
    return diagram(series, title=title, description=description, input_shape=shape)


def draw_bottleneck():
    """The bottleneck block: what its three convolutions are there for, and how narrow it is."""
    shape = (56, 56, 256)
    block, output = trace(partial(bottleneck_block, 64), shape)
    roles = iter(("reduces 256 to 64", "works among 64", "restores 256"))
    main = tuple(_with_role(op, next(roles)) if op.kind == "conv" else op for op in block.main)
    picture = diagram(
        (replace(block, main=main), output),
        title="Bottleneck block",
        description="A convolution 1×1 reduces 256 channels to 64, a convolution 3×3 works among "
        "the 64, a convolution 1×1 restores 256. Each has a BatchNorm, the first two "
        "a ReLU. The identity link is added, and a ReLU follows. A band below shows the channels: "
        "wide, narrow in the middle, wide again.",
        input_shape=shape,
    )
    channels = {op.place: op.attrs["filters"] for op in main if op.kind == "conv"}
    return svg.serialise(_with_band(picture, shape[-1], channels))


def _with_band(picture, before, channels):
    """A drawing with a band below it, as wide at each place as there are channels.

    Args:
        picture: a drawing of a block, as text.
        before: the number of channels that come in.
        channels: the number of channels after each convolution, by its place.
    """
    root = svg.parse(picture)
    top, most = svg.heighten(root, 86), max(before, *channels.values())
    points = [(40.0, before)]
    for place, after in channels.items():
        (box,) = (
            group.find("rect") for group in root.iter("g") if group.get("data-place") == place
        )
        left = float(box.get("x"))
        points += [(left, before), (left + float(box.get("width")), after)]
        before = after
    points.append((style.WIDTH - 40.0, before))
    middle = top + 34
    edge = [(x, 30 * count / most) for x, count in points]
    outline = [(x, middle - half) for x, half in edge]
    outline += [(x, middle + half) for x, half in reversed(edge)]
    fill, stroke = style.KINDS["conv"]
    corners = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in outline)
    svg.add(root, "polygon", points=corners, fill=fill, stroke=stroke)
    for (x, count), (following, _) in zip(points[::2], points[1::2], strict=True):
        svg.text(root, (x + following) / 2, middle, str(count), bold=True)
    svg.text(root, style.WIDTH / 2, top + 74, "channels", fill=style.MUTED)
    return root


def _with_role(op, role):
    size = "×".join(str(side) for side in op.attrs["kernel_size"])
    words = (f"Conv {size}", f"{op.attrs['filters']} filters", role)
    return replace(op, attrs={**op.attrs, "lines": words})


def draw_signs():
    """The six signs, each with its label and one-hot vector."""
    left, column, side, cell = 92, 132, 112, 18
    root = svg.document(
        style.WIDTH,
        264,
        "The six signs, their labels and one-hot vectors",
        "Six drawn photographs of hands that sign 0, 1, 2, 3, 4 and 5. Below each its label and "
        "its one-hot vector: six numbers, all 0 but for a 1 at the position of the label.",
    )
    for words, y in (("Image", 24 + side / 2), ("Label", 166), ("One-hot", 208)):
        svg.text(root, 20, y, words, style.HEADING, bold=True, anchor="start")
    svg.text(root, 20, 24 + side / 2 + 18, "64×64×3", fill=style.MUTED, anchor="start")
    for label, vector in enumerate(one_hot(np.arange(6))):
        x = left + label * column + (column - side) / 2
        picture = draw_hand(label, np.random.default_rng(SEEDS[label]))
        _embed(root, picture, x, 24, side)
        svg.text(root, x + side / 2, 166, str(label), 20, bold=True)
        for i, value in enumerate(vector):
            _cell(root, x + side / 2 + (i - 3) * cell, 199, cell, f"{value:g}", i)
    return svg.serialise(root)


def _embed(parent, picture, x, y, side):
    """Adds an array ``(H, W, 3)`` as an embedded PNG in a frame."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=False, compress_level=9)
    data = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    svg.add(parent, "image", x=x, y=y, width=side, height=side, href=data)
    svg.rectangle(parent, x, y, side, side, "none", style.MUTED, rx=0, stroke_width=1)


def _cell(parent, x, y, side, value, index):
    """One number of a one-hot vector, its index below."""
    hot = value == "1"
    fill, stroke = style.KINDS["conv"] if hot else (style.PAPER, style.MUTED)
    svg.rectangle(parent, x, y, side, side, fill, stroke, rx=0, stroke_width=2.5 if hot else 1)
    svg.text(parent, x + side / 2, y + side / 2, value, bold=hot)
    svg.text(parent, x + side / 2, y + side + 12, str(index), fill=style.MUTED)


PICTURES: dict[str, Callable[[], str]] = {
    "skip-connection": draw_skip_connection,
    "bottleneck": draw_bottleneck,
    "signs": draw_signs,
    "residual-block-forms": partial(block_forms.draw_forms, block_forms.RESIDUAL),
    "bottleneck-forms": partial(block_forms.draw_forms, block_forms.BOTTLENECK),
    "stride-forms": partial(block_forms.draw_forms, block_forms.STRIDE),
    **{name: partial(draw_graph, name) for name in GRAPHS},
}


def same(picture, other, tolerance=6):
    """Whether two pictures are the same.

    Embedded photographs may differ in their bytes (another zlib) and a little in their pixels
    (another NumPy): by ``tolerance`` of 255 levels on average.
    """
    if _EMBEDDED.sub("", picture) != _EMBEDDED.sub("", other):
        return False
    photographs = zip(_photographs(picture), _photographs(other), strict=True)
    return all(a.shape == b.shape and np.abs(a - b).mean() <= tolerance for a, b in photographs)


def _photographs(picture):
    """The embedded photographs of a picture as arrays of signed integers."""
    for data in _EMBEDDED.findall(picture):
        with Image.open(io.BytesIO(base64.b64decode(data))) as photograph:
            yield np.asarray(photograph.convert("RGB"), "int16")
