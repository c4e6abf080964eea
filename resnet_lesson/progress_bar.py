"""A progress bar that leaves nothing behind.

A notebook stores what its cells print, and its stored outputs are compared with a later run's: a
bar that was needed on one machine and not on the other must not be seen in either. In a notebook
the bar is a widget in an output without text, emptied when the work is done; in a terminal it is a
line on stderr that is wiped; elsewhere there is none.
"""

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

from resnet_lesson.errors import Interrupted

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_SECONDS_BETWEEN = 0.1
_SECONDS_OF_ESTIMATE = 1.0


def in_notebook() -> bool:
    """True in a Jupyter kernel. IPython is not imported to find out."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def notice(line: str) -> None:
    """Tells the user one line: on stderr, or in a notebook as a widget, which is not compared."""
    if in_notebook():
        from ipywidgets import HTML

        show_widget(HTML(html.escape(line)))  # unlike a Label it breaks a line that is too long
    else:
        print(line, file=sys.stderr)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far some work is, while it lasts, and about how long it still takes.

    Gives a function ``report(done, total)``, to be called as often as you like; until then a clock
    runs. In a notebook, an interruption is one line that says how far the work was.
    """
    bar = _NotebookBar(title) if in_notebook() else _terminal_bar(title)
    clock = ExitStack()
    last = -_SECONDS_BETWEEN
    first: tuple[float, int] | None = None
    reached = ""

    def report(done, total):
        nonlocal first, last, reached
        clock.close()
        reached = f" after {done} of {total}"
        now = time.monotonic()
        first = first or (now, done)
        if done >= total or now - last >= _SECONDS_BETWEEN:
            last = now
            start, already = first
            left = ""
            if done > already and now - start >= _SECONDS_OF_ESTIMATE:
                left = time_left((now - start) / (done - already) * (total - done))
            bar.show(done, total, f"{done} of {total}{left}")

    if not isinstance(bar, _NoBar):
        clock.enter_context(running_clock(bar.say, "preparing"))
    try:
        yield report
    except KeyboardInterrupt as interruption:
        if isinstance(interruption, Interrupted) or not in_notebook():
            raise
        line = f"{title}: interrupted{reached}. What was finished before is kept."
        raise Interrupted(line) from None
    finally:
        clock.close()
        bar.close()


@contextmanager
def running_clock(show: Callable[[str], None], words: str) -> Iterator[None]:
    """Calls ``show`` at once and then every second, with words and how long they have been true."""
    begun, done = time.monotonic(), Event()

    def tell():
        while True:
            show(f"{words}, {time.monotonic() - begun:.0f} s")
            if done.wait(1):
                return

    thread = Thread(target=tell, name="running_clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def passing_line(words: str) -> Iterator[None]:
    """Shows words in a terminal while something lasts that tells nothing of itself."""
    line = TerminalLine() if sys.stderr is not None and sys.stderr.isatty() else None
    if line:
        line.write(words)
    try:
        yield
    finally:
        if line:
            line.write("")


def time_left(seconds: float) -> str:
    """How long something still takes, as the end of a line."""
    if seconds < 60:
        return f", {seconds:.0f} s left"
    return f", {seconds / 60:.0f} min left"


def show_widget(widget):
    """Shows a widget in an output without text; returns the output's handle."""
    from IPython.display import display

    return display({WIDGET_VIEW: widget.get_view_spec()}, raw=True, display_id=True)


class _NotebookBar:
    def __init__(self, title):
        from ipywidgets import HBox, IntProgress, Label

        self.bar, self.count = IntProgress(), Label()
        self.box = HBox([Label(title), self.bar, self.count])
        self.output = show_widget(self.box)

    def show(self, done, total, words):
        self.bar.max, self.bar.value = total, done
        self.say(words)

    def say(self, words):
        self.count.value = words

    def close(self):
        self.output.update({}, raw=True)
        for widget in (*self.box.children, self.box):
            widget.close()


def _terminal_bar(title):
    return _TerminalBar(title) if sys.stderr is not None and sys.stderr.isatty() else _NoBar()


class TerminalLine:
    """A line on stderr that each new one overwrites; the empty one wipes it."""

    width = 0

    def write(self, line: str) -> None:
        """Writes the line in place of the one before."""
        sys.stderr.write("\r" + line.ljust(self.width) + ("" if line else "\r"))
        sys.stderr.flush()
        self.width = len(line)


def drawn(done: int, total: int) -> str:
    """A bar of 30 characters, filled as far as the work is done."""
    filled = 30 * done // max(total, 1)
    return f"[{'#' * filled}{'.' * (30 - filled)}]"


class _TerminalBar:
    def __init__(self, title):
        self.title, self.line = title, TerminalLine()

    def show(self, done, total, words):
        self.line.write(f"{self.title} {drawn(done, total)} {words}")

    def say(self, words):
        self.line.write(f"{self.title}: {words}")

    def close(self):
        self.line.write("")


class _NoBar:
    def show(self, done, total, words):
        pass

    def close(self):
        pass
