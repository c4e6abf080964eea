"""The bar in a terminal: how far the work is, and about how long it still takes."""

import io

from resnet_lesson import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_says_how_long_the_work_still_takes(monkeypatch):
    terminal, seconds = Terminal(), iter([0.0, 0.5, 10.0, 20.0])
    monkeypatch.setattr(progress_bar.sys, "stderr", terminal)
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(seconds))
    with progress_bar.progress_bar("Working") as report:
        for done in (0, 1, 2, 4):
            report(done, 26)
    lines = [line.strip() for line in terminal.getvalue().split("\r") if line.strip()]
    assert [line.partition("] ")[2] for line in lines] == [
        "0 of 26",
        "1 of 26",  # too early to tell
        "2 of 26, 2 min left",
        "4 of 26, 2 min left",
    ]


def test_less_than_a_minute_is_said_in_seconds():
    assert progress_bar.time_left(59.4) == ", 59 s left"
