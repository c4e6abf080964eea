"""What all explorers share: labelled controls, a picture that follows them, a form that stands.

The controls are lists to choose from (HTML's own ``select``): each carries its label. With the
keyboard, Space opens a list, arrows and Enter choose; JupyterLab keeps bare arrows for itself. The
picture is an image with alternative text, and screen readers read its summary out when it changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from resnet_lesson import settings
from resnet_lesson.figures.charts import Chart
from resnet_lesson.progress_bar import WIDGET_VIEW, in_notebook


@dataclass(frozen=True)
class Control:
    """One list to choose from: its label, what can be chosen (text to value), and the first value.

    ``name`` is the argument of the drawing function that takes the value.
    """

    name: str
    label: str
    options: dict[str, Any]
    value: Any


class Explorer:
    """A picture and its controls; shows itself when it is the last value of a cell.

    Args:
        controls: what can be chosen.
        draw: takes the controls' values by name and returns a
            `resnet_lesson.figures.charts.Chart`. Each combination is drawn once.
    """

    def __init__(self, controls: list[Control], draw: Callable):
        self.controls = controls
        self.draw = lru_cache(maxsize=256)(draw)

    def chart(self) -> Chart:
        """The picture for the values that the controls start with."""
        return self.draw(**{control.name: control.value for control in self.controls})

    def panel(self) -> Any:
        """The living form, an ipywidgets box."""
        from ipywidgets import HTML, Box, Dropdown, Layout, VBox

        picture = HTML()
        lists = {
            control.name: Dropdown(
                options=list(control.options.items()),
                value=control.value,
                description=control.label,
                style={"description_width": "initial"},
                layout=Layout(width="auto", margin="2px 16px 2px 2px"),
            )
            for control in self.controls
        }

        def redraw(change=None):
            values = {name: chosen.value for name, chosen in lists.items()}
            picture.value = self.draw(**values).html()

        for chosen in lists.values():
            chosen.observe(redraw, "value")
        redraw()
        return VBox([Box(list(lists.values()), layout=Layout(flex_flow="row wrap")), picture])

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = self.chart()._repr_mimebundle_()
        if lives():
            data[WIDGET_VIEW] = self.panel().get_view_spec()
        return data


def lives() -> bool:
    """Whether controls would be of use: in a notebook, unless ``RESNET_LESSON_QUICK=1``."""
    return in_notebook() and not settings.quick()
