"""One palette and one type for every picture: colours of Okabe and Ito, distinct to all eyes."""

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


def heat(share):
    """The colour for a share of the most, above 0 and at most 1."""
    return HEAT[min(int(share * len(HEAT)), len(HEAT) - 1)]
