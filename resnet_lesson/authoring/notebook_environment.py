"""Kernels that are nobody's own: notebooks behave alike whoever runs them, and no home is touched.

The notebooks' stored outputs are made (`resnet_lesson.authoring.learner_notebooks`) and compared
(`pytest --nbval`) in this environment. It is a pytest plugin too, switched on in
``pyproject.toml``: notebooks are collected outside ``tests/``, where a ``tests/conftest.py`` would
not be seen.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from resnet_lesson import settings

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
# Variables by which a user changes what programs print, where they look, and how they compute;
# but for those that the lesson sets itself when it is imported, as it is here.
PERSONAL = re.compile(
    r"(?:TF(?!_USE_LEGACY_KERAS$)|KERAS(?!_BACKEND$)|LC|NBGRADER|RESNET_LESSON(?!_CACHE$))_.*"
    r"|PYTHON(?!PATH$|HOME$|UTF8$|DONTWRITEBYTECODE$|PYCACHEPREFIX$).*"
    r"|LANG|LANGUAGE|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR.*|PY_COLORS|MPLBACKEND"
)


def isolate(environment, folder, quick=True):
    """Makes a kernel behave alike whoever runs it, and leave the user's files alone.

    Args:
        environment: mutable mapping of variables, ``os.environ`` or a copy of it.
        folder: path of an existing folder for what the kernel's libraries write.
        quick: True shortens long experiments and trainings.
    """
    for variable in filter(PERSONAL.fullmatch, list(environment)):
        del environment[variable]
    for variable, name in HOMES.items():
        home = Path(folder, name)
        home.mkdir(parents=True, exist_ok=True)
        environment[variable] = str(home)
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    environment[settings.PROGRESS] = settings.IN_MEMORY
    if quick:
        environment[settings.QUICK] = "1"
    # Here and now, because where it takes long matplotlib says so in the output of a cell.
    build_font_cache = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(build_font_cache, env=environment, capture_output=True, check=True)


def pytest_sessionstart(session):
    """Gives the whole test run, and every kernel that it starts, an environment of its own."""
    if not hasattr(session.config, "workerinput"):  # else it is that of the process that started us
        _isolate_this_run(session.config)
    session.config.option.nbval_sanitize_with = str(_patterns())


def _isolate_this_run(config):
    folder = Path(tempfile.mkdtemp(prefix="resnet-lesson-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.umask(0o022)
    isolate(os.environ, folder)
    # A given one is kept: it may hold weights that took long to download.
    os.environ.setdefault(settings.CACHE, str(folder / "cache"))
    _patterns().write_text(NOT_COMPARED, encoding="utf-8")


def _patterns():
    return Path(os.environ["JUPYTER_DATA_DIR"], "not-compared.cfg")
