"""How much drawn hands differ from each other: a little, or as much as photographs of strangers.

A network reads photographs of kinds that it has not seen if the drawings that it learned from
differed by more than the photographs do (Tobin et al., *Domain Randomization for Transferring Deep
Neural Networks from Simulation to the Real World*, 2017). But the more they differ, the longer it
has to learn.
"""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Variety:
    """Ranges and spreads that hands are drawn from. Angles are degrees, lengths centimetres.

    A pair holds the lowest and the highest value, or the standard deviation and the most.
    """

    fingers_apart: dict[int, Range]  # by digit, as shares of `skeleton.SPLAY`
    fingers_bent: float  # the most that standing fingers are, as a share of half closed
    ring_narrow: float  # the most that a ring is pressed flat
    ring_fingers_up: float  # how often a ring leaves other fingers standing
    thumb_towards_viewer: float
    thumb_aside: Range  # towards the index finger if positive
    thumb_tip_aside: Range
    wrist_bend: float
    wrist_aside: float
    back_of_hand: float  # how often it is seen
    ring_from_palm: Range
    ring_from_back: Range
    view_aside: Range
    view_above: Range
    turned: Range
    seldom_turned: float
    width: Range  # of the picture
    off_centre: float  # as a share of the width
    at_edge: float  # how much of the room up to the edge may be used
    even_wall: float  # how often it is light and even
    darkest_wall: float  # of 255
    dim: float  # how much light photographs lack


PLAIN = Variety(
    fingers_apart={1: (0.2, 1.0), 2: (0.6, 2.2), 3: (0.5, 2.2), 4: (0.3, 1.5), 5: (0.3, 1.5)},
    fingers_bent=0.0,
    ring_narrow=0.0,
    ring_fingers_up=0.0,
    thumb_towards_viewer=14,
    thumb_aside=(-20, 20),
    thumb_tip_aside=(-24, 8),
    wrist_bend=6,
    wrist_aside=7,
    back_of_hand=0.22,
    ring_from_palm=(54, 82),
    ring_from_back=(88, 115),
    view_aside=(13, 30),
    view_above=(8, 20),
    turned=(9, 54),
    seldom_turned=0.1,
    width=(17, 25),
    off_centre=0.055,
    at_edge=0.85,
    even_wall=0.0,
    darkest_wall=158,
    dim=0.08,
)

VARIED = Variety(
    fingers_apart={1: (0.0, 1.2), 2: (0.0, 2.2), 3: (0.1, 2.2), 4: (0.0, 1.5), 5: (0.0, 1.6)},
    fingers_bent=0.5,
    ring_narrow=1.0,
    ring_fingers_up=0.25,
    thumb_towards_viewer=24,
    thumb_aside=(-42, 36),
    thumb_tip_aside=(-28, 14),
    wrist_bend=10,
    wrist_aside=16,
    back_of_hand=0.3,
    ring_from_palm=(30, 85),
    ring_from_back=(85, 145),
    view_aside=(20, 50),
    view_above=(16, 42),
    turned=(25, 65),
    seldom_turned=0.15,
    width=(16, 52),
    off_centre=0.2,
    at_edge=1.0,
    even_wall=0.35,
    darkest_wall=120,
    dim=0.22,
)
