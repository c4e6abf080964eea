"""The points so far, and what comes next."""

import re
from dataclasses import asdict, dataclass

from resnet_lesson.exercises import all_exercises
from resnet_lesson.html import render, shown
from resnet_lesson.lab import record
from resnet_lesson.lab.panel import Panel, as_html, quoted
from resnet_lesson.lab.questions import all_questions

_displayed: set = set()  # the notebooks whose progress this kernel shows; None is the whole lesson


@dataclass(frozen=True)
class Standing:
    """How far the learner is with an exercise.

    Attributes:
        id: the exercise.
        notebook, turn: where it stands.
        points, max_points: numbers.
        attempts: how often it was checked.
    """

    id: str
    notebook: str
    turn: int
    points: float
    max_points: float
    attempts: int

    @property
    def passed(self) -> bool:
        """True if there are no more points to be had."""
        return self.points >= self.max_points

    @property
    def sign(self) -> str:
        """The state as a sign."""
        return "✓" if self.passed else "…" if self.attempts else "○"

    @property
    def state(self) -> str:
        """The state in a word."""
        return "passed" if self.passed else "begun" if self.attempts else "open"

    @property
    def share(self) -> str:
        """The points of those to be had, such as "3.5 / 10"."""
        return f"{self.points:g} / {self.max_points:g}"


def standings(entries: dict) -> list[Standing]:
    """How far the learner is with every exercise, in the order of the lesson.

    Args:
        entries: what `resnet_lesson.lab.record.read` returns.
    """
    rows = []
    for exercise in all_exercises().values():
        entry = entries.get(exercise.id, {"points": 0.0, "attempts": 0})
        points = min(max(entry["points"], 0.0), exercise.points)
        place = exercise.id, exercise.notebook, exercise.turn
        rows.append(Standing(*place, points, exercise.points, entry["attempts"]))
    return rows


def next_open(rows: list[Standing], notebook: str = "", turn: int = 0) -> Standing | None:
    """The exercise to go on with: in this notebook, else in a later one, else in an earlier one.

    Args:
        rows: as of `standings`.
        notebook, turn: where the learner is; by default at the beginning of the lesson.

    Returns:
        None if all are passed.
    """

    def distance(row):
        place = row.notebook, row.turn
        return row.notebook != notebook, place <= (notebook, turn), place

    return min((row for row in rows if not row.passed), key=distance, default=None)


def whats_next(exercise) -> str:
    """What to go on with after an `Exercise` was passed, in one line."""
    return _next_line(standings(record.read()), exercise.notebook, exercise.turn)


def _next_line(rows, notebook="", turn=0, linked=False):
    row = next_open(rows, notebook, turn)
    if row is None:
        return f"All {len(rows)} exercises are passed: nothing graded is left."
    if row.notebook == notebook:
        return f"Next exercise: `{row.id}`, in this notebook."
    between = _without_exercise_between(notebook, row.notebook) if notebook else None
    first = f"Next notebook: {_place(between, linked)}, without points. " if between else ""
    return f"{first}Next exercise: `{row.id}`, in {_place(row.notebook, linked)}."


def _without_exercise_between(notebook, later):
    """The first notebook between two others that asks questions and grades nothing, or None."""
    asking = {asked.notebook for asked in all_questions().values()}
    graded = {exercise.notebook for exercise in all_exercises().values()}
    others = {name for name in asking - graded if not name.startswith(notebook)}
    return min((name for name in others if notebook < name < later), default=None)


def _place(notebook, linked=True):
    return f"[{notebook}]({notebook}.ipynb)" if linked else f"{notebook}.ipynb"


def points_in_words(rows: list[Standing]) -> str:
    """The points so far of those to be had, such as "25 of 30 points"."""
    points, most = (sum(getattr(row, name) for row in rows) for name in ("points", "max_points"))
    return f"{points:g} of {most:g} points"


