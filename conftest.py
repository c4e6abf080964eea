"""Tests side by side: how many processes a run is worth, and what each of them takes at a time.

`pytest-xdist` starts the processes, as ``pyproject.toml`` asks for ``-n auto``. Each takes a whole
file at a time: what a file sets up is set up once, and a notebook's cells share their kernel.
"""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from support.forked_kernels import NAME, forked_kernels
from xdist.scheduler import LoadScopeScheduling

from resnet_lesson.hardware import processors

# What the start of one more process costs, in test files; a notebook takes as long as several.
FILES_WORTH_A_PROCESS = 20
FILES_WORTH_A_NOTEBOOK = 6
BYTES_FOR_A_PROCESS = 4 << 30
# Files of long tests that share nothing: their tests are taken one by one.
TAKEN_APART = (
    "tests/browser/test_notebooks.py",
    "tests/grading/judge/test_answers.py",
    "tests/grading/judge/test_mutations.py",
)
# What takes longest is begun first, so that what comes last can fill the gaps.
LONGEST_FIRST = (
    *("05-train-on-signs.ipynb", "01-skip-connection.ipynb", "09-why-it-works.ipynb", ".ipynb"),
    *("test_nbgrader.py", "test_new_exercise.py", "test_mutations.py", "test_answers.py"),
)
# What most notebooks import; the lesson first, which prepares the others.
IMPORTED_ONCE = (
    *("resnet_lesson", "keras", "tensorflow", "h5py", "PIL.Image", "matplotlib.pyplot"),
    *("IPython.display", "ipykernel.kernelapp", "ipywidgets"),
)


@pytest.hookimpl(trylast=True)  # after the environment is there, before other processes start
def pytest_sessionstart(session):
    """Lets all processes collect alike, and notebooks have kernels that are forked, on Linux."""
    config = session.config
    os.environ["PYTHONHASHSEED"] = "0"  # else cases that come from a set have another order in each
    if not config.option.nbval or sys.platform != "linux":
        return
    if not hasattr(config, "workerinput"):  # else they are there
        kernels = ExitStack()
        config.add_cleanup(kernels.close)
        kernels.enter_context(forked_kernels(os.environ["JUPYTER_DATA_DIR"], IMPORTED_ONCE))
    config.option.nbval_current_env, config.option.nbval_kernel_name = False, NAME


def pytest_xdist_auto_num_workers(config):
    """The number of processes; 0 runs all tests in the one that is there, without a wait."""
    if config.option.capture == "no" or config.option.keyword:
        return 0
    work = sum(_work(Path(arg.partition("::")[0]), config.option.nbval) for arg in config.args)
    # Slow tests wait for other processes and for pages about as long as they compute.
    waiting = "not slow" not in config.option.markexpr
    memory = psutil.virtual_memory().total // BYTES_FOR_A_PROCESS
    most = min(processors() + waiting, memory)
    workers = min(most, work // FILES_WORTH_A_PROCESS)
    return workers if workers > 1 else 0


def _work(path, notebooks):
    """How much there is to do below a path, in test files."""
    paths = path.rglob("*") if path.is_dir() else [path]
    weights = {".py": 1, ".ipynb": FILES_WORTH_A_NOTEBOOK if notebooks else 0}
    return sum(
        weights.get(p.suffix, 0) for p in paths if p.name.startswith("test_") or p.suffix != ".py"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Puts what takes longest first."""
    items.sort(key=lambda item: _turn(_taken_together(item.nodeid)))


def _turn(name):
    places = (n for n, part in enumerate(LONGEST_FIRST) if part in name)
    return next(places, len(LONGEST_FIRST))


def _taken_together(nodeid):
    """What one process takes with this test: the name of its file, or the test's alone."""
    file = nodeid.partition("::")[0]
    return nodeid if file in TAKEN_APART else file


def pytest_xdist_make_scheduler(config, log):
    """A whole file at a time, in the order of the collection."""
    return _Schedule(config, log)


class _Schedule(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return _taken_together(nodeid)
