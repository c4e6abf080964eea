"""Draws photographs of hands that sign the digits 0 to 5: the data that the lesson brings along.

Every picture is a small scene. `skeleton` poses a hand; here it is turned before a camera, its
surface is found by sphere tracing (Hart, *The Visual Computer* 12, 1996), lit and given skin;
`camera` puts it before a wall that it throws its shadow on, and photographs it with a lens and a
sensor that are not perfect. Nothing is read from real photographs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from resnet_lesson.signs.hands.camera import GAMMA, develop, wall
from resnet_lesson.signs.hands.skeleton import (
    CLOTH,
    Flesh,
    Part,
    is_readable,
    pose_hand,
    rotation,
    unit,
)
from resnet_lesson.signs.hands.variety import PLAIN, Variety

DIGITS = range(6)
SIZES = range(16, 513)

# Skin from the palest to the darkest (sRGB), on the back of the hand and on its palm: palms differ
# far less from person to person than backs do.
BACKS = [
    (236, 205, 180),
    (218, 186, 156),
    (192, 158, 124),
    (152, 118, 90),
    (108, 78, 56),
    (76, 54, 42),
]
PALMS = [
    (238, 204, 182),
    (226, 192, 166),
    (206, 170, 140),
    (180, 142, 116),
    (154, 115, 92),
    (136, 100, 82),
]
# Both times the colour of the skin: fingertips, and where it folds.
BLUSH = np.array([1.02, 0.86, 0.84], np.float32)
CREASE = np.array([0.72, 0.6, 0.55], np.float32)
SCATTER = np.array([0.22, 0.1, 0.06], np.float32)  # light that leaks past the terminator, red most
BLOCK = 4  # pixels a side that share the first part of their way


def draw_hand(
    digit: int, rng: np.random.Generator, size: int = 64, variety: Variety = PLAIN
) -> np.ndarray:
    """One photograph of a hand that signs `digit`: uint8 `(size, size, 3)`, RGB.

    Args:
        digit: 0 to 5.
        rng: the picture depends on nothing else.
        size: width and height in pixels, 16 to 512.
        variety: how much one hand differs from the next.

    Raises:
        ValueError: the digit or the size is not one of these.
    """
    _demand(digit, DIGITS, "digit", "a whole number from 0 to 5")
    _demand(size, SIZES, "size", "a whole number of pixels from 16 to 512")
    return draw_view(aim(digit, rng, variety), rng, size, variety)


def draw_signs(count: int, seed: int, variety: Variety = PLAIN) -> tuple[np.ndarray, np.ndarray]:
    """Draws hand signs, uint8 `(count, 64, 64, 3)`, and labels, int64; all classes alike often.

    Picture `i` and its label depend on `seed` and `i` alone, so that a longer set begins with the
    shorter one. Every six in a row hold each class once.

    Args:
        count: number of pictures, at least 1.
        seed: whole number from 0.
        variety: how much one hand differs from the next.

    Raises:
        ValueError: count or seed is not such a number.
    """
    _demand(count, range(1, 10**7), "count", "a whole number of pictures, at least 1")
    _demand(seed, range(2**63), "seed", "a whole number, at least 0")
    images = np.empty((count, 64, 64, 3), np.uint8)
    labels = np.empty(count, np.int64)
    for i in range(count):
        group, place = divmod(i, len(DIGITS))
        labels[i] = np.random.default_rng([seed, 0, group]).permutation(len(DIGITS))[place]
        images[i] = draw_hand(labels[i], np.random.default_rng([seed, 1, i]), variety=variety)
    return images, labels


def draw_view(view: "View", rng: np.random.Generator, size: int, variety: Variety) -> np.ndarray:
    """Photographs a posed hand before a wall: uint8 `(size, size, 3)`."""
    hand = _render(view, rng, size)
    behind = wall(hand[..., 3], view.light, size / view.extent, rng, variety)
    return develop(hand[..., :3] + (1 - hand[..., 3:]) * behind, rng, variety)


def _demand(value, allowed, name, expected):
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not (whole and value in allowed):
        raise ValueError(f"{name} is {value!r}: give {expected}")


@dataclass(frozen=True)
class View:
    """A posed hand before the camera: all that a picture of it needs to know about the scene."""

    flesh: Flesh
    turn: np.ndarray  # (3, 3), from the hand's coordinates to the camera's
    centre: np.ndarray  # (2,), what the middle of the picture looks at, cm
    extent: float  # width of the picture, cm
    light: np.ndarray  # (3,), towards the lamp

    def grid(self, pixels: int) -> np.ndarray:
        """Points `(pixels², 2)` in cm on which a picture of that many pixels a side looks."""
        across = ((np.arange(pixels) + 0.5) / pixels - 0.5) * self.extent
        x, y = np.meshgrid(self.centre[0] + across, self.centre[1] - across)
        return np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)


def aim(
    digit: int,
    rng: np.random.Generator,
    variety: Variety = PLAIN,
    change: Callable[[list[Part]], list[Part]] = lambda parts: parts,
) -> View:
    """Poses a hand, turns it so that its sign can be read, and frames all its fingertips.

    `change` is applied to the posed hand; it may add parts at the end.
    """
    readable = False
    while not readable:
        parts, turn = change(pose_hand(digit, rng, variety)), _orientation(digit, rng, variety)
        readable = is_readable(digit, parts, turn)
    flesh = Flesh(parts, turn, distance=rng.uniform(28, 90))
    hand = (flesh.start + flesh.bone)[~flesh.arm]
    low, high = hand[:, :2].min(0) - 1, hand[:, :2].max(0) + 1
    extent = max(np.exp(rng.uniform(*np.log(variety.width))), 1.05 * (high - low).max())
    room = np.maximum(extent - (high - low), 0) / 2
    shift = np.clip(rng.normal(0, variety.off_centre, 2) * extent, -room, room)
    centre = (low + high) / 2 + variety.at_edge * shift
    return View(flesh, turn, centre, extent, _lamp(rng))


def _lamp(rng):
    """The direction of the light: a flash beside the lens, or a lamp or window anywhere before."""
    if rng.random() < 0.7:
        return unit(np.array([*rng.normal((-0.1, 0.2), 0.2), 1.0])).astype(np.float32)
    away, around = np.radians(rng.uniform(15, 60)), np.radians(rng.uniform(-50, 230))
    side = np.sin(away) * np.array([np.cos(around), np.sin(around)])
    return np.array([*side, np.cos(away)], np.float32)


def _orientation(digit, rng, variety):
    """Turns the hand: palm or back to the camera, right or left, a little askew."""
    back, left = rng.random() < variety.back_of_hand, rng.random() < 0.45
    if digit == 0:  # the ring shows from the side
        yaw = rng.uniform(*(variety.ring_from_back if back else variety.ring_from_palm))
        yaw *= rng.choice([1, -1], p=[0.7, 0.3])
    else:
        yaw = 180 * back + _limited(rng, *variety.view_aside)
    aslant = rng.uniform(-45, 45) if rng.random() < variety.seldom_turned else 0.0
    spread, most = variety.turned
    roll = np.clip(rng.normal(aslant, spread), -most, most)
    tilt = _limited(rng, *variety.view_above)
    turn = rotation(tilt, 0, roll) @ rotation(y=yaw)
    return np.diag([-1.0 if left else 1.0, 1.0, 1.0]) @ turn


def _limited(rng, spread, most):
    return np.clip(rng.normal(0, spread), -most, most)


def _render(view, rng, size):
    """Renders the hand at twice the size and shrinks it.

    Returns float32 `(size, size, 4)`: linear RGB times the share of the pixel that is hand, and
    that share.
    """
    pixels = 2 * size
    points, index = _trace(view, pixels)
    canvas = np.zeros((pixels * pixels, 4), np.float32)
    # Drawn for all pixels, hit or not: if rounding moves one at the edge, the others keep theirs.
    grain = rng.normal(1, 0.03, (pixels * pixels, 1)).astype(np.float32)
    canvas[index, :3] = _lit_skin(view, points, rng) * grain[index]
    canvas[index, 3] = 1
    return canvas.reshape(size, 2, size, 2, 4).mean((1, 3))


def _trace(view, pixels):
    """Follows a ray from every pixel to the skin: points `(N, 3)` and their pixels `(N,)`."""
    blocks = pixels // BLOCK
    reach = 0.75 * view.extent / blocks  # from the middle of a block of pixels to its corner
    top, bottom = view.flesh.depths(view.grid(blocks), reach)
    inside = np.flatnonzero(top > bottom)
    points = np.column_stack([view.grid(blocks)[inside], top[inside]])
    points, gap = _march(view.flesh, points, bottom[inside], reach, reach)
    top[inside] = np.where(gap <= reach, points[:, 2], -np.inf)

    block = np.arange(pixels) * blocks // pixels
    block = (block[:, None] * blocks + block).ravel()
    index = np.flatnonzero(top[block] > -np.inf)
    points = np.column_stack([view.grid(pixels)[index], top[block[index]]])
    near = 0.0025 * view.extent
    points, gap = _march(view.flesh, points, bottom[block[index]], 0, near)
    met = gap <= near
    return points[met], index[met]


def _march(flesh, points, bottom, margin, near):
    """Lets points sink towards the skin, as deep as `bottom`, until they are `near` it.

    They stop `margin` short of it. A ray that brushes past a finger would creep: it takes a least
    step all the same. Returns the points float32 `(N, 3)` and their gaps `(N,)`.
    """
    points = points.astype(np.float32)
    gap = np.full(len(points), np.inf, np.float32)
    active = np.arange(len(points))
    while len(active):
        gap[active] = distance = flesh.distance(points[active])
        least = np.where(distance > near, 2 * near, -np.inf)
        points[active, 2] -= np.maximum(distance - margin, least)
        active = active[(distance > near) & (points[active, 2] > bottom[active])]
    return points, gap


def _lit_skin(view, points, rng):
    """The light `(N, 3)` that the skin at `points` sends to the camera."""
    normals, part, place = view.flesh.surface(points)
    colour, gloss = _skin(view, points, normals, part, place, rng)
    shade = np.clip(view.flesh.distance(points + 1.2 * normals) / 1.2, 0, 1)
    open_sky = _unshadowed(view, points)
    facing = (normals @ view.light)[:, None]
    direct = np.clip((facing + SCATTER) / (1 + SCATTER), 0, 1) ** rng.uniform(1.0, 2.2)
    direct *= 0.35 + 0.65 * open_sky[:, None]
    ambient = rng.uniform(0.12, 0.36)
    light = (1 - ambient) * direct * 1.15 + ambient * (0.1 + 0.9 * shade[:, None])
    halfway = unit(view.light + np.array([0, 0, 1], np.float32))
    shine = gloss * np.clip(normals @ halfway, 0, 1) ** 24 * open_sky
    return colour * light + shine[:, None]


def _unshadowed(view, points):
    """The share of the lamp's light `(N,)` that other parts of the hand let through to points.

    Looks how narrowly the way to the lamp passes by flesh (Quilez, *Soft shadows in raymarched
    SDFs*, 2010).
    """
    ways = (view.flesh.distance(points + way * view.light) / way for way in (1.1, 1.9, 3.3))
    return np.clip(np.minimum.reduce(list(ways)) / 0.6, 0, 1)


def _skin(view, points, normals, part, place, rng):
    """Colour of the unlit skin `(N, 3)`, with creases, nails and sleeve, and its gloss `(N,)`."""
    joint, pad = view.flesh.joint[part], (normals * view.flesh.pad[part]).sum(1)
    back, palm = _tones(rng)
    colour = back + np.clip(0.35 + 1.2 * pad, 0, 1)[:, None] * (palm - back)
    gloss = np.full(len(points), rng.uniform(0.01, 0.06), np.float32)
    tip = np.clip(place, 0, 1) ** 2 * (joint == 3)
    colour = _mix(colour, colour * BLUSH, 0.4 * tip)
    colour = _mix(colour, colour * CREASE, _joint_creases(joint, pad, place))
    flat = points @ view.turn.astype(np.float32)
    colour = _mix(colour, colour * CREASE, _palm_lines(flat, joint, pad, rng))
    mottle = np.sin(flat @ rng.normal(0, 1.2, (3, 4)) + rng.uniform(0, 6.3, 4)).mean(1)
    colour *= 1 + 0.08 * mottle[:, None].astype(np.float32)
    nail = (joint == 3) & (pad < -0.66) & (place > 0.45) & (place < 0.995)
    colour = _mix(colour, *_nails(back, nail, rng))
    gloss[nail] += 0.1
    colour[joint == CLOTH] = rng.uniform(0.01, 0.25) * rng.uniform(0.7, 1.3, 3)
    return colour, gloss


def _nails(back, nail, rng):
    """Colour of the nails, a few of them painted, and how much of it shows at each point."""
    varnish, painted = rng.uniform(0.02, (0.6, 0.2, 0.3)), rng.random() < 0.06
    bare = 0.55 * back + np.array([0.3, 0.2, 0.18], np.float32)
    return (varnish.astype(np.float32), 0.8 * nail) if painted else (bare, 0.6 * nail)


def _tones(rng):
    """Draws one person's skin: linear RGB of back and palm."""
    tone, steps = rng.uniform(0, len(BACKS) - 1), np.arange(len(BACKS))
    hue = rng.normal(1, 0.03, 3)
    for table in (BACKS, PALMS):
        colour = [np.interp(tone, steps, channel) for channel in zip(*table, strict=True)]
        yield ((np.array(colour) / 255) ** GAMMA * hue).astype(np.float32)


