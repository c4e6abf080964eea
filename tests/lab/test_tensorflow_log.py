"""Graded cells stay without log lines: nbgrader takes all points for one line on stderr."""

import os
import sys

import pytest

from resnet_lesson import blocks, check


@pytest.mark.parametrize(
    "write", [lambda: os.write(2, b"log\n"), lambda: print("log", file=sys.stderr)]
)
def test_a_check_that_nbgrader_runs_writes_nothing_to_stderr(write, monkeypatch, capfd):
    def identity_block(X, f, filters, training=True, initializer=None):
        write()
        return blocks.identity_block(X, f, filters, training, initializer)

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check(identity_block)
    assert capfd.readouterr().err == ""
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
