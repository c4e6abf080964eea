"""Images that no learner has seen, for a network that was trained at home."""

from functools import cache

import numpy as np

from resnet_lesson.signs.hands.render import draw_signs

COUNT = 120
FIRST_SEED = 1 << 40  # far from the seeds of the data that the lesson trains on


@cache
def hidden_images(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Drawn hands, uint8 ``(120, 64, 64, 3)``, and their labels, which follow from a seed."""
    return draw_signs(COUNT, FIRST_SEED + seed)
