"""What this computer has for the lesson, and what to fix: ``python -m resnet_lesson doctor``."""

import os
import platform
import re
import shutil
import sys
import tempfile
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

from resnet_lesson import __version__, hardware, settings
from resnet_lesson.environment import (
    ENGINE,
    installed,
    needs,
    pip_install,
    python,
    require,
    tested_versions,
)
from resnet_lesson.errors import NotReady

MARKS = {"good": "✓", "note": "!", "wrong": "✗"}
PLAIN = {"good": "+", "note": "!", "wrong": "x"}  # for a terminal that has no such signs
GB = 1e9
MEMORY = 3 * GB  # a kernel that trains the ResNet-50 of notebook 05, and JupyterLab beside it
DISK = GB / 2  # drawn signs, weights from ImageNet, a trained network
_WRITABLE = "folder that can be written"
_ANOTHER_HOME = f"set the variable HOME to a {_WRITABLE}"
REQUIREMENTS = "in the lesson's folder: {}".format(
    python("-m", "pip", "install", "-r", "requirements.txt")
)


@dataclass(frozen=True)
class Line:
    """One thing that was looked at.

    Attributes:
        subject: what it is.
        said: what was found, in one line.
        state: "good", "note" (it works, with a reservation) or "wrong".
        fix: what to do, a command where there is one; empty if nothing.
    """

    subject: str
    said: str
    state: str = "good"
    fix: str = ""


def examine():
    """Looks at everything; takes some seconds, most of them to load TensorFlow.

    Returns:
        List of `Line`.
    """
    lines = _found(_system, _packages)
    try:
        require()
    except NotReady:
        return lines + _found(*_BESIDE_TENSORFLOW)
    with hardware.trial() as process:  # TensorFlow loads while we look at the rest
        rest = _found(*_BESIDE_TENSORFLOW)
        return [*lines, *_engine(hardware.outcome(process)), *rest]


def _found(*looks):
    """The lines of several looks; one that fails in a broken environment leaves out its own."""
    lines = []
    for look in looks:
        try:
            lines += look()
        except Exception as error:
            subject = look.__name__.strip("_").capitalize()
            lines.append(Line(subject, f"not known ({type(error).__name__}: {error})", "note"))
    return lines


def as_text(lines, encoding="utf-8"):
    """The findings as text, with what to fix at the end.

    Args:
        lines: list of `Line`.
        encoding: of the terminal; where it lacks the marks, others are taken.
    """
    try:
        marks = MARKS
        "".join(marks.values()).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        marks = PLAIN
    shown = [f"{marks[line.state]} {line.subject}: {line.said}" for line in lines]
    numbered = [f"{number}. {fix}" for number, fix in enumerate(fixes(lines), start=1)]
    return "\n".join([*shown, "", *(["What to fix:", *numbered] if numbered else [_NOTHING])])


_NOTHING = "Nothing to fix."


def as_data(lines):
    """The findings as JSON takes them."""
    told = [asdict(line) for line in lines]
    return {"healthy": healthy(lines), "findings": told, "fixes": fixes(lines)}


def healthy(lines):
    """Whether nothing is wrong."""
    return all(line.state != "wrong" for line in lines)


def fixes(lines):
    """What to do, each thing once."""
    return list(dict.fromkeys(line.fix for line in lines if line.fix))


def _system():
    yield Line("Python", f"{platform.python_version()}, {_short(sys.executable)}")
    tried = sys.platform == "linux" or (sys.platform, platform.machine()) == ("darwin", "arm64")
    said = f"{platform.platform(terse=True)}, {platform.machine()}"
    said += ", Google Colab" * settings.on_colab()
    yield Line("System", said) if tried else Line("System", f"{said}, not tested", "note")
    if installed():
        yield Line("Lesson", __version__)
    else:
        said = f"{__version__}, not installed here: no notebook finds it"
        yield Line("Lesson", said, "wrong", REQUIREMENTS)