def _mix(colour, other, share):
    return colour + np.asarray(share, np.float32)[:, None] * (other - colour)


def _joint_creases(joint, pad, place):
    """How deep the folds at the finger joints are, 0 to 1: lines inside, wide on the knuckles."""
    bent, web = np.isin(joint, (2, 3)), joint == 1
    line = np.exp(-((place / 0.07) ** 2)) * bent + np.exp(-(((place - 0.5) / 0.05) ** 2)) * web
    knuckle = np.exp(-((place / 0.16) ** 2)) * bent
    return np.clip(0.7 * line * (pad > 0) + 0.5 * knuckle * (pad < -0.3), 0, 1)


def _palm_lines(flat, joint, pad, rng):
    """How deep the lines of palm and wrist are at points `flat` in the hand's coordinates."""
    x, y = flat[:, 0] + rng.normal(0, 0.15), flat[:, 1] + rng.normal(0, 0.15)
    life = np.where(x < 2.9, np.hypot(x - 3.4, (y - 3.2) * 0.85) - 2.9, 9)
    head = np.where((x > -2.4) & (x < 2.6), y - 6.1 - 0.25 * x + 0.05 * x**2, 9)
    heart = np.where((x > -3.6) & (x < 1.6), y - 7.0 - 0.12 * (x + 1.2) ** 2 - 0.1 * x, 9)
    wrist = np.where(np.abs(x) < 2.6, y - 0.1, 9)
    gap = np.abs([life, head, heart, wrist]).min(0)
    return rng.uniform(0.3, 0.8) * np.exp(-((gap / 0.17) ** 2)) * (joint == 0) * (pad > 0.2)
