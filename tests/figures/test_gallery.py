"""The pictures: fresh, readable, complete and safe."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib
import pytest
from PIL import Image, ImageFont
from support.colours import contrast

from resnet_lesson.figures import style
from resnet_lesson.figures.__main__ import IMAGES, main
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.figures.svg import text_width
from resnet_lesson.graph.operations import Branch, Op, operations

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path(matplotlib.get_data_path()) / "fonts/ttf"
SHAPE = (15, 15, 64)


def conv(place="", size=3, **attrs):
    settings = {"filters": 64, "kernel_size": (size, size), "strides": (1, 1), "padding": "same"}
    return Op("conv", {**settings, **attrs}, SHAPE, place)


BN, RELU, ADD = Op("bn", {"axis": 3}, SHAPE), Op("relu", {}, SHAPE), Op("add", {}, SHAPE, "add")
CONCATENATE = Op("merge", {"name": "Concatenate"}, (15, 15, 128), "add")
INNER = Branch((conv(), BN, RELU, conv()), (), ADD)
BLOCK = (
    Branch(
        (conv("main.1.conv", 1), BN, RELU, conv("main.2.conv"), BN),
        (conv("shortcut.conv", 1), Op("bn", {"axis": 3}, SHAPE, "shortcut.bn")),
        ADD,
    ),
    RELU,
)
GRAPHS = {
    "block": BLOCK,
    "empty": (),
    "added to itself": (Branch((), (), ADD),),
    "chain": (conv(), BN, RELU) * 14,
    "one operation many times": (RELU,) * 12,
    "long branch": (Branch((conv(), BN, RELU) * 13, (), ADD), RELU),
    "four paths": (Branch((conv(), BN), (conv(),), ADD, ((), (conv(), RELU))), RELU),
    "wide shortcut": (Branch((conv(),), (conv(), BN, RELU, conv(), BN), ADD),),
    "nested": (Branch((conv(), INNER, RELU), (conv(), BN, INNER), CONCATENATE), INNER, RELU),
    "unknown": (
        Op("separableconv2d", {"depth_multiplier": 2, "<b>": "<script>"}, (None, None, 3)),
        Op("a_very_long_name_of_a_layer_that_nobody_has_heard_of"),
        conv(activation="relu", dilation_rate=(2, 2), groups=4),
        Op("bn", {"axis": 1}, (1, 2, 3)),
        Op("дропаут", {}, (7,)),
        Op(""),
        Op("pool", {"pool_kind": "global average"}, (64,)),
        Op("pad", {"padding": ((3, 3), (3, 3))}, (70, 70, 3)),
        Op("dense", {"units": 6, "activation": "softmax"}, (6,)),
        Op("odd\x00\ud800]]>&amp;"),
    ),
}


def pictures():
    """The stored pictures and the odd graphs, plain and marked."""
    for path in sorted(IMAGES.glob("*.svg")):
        yield pytest.param(path.read_text(encoding="utf-8"), id=path.stem)
    for name, series in GRAPHS.items():
        yield pytest.param(diagram(series, input_shape=SHAPE), id=name)
        yield pytest.param(diagram(*marked(series)), id=f"{name}, marked")


def marked(series):
    """A series with places of its own, and arguments that mark every one of them."""
    names = iter(range(1000))

    def place(item):
        if isinstance(item, Branch):
            paths = [tuple(place(part) for part in path) for path in item.paths]
            return Branch(paths[0], paths[1], place(item.merge), tuple(paths[2:]))
        return Op(item.kind, item.attrs, item.shape, f"place.{next(names)}")

    series = tuple(place(item) for item in series)
    words = ("padding", "kernel_size", "a long explanation of what is wrong here", "✓ same")
    marks = {op.place: words[i % len(words)] for i, op in enumerate(operations(series))}
    return series, "Your block", "", {**marks, "elsewhere": "missing"}


def boxes(picture):
    """Pairs of a box's group and its rectangle (or circle)."""
    root = ElementTree.fromstring(picture)
    for group in root.iter(f"{SVG}g"):
        yield group, group[1] if group[0].tag == f"{SVG}title" else group[0]


def bounds(shape):
    """Left, top, right, bottom of a rectangle or circle."""
    value = {name: float(number) for name, number in shape.attrib.items() if _is_number(number)}
    if shape.tag == f"{SVG}circle":
        x, y, r = value["cx"], value["cy"], value["r"]
        return x - r, y - r, x + r, y + r
    x, y = value["x"], value["y"]
    return x, y, x + value["width"], y + value["height"]


def _is_number(text):
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()


