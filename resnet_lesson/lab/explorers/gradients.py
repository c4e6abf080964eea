"""The explorer of gradients against depth.

``python -m resnet_lesson.lab.explorers.gradients`` measures anew.

A network of 56 layers takes a second to build and measure: too long for a control. So the numbers
lie beside this module, in ``gradients.json``.
"""

import json
from importlib import resources
from pathlib import Path

from resnet_lesson.figures.charts import Chart
from resnet_lesson.figures.experiment_charts import scales
from resnet_lesson.lab.explorers.panel import Control, Explorer

DEPTHS = (8, 14, 20, 26, 32, 38, 44, 50, 56)
FILE = "gradients.json"


def explore_gradients() -> Explorer:
    """How large the gradients are, layer by layer, in untrained networks of several depths."""
    controls = [
        Control("depth", "Depth", {f"{depth} layers": depth for depth in DEPTHS}, 44),
        Control("norm", "BatchNorm", {"with": True, "without": False}, True),
        Control(
            "quantity",
            "Shown",
            {"gradients of the kernels": "gradients", "activations": "activations"},
            "gradients",
        ),
    ]
    return Explorer(controls, draw)


def draw(depth: int, norm: bool, quantity: str) -> Chart:
    """The picture for one setting of the controls: a plain and a residual network."""
    measured = json.loads(
        resources.files("resnet_lesson.lab.explorers").joinpath(FILE).read_text("utf-8")
    )
    series = {
        f"{kind}, {depth} layers": measured[_key(kind, depth, norm)][quantity]
        for kind in ("plain", "residual")
    }
    ylabel = {"gradients": "length of the gradient", "activations": "standard deviation"}[quantity]
    title = f"{depth} layers, {'with' if norm else 'without'} BatchNorm: {quantity}"
    return scales(series, ylabel, title)


def measure(kind: str, depth: int, norm: bool) -> dict[str, list[float]]:
    """Gradients and activations, to three digits, of one fresh network on 64 hand signs.

    Args:
        kind: ``"plain"`` or ``"residual"``.
        depth: layers with weights.
        norm: whether the network has BatchNorm.
    """
    from keras.layers import Activation

    from resnet_lesson import experiments
    from resnet_lesson.blocks import skip_connection

    def plain(X, main_path):
        return Activation("relu")(main_path(X))

    images, labels = experiments.small_signs(64)
    connect = plain if kind == "plain" else skip_connection
    network = experiments.build_stack(depth, connect, norm=norm)
    sizes = {
        "gradients": experiments.gradient_norms(network, images, labels),
        "activations": experiments.activation_scales(network, images),
    }
    return {name: [float(f"{value:.3g}") for value in values] for name, values in sizes.items()}


def _key(kind, depth, norm):
    return f"{kind} {depth} {'with' if norm else 'without'} norm"


def main() -> None:
    """Measures all networks anew and stores the numbers."""
    measured = {
        _key(kind, depth, norm): measure(kind, depth, norm)
        for kind in ("plain", "residual")
        for depth in DEPTHS
        for norm in (True, False)
    }
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in measured.items())
    Path(__file__).with_name(FILE).write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
