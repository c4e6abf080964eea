"""Kernels that are nobody's own: notebooks behave alike whoever runs them, and no home is touched.

The notebooks' stored outputs are made (`resnet_lesson.authoring.learner_notebooks`) and compared
(`pytest --nbval`) in this environment. It is a pytest plugin too, switched on in
``pyproject.toml``: notebooks are collected outside ``tests/``, where a ``tests/conftest.py`` would
not be seen.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What nbval leaves out of a comparison: the bytes of pictures, which differ between machines.
NOT_COMPARED = "regex: data:image/png;base64,[A-Za-z0-9+/=]+\nreplace: data:image/png\n"
# Where the libraries that a kernel loads would otherwise read or write in the user's home.
HOMES = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter/config",
    "JUPYTER_DATA_DIR": "jupyter/data",
    "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    "KERAS_HOME": "keras",
    "MPLCONFIGDIR": "matplotlib",
}


def isolate(environment, folder, quick=True):
    """Changes a mapping of environment variables so that a kernel leaves the user's files alone.

    Args:
        environment: mutable mapping of variables, ``os.environ`` or a copy of it.
        folder: path of an existing folder for what the kernel's libraries write.
        quick: True shortens long experiments and trainings.
    """
    for variable, name in HOMES.items():
        home = Path(folder, name)
        home.mkdir(parents=True, exist_ok=True)
        environment[variable] = str(home)
    environment["RESNET_LESSON_PROGRESS"] = ":memory:"
    for own in ("RESNET_LESSON_SIGNS", "RESNET_LESSON_WEIGHTS", "RESNET_LESSON_QUICK"):
        environment.pop(own, None)
    if quick:
        environment["RESNET_LESSON_QUICK"] = "1"
    # Here and now, because where it takes long matplotlib says so in the output of a cell.
    build_font_cache = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(build_font_cache, env=environment, capture_output=True, check=True)


def pytest_configure(config):
    """Gives the whole test run, and every kernel that it starts, an environment of its own."""
    config.isolation_folder = tempfile.mkdtemp(prefix="resnet-lesson-tests-")
    isolate(os.environ, config.isolation_folder)
    # One cache for all kernels, so that the default data is drawn once. A given one is kept.
    os.environ.setdefault("RESNET_LESSON_CACHE", str(Path(config.isolation_folder, "cache")))
    patterns = Path(config.isolation_folder, "not-compared.cfg")
    patterns.write_text(NOT_COMPARED, encoding="utf-8")
    config.option.nbval_sanitize_with = str(patterns)


def pytest_unconfigure(config):
    """Removes what the run's kernels have written."""
    shutil.rmtree(config.isolation_folder, ignore_errors=True)
