"""Which variant of the exercises a notebook asks for."""

from resnet_lesson.exercises import Exercise
from resnet_lesson.exercises.variants import PUBLISHED, exercises_of, require_variant

_chosen = PUBLISHED


def use_variant(number: int) -> None:
    """Sets the variant of the exercises for this kernel: what checks, hints and solutions are of.

    Args:
        number: of the variant; 0 for the exercises as published.

    Raises:
        resnet_lesson.exercises.variants.VariantError: there is no such variant.
    """
    global _chosen
    require_variant(number)
    _chosen = number


def chosen_exercises() -> dict[str, Exercise]:
    """Every exercise by id, as the notebook asks for it."""
    return exercises_of(_chosen)
