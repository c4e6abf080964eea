"""The lesson's exceptions: their messages are one line for the person who gave the input.

The command line shows that line in place of a traceback, and so does a notebook. The exceptions
stand with what raises them; here are those that have no such home.
"""


class _OneLine(BaseException):
    def _render_traceback_(self):
        """What a notebook shows instead of a traceback."""
        return [type(self).__name__ + ": " + str(self)]


class LessonError(_OneLine, Exception):
    """What was asked for cannot be done: what was given, what is expected, and what to do."""


class Interrupted(_OneLine, KeyboardInterrupt):
    """The user has stopped something that takes long; the message says what is kept."""


class NotReady(LessonError, ImportError):
    """The lesson cannot run in this Python environment."""


class GradingError(LessonError, ValueError):
    """Grading cannot go on, whatever the submissions."""