def text_bounds(element):
    """Left, top, right, bottom of a text set in DejaVu Sans, the widest font to be expected."""
    size, bold = float(element.get("font-size")), element.get("font-weight") == "bold"
    font = ImageFont.truetype(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf", 100)
    width = font.getlength(element.text) * size / 100
    left = float(element.get("x")) - (width / 2 if element.get("text-anchor") == "middle" else 0)
    base = float(element.get("y"))
    return left, base - 0.74 * size, left + width, base + 0.1 * size


def inside(inner, outer):
    return (
        inner[0] >= outer[0]
        and inner[1] >= outer[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("picture", list(pictures()))
def test_boxes_and_texts_lie_inside_the_picture_and_apart(picture):
    root = ElementTree.fromstring(picture)
    panel = tuple(float(number) for number in root.get("viewBox").split())
    shapes = [bounds(shape) for _, shape in boxes(picture)]
    texts = [text_bounds(text) for text in root.iter(f"{SVG}text")]
    for area in shapes + texts:
        assert inside(area, panel)
    for a, b in combinations(shapes, 2):
        assert not overlap(a, b)
    for a, b in combinations(texts, 2):
        assert not overlap(a, b)


@pytest.mark.parametrize("picture", list(pictures()))
def test_lines_and_their_names_keep_clear_of_the_boxes(picture):
    root = ElementTree.fromstring(picture)
    areas = [text_bounds(text) for text in root.findall(f"{SVG}text")]
    lines = [path for path in root.findall(f"{SVG}path") if path.get("fill") == "none"]
    for path in lines:
        areas += segments(path.get("d"))
    for rectangle in root.findall(f"{SVG}g/{SVG}rect"):
        left, top, right, bottom = bounds(rectangle)
        for area in areas:
            assert not overlap(area, (left + 1, top + 1, right - 1, bottom - 1))


def segments(path):
    """The straight pieces of a path, corners included, as thin areas."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    return [
        (min(a[0], b[0]) - 0.5, min(a[1], b[1]) - 0.5, max(a[0], b[0]) + 0.5, max(a[1], b[1]) + 0.5)
        for a, b in pairwise(points)
    ]


@pytest.mark.parametrize("picture", list(pictures()))
def test_texts_fit_their_boxes(picture):
    for group, shape in boxes(picture):
        if shape.tag == f"{SVG}circle":
            continue
        for text in group.iter(f"{SVG}text"):
            assert inside(text_bounds(text), bounds(shape)), text.text
        for badge in group.findall(f"{SVG}rect")[1:]:
            assert inside(bounds(badge), bounds(shape))


@pytest.mark.parametrize("picture", list(pictures()))
def test_pictures_are_readable_and_can_stand_side_by_side(picture):
    root = ElementTree.fromstring(picture)
    assert root.find(f"{SVG}title").text
    assert float(root.get("width")) == style.WIDTH
    for element in root.iter():
        assert "id" not in element.attrib
        assert float(element.get("font-size", 12)) >= 12
    for colours in ((fill, style.INK) for fill, _ in style.KINDS.values()):
        assert contrast(*colours) >= 4.5


def test_colours_of_texts_stand_out():
    for paper in (style.PAPER, style.LANE):
        assert contrast(paper, style.MUTED) >= 4.5
        assert contrast(paper, style.BLUE) >= 4.5
    for outline, fill, ink in (style.WRONG, style.RIGHT):
        assert contrast(fill, ink) >= 4.5
        assert contrast(style.PAPER, outline) >= 3


@pytest.mark.parametrize("series", GRAPHS.values(), ids=GRAPHS)
def test_every_operation_has_one_box(series):
    series, *arguments = marked(series)
    drawn = [group.get("data-place") for group, _ in boxes(diagram(series, *arguments))]
    assert sorted(place for place in drawn if place) == sorted(
        op.place for op in operations(series)
    )


def test_words_of_the_boxes():
    picture = diagram(BLOCK, input_shape=(15, 15, 256))
    for words in ("Conv 1×1", "64 filters", "stride 1 · same", "BatchNorm", "ReLU", "15×15×256"):
        assert f">{words}<" in picture
    assert ">15×15×64<" in picture
    assert ">15×15×64<" not in diagram(BLOCK, shapes=False, input_shape=SHAPE)


def test_where_norm_and_relu_come_first_each_column_ends_with_its_convolution():
    first = (BN, RELU, conv("main.1.conv"), BN, RELU, conv("main.2.conv"))
    drawn = [
        (g.get("data-kind"), *bounds(shape))
        for g, shape in boxes(diagram((Branch(first, (), ADD),)))
    ]
    left_edges = sorted({left for kind, left, *_ in drawn if kind == "conv"})
    columns = [[kind for kind, left, *_ in drawn if left == edge] for edge in left_edges]
    assert columns == [["bn", "relu", "conv"]] * 2


def test_one_pixel_is_not_many():
    texts = ElementTree.fromstring(diagram((Op("pad", {"padding": ((1, 1), (1, 1))}, SHAPE),)))
    assert "1 pixel all round" in "".join(texts.itertext())


def test_each_stage_of_a_network_shows_the_shape_of_its_maps():
    network = (IMAGES / "resnet34.svg").read_text(encoding="utf-8")
    assert network.count(">56×56×64<") == 2  # after the pooling, and in stage 2


def test_marks_are_drawn_in_their_box():
    marks = {"main.2.conv": "padding", "add": "operands", "shortcut": "extra", "x.y": "missing"}
    picture = diagram(BLOCK, marks=marks)
    groups = {group.get("data-place"): group for group, _ in boxes(picture)}
    for place, badge in (("main.2.conv", "✗ padding"), ("add", "✗ operands")):
        assert badge in [text.text for text in groups[place].iter(f"{SVG}text")]
        assert any(element.get("stroke-dasharray") for element in groups[place])
        assert any(element.get("stroke") == style.VERMILION for element in groups[place])
    assert "✗ extra" in picture
    assert "✗ x.y: missing" in picture
    assert "stroke-dasharray" not in diagram(BLOCK)


def test_right_marks_are_not_drawn_as_wrong():
    picture = diagram(BLOCK, marks={"main.2.conv": "✓ padding same"})
    assert ">✓ padding same<" in picture
    assert style.VERMILION not in picture


def test_ghosts_are_missing():
    ghost = Op("bn", {"ghost": True}, (), "main.1.bn")
    picture = diagram((conv(), ghost, RELU))
    (group,) = (group for group, _ in boxes(picture) if group.get("data-kind") == "ghost")
    assert [text.text for text in group.iter(f"{SVG}text")] == ["BatchNorm", "✗ missing"]


def test_what_the_learner_wrote_is_text():
    evil = '</text><script>alert("1")</script>'
    picture = diagram(
        (Op(evil, {"name": evil, evil: evil}, (evil,), evil),), evil, evil, {evil: evil}
    )
    assert "<script" not in picture
    assert ElementTree.fromstring(picture).find(f"{SVG}title").text == evil


def test_networks_are_drawn_block_by_block(network):
    marks = {"stage3.block2.main.1.conv": "strides", "stage4": "block_count"}
    picture = diagram(network, marks=marks)
    drawn = [group.get("data-place") for group, _ in boxes(picture)]
    blocks = {2: 3, 3: 4, 4: 6, 5: 3}
    stages = [f"stage{stage}.block{b + 1}" for stage, n in blocks.items() for b in range(n)]
    assert [place for place in drawn if place and place.startswith("stage")] == stages
    assert [place for place in drawn if place and not place.startswith("stage")] == [
        *(f"stem.{kind}" for kind in ("pad", "conv", "bn", "relu", "pool")),
        *(f"head.{kind}" for kind in ("pool", "flatten", "dense")),
    ]
    assert ">✗ main.1.conv: strides<" in picture
    assert ">✗ block_count<" in picture


def test_a_missing_block_can_be_shown(network):
    at = next(i for i, item in enumerate(network) if isinstance(item, Branch)) + 4
    ghost = Op("block", {"ghost": True, "lines": ("Identity",)}, (), "stage2.block3")
    picture = diagram((*network[:at], ghost, *network[at + 2 :]))
    assert ">✗ missing<" in picture
    assert ">2 blocks<" in picture


@pytest.fixture(scope="module")
def network():
    from resnet_lesson.graph.tracing import trace_model
    from resnet_lesson.networks import ResNet50

    return trace_model(ResNet50())


def test_the_same_graph_gives_the_same_bytes():
    assert diagram(BLOCK, marks={"add": "operands"}) == diagram(BLOCK, marks={"add": "operands"})


def test_estimated_widths_are_not_below_the_real_ones():
    for name, bold in (("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True)):
        font = ImageFont.truetype(FONTS / name, 1000)
        for words in ("stride 1 · valid", "BatchNorm", "512·512·2048", "kernel_size", "WWW@mmm"):
            assert text_width(words, 1000, bold) >= font.getlength(words) * 0.97


def test_the_stored_pictures_are_fresh():
    assert main(["--check"]) == 0


def test_stale_pictures_are_noticed(tmp_path, monkeypatch, capsys):
    from resnet_lesson.figures import gallery

    names = ("skip-connection", "signs")
    monkeypatch.setattr(gallery, "PICTURES", {name: gallery.PICTURES[name] for name in names})
    assert main(["--output", str(tmp_path)]) == 0
    assert main(["--output", str(tmp_path), "--check"]) == 0
    path = tmp_path / "skip-connection.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("ReLU", "ReLo"), encoding="utf-8")
    (tmp_path / "signs.svg").unlink()
    assert main(["--output", str(tmp_path), "--check"]) == 1
    assert "skip-connection.svg is stale" in capsys.readouterr().err


def test_photographs_are_compared_by_their_pixels():
    from resnet_lesson.figures.gallery import same

    def picture(level, compression):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), (level,) * 3).save(buffer, "PNG", compress_level=compression)
        return f'"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"'

    assert picture(100, 0) != picture(100, 9)
    assert same(picture(100, 0), picture(100, 9))
    assert not same(picture(100, 9), picture(120, 9))


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path, capsys):
    assert main(["--output", str(tmp_path / "no")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
