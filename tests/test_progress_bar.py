"""The bar in a terminal: how far the work is, and about how long it still takes."""

import io
import threading
from contextlib import nullcontext
from threading import Event

import pytest

from resnet_lesson import progress_bar
from resnet_lesson.errors import Interrupted


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_says_how_long_the_work_still_takes(monkeypatch):
    terminal, seconds = Terminal(), iter([0.0, 0.5, 10.0, 20.0])
    monkeypatch.setattr(progress_bar.sys, "stderr", terminal)
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(progress_bar, "running_clock", lambda show, words: nullcontext())
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


def test_a_clock_runs_until_the_work_tells_something_of_itself(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(progress_bar.sys, "stderr", terminal)
    with progress_bar.progress_bar("Training") as report:
        assert is_running()
        report(0, 4)
        assert not is_running()
        assert terminal.getvalue().startswith("\rTraining: preparing, 0 s")
        assert terminal.getvalue().rstrip().endswith("0 of 4")
    with pytest.raises(ValueError), progress_bar.progress_bar("Training"):
        raise ValueError
    assert not is_running() and terminal.getvalue().endswith("\r")


def test_where_nothing_is_shown_no_clock_runs():
    with progress_bar.progress_bar("Training"):
        assert not is_running()


def is_running():
    return "running_clock" in [thread.name for thread in threading.enumerate()]


def test_an_interruption_of_a_cell_is_one_line_that_says_how_far_the_work_was(monkeypatch):
    monkeypatch.setattr(progress_bar, "in_notebook", lambda: True)
    monkeypatch.setattr(progress_bar, "_NotebookBar", lambda title: progress_bar._NoBar())
    with pytest.raises(Interrupted) as info, progress_bar.progress_bar("Outer") as outer:
        outer(0, 2)
        with progress_bar.progress_bar("Training") as report:
            report(13, 20)
            raise KeyboardInterrupt
    line = "Training: interrupted after 13 of 20. What was finished before is kept."
    assert info.value._render_traceback_() == [f"Interrupted: {line}"]


def test_less_than_a_minute_is_said_in_seconds():
    assert progress_bar.time_left(59.4) == ", 59 s left"


def test_a_clock_runs_from_the_start_until_the_work_is_done():
    shown, twice = [], Event()

    def show(words):
        shown.append(words)
        if len(shown) == 2:
            twice.set()

    with progress_bar.running_clock(show, "preparing"):
        assert twice.wait(60)
    assert shown[0] == "preparing, 0 s" and shown[1] != shown[0]
    assert not is_running()


def test_a_passing_line_is_wiped_and_only_a_terminal_sees_it(monkeypatch, capsys):
    with progress_bar.passing_line("starting"):
        pass
    assert capsys.readouterr() == ("", "")
    terminal = Terminal()
    monkeypatch.setattr(progress_bar.sys, "stderr", terminal)
    with progress_bar.passing_line("starting"):
        assert terminal.getvalue() == "\rstarting"
    assert terminal.getvalue() == "\rstarting\r        \r"
