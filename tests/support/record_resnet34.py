"""Records what torchvision's ResNet-34 gives for known weights: run this file.

Needs torch and torchvision, which the lesson itself does without; recorded with torch 2.13.0 and
torchvision 0.28.0 (CPU). Writes tests/fixtures/resnet34_torchvision.npz: the logits for each of
`resnet34_weights.SHAPES`, and the versions.
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.paths import TESTS
from support.resnet34_weights import SHAPES, classifier, convolution, images, normalisation

FIXTURE = TESTS / "fixtures" / "resnet34_torchvision.npz"


def with_known_weights(model):
    """Gives a torchvision ResNet the weights of the formula; layers lie in NCHW, kernels OIHW."""
    numbers = {}
    for module in model.modules():  # each BatchNorm is registered right behind its convolution
        if isinstance(module, nn.Conv2d):
            side = module.kernel_size[0]
            number = numbers[side] = numbers.get(side, -1) + 1
            kernel = convolution(side, number, module.in_channels, module.out_channels)
            module.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        elif isinstance(module, nn.BatchNorm2d):
            state = normalisation(side, number, module.num_features)
            names = ("weight", "bias", "running_mean", "running_var")
            for name, values in zip(names, state, strict=True):
                getattr(module, name).data = torch.from_numpy(values)
        elif isinstance(module, nn.Linear):
            kernel, bias = classifier(module.in_features, module.out_features)
            module.weight.data = torch.from_numpy(kernel.T.copy())
            module.bias.data = torch.from_numpy(bias)
    return model.eval()


def main():
    model = with_known_weights(torchvision.models.resnet34(weights=None))
    recorded = {}
    with torch.no_grad():
        for name, shape in SHAPES.items():
            batch = torch.from_numpy(images(*shape).transpose(0, 3, 1, 2).copy())
            recorded[name] = model(batch).numpy()
    versions = np.array([torch.__version__, torchvision.__version__])
    np.savez_compressed(FIXTURE, versions=versions, **recorded)
    for name, logits in recorded.items():
        print(f"{name}: {logits.shape}, standard deviation {logits.std():.3f}")


if __name__ == "__main__":
    main()