def _packages():
    try:
        extra = [] if settings.on_colab() else needs("lab")
        wanted = needs() + extra
    except NotReady as error:
        yield Line("Packages", str(error), "wrong", REQUIREMENTS)
        return
    tested = tested_versions()
    fix = pip_install([need for need in wanted if not need.fits])
    for need in wanted:
        found, usual = need.found or "of no known version", tested.get(need.name)
        if need.found is None and need in extra:
            yield Line(need.name, f"missing; {need.wanted} opens notebooks", "note", fix)
        elif need.found is None:
            yield Line(need.name, f"missing, needed is {need.wanted}", "wrong", fix)
        elif not need.fits:
            yield Line(need.name, f"{found}, needed is {need.wanted}", "wrong", fix)
        elif usual and found != usual:
            yield Line(need.name, f"{found}, tested with {usual}", "note")
        else:
            yield Line(need.name, found)


def _engine(told):
    """What a trial of TensorFlow told."""
    if "failed" in told:
        fix = pip_install([need for need in needs() if need.name in ENGINE], "--force-reinstall")
        yield Line("TensorFlow", told["failed"], "wrong", fix)
        return
    if "busy" in told:
        yield Line("TensorFlow", told["busy"], "note")
        return
    yield Line("TensorFlow", f"loads in {told['seconds']:.1f} s, Keras computes with it")
    features = (
        f"{'with' if feature in told['flags'] else 'without'} {feature}"
        for feature in hardware.FEATURES
    )
    said = f"{hardware.processors()} of {os.cpu_count()} to be used, {', '.join(features)}"
    yield Line("Processors", said)
    limit = settings.instruction_set()
    if told["onednn"] and limit:
        said = f"in use, with {told['onednn']}, held back by {'='.join(limit)}"
        yield Line("oneDNN", said, "note")
    elif told["onednn"]:
        yield Line("oneDNN", f"in use, with {told['onednn']}")
    else:
        off = settings.onednn_is_off()
        why = f"switched off by {settings.ONEDNN}=0" if off else "not in this TensorFlow"
        yield Line("oneDNN", f"{why}; training is slower", "note")
    yield Line("Training", f"in {told['precision']}, the faster precision here")
    yield Line("Graphics cards", ", ".join(told["cards"]) or "none, and none is needed")


def _memory():
    try:
        import psutil
    except ImportError:
        yield Line("Memory", "not known without the package psutil", "note")
        return
    memory, limit = psutil.virtual_memory(), hardware.memory_limit()
    usable, free = memory.total, memory.available
    said = f"{usable / GB:.1f} GB, {free / GB:.1f} GB of it free"
    if limit is not None and limit < usable:
        usable, free = limit, min(limit, free)
        said += f"; this process may use {limit / GB:.1f} GB"
    if usable < MEMORY:
        fix = f"to train the network of notebook 05, use a computer with {MEMORY / GB:.0f} GB"
        yield Line("Memory", said, "note", fix)
    elif free < MEMORY:
        yield Line("Memory", said, "note", "shut down other notebooks (menu Kernel, Shut Down All)")
    else:
        yield Line("Memory", said)


def _folders():
    """Where the lesson writes: whether it can, and whether there is room."""
    home = Path.home()
    homeless = _hindrance(home)
    if homeless:
        yield Line("Home folder", f"{home} cannot be written ({homeless})", "wrong", _ANOTHER_HOME)
    for subject, find, variable, what, loss in _WRITTEN:
        try:
            folder = find()
        except ImportError:
            continue  # the line on the missing package says it
        reason = folder and _hindrance(folder)
        if reason:
            lost = homeless and home in folder.parents
            fix = _ANOTHER_HOME if lost else f"set the variable {variable} to {what} {_WRITABLE}"
            said = f"{_short(folder)} cannot be written ({reason}): {loss}"
            yield Line(subject, said, "wrong", fix)
        elif folder:
            yield Line(subject, f"{_short(folder)} can be written")
        else:
            yield Line(subject, f"kept in memory ({variable}={settings.value(variable)})", "note")


