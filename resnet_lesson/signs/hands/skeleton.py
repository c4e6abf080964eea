"""A hand as a skeleton: its proportions, its pose for each sign, and the skin around the bones.

Lengths are centimetres. A right hand stands with the wrist at the origin, the fingers along +y,
the palm towards the viewer (+z) and the thumb at +x; a left hand is its mirror image. The bones are
about as long as adults' are on average (Buryanov & Kotiuk, *Proportions of hand segments*, Int. J.
Morphol. 28(3), 2010), flesh at the tip included; breadth and length vary from person to person by
5 % (Gordon et al., *2012 Anthropometric Survey of U.S. Army Personnel*, 2014). Angles are degrees
where a table or a random draw states them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import numpy as np

from resnet_lesson.signs.hands.variety import PLAIN, Variety

# One row a finger, from the index to the little finger.
BONES = np.array([[4.0, 2.3, 1.95], [4.5, 2.65, 2.1], [4.15, 2.6, 2.1], [3.3, 1.85, 1.95]])
KNUCKLES = np.array([[3.0, 8.2, -0.1], [0.95, 8.5, 0.1], [-1.15, 8.1, 0.05], [-3.05, 7.2, -0.15]])
CARPALS = np.array([[1.35, 1.2, 0.0], [0.5, 1.2, 0.1], [-0.45, 1.2, 0.1], [-1.3, 1.2, 0.0]])
RADII = np.array(  # at the knuckle, the two finger joints and the tip
    [
        [1.02, 0.95, 0.84, 0.7],
        [1.05, 0.97, 0.86, 0.72],
        [1.0, 0.92, 0.81, 0.68],
        [0.86, 0.8, 0.7, 0.6],
    ]
)
SPLAY = np.array([-11.0, -1.0, 7.5, 18.0])  # of spread fingers, positive towards the little finger
THUMB_BONES = np.array([4.6, 3.3, 2.5])
THUMB_RADII = np.array([1.45, 1.15, 1.05, 0.82])
THUMB_ROOT = np.array([1.9, 1.9, 0.7])

# How a thumb is held: the directions of its three bones, the corners of the box in which its tip
# ends up (None: where the bones lead; on a fist, from the folded fingers), and the side on which
# its pad lies.
OPEN_THUMB = (
    ((0.68, 0.66, 0.28), (0.74, 0.67, 0.08), (0.8, 0.6, 0.0)),
    None,
    (-0.7, 0.3, 0.65),
)
OVER_FIST = (
    ((0.5, 0.7, 0.5), (-0.45, 0.6, 0.66), (-0.9, 0.25, 0.2)),
    ((-0.2, -0.6, 1.3), (1.1, 0.4, 1.7)),
    (-0.3, 0.2, -0.9),
)
OVER_PALM = (
    ((0.62, 0.7, 0.35), (-0.55, 0.75, 0.35), (-0.95, 0.2, -0.1)),
    ((-2.4, 4.7, 2.3), (2.0, 7.8, 2.7)),
    (0.1, -0.5, -0.85),
)
RING_THUMB = ((0.45, 0.55, 0.7), (0.2, 0.7, 0.7), (0.0, 0.95, 0.3)), None, (0.0, 0.4, -0.9)
SIGNS = {  # which fingers stand up, and the thumb
    1: ((True, False, False, False), OVER_FIST),
    2: ((True, True, False, False), OVER_FIST),
    3: ((True, True, False, False), OPEN_THUMB),
    4: ((True, True, True, True), OVER_PALM),
    5: ((True, True, True, True), OPEN_THUMB),
}

# Bends at a finger's three joints, where it closes a ring: a round one, and one without a hole.
HALF_CLOSED, PRESSED = np.array([48.0, 52.0, 30.0]), np.array([74.0, 34.0, 18.0])

LEAST_SEEN = 0.68  # share of the length of a finger that stands
LEAST_APART = 2.3  # cm between the tip of an open thumb and the index finger
THUMB_SEEN = THUMB_BONES[1:].sum()

CLOTH = -1  # the joint number of a sleeve
CHUNK = 1024  # points
PALM_BLEND, JOINT_BLEND = 0.32, 0.1  # how far soft tissue rounds off where two parts meet


@dataclass(frozen=True)
class Part:
    """A tapered capsule of flesh around a bone, from `start` to `end`.

    `pad` is the direction in which its palm side looks. `joint` counts from the knuckle: 1, 2, 3
    for the phalanges, 0 for palm and forearm, `CLOTH` for a sleeve. Parts of the `arm` need not be
    in the picture; a part that is not `blended` keeps its edge to the others.
    """

    start: np.ndarray
    end: np.ndarray
    radii: tuple[float, float]  # at start and end
    pad: np.ndarray
    joint: int = 0
    blended: bool = True
    arm: bool = False


def unit(vector: np.ndarray) -> np.ndarray:
    """Scales vectors `(..., 3)` to length 1."""
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def rotation(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    """Returns the 3×3 matrix that turns by `x`, then `y`, then `z` degrees about these axes."""
    matrix = np.eye(3)
    for axis, angle in enumerate((x, y, z)):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turn, (i, j) = np.eye(3), ((axis + 1) % 3, (axis + 2) % 3)
        turn[i, i], turn[j, j], turn[i, j], turn[j, i] = c, c, -s, s
        matrix = turn @ matrix
    return matrix


def finger_joints(
    finger: int, bends: np.ndarray, splay: float, reach: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Walks along a finger: `bends` at its three joints and `splay` to the side, in degrees.

    `reach` is its length as a share of the average. Returns the four joints `(4, 3)` from knuckle
    to tip and the pads' directions `(3, 3)`.
    """
    along = np.array([-np.sin(np.radians(splay)), np.cos(np.radians(splay)), 0.0])
    palmwards = np.array([0.0, 0.0, 1.0])
    angles = np.radians(np.cumsum(bends))[:, None]
    directions = np.cos(angles) * along + np.sin(angles) * palmwards
    pads = np.cos(angles) * palmwards - np.sin(angles) * along
    steps = reach * BONES[finger][:, None] * directions
    return np.vstack([KNUCKLES[finger], KNUCKLES[finger] + np.cumsum(steps, 0)]), pads


