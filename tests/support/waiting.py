"""Waiting for an event, however slow the machine is."""

import time

PATIENCE = 300  # seconds after which what is waited for will not happen


def wait_until(condition):
    """Returns the first value of a call that is true; fails if none comes in minutes."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, "what the test waits for has not happened"
        time.sleep(0.01)
    return value
