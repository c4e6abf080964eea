"""Draws pictures that show none of the six signs: walls, things before them, hands of six fingers.

A network that has only ever seen hands reads one into any picture. One that was also asked about
others, and told that no answer is right, says that it is unsure (Hendrycks et al., *Deep Anomaly
Detection with Outlier Exposure*, 2019).
"""

from dataclasses import replace

import numpy as np

from resnet_lesson.signs.hands.camera import GAMMA, blur, develop, wall
from resnet_lesson.signs.hands.render import PALMS, aim, draw_view
from resnet_lesson.signs.hands.skeleton import Part, rotation
from resnet_lesson.signs.hands.variety import VARIED

SIX_FINGERS, EMPTY = 0.2, 0.2  # shares of the pictures; on the others there are things


def draw_others(count: int, seed: int) -> np.ndarray:
    """Draws pictures that show no sign, uint8 `(count, 64, 64, 3)`.

    Picture `i` depends on `seed` and `i` alone.
    """
    return np.array([_draw_other(np.random.default_rng([seed, 2, i])) for i in range(count)])


def _draw_other(rng, size=64):
    if rng.random() < SIX_FINGERS:
        view = aim(5, rng, VARIED, change=lambda parts: _with_a_sixth_finger(parts, rng))
        return draw_view(view, rng, size, VARIED)
    light = np.array([*rng.normal((-0.1, 0.2), 0.2), 1.0], np.float32)
    cover = np.zeros((size, size), np.float32)
    picture = wall(cover, light, size / rng.uniform(16, 52), rng, VARIED)
    if rng.random() > EMPTY:
        for _ in range(rng.integers(1, 7)):
            _put_thing(picture, rng)
    return develop(picture, rng, VARIED)


def _put_thing(picture, rng):
    """Puts a shaded ellipse or bar of some colour, mostly of a skin, before the wall."""
    size = len(picture)
    down, right = np.mgrid[:size, :size] / size - 0.5
    angle, (x, y) = rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4, 2)
    long, wide = rng.uniform((0.06, 0.03), (0.4, 0.25))
    along = ((right - x) * np.cos(angle) + (down - y) * np.sin(angle)) / long
    across = ((down - y) * np.cos(angle) - (right - x) * np.sin(angle)) / wide
    round_ = along**2 + across**2 if rng.random() < 0.6 else np.maximum(along**2, across**2)
    cover = blur((round_ < 1).astype(np.float32), 0.6)[..., None]
    colour = rng.uniform(0, 1, 3) ** GAMMA
    if rng.random() < 0.7:
        colour = (np.array(PALMS[rng.integers(len(PALMS))]) / 255) ** GAMMA
    shade = 1 - rng.uniform(0, 0.6) * np.clip(round_, 0, 1)
    picture += cover * (colour * shade[..., None] - picture)


def _with_a_sixth_finger(parts: list[Part], rng) -> list[Part]:
    """A hand with one finger more, beside the little finger or among the others."""
    after = rng.integers(0, 4)
    finger = parts[3 * after : 3 * after + 3]
    knuckle, aside = finger[0].start, 1.0 if after == 3 else 0.5
    turn = rotation(z=aside * rng.uniform(14, 22))
    place = knuckle + aside * np.array([-1.8, -0.9, 0.0])
    return parts + [
        replace(
            part,
            start=turn @ (part.start - knuckle) + place,
            end=turn @ (part.end - knuckle) + place,
            pad=turn @ part.pad,
        )
        for part in finger
    ]
