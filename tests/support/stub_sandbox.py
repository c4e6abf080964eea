"""A sandbox in which nothing is run."""

import threading
from typing import ClassVar

from support.waiting import wait_until

from resnet_lesson.grading.judge.observation import Failure, Observation
from resnet_lesson.grading.sandbox.observation_bytes import to_bytes
from resnet_lesson.grading.sandbox.protocol import Outcome


class StubSandbox:
    """Stands in for `Sandbox`: says that an attempt raised its return value, as text.

    An attempt that returns ``'slow'`` is done when three have begun, ``'stop'`` is as Ctrl-C, and
    ``'endless'`` is never done.
    """

    protections = ()
    jobs_seen: ClassVar[list] = []

    def __init__(self, hidden=(), without=()):
        self.hidden = hidden

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def observe(self, job, timeout, memory):
        failure = None if job.reference else self.failure(job.pieces[-1].text)
        answer, rest = Observation(failure=failure), Observation()
        return Outcome("answered", to_bytes(answer), rest=to_bytes(rest))

    def failure(self, text):
        """What becomes of an attempt."""
        if "'stop'" in text:
            raise KeyboardInterrupt
        self.jobs_seen.append(text)
        if "'slow'" in text:
            wait_until(lambda: len(self.jobs_seen) >= 3)
        if "'endless'" in text:
            threading.Event().wait()
        return Failure("exception", "ValueError", text.split("return ")[1])
