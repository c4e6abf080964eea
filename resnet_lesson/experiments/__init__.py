"""The experiments of notebooks 01 and 09: small networks, each measured in seconds or minutes.

`stacks` builds and trains plain and residual networks; the other modules look into such networks.
"""

from resnet_lesson.experiments.lesion_study import (
    accuracies_without_pairs,
    accuracy,
    path_lengths,
    silence,
    without_pair,
)
from resnet_lesson.experiments.loss_surface import loss_surface
from resnet_lesson.experiments.receptive_field import (
    gradient_map,
    share_inside,
    theoretical_size,
)
from resnet_lesson.experiments.scales import activation_scales, gradient_norms
from resnet_lesson.experiments.stacks import (
    ONE_GROUP,
    THREE_GROUPS,
    build_stack,
    depths,
    settle,
    small_signs,
    training_losses,
)
from resnet_lesson.settings import quick

__all__ = [
    "ONE_GROUP",
    "THREE_GROUPS",
    "accuracies_without_pairs",
    "accuracy",
    "activation_scales",
    "build_stack",
    "depths",
    "gradient_map",
    "gradient_norms",
    "loss_surface",
    "path_lengths",
    "quick",
    "settle",
    "share_inside",
    "silence",
    "small_signs",
    "theoretical_size",
    "training_losses",
    "without_pair",
]