def thumb_joints(directions: Any, target: np.ndarray | None = None) -> np.ndarray:
    """Places the thumb's bones along `directions` `(3, 3)`, then bends them towards `target`.

    Reaching alternates from both ends (FABRIK, Aristidou & Lasenby 2011): every bone keeps its
    length. Returns the four joints `(4, 3)`.
    """
    steps = THUMB_BONES[:, None] * unit(np.asarray(directions))
    joints = np.vstack([THUMB_ROOT, THUMB_ROOT + np.cumsum(steps, 0)])
    for _ in range(6 if target is not None else 0):
        joints[3] = target
        for i in (2, 1, 0):
            joints[i] = joints[i + 1] + unit(joints[i] - joints[i + 1]) * THUMB_BONES[i]
        joints[0] = THUMB_ROOT
        for i in (0, 1, 2):
            joints[i + 1] = joints[i] + unit(joints[i + 1] - joints[i]) * THUMB_BONES[i]
    return joints


def finger_pose(
    digit: int, rng: np.random.Generator, variety: Variety = PLAIN
) -> tuple[np.ndarray, np.ndarray]:
    """Draws bends `(4, 3)` and splay `(4,)` in degrees for the four fingers of a sign."""
    if digit == 0:
        return _ring_pose(rng, variety)
    upright = np.array(SIGNS[digit][0])
    straight = np.array([4.0, 7.0, 5.0]) + rng.normal(0, 5) + np.abs(rng.normal(0, 4, (4, 3)))
    straight += variety.fingers_bent * rng.uniform(0, 1) ** 2 * HALF_CLOSED
    curled = np.array([rng.uniform(54, 86), rng.uniform(90, 108), 68.0]) + rng.normal(0, 6, 3)
    curled = curled + rng.normal(0, 5, (4, 3))
    spread = rng.uniform(*variety.fingers_apart[digit]) * SPLAY + rng.normal(0, 2, 4)
    closed = np.array([-2.0, 3.0, 8.0, 14.0]) + rng.normal(0, 2, 4)  # towards the thumb's root
    return np.where(upright[:, None], straight, curled), np.where(upright, spread, closed)


def _ring_pose(rng, variety):
    """Bends `(4, 3)` and splay `(4,)` of a 0: all fingers close the ring, or some of them stand."""
    bends = HALF_CLOSED + variety.ring_narrow * rng.uniform(0, 1) * (PRESSED - HALF_CLOSED)
    bends = bends + rng.normal(0, 6, 3) + rng.normal(0, 2.5, (4, 3))
    splay = np.array([3.0, 1.0, -2.0, -6.0]) + rng.normal(0, 1, 4)
    if rng.random() < variety.ring_fingers_up:
        first = rng.integers(1, 3)  # that stands
        bends[first:] = rng.uniform(0.1, 1) * bends[first:] * np.array([0.4, 0.5, 0.5])
        splay[first:] = rng.uniform(0.3, 1.6) * SPLAY[first:]
    return bends, splay


