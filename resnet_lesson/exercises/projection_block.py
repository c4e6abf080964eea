"""Exercise ``projection_block``, notebook 07."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe


def fresh_probes(rng):
    """Calls of other sizes: sides that a stride of 2 halves are odd, so that borders agree."""
    probes = []
    for s in (2, 1):
        height, width = rng.sample((5, 7, 9, 11), 2)
        channels, n_filters = rng.sample(range(2, 8), 2)
        arguments = {"n_filters": n_filters} if s == 2 else {"n_filters": n_filters, "s": s}
        probes.append(Probe((2, height, width, channels), arguments))
    return tuple(probes)


EXERCISE = Exercise(
    id="projection_block",
    kind="block",
    notebook="07-resnet34",
    turn=2,
    points=10.0,
    minutes=20,
    reference="resnet_lesson.blocks:projection_block",
    signature="n_filters, x, s=2",
    # Odd sides: there padding="same" is the explicit border, and both ways to write it are right.
    probes=(
        Probe((2, 7, 9, 3), {"n_filters": 5}),
        Probe((3, 5, 7, 4), {"n_filters": 6, "s": 1}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake(
            "strides",
            (("shortcut = Conv2D(n_filters, 1, strides=s,", "shortcut = Conv2D(n_filters, 1,"),),
            where="shortcut.conv",
        ),
        Mistake(
            "missing",
            (("    shortcut = BatchNormalization()(shortcut)\n", ""),),
            where="shortcut.bn",
        ),
    ),
    hints=(
        (
            "It is your `residual_block` with two changes. Look at the figure: which convolution "
            "of the main path makes the picture smaller, and what stands on the shortcut now?"
        ),
        (
            "The shortcut gets two layers of its own, a 1×1 convolution and a BatchNorm. Both "
            "paths start from the same input, so compute the shortcut *before* `x` gets a new "
            "value."
        ),
        (
            "The stride `s` stands twice: in the first 3×3 convolution of the main path and in "
            "the 1×1 of the shortcut. The second 3×3 has stride 1. All three convolutions have "
            "`n_filters` filters."
        ),
        (
            "The shortcut is `BatchNormalization()(Conv2D(n_filters, 1, strides=s, "
            "use_bias=False)(x))`, without a ReLU. The main path begins with `ZeroPadding2D(1)` "
            "and `Conv2D(n_filters, 3, strides=s, use_bias=False)`, which pads nothing itself."
        ),
    ),
    explanation=(
        "Each path has the stride once, in its first convolution, so that both become smaller "
        "alike; the second convolution then works on the small map. The 1×1 convolution of the "
        "shortcut makes `n_filters` channels of any number, and its BatchNorm brings them to the "
        "scale of the main path. No ReLU follows there, so that the shortcut can pass on negative "
        "values too; the only ReLU after the two paths is the one after their addition.\n\n"
        "The border is explicit, `ZeroPadding2D(1)` and a convolution without padding. "
        '`padding="same"` gives the same shapes, but slightly different numbers where a side is '
        "even. The check calls the block with odd sides, where both agree, and accepts both."
    ),
)
