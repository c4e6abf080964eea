"""The lesson's exceptions: their messages are one line for the person who gave the input."""


class LessonError(Exception):
    """What was asked for cannot be done: what was given, what is expected, and what to do."""


class GradingError(LessonError):
    """Grading cannot go on, whatever the submissions; the message is one line."""