def thumb_pose(
    digit: int, rng: np.random.Generator, chains: np.ndarray, variety: Variety = PLAIN
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the thumb's joints `(4, 3)` and pad direction for a sign.

    `chains` `(4, 4, 3)` are the joints of the fingers, which it touches in some signs.
    """
    directions, box, pad = RING_THUMB if digit == 0 else SIGNS[digit][1]
    target = None if box is None else rng.uniform(*box)
    if digit == 0:
        standing = chains[1, 3, 1] > chains[0, 3, 1] + 2.5
        fingertip = chains[0, 3] if standing else (chains[0, 3] + chains[1, 3]) / 2
        target = fingertip + np.array([0.0, -0.9, 0.2])
    elif digit in (1, 2):
        between, along = rng.uniform(-0.1, 0.8), rng.uniform(0.1, 1.2)
        fingers = chains[digit] + between * (chains[digit + 1] - chains[digit])
        target += fingers[1] + along * (fingers[2] - fingers[1])
    elif box is None:
        x, y = variety.thumb_towards_viewer * rng.uniform(-1, 1, 2)
        turn = rotation(x, y, rng.uniform(*variety.thumb_aside))
        directions = np.array(directions) @ turn.T
        directions[2] = rotation(z=rng.uniform(*variety.thumb_tip_aside)) @ directions[2]
    return thumb_joints(directions, target), np.array(pad)


def _across(pad, bone):
    """The part of `pad` that is at right angles to `bone`."""
    along = unit(bone)
    return unit(pad - along * (pad @ along))


def _finger_parts(finger, joints, pads, plump):
    radii = RADII[finger] * plump
    for j in range(3):
        yield Part(joints[j], joints[j + 1], radii[j : j + 2], pads[j], j + 1, j == 0)


def _thumb_parts(joints, pad, plump):
    radii = THUMB_RADII * plump
    for j, joint in enumerate((0, 2, 3)):  # its first bone lies in the palm
        towards = pad if j else np.array([-0.3, 0.0, 1.0])
        side = _across(towards, joints[j + 1] - joints[j])
        yield Part(joints[j], joints[j + 1], radii[j : j + 2], side, joint, j == 0)


def _palm_parts(first_bones, bends, thumb, plump):
    """Metacarpals, the balls of thumb and little finger, and the webs between the fingers."""
    palm = np.array([0.0, 0.0, 1.0])
    for finger in range(4):
        yield Part(CARPALS[finger], KNUCKLES[finger], (1.35 * plump, 1.1 * plump), palm)
    pads = np.array([[2.6, 7.2, 0.45], [-2.5, 6.3, 0.4]])  # below the fingers
    yield Part(*pads, (0.95, 0.9), palm)
    little_ball = np.array([[-2.1, 2.0, 0.3], [-2.8, 5.2, 0.2]])
    yield Part(*little_ball, (1.3, 1.2), palm)
    thumb_ball = np.array([1.5, 1.8, 0.55]), thumb[0] + 0.62 * (thumb[1] - thumb[0])
    yield Part(*thumb_ball, (1.35 * plump, 1.35 * plump), palm)
    thumb_web = thumb[0] + 0.85 * (thumb[1] - thumb[0]), np.array([2.8, 6.3, 0.1])
    yield Part(*thumb_web, (0.9, 0.95), palm)
    for finger in range(3):
        apart = abs(bends[finger, 0] - bends[finger + 1, 0]) > 40
        roots, ends = first_bones[finger : finger + 2].swapaxes(0, 1)
        web = roots + (0.16 if apart else 0.42) * (ends - roots)
        yield Part(*web, (0.6, 0.6), palm)


def _arm_parts(bend, deviation, plump, clothes):
    """Forearm: two bones side by side, narrow at the wrist, wider towards the elbow."""
    turn = rotation(bend, 0.0, deviation)
    for side in (-1.0, 1.0):
        palm, wrist = np.array([side * 1.05, 1.0, 0.0]), turn @ np.array([side * 0.85, -1.2, -0.1])
        middle, elbow = turn @ np.array([side, -9, -0.3]), turn @ np.array([side * 1.2, -32, -0.6])
        pad, radii = turn @ np.array([0.0, 0.0, 1.0]), plump * np.array([1.65, 1.8, 2.4, 3.4])
        yield Part(palm, wrist, radii[:2], pad, arm=True)
        yield Part(wrist, middle, radii[1:3], pad, arm=True)
        yield Part(middle, elbow, radii[2:], pad, arm=True)
        if clothes is None:
            continue
        begin, stop = clothes
        cuff, end, wide = wrist + begin * (middle - wrist), elbow, radii[2:] + np.array([0.1, 0.4])
        if stop is not None:
            end, wide = wrist + stop * (middle - wrist), radii[[1, 1]] + 0.35
        yield Part(cuff, end, wide, pad, CLOTH, blended=False, arm=True)


def pose_hand(digit: int, rng: np.random.Generator, variety: Variety = PLAIN) -> list[Part]:
    """Draws one right hand that shows `digit`, palm to the viewer; returns its list of `Part`."""
    plump = rng.uniform(0.86, 1.1)
    bends, splay = finger_pose(digit, rng, variety)
    reach = rng.normal(1.01, 0.05) * rng.normal(1, 0.02, 4)
    chains = [finger_joints(i, bends[i], splay[i], reach[i]) for i in range(4)]
    thumb, pad = thumb_pose(digit, rng, np.array([joints for joints, _ in chains]), variety)
    parts = [
        part
        for finger, (joints, pads) in enumerate(chains)
        for part in _finger_parts(finger, joints, pads, plump)
    ]
    parts += _thumb_parts(thumb, pad, plump)
    parts += _palm_parts(np.array([joints[:2] for joints, _ in chains]), bends, thumb, plump)
    bend = rng.normal(-7.5 if digit == 0 else 0, variety.wrist_bend)
    parts += _arm_parts(bend, rng.normal(0, variety.wrist_aside), plump, _clothes(rng))
    breadth = np.array([rng.normal(0.98, 0.05), 1.0, 1.0])
    return [replace(part, start=part.start * breadth, end=part.end * breadth) for part in parts]


def is_readable(digit: int, parts: list[Part], turn: np.ndarray) -> bool:
    """Whether a viewer sees which fingers of a hand stand, once `turn` has been applied to it.

    A finger that points at the viewer looks folded, and an open thumb that lies before or behind
    the index finger looks folded too: of each enough must be seen.

    Args:
        digit: what the hand shows.
        parts: as `pose_hand` returns them.
        turn: `(3, 3)`, from the hand's coordinates to the viewer's.
    """
    if digit == 0:
        return True
    upright, (_, box, _) = SIGNS[digit]
    seen = np.array([[part.start, part.end] for part in parts[:15]]) @ turn[:2].T  # (15, 2, 2)
    for finger in np.flatnonzero(upright):
        span = seen[3 * finger + 2, 1] - seen[3 * finger, 0]
        if np.linalg.norm(span) < LEAST_SEEN * BONES[finger].sum():
            return False
    if box is not None:
        return True
    root, tip = seen[12, 1], seen[14, 1]
    across = _distance_to_segment(tip, seen[0, 0], seen[2, 1])
    return bool(across > LEAST_APART and np.linalg.norm(tip - root) > LEAST_SEEN * THUMB_SEEN)


def _distance_to_segment(point, start, end):
    bone = end - start
    share = np.clip((point - start) @ bone / (bone @ bone), 0, 1)
    return np.linalg.norm(point - start - share * bone)


def _clothes(rng):
    """Where on the forearm a sleeve begins, or where a band begins and ends; None for bare skin.

    As shares of the way from the wrist to its middle; a sleeve's end is None.
    """
    start = rng.uniform(0.1, 0.9)
    worn = None, (start, None), (0.5 * start, 0.5 * start + 0.09)
    return worn[rng.choice(3, p=(0.65, 0.25, 0.1))]


def _in_chunks(method):
    """Calls a method with some of the points at a time.

    The tables of parts by points then stay in the processor's cache, and their products are too
    small for threads, which on a busy machine cost far more than they bring.
    """

    @wraps(method)
    def chunked(self, points):
        pieces = [method(self, points[i : i + CHUNK]) for i in range(0, len(points), CHUNK)]
        return tuple(np.concatenate(columns) for columns in zip(*pieces, strict=True))

    return chunked


class Flesh:
    """The surface around a list of parts, as a signed distance in cm: below 0 inside.

    Palm, wrist and first phalanges flow into each other; the other phalanges keep their edges, so
    that a folded finger stays visible on the palm. `turn` `(3, 3)` carries the hand's coordinates
    into those of the points that are asked for; what is closer to a camera at `distance` cm is
    larger, as it looks from there. Points are float32 `(N, 3)`.
    """

    def __init__(self, parts: Iterable[Part], turn: np.ndarray, distance: float = 1e6):
        parts = sorted(parts, key=lambda part: not part.blended)
        start, end, pad = (
            np.array([getattr(part, name) for part in parts]) @ turn.T
            for name in ("start", "end", "pad")
        )
        nearer = np.stack(
            [1 / (1 - np.clip(a[:, 2:], -distance, 9) / distance) for a in (start, end)]
        )
        start, end = start * nearer[0], end * nearer[1]
        self.start, self.bone, self.pad = (a.astype(np.float32) for a in (start, end - start, pad))
        self.joint = np.array([part.joint for part in parts])
        self.arm = np.array([part.arm for part in parts])
        radii = np.array([part.radii for part in parts]) * nearer[..., 0].T
        radii = radii.astype(np.float32)
        self.radius, self.taper = radii[:, :1], radii[:, 1:] - radii[:, :1]
        self.blended = sum(part.blended for part in parts)

    def _each(self, points, axes=3):
        """Distance `(K, N)` to every part, place along it 0..1, and distance to its axis.

        With `axes=2` all depths count as 0: the distance in the picture's plane.
        """
        start, bone, points = self.start[:, :axes], self.bone[:, :axes], points[:, :axes]
        length = (bone**2).sum(1, keepdims=True) + 1e-6
        along = bone @ points.T
        along -= (start * bone).sum(1, keepdims=True)
        place = along * (1 / length)
        np.clip(place, 0, 1, out=place)
        square = (-2 * start) @ points.T
        square += np.einsum("ij,ij->i", points, points)
        square += (start**2).sum(1, keepdims=True) + 1e-5
        along *= -2
        along += place * length
        along *= place
        square += along
        axis = np.sqrt(np.abs(square, out=square), out=square)
        return axis - (self.radius + place * self.taper), place, axis

    def depths(self, points: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """Between which depths there is flesh near points `(N, 2)` in the picture, top and bottom.

        Near means within `reach` cm. Where there is none, the top lies below the bottom.
        """
        near = self._each(points, axes=2)[0] - np.abs(self.taper) < reach + PALM_BLEND
        ends = np.stack([self.start[:, 2:], self.start[:, 2:] + self.bone[:, 2:]])
        girth = np.maximum(self.radius, self.radius + self.taper) + PALM_BLEND
        top = np.where(near, ends.max(0) + girth, -np.inf).max(0)
        return top, np.where(near, ends.min(0) - girth, np.inf).min(0)

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Signed distance of points from the skin, `(N,)`."""
        return self._distance(points)[0]

    @_in_chunks
    def _distance(self, points):
        each = self._each(points)[0]
        soft = np.exp(each[: self.blended] * np.float32(-1 / PALM_BLEND)).sum(0)
        palm, ends = -PALM_BLEND * np.log(soft + 1e-30), each[self.blended :].min(0)
        return _soft_minimum(palm, ends)[:1]

    @_in_chunks
    def surface(self, points):
        """Describes the skin at points: normals `(N, 3)`, nearest part, place along its bone."""
        each, place, axis = self._each(points)
        weight = np.exp(each[: self.blended] * np.float32(-1 / PALM_BLEND))
        total = weight.sum(0) + 1e-30
        palm, ends = -PALM_BLEND * np.log(total), each[self.blended :]
        share = _soft_minimum(palm, ends.min(0))[1]
        nearest = ends == ends.min(0)
        pull = np.vstack([weight / total * share, nearest * (1 - share)]) / axis
        normals = points * pull.sum(0)[:, None] - pull.T @ self.start - (pull * place).T @ self.bone
        part = each.argmin(0)
        return unit(normals), part, place[part, np.arange(len(part))]


def _soft_minimum(a, b):
    """The smaller of two distances, rounded off where they meet, and the share of the first."""
    mix = np.clip(0.5 + (0.5 / JOINT_BLEND) * (b - a), 0, 1)
    return b + (a - b) * mix - JOINT_BLEND * mix * (1 - mix), mix
