"""The points so far, and what comes next."""

from resnet_lesson.exercises import all_exercises
from resnet_lesson.lab import record


class Progress:
    """The points over all notebooks, as a table."""

    def __init__(self):
        kept = record.read()
        self.rows = [
            (e.notebook, e.id, kept.get(e.id, {}).get("points", 0.0), e.points, e.id in kept)
            for e in all_exercises().values()
        ]

    def _state(self, points, most, tried):
        if points >= most:
            return "✓ passed"
        return "… begun" if tried else "○ open"

    def _next(self):
        left = [row for row in self.rows if row[2] < row[3]]
        if not left:
            return "All exercises are passed."
        notebook, exercise, *_ = left[0]
        return f"Next: {exercise} in {notebook}.ipynb"

    def _total(self):
        points, most = (sum(row[i] for row in self.rows) for i in (2, 3))
        return f"{points:g} of {most:g} points"

    def __repr__(self):
        lines = [
            f"{notebook:<24}{exercise:<22}{points:>5g} /{most:>3g}  {state}"
            for notebook, exercise, points, most, state in self._lines()
        ]
        return "\n".join([*lines, f"{self._total()}. {self._next()}"])

    def _repr_markdown_(self):
        lines = ["| Notebook | Exercise | Points | State |", "|:--|:--|--:|:--|"]
        lines += [
            f"| {notebook} | `{exercise}` | {points:g} / {most:g} | {state} |"
            for notebook, exercise, points, most, state in self._lines()
        ]
        return "\n".join([*lines, "", f"**{self._total()}.** {self._next()}"])

    def _lines(self):
        for notebook, exercise, points, most, tried in self.rows:
            yield notebook, exercise, points, most, self._state(points, most, tried)


def progress():
    """The points of all exercises, what is still open, and what comes next.

    Returns:
        A `Progress`, shown as a table.
    """
    return Progress()
