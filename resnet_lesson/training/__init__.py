"""Training on the signs: the recipe, the step, files, and what a learner sees of it."""

from resnet_lesson.hardware import PRECISIONS, fitting_precision
from resnet_lesson.training.checkpoints import TrainingError, load, save
from resnet_lesson.training.devices import strategy_for
from resnet_lesson.training.display import FitBar
from resnet_lesson.training.evaluation import accuracy_of, probabilities
from resnet_lesson.training.few_images import few_of_each, learning_curves
from resnet_lesson.training.history import History
from resnet_lesson.training.loop import run, train
from resnet_lesson.training.recipe import (
    PEAK_LEARNING_RATE,
    augment,
    compile_for,
    fitting_momentum,
    learning_rates,
)

__all__ = [
    "PEAK_LEARNING_RATE",
    "PRECISIONS",
    "FitBar",
    "History",
    "TrainingError",
    "accuracy_of",
    "augment",
    "compile_for",
    "few_of_each",
    "fitting_momentum",
    "fitting_precision",
    "learning_curves",
    "learning_rates",
    "load",
    "probabilities",
    "run",
    "save",
    "strategy_for",
    "train",
]
