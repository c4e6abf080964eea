"""Questions to answer before a cell is run: checked at once, and explained.

The texts are in ``resnet_lesson/questions``, one TOML file for each notebook::

    [name-of-the-question]
    prompt = "Markdown"
    options = ["first", "second", "third"]
    answer = "b"
    why = ["what is wrong with a", "why b is right", "what is wrong with c"]
"""

import html
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from resnet_lesson.lab.help import Note

LETTERS = "abcdef"


@dataclass(frozen=True)
class Question:
    """One question with its options, of which one is right.

    Shows itself as the last value of a cell: with buttons in JupyterLab, as text with the answer
    folded in elsewhere.

    Attributes:
        name: how notebooks call it.
        notebook: the notebook that asks it, without its ending.
        prompt: Markdown.
        options: texts, in the order of `LETTERS`.
        answer: the letter of the right option.
        why: for each option what is right or wrong with it.
    """

    name: str
    notebook: str
    prompt: str
    options: tuple
    answer: str
    why: tuple

    def check(self, letter):
        """Whether a letter is the answer, and why: ``(right, text)``."""
        right = letter == self.answer
        return right, f"{'✓ Right' if right else '✗ Not quite'}. {self._why(letter)}"

    def _why(self, letter):
        return self.why[LETTERS.index(letter)]

    def _asked(self):
        lines = [f"- **{a}** {text}" for a, text in zip(LETTERS, self.options, strict=False)]
        return "\n".join([f"**Predict.** {self.prompt}", "", *lines])

    def __repr__(self):
        return f'{self._asked()}\n\nquestion("{self.name}", "a") checks the answer a.'

    def _static(self):
        why = f"**{self.answer}.** {self._why(self.answer)}"
        return f"{self._asked()}\n\n<details>\n<summary>Answer</summary>\n\n{why}\n\n</details>"

    def panel(self):
        """The living form, an ipywidgets box: the question, a button for each option, a verdict."""
        from ipywidgets import HTML, Box, Button, Layout, Output, VBox

        markdown = {"text/markdown": self._asked()}
        asked = {"output_type": "display_data", "data": markdown, "metadata": {}}
        verdict = HTML()
        buttons = [
            Button(description=letter, tooltip=text, layout=Layout(width="3.5em"))
            for letter, text in zip(LETTERS, self.options, strict=False)
        ]

        def chosen(button):
            right, text = self.check(button.description)
            for other in buttons:
                other.button_style = ""
            button.button_style = "success" if right else "warning"
            verdict.value = _as_html(f"**{button.description}.** {text}")

        for button in buttons:
            button.on_click(chosen)
        return VBox([Output(outputs=(asked,)), Box(buttons), verdict])

    def _repr_mimebundle_(self, include=None, exclude=None):
        from resnet_lesson.explorers.panel import VIEW, lives

        data = {"text/markdown": self._static(), "text/plain": repr(self)}
        if lives():
            data[VIEW] = self.panel().get_view_spec()
        return data


def _as_html(text):
    """Bold words and code of a short Markdown text as HTML, everything else escaped."""
    said = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
    said = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", said)
    return f'<p role="status" style="line-height: 1.4; max-width: 60em">{said}</p>'


@cache
def all_questions():
    """Every question by name, in the order of the notebooks."""
    found = {}
    folder = resources.files("resnet_lesson") / "questions"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        notebook = file.name.removesuffix(".toml")
        for name, asked in tomllib.loads(file.read_text("utf-8")).items():
            if name in found:
                raise ValueError(f"question {name!r} is in {notebook} and {found[name].notebook}")
            options, why = tuple(asked["options"]), tuple(asked["why"])
            found[name] = Question(name, notebook, asked["prompt"], options, asked["answer"], why)
    return found


def question(name, answer=None):
    """Asks a question, or checks an answer to it.

    Arguments:
        name: the question's name, a text.
        answer: the letter of an option, such as ``"b"``, or None to be asked.

    Returns:
        The `Question`, or a `Note` that says whether the answer is right, and why.
    """
    questions = all_questions()
    if name not in questions:
        return Note(f"There is no question {name!r}. The questions are: {', '.join(questions)}.")
    asked = questions[name]
    if answer is None:
        return asked
    letters = LETTERS[: len(asked.options)]
    letter = answer.strip().lower() if isinstance(answer, str) else ""
    if len(letter) != 1 or letter not in letters:
        return Note(
            f"The answer {answer!r} is none of the options: choose from {', '.join(letters)}."
        )
    return Note(asked.check(letter)[1])
