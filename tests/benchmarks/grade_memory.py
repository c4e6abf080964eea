"""Peak memory of the command line over a class of 200 and of 2,000: `python grade_memory.py`.

The submissions are distinct notebooks. What runs them is left out, as it is another process: a
sandbox that answers at once stands in its place. Finding, reading, judging, keeping, and writing
JSON, CSV and the class report are as always. If not all are graded, it ends with status 1.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.stub_sandbox import StubSandbox

from resnet_lesson import cli
from resnet_lesson.grading.batch import command
from resnet_lesson.grading.judge.observation import Failure

BLOCK = "def identity_block(X, f, filters, training=True, initializer=None):\n    return {}\n"


def write_class(folder, count):
    """Writes notebooks of some 20 kB, each of another learner."""
    for number in range(count):
        cells = [
            {"cell_type": "markdown", "source": "A line of text. " * 1000, "metadata": {}},
            {"cell_type": "code", "source": BLOCK.format(number), "execution_count": 1,
             "outputs": [], "metadata": {}},
        ]  # fmt: skip
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        Path(folder, f"learner{number:05}.ipynb").write_text(json.dumps(notebook))


def measure(count):
    """Grades a class in this process; prints its peak memory in MiB."""
    message = Failure("exception", "ValueError", "m" * 2000)
    sandbox = mock.patch.object(command, "Sandbox", StubSandbox)
    failure = mock.patch.object(StubSandbox, "failure", lambda self, text: message)
    with sandbox, failure, tempfile.TemporaryDirectory() as top:
        handed_in = Path(top, "in")
        handed_in.mkdir()
        write_class(handed_in, count)
        outputs = ("--json", f"{top}/r.json", "--csv", f"{top}/r.csv", "--html", f"{top}/pages")
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            status = cli.main(["grade", str(handed_in), *outputs, "--jobs", "2"])
        graded = json.loads(Path(top, "r.json").read_text())["results"] if status == 0 else ()
        if len(graded) != count or Path(top, "r.csv").stat().st_size < count * 2000:
            sys.exit(f"nothing was measured: {len(graded)} of {count} submissions were graded")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main():
    """Prints one line with both peaks."""
    peaks = []
    for count in (200, 2000):
        command = [sys.executable, __file__, str(count)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr.strip().splitlines()[-1])
        peaks.append(float(done.stdout))
    print(f"peak memory: {peaks[0]:.0f} MiB for 200 submissions, {peaks[1]:.0f} MiB for 2000")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
    else:
        main()
