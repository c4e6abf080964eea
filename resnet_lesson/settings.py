"""Environment variables: their names, and what they say at the moment of the call."""

import os
import sys
import tempfile
from contextlib import contextmanager

SIGNS = "RESNET_LESSON_SIGNS"  # folder or file of images to use in place of the drawn ones
CACHE = "RESNET_LESSON_CACHE"  # folder of what can be made or downloaded again
PROGRESS = "RESNET_LESSON_PROGRESS"  # file of the learner's points, or IN_MEMORY
WEIGHTS = "RESNET_LESSON_WEIGHTS"  # file of ImageNet weights
KERAS_HOME = "KERAS_HOME"  # Keras's own folder, with what it has downloaded
QUICK = "RESNET_LESSON_QUICK"  # "1" shortens experiments and downloads nothing
NBGRADER = "NBGRADER_EXECUTION"  # set by nbgrader while it runs a submission
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"  # "0" switches oneDNN off
INSTRUCTION_SETS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")  # the most that oneDNN may use
JUPYTER_CONFIGURATION = "JUPYTER_CONFIG_PATH"  # folders of Jupyter's settings
COLAB = "COLAB_RELEASE_TAG"  # set by Colab, which has pages and packages of its own
WORKERS = "TF_CONFIG"  # the machines that train together, as JSON

IN_MEMORY = ":memory:"
# A process with one thread: what computes side by side, or forks, cannot use more.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    ),
    "1",
)
# What a process needs to find its libraries, and nothing that tells who runs it.
_ANONYMOUS = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "KERAS_BACKEND")


def value(name):
    """A variable's value; empty if it is not set."""
    return os.environ.get(name, "")


def quick():
    """Whether experiments are to be short, and nothing is to be downloaded."""
    return value(QUICK) == "1"


def run_by_nbgrader():
    """Whether nbgrader runs this process to grade a notebook."""
    return bool(value(NBGRADER))


def on_colab():
    """Whether this process runs in Google Colab."""
    return bool(value(COLAB))


def onednn_is_off():
    """Whether oneDNN is switched off."""
    return value(ONEDNN) == "0"


def instruction_set():
    """The variable that limits oneDNN to an instruction set, as ``(name, value)``, or None."""
    return next(((name, value(name)) for name in INSTRUCTION_SETS if name in os.environ), None)


def with_changes(changes):
    """This process's variables with some changed, for a process to be started."""
    return {**os.environ, **changes}


@contextmanager
def changed(changes):
    """Changes variables for a while, for processes that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def anonymous(changes):
    """Variables for a process that must not learn who runs it."""
    needed = {name: os.environ[name] for name in _ANONYMOUS if name in os.environ}
    return {**needed, **changes}


def confine(folder):
    """Leaves this process no variables but those that lead to the one folder that it may use."""
    system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    os.environ.clear()
    os.environ.update(LANG="C.UTF-8", HOME=folder, TMPDIR=folder, TEMP=folder, TMP=folder)
    os.environ.update(USERPROFILE=folder, **system)  # Windows' libraries look for these


def prepare_libraries():
    """Sets what Keras and TensorFlow read when they are loaded."""
    # TensorFlow's C++ start-up lines land in the output of whichever cell imports it first, and
    # nbgrader scores a graded cell that wrote to stderr with 0. A value that is set already wins.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" not in sys.modules:
        # What a learner has set for other work, as variables or in keras.json, is not for this.
        os.environ.update(KERAS_BACKEND="tensorflow", TF_USE_LEGACY_KERAS="0")
    if not os.path.isabs(os.path.expanduser("~")):
        # A user without a home, as in a container: libraries would raise, or make a folder named ~.
        user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
        home = os.path.join(tempfile.gettempdir(), f"resnet-lesson-{user}")
        os.environ.update(HOME=home, USERPROFILE=home)  # Windows reads the second