def _cache():
    from resnet_lesson.paths import cache_folder

    return cache_folder()


def _progress():
    from resnet_lesson.lab.record import record_path

    path = record_path()
    return path and path.absolute().parent


_WRITTEN = (
    ("Cache", _cache, settings.CACHE, "a", "downloaded weights are lost with the session"),
    (
        "Progress",
        _progress,
        settings.PROGRESS,
        "a file in a",
        "points are lost with the session",
    ),
    (
        "Temporary files",
        lambda: Path(tempfile.gettempdir()),
        "TMPDIR",
        "a",
        "training and grading fail",
    ),
)


def _hindrance(folder):
    """Why nothing can be written to a folder, which may be still to be made; None if it can."""
    there = next(place for place in (folder, *folder.parents) if os.path.exists(place))
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return error.strerror
    free = shutil.disk_usage(there).free
    if free < DISK:
        return f"{free / 1e6:.0f} MB free, {DISK / 1e6:.0f} MB are needed"
    return None


def _signs():
    """Which images the notebooks would take."""
    from resnet_lesson.signs import FOLDER, SignsError, load_signs

    named = settings.value(settings.SIGNS)
    given = [named] if named else [p for p in (FOLDER, f"notebooks/{FOLDER}") if os.path.isdir(p)]
    for folder in given:
        try:
            signs = load_signs(folder)
        except SignsError as error:
            fix = (
                f"give {settings.SIGNS} another folder, or unset it"
                if named
                else f"remove {folder}"
            )
            yield Line("Hand signs", str(error), "wrong", fix)
        else:
            count = len(signs.train_labels) + len(signs.test_labels)
            yield Line("Hand signs", f"{count} images in {_short(folder)}")
    if not given:
        yield Line("Hand signs", "those that come with the lesson")


def _jupyter():
    """Whether Jupyter has room for itself, and starts its notebooks in this environment."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_core.paths import jupyter_runtime_dir

    reason = _hindrance(Path(jupyter_runtime_dir()))
    if reason:
        said = f"{_short(jupyter_runtime_dir())} cannot be written ({reason}): it does not start"
        yield Line("Jupyter", said, "wrong", _ANOTHER_HOME)
    with warnings.catch_warnings(action="ignore"):  # IPython's, where it may not write
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    # By its bare name Jupyter takes the Python that it runs in itself.
    if re.fullmatch(r"python(\d(\.\d+)?)?", program) or _same_python(program):
        yield Line("Kernel", "notebooks start in this Python")
    else:
        fix = python("-m", "ipykernel", "install", "--sys-prefix")
        said = f"python3 starts {_short(program)}, another Python"
        yield Line("Kernel", said, "wrong", f"{fix}, and start JupyterLab from here too")


def _same_python(program):
    return os.path.abspath(program) == os.path.abspath(sys.executable)


def _grading():
    """What guards this computer against the code of submissions."""
    from resnet_lesson.grading.sandbox import fork_server, sandbox, spawned
    from resnet_lesson.grading.sandbox.confinement import load_optional_libraries, promises

    if sandbox.can_fork():
        load_optional_libraries()
        with tempfile.TemporaryDirectory(prefix="resnet-lesson-") as scratch:
            kept = promises(fork_server.probe(scratch, [], [])[1])
    else:
        kept = promises(spawned.missing())
        yield Line("Grading", "slow here: each exercise loads TensorFlow anew", "note")
    active = [promise.name for promise in kept if promise.active]
    yield Line(
        "Grading is protected by", ", ".join(active) or "nothing", "good" if active else "note"
    )
    for promise in kept:
        if not promise.active:
            yield Line("Grading is not protected by", f"{promise.name} ({promise.why})", "note")


_BESIDE_TENSORFLOW = (_memory, _folders, _signs, _jupyter, _grading)


def _short(path):
    """A path with ~ for the home folder."""
    text, home = str(path), os.path.expanduser("~")
    inside = len(home) > 1 and text.startswith(home + os.sep)
    return "~" + text[len(home) :] if inside else text
