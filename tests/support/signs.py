"""What tests of the data share: the line of an error, and photographs that lie on their side."""

import pytest
from PIL import Image

from resnet_lesson.signs import SignsError


def one_line(call, *arguments, **named):
    """The message of the SignsError that a call raises, which must be a single line."""
    with pytest.raises(SignsError) as caught:
        call(*arguments, **named)
    message = str(caught.value)
    assert message.isprintable() and message
    return message


def save_turned(upright, orientation, path):
    """Stores an image as a camera that was held otherwise does, with its note which way is up."""
    undo = [None, 0, 3, 1, 5, 2, 6, 4][orientation - 1]  # Image.Transpose that the note takes back
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if undo is None else upright.transpose(undo)
    stored.save(path, exif=exif)
