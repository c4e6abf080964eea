"""A report that shows itself: drawn by JupyterLab, as text elsewhere."""

from resnet_lesson import settings
from resnet_lesson.grading.report.html import report_html
from resnet_lesson.grading.report.report import Report
from resnet_lesson.grading.report.text import report_text
from resnet_lesson.lab.reward import reward_html


class ShownReport(Report):
    """A `Report` with its views, as `check` returns it."""

    @classmethod
    def of(cls, report: Report) -> "ShownReport":
        """A report with the content of another one."""
        return cls(**vars(report))

    def __repr__(self):
        return report_text(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        # nbgrader reads the partial credit off the plain text of a graded cell's result.
        text = f"{self.points:g}" if settings.run_by_nbgrader() else repr(self)
        rewarded = self.passed and self.max_points > 0
        reward = reward_html(self.id) if rewarded else ""
        return {"text/plain": text, "text/html": report_html(self) + reward}
