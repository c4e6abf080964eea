"""The explorer of features: what each part of a network hands on for a sign, channel by channel."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import rc_context

from resnet_lesson.figures.charts import SETTINGS, Chart
from resnet_lesson.graph.places import Place
from resnet_lesson.lab.explorers.panel import Control, Explorer

PARTS = ("stem", "stage 2", "stage 3", "stage 4", "stage 5")
SHOWN = 15  # channels in a picture


def explore_features(network: Any = None) -> Explorer:
    """The feature maps of a sign after the stem and after each stage: the strongest channels.

    Args:
        network: a functional ResNet-50 for images ``(N, H, W, 3)``, such as the learner's own; None
            makes a fresh one, whose weights are random.

    Raises:
        ValueError: the network is not functional, or has not four stages.
    """
    if network is None:
        network = _fresh()
    inside = _inside(network)
    height, width = network.input_shape[1:3]

    @lru_cache
    def maps(digit):
        image = _sign(digit, height, width)
        return image, [part[0] for part in inside.predict(image[np.newaxis], verbose=0)]

    def draw(digit, part, order):
        image, features = maps(digit)
        return picture(image, features[PARTS.index(part)], digit, part, order)

    controls = [
        Control("digit", "Sign", {str(digit): digit for digit in range(6)}, 2),
        Control("part", "After", {part: part for part in PARTS}, "stage 2"),
        Control("order", "Channels", {"strongest": "strongest", "first": "first"}, "strongest"),
    ]
    return Explorer(controls, draw)


def _fresh():
    import keras

    from resnet_lesson.networks import ResNet50

    keras.utils.set_random_seed(0)
    return ResNet50(initializer=lambda seed: "glorot_uniform")


def _inside(network):
    """A model from the images to what stem and stages hand on."""
    import keras

    from resnet_lesson.graph.operations import operations, with_places
    from resnet_lesson.graph.tracing import Trace

    if not getattr(network, "inputs", None):
        raise ValueError(
            f"explore_features needs a functional model; {type(network).__name__} has no graph; "
            "give one that was made by keras.Model(inputs, outputs)"
        )
    trace = Trace(network.outputs[0], network.inputs[0])
    # Of the operations of a part the dictionary keeps the last: there the part ends.
    ends = {
        Place.parse(op.place).part: trace.steps[op.node].output
        for op in operations(with_places(trace.series))
    }
    names = [part.replace(" ", "") for part in PARTS]
    if not set(names) <= ends.keys():
        raise ValueError(
            f"explore_features needs a stem and four stages, and {network.name} has "
            f"{', '.join(ends)}; give a ResNet-50"
        )
    return keras.Model(network.inputs[0], [ends[name] for name in names])


def _sign(digit, height, width):
    """One drawn hand, always the same for a digit: float ``(height, width, 3)`` from 0 to 1."""
    from PIL import Image

    from resnet_lesson.signs import normalise
    from resnet_lesson.signs.hands import draw_hand

    hand = draw_hand(digit, np.random.default_rng(7 * digit))
    if hand.shape[:2] != (height, width):
        hand = np.asarray(Image.fromarray(hand).resize((width, height)))
    return normalise(hand)


def picture(image: np.ndarray, features: np.ndarray, digit: int, part: str, order: str) -> Chart:
    """The sign and some of its feature maps.

    Args:
        image: float ``(H, W, 3)`` from 0 to 1.
        features: float ``(h, w, C)``, what the part hands on.
        digit: the sign that the image shows.
        part: where the features are from.
        order: "strongest" shows the channels with the largest mean, "first" those that come first.
    """
    height, width, channels = features.shape
    chosen = np.arange(min(SHOWN, channels))
    if order == "strongest":
        chosen = np.argsort(-features.mean(axis=(0, 1)), kind="stable")[:SHOWN]
    silent = int(np.sum(features.max(axis=(0, 1)) <= 0))
    summary = (
        f"The sign {digit} and {len(chosen)} of the {channels} channels after {part}, "
        f"{height}×{width} pixels each, the {order} ones. Bright is large; each map has a scale of "
        "its own."
    )
    with rc_context({**SETTINGS, "axes.grid": False}):
        chart = Chart(8.6, 4.4, summary)
        places = chart.subplot_mosaic(_mosaic(len(chosen)), width_ratios=[1.4, *[1] * 5])
        places["sign"].imshow(image)
        places["sign"].set_title(f"sign {digit}")
        for number, channel in enumerate(chosen):
            axes = places[number]
            axes.imshow(features[:, :, channel], cmap="gray")
            axes.set_title(f"channel {channel}", fontsize=10, pad=3)
        for axes in places.values():
            axes.set_axis_off()
        chart.suptitle(
            f"After {part}: {height}×{width}×{channels}, {silent} channels all zero",
            x=0.01,
            ha="left",
            fontsize=11,
        )
    return chart


def _mosaic(count):
    """Three rows of five maps, the sign to their left."""
    rows = [range(start, start + 5) for start in range(0, SHOWN, 5)]
    return [["sign", *(number if number < count else "." for number in row)] for row in rows]
