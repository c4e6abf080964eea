"""Reads the weights files of the ResNets in ``keras.applications`` into a network of one's own.

Two formats occur, both HDF5. The legacy ``.h5`` has one group a layer, named as the layer:
``conv2_block1_1_conv`` is the first convolution of the first block of stage 2, and number 0 is the
projection on the shortcut. ``.weights.h5`` counts the layers of each class, ``conv2d_7``, in the
order in which Keras sorts the model; newer versions of Keras note the layer's name beside them.

The files say nothing of the epsilon that BatchNormalization was trained with: `IMAGENET_EPSILON`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras.layers import BatchNormalization

from resnet_lesson.graph.places import Place
from resnet_lesson.hdf5 import opened
from resnet_lesson.networks import GROUPS
from resnet_lesson.paths import printable
from resnet_lesson.weights.transfer import (
    WeightsError,
    forget_compiled,
    layers_by_place,
    listed,
    shapes_of,
)

IMAGENET_EPSILON = 1.001e-5
HEAD = "predictions"

_AUTOMATIC = re.compile(r"(conv2d|batch_normalization|dense)(_\d+)?")
_AGAIN = "get or write the file again"
_NAMES = {  # class in a .weights.h5 → its weights in their order
    "conv2d": ("kernel", "bias"),
    "batch_normalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "dense": ("kernel", "bias"),
}


@dataclass(frozen=True)
class Loaded:
    """What `load_weights` has done.

    Attributes:
        layers: ``(place, name)`` of each layer that got weights: where it stands in the network,
            and what the file calls it.
        left_aside: the places in the network's head that kept their own weights.
    """

    layers: tuple[tuple[str, str], ...]
    left_aside: tuple[str, ...] = ()

    def __repr__(self):
        aside = f", left aside {', '.join(self.left_aside)}" if self.left_aside else ""
        epsilon = f"BatchNormalization's epsilon is now {IMAGENET_EPSILON}"
        return f"{len(self.layers)} layers loaded and checked{aside}; {epsilon}"


def load_weights(model: keras.Model, path: str | Path, head: bool | None = True) -> Loaded:
    """Loads weights in a format of ``keras.applications`` into a ResNet, checked layer by layer.

    Layers belong together by the place that they have in the graph, so the network may name and
    order its layers as it likes. BatchNormalization's epsilon is set to `IMAGENET_EPSILON`, which
    these weights were made for. All is checked before anything is changed.

    Args:
        model: a Keras model, a bottleneck ResNet such as `resnet_lesson.networks.resnet` builds,
            with or without its classifier.
        path: a legacy ``.h5`` or a ``.weights.h5`` file; its content decides which it is.
        head: False leaves the network's head as it is, for another number of classes or for a
            "notop" file; None does so if the file has no head.

    Raises:
        WeightsError: the file cannot be read, is no such file, or does not fit the network.
    """
    path = Path(path).expanduser()
    placed = layers_by_place(model)
    with opened(path, WeightsError) as file:
        stored = _layers_in(file, path)
        head = HEAD in stored if head is None else head
        aside = [place for place, _ in placed if Place.parse(place).path == "head" and not head]
        wanted = [(place, name_of(place), layer) for place, layer in placed if place not in aside]
        _check_network({name: place for place, name, _ in wanted}, stored, path)
        values = [_values(stored[name], name, layer, path) for _, name, layer in wanted]
    for (_, _, layer), arrays in zip(wanted, values, strict=True):
        layer.set_weights(arrays)
        if isinstance(layer, BatchNormalization):
            layer.epsilon = IMAGENET_EPSILON
    forget_compiled(model)
    return Loaded(tuple((place, name) for place, name, _ in wanted), tuple(aside))


def name_of(place: str) -> str:
    """What ``keras.applications`` calls the layer at a place of the graph.

    Args:
        place: ``"stage2.block1.shortcut.conv"``, say, for ``"conv2_block1_0_conv"``.

    Raises:
        WeightsError: its ResNets have no layer there.
    """
    at = Place.parse(place)
    known = at.kind in ("conv", "bn")
    if at.path == "stem" and known:
        return f"conv1_{at.kind}"
    if place == "head.dense":
        return HEAD
    if not (at.block and known and (at.group or at.path == "shortcut")):
        raise WeightsError(
            f"the network has weights at {place}, where the ResNets of keras.applications have "
            "none; give a ResNet of bottleneck blocks, or head=False if it is a head of your own"
        )
    return f"conv{at.stage}_block{at.block}_{at.group}_{at.kind}"


def names_in_order(groups: Sequence[int]) -> dict[str, list[str]]:
    """The layer names of a ResNet in ``keras.applications``, in the order of ``.weights.h5``.

    Args:
        groups: the number of blocks in each group, such as ``(3, 4, 6, 3)``.

    Returns:
        Dictionary with the names of each class: ``{"conv2d": [...], "batch_normalization": [...],
        "dense": [...]}``. In the first block of a group the projection comes before the third
        convolution.
    """
    blocks = [
        f"conv{stage}_block{block}_{number}"
        for stage, count in enumerate(groups, start=2)
        for block in range(1, count + 1)
        for number in ((1, 2, 0, 3) if block == 1 else (1, 2, 3))
    ]
    parts = ["conv1", *blocks]
    return {
        "conv2d": [f"{part}_conv" for part in parts],
        "batch_normalization": [f"{part}_bn" for part in parts],
        "dense": [HEAD],
    }


def _layers_in(file, path):
    """The layers with weights in a file: name → weight name → HDF5 data set."""
    file = file.get("model_weights", file)  # a legacy file may hold a whole model
    if "layers" in file and "layer_names" not in file.attrs:
        stored = _counted(file["layers"], path)
    else:
        stored = {name: _named_weights(group) for name, group in file.items()}
    stored = {name: weights for name, weights in stored.items() if weights}
    if not stored:
        raise WeightsError(
            f"{printable(path)} holds no layers with weights (it holds "
            f"{', '.join(map(printable, list(file)[:6])) or 'nothing'}); expected weights in a "
            "format of keras.applications; give another file"
        )
    return stored


def _named_weights(group):
    """The weights of one layer in a legacy file, in its order."""
    texts = [
        name.decode() if isinstance(name, bytes) else name
        for name in group.attrs.get("weight_names", ())
    ]
    return {text.rpartition("/")[2].partition(":")[0]: group[text] for text in texts}


def _counted(layers, path):
    """The layers of a ``.weights.h5``, by the names noted there or else by their numbers."""
    members = {kind: _members(layers, kind) for kind in _NAMES}
    # Three convolutions a block, four projections, and the first.
    by_count = {3 * sum(groups) + 5: groups for depth, groups in GROUPS.items() if depth >= 50}
    order = names_in_order(by_count.get(len(members["conv2d"]), ()))
    stored = {}
    for kind, keys in members.items():
        noted = [layers[key]["vars"].attrs.get("name") for key in keys]
        names = noted if all(noted) else order[kind]
        if len(names) < len(keys):
            raise WeightsError(
                f"{printable(path)} has {len(keys)} layers of the class {kind}, expected as many "
                "as ResNet-50, 101 or 152 has (53, 104 or 155 convolutions); give another file"
            )
        for name, key in zip(names, keys, strict=False):
            values = layers[key]["vars"]
            numbered = zip(_NAMES[kind], sorted(values), strict=False)
            stored[name] = {weight: values[number] for weight, number in numbered}
    return stored


def _members(layers, kind):
    """The keys of one class in the order of their numbers: ``conv2d``, ``conv2d_1``, …"""
    keys = [key for key in layers if re.fullmatch(rf"{kind}(_\d+)?", key)]
    return sorted(keys, key=lambda key: int(key[len(kind) + 1 :] or 0))


def _check_network(wanted, stored, path):
    """Raises WeightsError unless a file has the layers of the network, and no others.

    ``wanted`` maps names to places, ``stored`` is what `_layers_in` gives.
    """
    missing = [name for name in wanted if name not in stored]
    extra = [name for name in stored if name not in wanted and name != HEAD]
    extra.sort(key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
    if not missing and not extra:
        return
    network = _network_of(stored)
    file = f"{printable(path)}, weights of a {network}," if network else printable(path)
    if missing == [HEAD] and not extra:
        problem = 'has no classifier ("notop"), and the network has one'
        advice = "pass head=False to keep the network's own"
    elif all(_AUTOMATIC.fullmatch(name) for name in stored):
        problem = (
            f"names its layers {', '.join(list(stored)[:3])} …, not as keras.applications does"
        )
        advice = "load it with load_weights of the model that wrote it, and then use transfer"
    else:
        problem = f"holds {extra[0]}, and the network has no such layer" if extra else ""
        if missing:
            more = f" and {len(missing) - 1} more" if missing[1:] else ""
            problem = f"lacks the layer {missing[0]} ({wanted[missing[0]]}){more}"
        advice = "give weights of the same network"
    raise WeightsError(f"{file} {problem}; {advice}")


def _network_of(names):
    """The name of a ResNet by how many blocks its layers' names tell of, empty if unknown."""
    groups = tuple(
        len({name.split("_")[1] for name in names if name.startswith(f"conv{stage}_block")})
        for stage in (2, 3, 4, 5)
    )
    depths = [depth for depth, known in GROUPS.items() if known == groups and depth >= 50]
    kind = "V2" if any(name.endswith("_preact_bn") for name in names) else ""
    return f"ResNet-{depths[0]}{kind}" if depths else ""


def _values(weights, name, layer, path):
    """The arrays of one layer in the order that the layer wants them, after they are checked."""
    wanted = shapes_of(layer)
    if weights.keys() != wanted.keys() and len(weights) == len(wanted):
        weights = dict(zip(wanted, weights.values(), strict=True))  # Keras goes by the order alone
    shapes = {key: tuple(data.shape) for key, data in weights.items()}
    if shapes != wanted:
        advice = "give weights of the same network"
        if name == HEAD:
            advice = "pass head=False to keep the network's own classifier"
        raise WeightsError(
            f"{printable(path)}: layer {name} has {listed(shapes)}, and the network needs "
            f"{listed(wanted)} there; {advice}"
        )
    arrays = [np.asarray(weights[key][...], "float32") for key in wanted]
    if not all(np.isfinite(array).all() for array in arrays):
        raise WeightsError(
            f"{printable(path)}: layer {name} holds values that are no numbers (NaN or infinite); "
            f"{_AGAIN}"
        )
    return arrays
