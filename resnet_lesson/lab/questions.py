"""Questions to answer before a cell is run: checked at once, and explained.

The texts are in ``resnet_lesson/questions``, one TOML file for each notebook::

    [name-of-the-question]
    prompt = "Markdown"
    options = ["first", "second", "third"]
    answer = "b"
    why = ["what is wrong with a", "why b is right", "what is wrong with c"]
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from resnet_lesson.html import KINDS, LINE, macro, shown
from resnet_lesson.lab import record
from resnet_lesson.lab.panel import Panel, as_html, as_line
from resnet_lesson.progress_bar import WIDGET_VIEW

LETTERS = "abcdef"
TITLE = "Predict"


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
    options: tuple[str, ...]
    answer: str
    why: tuple[str, ...]

    def check(self, letter: str) -> tuple[bool, Panel]:
        """Whether a letter is the answer, and a panel that says why."""
        right = letter == self.answer
        title = f"{'✓' if right else '✗'} {letter}. {'Right' if right else 'Not quite'}"
        return right, Panel(self._why(letter), title, "passed" if right else "failed")

    def _why(self, letter):
        return self.why[LETTERS.index(letter)]

    def _lettered(self):
        return list(zip(LETTERS, self.options, strict=False))

    def _folded(self):
        """The question as it stands, with the answer folded in."""
        options = "\n".join(f"- **{letter}** {text}" for letter, text in self._lettered())
        answer = ("Answer", f"**{self.answer}.** {self._why(self.answer)}")
        return Panel(f"{self.prompt}\n\n{options}", TITLE, after=[answer])

    def __repr__(self):
        options = "\n".join(f"- {letter}  {text}" for letter, text in self._lettered())
        how = f'question("{self.name}", "a") checks the answer a.'
        return f"{TITLE}\n\n{self.prompt}\n\n{options}\n\n{how}"

    def panel(self):
        """The living form, an ipywidgets box: the question, a button for each option, a verdict."""
        from ipywidgets import HTML, Layout, VBox

        prompt = HTML(macro("typed", macro("panel_title", TITLE) + as_html(self.prompt)))
        verdict = HTML()
        rows = [self._row(letter, text, verdict) for letter, text in self._lettered()]
        layout = Layout(
            border=f"1px solid {LINE}",
            border_left=f"0.35em solid {KINDS['note']}",
            padding="0.6em 0.8em",
            max_width="62em",
        )
        return VBox([prompt, *rows, verdict], layout=layout)

    def _row(self, letter, text, verdict):
        """A button beside its option; the option that was chosen last is marked from the start."""
        from ipywidgets import HTML, Button, HBox, Layout

        button = Button(
            description=letter,
            tooltip=f"Answer {letter}: {text}",
            layout=Layout(width="3.5em", height="auto", flex="0 0 auto", margin="2px 0.7em 2px 0"),
        )

        def mark(role):
            right, panel = self.check(letter)
            button.description = f"{'✓' if right else '✗'} {letter}"
            why = macro("panel", panel.title, as_html(panel.text), panel.kind, role)
            verdict.value = macro("typed", why)

        def choose(button):
            record.add_answer(self.name, letter)
            mark("alert")  # new in the page, it is read out; a status would have to be there before

        button.on_click(choose)
        if record.answers().get(self.name) == letter:
            mark("group")
        option = HTML(macro("typed", as_line(text)), layout=Layout(flex="1 1 0"))
        return HBox([button, option], layout=Layout(align_items="baseline"))

    def _repr_mimebundle_(self, include=None, exclude=None):
        from resnet_lesson.lab.explorers.panel import lives

        data = self._folded()._repr_mimebundle_() | {"text/plain": repr(self)}
        if lives():
            data[WIDGET_VIEW] = self.panel().get_view_spec()
        return data


@cache
def all_questions() -> dict[str, Question]:
    """Every question by name, in the order of the notebooks."""
    questions: dict[str, Question] = {}
    folder = resources.files("resnet_lesson") / "questions"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        notebook = file.name.removesuffix(".toml")
        for name, entry in tomllib.loads(file.read_text("utf-8")).items():
            if name in questions:
                raise ValueError(
                    f"question {name!r} is in {notebook} and {questions[name].notebook}"
                )
            lists = {key: tuple(entry[key]) for key in ("options", "why")}
            questions[name] = Question(name, notebook, **entry | lists)
    return questions


def question(name: str, answer: str | None = None) -> Question | Panel:
    """Asks a question, or checks an answer to it.

    Args:
        name: the question's name.
        answer: the letter of an option, such as ``"b"``, or None to be asked.

    Returns:
        The `Question`, or a `Panel` that says whether the answer is right, and why.
    """
    questions = all_questions()
    if not isinstance(name, str) or name not in questions:
        title = shown(f"There is no question {name!r}", 100)
        return Panel(f"The questions are: {', '.join(questions)}.", title, "error")
    chosen = questions[name]
    if answer is None:
        return chosen
    letters = LETTERS[: len(chosen.options)]
    letter = answer.strip().lower() if isinstance(answer, str) else ""
    if len(letter) != 1 or letter not in letters:
        title = shown(f"The answer {answer!r} is none of the options", 100)
        return Panel(f"Choose from {', '.join(letters)}.", title, "error")
    return chosen.check(letter)[1]


def predicted(text=""):
    """Shows what a learner predicts above what the cell computes.

    The text stands in the cell itself, so that it is saved with the notebook.

    Args:
        text: the prediction; anything that can be shown.
    """
    line = shown(text, 300).strip()
    if line:
        print("Your prediction:", line)
    else:
        print("Your prediction: none yet. Type it between the quotes, and run the cell again.")
