"""What a passed check shows: the network with the parts that the learner has built lit up."""

from dataclasses import dataclass

from markupsafe import Markup

from resnet_lesson.exercises import all_exercises
from resnet_lesson.figures import style, svg
from resnet_lesson.html import render
from resnet_lesson.lab import record
from resnet_lesson.lab.progress import next_open, points_in_words, standings

WIDTH, ROW, BOX, STEP = 420, 38, (38, 26), 46
LEAST = 0.9  # of that width, in a narrow window
BLOCKS = (3, 4, 6, 3)


@dataclass(frozen=True)
class Network:
    """A network as exercises build it.

    Attributes:
        name: in words.
        first: the exercise whose block starts a stage.
        further: the exercise whose block follows.
        whole: the exercise that puts stem, stages and head together.
        from_stage: the first stage that a block of its own starts.
    """

    name: str
    first: str
    further: str
    whole: str
    from_stage: int = 2

    def rows(self) -> list[tuple[str, list[str]]]:
        """Stem, stages and head: the name, and the exercise of each of its parts."""
        stages = []
        for stage, count in enumerate(BLOCKS, start=2):
            first = self.first if stage >= self.from_stage else self.further
            stages.append((f"Stage {stage}", [first, *[self.further] * (count - 1)]))
        return [("Stem", [self.whole]), *stages, ("Head", [self.whole])]


NETWORKS = (
    Network("ResNet-50", "convolutional_block", "identity_block", "ResNet50"),
    Network("ResNet-50 of classes", "ConvolutionalBlock", "IdentityBlock", "ResNet50Model"),
    Network("ResNet-34", "projection_block", "residual_block", "ResNet34", from_stage=3),
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
    return render(
        "reward.html.j2",
        picture=Markup(svg.themed(draw(network_of(exercise_id), passed, exercise_id), LEAST)),
        points=points_in_words(rows),
        after=next_open(rows, exercise.notebook, exercise.turn),
        notebook=exercise.notebook,
    )


def network_of(exercise_id: str) -> Network:
    """The network that an exercise is a part of; ResNet-50 where it is none of any."""
    for network in NETWORKS:
        if exercise_id in (network.first, network.further, network.whole):
            return network
    return NETWORKS[0]


def draw(network: Network, passed: set[str], newest: str) -> str:
    """A network as text in SVG: a row for each stage, a box for each block.

    Args:
        network: what is drawn.
        passed: the ids of the exercises that are passed; their parts are lit and ticked.
        newest: the one that has just passed; its parts have a thick outline.
    """
    rows = network.rows()
    parts = [part for _, parts in rows for part in parts]
    lit = sum(part in passed for part in parts)
    title = f"{network.name}: {lit} of {len(parts)} parts are yours"
    new = parts.count(newest)
    description = f"{title}." + (f" {new} of them since this check." if new else "")
    root = svg.document(WIDTH, 46 + ROW * len(rows), title, description)
    svg.text(root, WIDTH / 2, 24, title, style.HEADING, bold=True)
    for number, (name, row) in enumerate(rows):
        y = 46 + ROW * number + BOX[1] / 2
        svg.text(root, 20, y, name, style.HEADING, anchor="start")
        for place, part in enumerate(row):
            _part(root, 98 + STEP * place, y, part in passed, part == newest)
    return svg.serialise(root)


def _part(root, x, y, lit, newest):
    edge, fill, ink = style.RIGHT
    looks = {"fill": fill, "stroke": edge} if lit else {"fill": style.PAPER, "stroke": style.MUTED}
    svg.rectangle(
        root,
        x,
        y - BOX[1] / 2,
        *BOX,
        **looks,
        stroke_width=3.5 if lit and newest else 1.5,
        stroke_dasharray=None if lit else "4 3",
    )
    if lit:
        svg.text(root, x + BOX[0] / 2, y, "✓", style.HEADING, bold=True, fill=ink)
