"""Pictures without a sign, composed of the colours and pieces of drawings that show one."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from resnet_lesson.signs.schema import SIZE

_TILES = 8, 16, 32  # pixels; sides
_CELLS = 2, 3, 5, 9, 17, 33  # a row, of fields of colours


def compose(drawings: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Composes a picture without a sign from each drawing, uint8 ``(N, 64, 64, 3)``.

    In turn: its pieces in another order, the drawing blurred until no finger is seen, its colours
    side by side, and an ellipse of a colour of the hand, some with spots as a face has.
    """
    kinds: tuple[Callable, ...] = _shuffled, _ellipse, _blurred, _colours, _ellipse
    return np.array([kinds[i % len(kinds)](image, rng) for i, image in enumerate(drawings)])


def _shuffled(image, rng):
    side = rng.choice(_TILES)
    count = SIZE // side
    tiles = image.reshape(count, side, count, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
    rows = rng.permutation(tiles).reshape(count, count, side, side, 3).swapaxes(1, 2)
    return rows.reshape(image.shape)


def _blurred(image, rng):
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(rng.uniform(4, 9))))


def _colours(image, rng):
    cells = rng.choice(_CELLS)
    colours = rng.choice(image.reshape(-1, 3), cells**2).reshape(cells, cells, 3)
    smooth = rng.choice([Image.Resampling.BICUBIC, Image.Resampling.NEAREST])
    return np.asarray(Image.fromarray(colours).resize((SIZE, SIZE), Image.Resampling(smooth)))


def _ellipse(image, rng):
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    wall, colours = np.median(edge, axis=0), image.reshape(-1, 3).astype(float)
    from_wall = np.abs(colours - wall).sum(axis=1)
    hand = colours[np.argsort(from_wall)[-rng.integers(1, 900)]]
    down, right = np.mgrid[:SIZE, :SIZE] - rng.uniform(16, 48, (2, 1, 1))
    angle, (long, wide) = rng.uniform(0, np.pi), rng.uniform(7, 26, 2)
    along = (right * np.cos(angle) + down * np.sin(angle)) / long
    across = (down * np.cos(angle) - right * np.sin(angle)) / wide
    slope = rng.uniform(-0.15, 0.15) * along + rng.uniform(-0.15, 0.15) * across
    picture = wall * (1 + slope * rng.integers(0, 2)).clip(0.6, 1.3)[..., np.newaxis]
    square = along**2 + across**2
    cover = ((1 - square) * rng.uniform(2, 8)).clip(0, 1)[..., np.newaxis]
    shade = 1 - rng.uniform(0, 0.4) * square.clip(0, 1)[..., np.newaxis]
    picture += cover * (hand * shade - picture)
    for _ in range(rng.integers(0, 4)):
        from_spot = (along - rng.uniform(-0.6, 0.6)) ** 2 + (
            (across - rng.uniform(-0.6, 0.6)) * rng.uniform(0.5, 2)
        ) ** 2
        picture[from_spot < rng.uniform(0.02, 0.12)] *= rng.uniform(0.2, 0.9)
    return (picture + rng.normal(0, rng.uniform(0, 4), picture.shape)).clip(0, 255).astype(np.uint8)
