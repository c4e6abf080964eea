"""What is behind a drawn hand, and what a camera makes of it: light in, photograph out."""

import numpy as np

from resnet_lesson.signs.hands.variety import Variety

GAMMA = 2.2


def wall(
    cover: np.ndarray,
    light: np.ndarray,
    scale: float,
    rng: np.random.Generator,
    variety: Variety,
) -> np.ndarray:
    """A wall with the soft shadow of the hand on it: linear RGB `(size, size, 3)`.

    Args:
        cover: `(size, size)`, the share of each pixel that is hand.
        light: `(3,)`, towards the lamp.
        scale: pixels a centimetre.
        rng: draws the wall.
        variety: how much one wall differs from the next.
    """
    size = len(cover)
    down, right = np.mgrid[:size, :size] / size - 0.5
    even = rng.random() < variety.even_wall
    picture = _paint(rng, 205 if even else variety.darkest_wall) * np.ones((size, size, 1))
    if rng.random() < 0.05 and not even:
        _clutter(picture, right, down, rng)
    elif rng.random() < 0.1:  # the wall ends here
        picture[_beyond(right, down, rng)] = _paint(rng, darkest=80)
    rough = 0.3 if even else 1.0
    uneven = 1 + rough * (0.03 * _noise(rng, size, 3) + 0.012 * _noise(rng, size, 14))
    uneven += rough * (rng.normal(0, 0.12) * right + rng.normal(0, 0.12) * down)
    for _ in range(0 if even else rng.integers(0, 3)):  # folds and seams of the paper
        angle, offset = rng.choice([0, 90]) + rng.normal(0, 8), rng.uniform(-0.45, 0.45)
        across = right * np.sin(np.radians(angle)) + down * np.cos(np.radians(angle)) - offset
        uneven += rng.normal(0, 0.05) * np.exp(-((across * 60) ** 2))
    far = rng.uniform(1.0, 7.0) * scale
    shadow = blur(_moved(cover, far * light[:2] / light[2] * (-1, 1)), 0.35 + 0.22 * far)
    return picture * (uneven * (1 - rng.uniform(0.25, 0.75) * shadow))[..., None]


def _paint(rng, darkest):
    """Linear RGB of a wall, nearly grey, now and then of some colour."""
    hue = rng.normal(1, 0.1 if rng.random() < 0.15 else 0.015, 3)
    return (rng.uniform(darkest, 242) / 255) ** GAMMA * hue


def _beyond(right, down, rng):
    """Where the picture looks past a straight edge near its border: bool `(size, size)`."""
    around = np.radians(rng.choice([0, 90, 180, 270]) + rng.normal(0, 6))
    return right * np.cos(around) + down * np.sin(around) > rng.uniform(0.36, 0.49)


def _clutter(picture, right, down, rng):
    """Puts things of all colours, more or less out of focus, into a picture."""
    for _ in range(rng.integers(2, 7)):
        x, y, wide, high = rng.uniform((-0.5, -0.5, 0.08, 0.08), (0.5, 0.5, 0.35, 0.35))
        angle = np.radians(rng.choice([0, 0, 30, 75]))
        along = (right - x) * np.cos(angle) + (down - y) * np.sin(angle)
        across = (down - y) * np.cos(angle) - (right - x) * np.sin(angle)
        picture[(np.abs(along) < wide) & (np.abs(across) < high)] = _paint(rng, darkest=60)
    picture[:] = blur(picture, rng.uniform(0.5, 4) * len(picture) / 64)


def _moved(picture, shift):
    """A picture moved by `(right, down)` pixels; the border is held."""
    columns, rows = (
        np.clip(np.arange(len(picture)) - round(s), 0, len(picture) - 1) for s in shift
    )
    return picture[rows[:, None], columns]


def develop(light: np.ndarray, rng: np.random.Generator, variety: Variety) -> np.ndarray:
    """Photographs light, linear RGB `(size, size, 3)`, with a lens and a sensor: uint8.

    Vignette, exposure, white balance, blur, flare, sharpening, contrast, noise.
    """
    size = len(light)
    down, right = np.mgrid[:size, :size] / size - 0.5
    middle = rng.normal(0, 0.06, 2)
    distance = (down - middle[0]) ** 2 + (right - middle[1]) ** 2
    vignette = max(rng.uniform(-0.2, 2.6), 0.0)
    exposure = np.exp(0.12 - min(rng.exponential(variety.dim), 0.9) - vignette * distance)
    warmth = rng.normal(0, 0.04)
    light = light * exposure[..., None] * np.array([1 + warmth, 1, 1 - warmth])
    light = blur(light * rng.normal(1, 0.015, 3), rng.uniform(0.38, 0.65) * size / 64)
    picture = np.clip(light, 0, 1) ** (1 / GAMMA)
    picture += rng.uniform(0.2, 1.25) * (picture - blur(picture, 1.1 * size / 64))
    picture -= rng.uniform(-0.02, 0.06) * np.sin(2 * np.pi * picture)
    flare = rng.uniform(0, 0.05)
    picture = flare + (1 - flare) * picture
    grain = 0.5 * rng.normal(0, 1, picture.shape) + rng.normal(0, 1, (size, size, 1))
    picture = picture * 255 + rng.uniform(0.2, 1.5) * grain
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _noise(rng, size, cells):
    """Smooth noise `(size, size)` between -1 and 1 with about `cells` bumps a side."""
    coarse = rng.uniform(-1, 1, (cells + 1, cells + 1))
    at = np.linspace(0, cells, size)
    low = np.minimum(at.astype(int), cells - 1)
    part = at - low
    part = part * part * (3 - 2 * part)
    rows = coarse[low] * (1 - part)[:, None] + coarse[low + 1] * part[:, None]
    return rows[:, low] * (1 - part) + rows[:, low + 1] * part


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of `(size, size, ...)` along its first two axes; the border is held."""
    reach = int(np.ceil(2.5 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    weights = (weights / weights.sum()).astype(image.dtype)
    size = len(image)
    columns = np.clip(np.arange(size)[:, None] + np.arange(-reach, reach + 1), 0, size - 1)
    kernel = np.zeros((size, size), image.dtype)
    np.add.at(kernel, (np.arange(size)[:, None], columns), weights)
    planes = np.moveaxis(image.reshape(size, size, -1), 2, 0)
    return np.moveaxis(kernel @ planes @ kernel.T, 0, 2).reshape(image.shape)
