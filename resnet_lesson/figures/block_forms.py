"""Forms of one block side by side: where one has a layer and another has not, there is a gap."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from resnet_lesson.figures import style, svg

ADD = "add"
TOP, STEP, HALF_BOX, HALF_HEIGHT, RADIUS = 72, 42, 70, 14, 13


@dataclass(frozen=True)
class Forms:
    """Forms of a block.

    Attributes:
        title, description: of the whole drawing; the description is its alternative text.
        headings: one for each form, from left to right.
        shortcut: what stands at the shortcut of every form, a line each.
        layers: from the input on, the kind of operation and its words in each form; a form without
            the layer has none. The words of an addition are not drawn.
    """

    title: str
    description: str
    headings: tuple[str, ...]
    shortcut: tuple[str, ...]
    layers: tuple[tuple[str, ...], ...]


RESIDUAL = Forms(
    "Three forms of the two-layer block",
    "Three forms of the two-layer residual block. In the paper: convolution, BatchNorm, ReLU, "
    "convolution, BatchNorm, addition, ReLU. Figure 2 taken literally: convolution, ReLU, "
    "convolution, addition, ReLU, without BatchNorm. ReLU moved: convolution, ReLU, convolution, "
    "ReLU, addition, and nothing after it. In all three the shortcut carries the input unchanged.",
    ("In the paper", "Figure 2, taken literally", "ReLU moved"),
    ("X",),
    (
        ("conv", "Conv 3×3", "Conv 3×3", "Conv 3×3"),
        ("bn", "BatchNorm", "", ""),
        ("relu", "ReLU", "ReLU", "ReLU"),
        ("conv", "Conv 3×3", "Conv 3×3", "Conv 3×3"),
        ("bn", "BatchNorm", "", ""),
        ("relu", "", "", "ReLU"),
        (ADD, "add", "add", "add"),
        ("relu", "ReLU", "ReLU", ""),
    ),
)
BOTTLENECK = Forms(
    "The bottleneck with and without BatchNorm",
    "The bottleneck with BatchNorm, as the paper trained it, and without, as its figure 5 draws "
    "it. Both have a convolution 1×1 with n filters, a convolution 3×3 with n filters and a "
    "convolution 1×1 with 4n filters, a ReLU after the first two and after the addition. With "
    "BatchNorm, one stands after each of the three convolutions.",
    ("As trained", "Figure 5, taken literally"),
    ("X",),
    (
        ("conv", "Conv 1×1: n", "Conv 1×1: n"),
        ("bn", "BatchNorm", ""),
        ("relu", "ReLU", "ReLU"),
        ("conv", "Conv 3×3: n", "Conv 3×3: n"),
        ("bn", "BatchNorm", ""),
        ("relu", "ReLU", "ReLU"),
        ("conv", "Conv 1×1: 4n", "Conv 1×1: 4n"),
        ("bn", "BatchNorm", ""),
        (ADD, "add", "add"),
        ("relu", "ReLU", "ReLU"),
    ),
)
STRIDE = Forms(
    "Where the block that starts a group has its stride",
    "The bottleneck that starts a group, in two forms. As in the paper, the first convolution 1×1 "
    "has the stride of 2. As in torchvision, also called ResNet v1.5, the convolution 3×3 has it. "
    "In both the shortcut is a convolution 1×1 with a stride of 2 and a BatchNorm. The BatchNorms "
    "of the main path are left out of the drawing.",
    ("In the paper", "ResNet v1.5"),
    ("Conv 1×1", "stride 2", "BatchNorm"),
    (
        ("conv", "1×1, stride 2", "1×1"),
        ("relu", "ReLU", "ReLU"),
        ("conv", "3×3", "3×3, stride 2"),
        ("relu", "ReLU", "ReLU"),
        ("conv", "1×1", "1×1"),
        (ADD, "add", "add"),
        ("relu", "ReLU", "ReLU"),
    ),
)


def draw_forms(forms: Forms) -> str:
    """The forms in columns, each layer in the same row of every column."""
    height = TOP + STEP * len(forms.layers) + 30
    root = svg.document(style.WIDTH, height, forms.title, forms.description)
    width = style.WIDTH / len(forms.headings)
    for number, heading in enumerate(forms.headings, start=1):
        middle = (number - 0.5) * width
        svg.text(root, middle, 26, heading, 15, bold=True)
        _column(root, middle, forms, number)
    return svg.serialise(root)


def _column(root, middle, forms, number):
    boxes = [("tensor", "X", TOP), *_boxes(forms.layers, number)]
    addition = next(y for kind, _, y in boxes if kind == ADD)
    _shortcut(root, middle, addition, forms.shortcut)
    for (kind, _, y), (after, _, below) in pairwise(boxes):
        start, end = (RADIUS if each == ADD else HALF_HEIGHT for each in (kind, after))
        svg.line(root, [(middle, y + start), (middle, below - end)])
    for kind, words, y in boxes:
        _box(root, middle, kind, words, y)
    last = boxes[-1][2]
    out = last + (RADIUS if boxes[-1][0] == ADD else HALF_HEIGHT)
    svg.line(root, [(middle, out), (middle, TOP + STEP * len(forms.layers) + 24)])


def _boxes(layers, number) -> Iterator[tuple[str, str, int]]:
    for row, (kind, *words) in enumerate(layers, start=1):
        if words[number - 1]:
            yield kind, words[number - 1], TOP + STEP * row


def _box(root, middle, kind, words, y):
    if kind == ADD:
        svg.add(root, "circle", cx=middle, cy=y, r=RADIUS, fill=style.PAPER, stroke=style.INK)
        svg.plus(root, middle, y)
        return
    fill, stroke = style.KINDS[kind]
    rounded = HALF_HEIGHT if kind == "tensor" else 6
    size = 2 * HALF_BOX, 2 * HALF_HEIGHT
    svg.rectangle(root, middle - HALF_BOX, y - HALF_HEIGHT, *size, fill, stroke, rx=rounded)
    svg.text(root, middle, y, words, style.HEADING, bold=True)


def _shortcut(root, middle, end, words):
    edge = middle - HALF_BOX - 34
    way = [(middle - HALF_BOX, TOP), (edge, TOP), (edge, end), (middle - RADIUS, end)]
    svg.line(root, way, style.BLUE, 2.5)
    first = (TOP + end) / 2 - 9 * (len(words) - 1)
    for number, line in enumerate(words):
        svg.text(root, edge - 8, first + 18 * number, line, 13, True, style.BLUE, anchor="end")
