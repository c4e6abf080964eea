"""Palette and typeface of every picture: colours of Okabe and Ito, distinct to all eyes."""

INK = "#1b1f24"
MUTED = "#57606a"
PAPER = "#ffffff"
BLUE = "#0072b2"
SKY = "#56b4e9"
GREEN = "#009e73"
ORANGE = "#e69f00"
VERMILION = "#d55e00"
PURPLE = "#cc79a7"
YELLOW = "#f0e442"
FONT = "DejaVu Sans, Verdana, sans-serif"

LINE = "#d0d7de"
LANE = "#f6f8fa"
# Kind of operation: the box's light fill and the colour of its outline. Text on it is INK.
KINDS = {
    "conv": ("#d9ebf7", BLUE),
    "bn": ("#d9f0e8", GREEN),
    "relu": ("#fcedcc", ORANGE),
    "activation": ("#fcedcc", ORANGE),
    "pool": ("#f7e6ef", PURPLE),
    "dense": ("#fbf8cf", "#8a8000"),
    "block": ("#ecf6fd", SKY),
    "projection": ("#d9ebf7", BLUE),
    "tensor": (PAPER, INK),
    "ghost": (PAPER, MUTED),
    "other": ("#eef1f4", MUTED),
}
# Marks: outline, the badge's fill and its text: vermilion itself is too light for small text.
WRONG = (VERMILION, "#fdeee3", "#8f3f00")
RIGHT = ("#00664a", "#e3f5ee", "#00513b")
# From seldom to often; INK can be read on each.
HEAT = ("#fff1cc", "#ffd27a", "#f8a54a", "#ee7733")

# Sizes in units of a picture that is 900 wide; shown at 900 pixels, a unit is a pixel.
WIDTH = 900
HEADING = 14
SMALL = 12


# The same colours where a theme of JupyterLab rules: a CSS colour and how opaque it is. Tints let
# the paper through, so that the text on them, in the theme's colour, stands out in any theme.
_INK = f"var(--jp-content-font-color1,{INK})"
_TINT = 0.16
THEMED = {
    INK: (_INK, 1),
    MUTED: (_INK, 0.75),
    PAPER: (f"var(--jp-layout-color1,{PAPER})", 1),
    LINE: (f"var(--jp-border-color1,{LINE})", 1),
    LANE: (_INK, 0.04),
    KINDS["other"][0]: (_INK, 0.08),
    RIGHT[0]: (f"var(--jp-success-color1,{RIGHT[0]})", 1),
    **{fill: (edge, _TINT) for fill, edge in KINDS.values() if edge not in (INK, MUTED)},
    **{fill: (edge, _TINT) for edge, fill, _ in (WRONG, RIGHT)},
    **{ink: (_INK, 1) for *_, ink in (WRONG, RIGHT)},
}
THEMED_TEXT = {**THEMED, BLUE: (f"var(--jp-content-link-color,{BLUE})", 1)}


def heat(share: float) -> str:
    """The colour for a share of the most, above 0 and at most 1."""
    return HEAT[min(int(share * len(HEAT)), len(HEAT) - 1)]
