"""The data of the lesson: hand signs for the digits 0 to 5."""

from resnet_lesson.signs.files import check_signs, write_signs
from resnet_lesson.signs.load import FOLDER, load_signs, normalise, one_hot
from resnet_lesson.signs.schema import Signs, SignsError

__all__ = [
    "FOLDER",
    "Signs",
    "SignsError",
    "check_signs",
    "load_signs",
    "normalise",
    "one_hot",
    "write_signs",
]
