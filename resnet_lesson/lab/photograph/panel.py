"""The form in which a photograph is chosen, or taken where there is a camera."""

import html
import io
from collections.abc import Callable
from threading import Lock
from typing import Any

from resnet_lesson.figures.charts import status
from resnet_lesson.html import shown
from resnet_lesson.lab.explorers.panel import lives
from resnet_lesson.progress_bar import WIDGET_VIEW
from resnet_lesson.signs import SignsError

_HINT = (
    "An image of up to 10 MB (of a larger one give the name, below). The numbers are the part to "
    "take, in per cent."
)
_SIDES = {"Left": 0, "Top": 0, "Right": 100, "Bottom": 100}
_WITHOUT_WIDGETS = (
    "In JupyterLab, a button to choose a photograph is here. Without it, put the file beside this "
    'notebook and run ask(network, see("my-hand.jpg"), signs.classes).'
)


class Upload:
    """A button that takes an image, fields that cut a part out, and below what came of it.

    Args:
        draw: takes a file open for reading and a part, as
            `resnet_lesson.signs.images.read_image` does, and returns a
            `resnet_lesson.figures.charts.Chart`, or raises `SignsError`.
    """

    def __init__(self, draw: Callable):
        self.draw = draw

    def panel(self) -> Any:
        """The living form, an ipywidgets box."""
        from ipywidgets import HTML, Box, FileUpload, Layout, VBox

        button = FileUpload(
            accept="image/*",
            multiple=False,
            description="Choose a photograph",
            layout=Layout(width="auto"),
        )
        sides = [_number(label, value) for label, value in _SIDES.items()]
        result = HTML()
        newest, one_at_a_time = None, Lock()

        def show(change):
            nonlocal newest
            newest = change
            if not button.value:
                return
            file = chosen_file(button.value)
            part = tuple(side.value for side in sides)
            # JupyterLab has several changes handled at a time: the answer to the newest is kept.
            with one_at_a_time:
                if newest is change:
                    if change["owner"] is button:
                        result.value = status(f"Looking at {shown(file.name)} …")
                    answer = self._answer(file, part)
                if newest is change:
                    result.value = answer

        for control in (button, *sides):
            control.observe(show, "value")
        controls = Box([button, *sides], layout=Layout(flex_flow="row wrap"))
        return VBox([controls, HTML(html.escape(_HINT)), result])

    def _answer(self, file, part):
        try:
            return self.draw(file, part).html()
        except SignsError as error:
            return status(shown(error))
        except Exception as error:  # a widget's errors are seen by nobody: they go to a log
            return status(shown(f"{file.name} cannot be shown: {type(error).__name__}: {error}"))

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"text/plain": _WITHOUT_WIDGETS}
        if lives():
            data[WIDGET_VIEW] = self.panel().get_view_spec()
        return data


def chosen_file(value: tuple | dict) -> io.BytesIO:
    """The file that was chosen, open for reading, with its ``name``.

    Args:
        value: of a FileUpload: a tuple of the file; in ipywidgets 7, which Colab has, a dict of it
            by its name.
    """
    [(name, file)] = value.items() if isinstance(value, dict) else [(value[0]["name"], value[0])]
    opened = io.BytesIO(file["content"])
    opened.name = name
    return opened


def _number(label, value):
    from ipywidgets import BoundedIntText, Layout

    return BoundedIntText(
        value=value,
        min=0,
        max=100,
        step=5,
        description=label,
        style={"description_width": "initial"},
        layout=Layout(width="auto", max_width="9em", margin="2px 2px 2px 12px"),
    )
