"""The form in which a photograph is chosen, or taken where there is a camera."""

import html
import io

from resnet_lesson.explorers.panel import VIEW, lives
from resnet_lesson.signs import SignsError

_INVITATION = (
    "Choose an image, or take one if this device has a camera. The sliders cut out a part. "
    "Files above 10 MB are too large for this form: give their name to see(…) instead."
)
_WITHOUT_WIDGETS = (
    "In JupyterLab, a button to choose a photograph is here. Without it, put the file beside this "
    'notebook and run ask(network, see("my-hand.jpg"), signs.classes).'
)


class Upload:
    """A button that takes an image, sliders that cut a part out, and below what came of it.

    Arguments:
        draw: callable, takes a file open for reading and a part, as
            `resnet_lesson.signs.images.read_image` does, and returns a
            `resnet_lesson.figures.charts.Chart`, or raises `SignsError`.
    """

    def __init__(self, draw):
        self.draw = draw

    def panel(self):
        """The living form, an ipywidgets box."""
        from ipywidgets import HTML, Box, FileUpload, Layout, VBox

        button = FileUpload(
            accept="image/*",
            multiple=False,
            description="Choose a photograph",
            layout=Layout(width="auto"),
        )
        across, down = _slider("Left to right, %"), _slider("Top to bottom, %")
        result = HTML(_said(_INVITATION))

        def show(change=None):
            if not button.value:
                return
            file = io.BytesIO(button.value[0]["content"])
            file.name = button.value[0]["name"]
            result.value = _said(f"Looking at {file.name} …")
            part = across.value[0], down.value[0], across.value[1], down.value[1]
            result.value = self._shown(file, part)

        for control in (button, across, down):
            control.observe(show, "value")
        controls = Box([button, across, down], layout=Layout(flex_flow="row wrap"))
        return VBox([controls, result])

    def _shown(self, file, part):
        try:
            return self.draw(file, part).html()
        except SignsError as error:
            return _said(str(error))
        except Exception as error:  # a widget's errors are seen by nobody: they go to a log
            return _said(f"{file.name} cannot be shown: {type(error).__name__}: {error}")

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"text/plain": _WITHOUT_WIDGETS}
        if lives():
            data[VIEW] = self.panel().get_view_spec()
        return data


def _slider(label):
    from ipywidgets import IntRangeSlider, Layout

    return IntRangeSlider(
        value=(0, 100),
        description=label,
        continuous_update=False,
        style={"description_width": "initial"},
        layout=Layout(width="22em"),
    )


def _said(line):
    """A line that screen readers read out when it comes."""
    return f'<p role="status" style="line-height: 1.4; max-width: 60em">{html.escape(line)}</p>'