class Progress(Panel):
    """The points of one notebook or of all, and what comes next.

    Shown in a notebook it stays up to date: a check of the same kernel changes it in place.

    Args:
        notebook: a notebook's name without its ending, or None for the whole lesson.
    """

    def __init__(self, notebook: str | None = None):
        entries, self.problem = record.load()
        self.notebook, self.rows = notebook, standings(entries)
        self.here = [row for row in self.rows if notebook in (None, row.notebook)]
        title = f"Your progress: {points_in_words(self.rows)}"
        if notebook and self.here:
            title = f"This notebook: {points_in_words(self.here)}"
        done = self.here and all(row.passed for row in self.here)
        text = "\n\n".join(filter(None, [self._table(), self._below()]))
        super().__init__(text, title, "passed" if done else "open")

    def _summary(self, linked):
        line = _next_line(self.rows, self.notebook or "", linked=linked)
        if self.notebook and self.here:
            return f"{line} Whole lesson: {points_in_words(self.rows)}."
        return f"No exercise here is graded. {line}" if self.notebook else line

    def _below(self):
        return "\n\n".join(filter(None, [self._summary(linked=True), quoted(self.problem)]))

    def _table(self):
        # What counts most comes first: in a narrow window the rest has to be scrolled to.
        head, line = "| State | Points | Exercise |", "|:--|--:|:--|"
        rows = [f"| {row.sign} {row.state} | {row.share} | `{row.id}` |" for row in self.here]
        if self.notebook is None:
            head, line = f"{head} Notebook |", f"{line}:--|"
            rows = [
                f"{cells} {_place(row.notebook)} |"
                for cells, row in zip(rows, self.here, strict=True)
            ]
        return "\n".join([head, line, *rows]) if rows else ""

    @property
    def html(self) -> str:
        """As of a panel; the table has a caption, and its heads say that they are of columns."""
        return render("progress.html.j2", panel=self, below=as_html(self._below()))

    def __repr__(self):
        rows = self.here
        table = [f"{r.notebook:<24}{r.id:<22}{r.share:>8}  {r.sign} {r.state}" for r in rows]
        summary = self._summary(linked=False).replace("`", "")
        return "\n".join(filter(None, [self.title, *table, summary, shown(self.problem)]))

    def to_dict(self) -> dict:
        """The whole lesson's as plain data: points, exercises, the id of the next, a problem."""
        after = next_open(self.rows)
        return {
            "points": sum(row.points for row in self.rows),
            "max_points": sum(row.max_points for row in self.rows),
            "exercises": [asdict(row) | {"passed": row.passed} for row in self.rows],
            "next": after and after.id,
            "problem": self.problem,
        }

    def _ipython_display_(self):
        from IPython.display import display

        _displayed.add(self.notebook)
        display(self._repr_mimebundle_(), raw=True, display_id=_display_id(self.notebook))


def _display_id(notebook):
    return f"resnet-lesson-progress-{notebook or 'all'}"


def refresh() -> None:
    """Brings what this kernel shows of the progress up to date, in place."""
    for notebook in _displayed:
        from IPython.display import update_display

        forms = Progress(notebook)._repr_mimebundle_()
        update_display(forms, raw=True, display_id=_display_id(notebook))


def progress(notebook: str | int | None = None) -> Panel:
    """The points of all exercises or of one notebook's, what is still open, and what comes next.

    Args:
        notebook: a notebook's number or name, such as ``2``, ``"02"`` or ``"02-identity-block"``;
            None for the whole lesson.

    Returns:
        A `Progress`, or a `Panel` that says what was expected.
    """
    if notebook is None:
        return Progress()
    name = _name(notebook)
    if name:
        return Progress(name)
    given = repr(notebook) if isinstance(notebook, str | int | float) else type(notebook).__name__
    return Panel(
        'Give the number or the name of a notebook, such as `2` or `"02-identity-block"`, or '
        "nothing for the whole lesson.",
        shown(f"There is no notebook {given}", 100),
        "error",
    )


def _name(notebook):
    """A notebook's name without its ending; its number alone if it has no exercises; or None."""
    name = str(notebook).removesuffix(".ipynb") if isinstance(notebook, str | int) else ""
    name = name.zfill(2) if name.isdecimal() else name
    for exercise in all_exercises().values():
        if exercise.notebook == name or exercise.notebook.startswith(f"{name}-"):
            return exercise.notebook
    return name[:2] if re.fullmatch(r"[0-9]{2}(-[\w-]+)?", name) else None
