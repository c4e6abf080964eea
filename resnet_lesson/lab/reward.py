"""What a passed check shows: the network with the parts that the learner has built lit up."""

from dataclasses import dataclass

from markupsafe import Markup

from resnet_lesson.exercises import all_exercises
from resnet_lesson.figures import style, svg
from resnet_lesson.html import render
from resnet_lesson.lab import record
from resnet_lesson.lab.progress import next_open, points_in_words, standings

WIDTH, TOP, ROW, BOX, STEP = 364, 70, 44, (38, 26), 45
LEFT = 90  # where the boxes of a row begin
LEAST = 0.78  # of that width, in a narrow window: text of 9 pixels
BLOCKS = (3, 4, 6, 3)

# A kind of part, and what a network has of it.
PARTS = {
    "shortcut": "the shortcuts",
    "first": "the blocks that change the shape",
    "further": "the blocks that keep the shape",
    "ends": "the stem and the head",
    "norm": "the moving statistics of its BatchNorms",
    "label": "the one-hot labels",
    "loss": "the loss, from its answers and the labels",
}
# What is the same in every network: the kind of part, and the exercise that builds it.
SHARED = {
    "shortcut": "skip_connection",
    "norm": "moving_statistics",
    "label": "one_hot",
    "loss": "cross_entropy",
}


@dataclass(frozen=True)
class Network:
    """A network as exercises build it.

    Attributes:
        name: in words.
        built_by: a kind of `PARTS` → the exercise that builds it; none for what is given.
        from_stage: the first stage that a block of the kind "first" starts.
    """

    name: str
    built_by: dict[str, str]
    from_stage: int = 2

    def rows(self) -> list[tuple[str, list[tuple[str, ...]]]]:
        """Stem, stages, head and training: the name, and the kinds of part in each of its boxes."""
        stages: list[tuple[str, list[tuple[str, ...]]]] = []
        for stage, count in enumerate(BLOCKS, start=2):
            first = "first" if stage >= self.from_stage else "further"
            kinds = (first, *["further"] * (count - 1))
            stages.append((f"Stage {stage}", [(kind, "shortcut", "norm") for kind in kinds]))
        stages = [("Stem", [("ends", "norm")]), *stages, ("Head", [("ends",)])]
        return [*stages, ("Training", [("label",), ("loss",)])]


NETWORKS = (
    Network(
        "ResNet-50",
        SHARED | {"first": "convolutional_block", "further": "identity_block", "ends": "ResNet50"},
    ),
    Network(
        "ResNet-50 of classes",
        SHARED
        | {"first": "ConvolutionalBlock", "further": "IdentityBlock", "ends": "ResNet50Model"},
    ),
    Network(
        "ResNet-34",
        SHARED | {"first": "projection_block", "further": "residual_block", "ends": "ResNet34"},
        from_stage=3,
    ),
    Network("ResNet-50 from bottlenecks", SHARED | {"further": "bottleneck_block"}),
    Network("ResNet-34 with pre-activation", SHARED | {"further": "preactivation_block"}, 3),
)


def reward_html(exercise_id: str) -> Markup:
    """The network, how far one has come, and a link to what comes next.

    Nothing where the record is kept for this kernel alone: it does not know the other notebooks.
    """
    if record.record_path() is None:
        return Markup("")
    rows = standings(record.read())
    passed = {row.id for row in rows if row.passed}
    exercise = all_exercises()[exercise_id]
    network = network_of(exercise_id)
    return render(
        "reward.html.j2",
        picture=Markup(svg.themed(draw(network, passed, exercise_id), LEAST)),
        new=in_words(network, {exercise_id}),
        points=points_in_words(rows),
        after=next_open(rows, exercise.notebook, exercise.turn),
        notebook=exercise.notebook,
    )


def network_of(exercise_id: str) -> Network:
    """The network that an exercise builds a part of; ResNet-50 where it is a part of none."""
    for network in NETWORKS:
        if exercise_id in network.built_by.values():
            return network
    return NETWORKS[0]


def in_words(network: Network, exercises: set[str]) -> str:
    """What these exercises build of a network; empty if nothing."""
    kinds = [kind for kind in PARTS if network.built_by.get(kind) in exercises]
    return "; ".join(PARTS[kind] for kind in kinds)


def draw(network: Network, passed: set[str], newest: str) -> str:
    """A network as text in SVG: a row for each stage, a box for each block.

    Args:
        network: what is drawn.
        passed: the ids of the exercises that are passed; their parts are lit.
        newest: the one that has just passed; its parts have a thick outline.
    """
    rows = network.rows()
    kinds = [kind for _, boxes in rows for box in boxes for kind in box]
    lit = {kind for kind, exercise in network.built_by.items() if exercise in passed}
    count = f"{sum(kind in lit for kind in kinds)} of {len(kinds)} parts are yours"
    words = in_words(network, passed)
    title = f"{network.name}: {count}{f': {words}' if words else ''}."
    root = svg.document(WIDTH, TOP + ROW * len(rows), network.name, title)
    svg.text(root, WIDTH / 2, 22, network.name, style.HEADING, bold=True)
    svg.text(root, WIDTH / 2, 42, count, style.HEADING)
    new = {kind for kind in lit if network.built_by[kind] == newest}
    for number, (name, boxes) in enumerate(rows):
        y = TOP + ROW * number
        svg.text(root, 20, y + BOX[1] / 2, name, style.HEADING, anchor="start")
        for place, box in enumerate(boxes):
            for kind in box:
                _part(root, kind, LEFT + STEP * place, y, kind in lit, kind in new)
    _key(root, lit)
    return svg.serialise(root)


def _part(root, kind, x, y, lit, new):
    """One part of a box whose upper left corner is ``(x, y)``: dashed and empty until it is lit."""
    edge, fill, ink = style.RIGHT
    edge = edge if lit else style.MUTED
    width = 3.5 if new else 2 if lit else 1.5
    looks = {"stroke_width": width, "stroke_dasharray": None if lit else "3 3"}
    group = svg.add(root, "g", data_part=kind, data_lit=str(lit).lower())
    middle = x + BOX[0] / 2
    if kind == "shortcut":
        arc = f"M{x + 5},{y - 1}v-4q0,-5 5,-5h{BOX[0] - 20}q5,0 5,5v4"
        svg.add(group, "path", d=arc, fill="none", stroke=edge, **looks)
    elif kind == "norm":
        strip = f"M{x + 6},{y + BOX[1] - 6}h{BOX[0] - 12}"
        svg.add(group, "path", d=strip, fill="none", stroke=edge, **looks)
    else:
        fill = fill if lit else style.PAPER
        svg.rectangle(group, x, y, *BOX, fill, edge, **looks)
        if kind in ("label", "loss"):
            svg.text(group, middle, y + BOX[1] / 2, kind, style.SMALL, fill=ink if lit else edge)
        elif lit:
            svg.text(group, middle, y + 10, "✓", style.HEADING, bold=True, fill=ink)


def _key(root, lit):
    """What the arcs and the strips stand for, in the free part of the first row."""
    x = LEFT + 3 * STEP
    for kind, words, y in (("shortcut", "shortcut", TOP + 4), ("norm", "BatchNorm", TOP + 4)):
        _part(root, kind, x, y, kind in lit, False)
        middle = y - 4 if kind == "shortcut" else y + BOX[1] - 6
        svg.text(root, x + BOX[0] + 4, middle, words, fill=style.MUTED, anchor="start")
