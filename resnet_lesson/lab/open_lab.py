"""JupyterLab, opened at the lesson's first notebook."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.environment import needs, pip_install, python
from resnet_lesson.errors import LessonError, NotReady
from resnet_lesson.paths import PACKAGE, printable

FIRST = "notebooks/00-start-here.ipynb"
OPTIONS = (
    "--allow-root",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    f"--LabApp.default_url=/lab/tree/{FIRST}",
)
# In it the question whether one wants Jupyter's news is switched off: it covers the first figure.
CONFIGURATION = PACKAGE / "lab/jupyter"


def open_lab(folder: Path, *options: str) -> int:
    """Runs JupyterLab in a folder of the lesson until it is stopped; returns its exit status.

    Args:
        folder: that has the notebooks in its folder ``notebooks``.
        options: more options for JupyterLab.

    Raises:
        LessonError: there is no lesson in the folder.
        NotReady: JupyterLab is not installed.
    """
    if not (folder / FIRST).is_file():
        command = python("-m", "resnet_lesson", "get", str(folder))
        raise LessonError(f"{printable(folder)} has no {FIRST}; to put the lesson there: {command}")
    if importlib.util.find_spec("jupyterlab") is None:
        raise NotReady(f"JupyterLab is missing; run `{pip_install(needs('lab'))}`")
    paths = filter(None, (str(CONFIGURATION), settings.value(settings.JUPYTER_CONFIGURATION)))
    changes = {settings.JUPYTER_CONFIGURATION: os.pathsep.join(paths)}
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, *options]
    with subprocess.Popen(command, cwd=folder, env=settings.with_changes(changes)) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # JupyterLab gets it as well, and asks whether to stop
