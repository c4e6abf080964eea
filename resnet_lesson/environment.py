"""Whether the lesson can run in this Python environment and, if not, one line on what to do."""

import importlib.metadata
import importlib.util
import re
import shlex
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resnet_lesson.errors import NotReady
from resnet_lesson.paths import PACKAGE, PROJECT
from resnet_lesson.progress_bar import in_notebook, notice

DISTRIBUTION = "resnet-lesson"
ENGINE = ("tensorflow", "keras")  # of another version they fail late, and in odd ways
# Used by single commands or by the download of weights.
OPTIONAL = {"landlock", "nbformat", "pyseccomp", "requests"}
EXTRAS = ("", "lab", "authoring")  # what is installed as an extra, after what always is
_MODULES = {
    "ipython": "IPython",
    "pillow": "PIL",
}  # where a package is not imported by its own name
_BUILDS = ("tensorflow-cpu", "tensorflow-macos", "tensorflow-rocm", "tf-nightly")
_FIGURES, _FIGURE = ("images", "../images", "../../images"), "resnet50.svg"


@dataclass(frozen=True)
class Need:
    """A package that the lesson needs.

    Attributes:
        name: what pip calls it.
        wanted: the versions that will do, such as ``">=2.20,<3"``.
        found: the version that is here, empty if it does not say; None if it is missing.
        fits: whether the lesson can run with it.
    """

    name: str
    wanted: str
    found: str | None
    fits: bool

    def __str__(self):
        if self.found is None:
            return f"{self.name} is missing"
        return f"{self.name} {self.found} is here, where {self.wanted} is needed"


def needs(extra=""):
    """The packages that the lesson needs here, as a list of `Need`.

    Args:
        extra: such as "lab", for what it needs beyond what it always needs.

    Raises:
        NotReady: the package that reads such lists is missing itself.
    """
    try:
        from packaging.requirements import Requirement
    except ImportError as error:
        raise explained(error) from None
    wanted = [Requirement(line) for line in _requirements()]
    always = [one for one in wanted if _applies(one, "")]
    return [_need(one) for one in wanted if _applies(one, extra) and (one in always) == (not extra)]


def _applies(requirement, extra):
    return not requirement.marker or requirement.marker.evaluate({"extra": extra})


def require():
    """Does nothing if the packages are here that notebooks and commands run with.

    Raises:
        NotReady: some are missing, or TensorFlow or Keras is too old or too new.
    """
    essential = [need for need in needs() if need.name not in OPTIONAL]
    lacking = [n for n in essential if n.found is None or (not n.fits and n.name in ENGINE)]
    if lacking:
        raise _lacking(lacking)


def remind():
    """Tells, once a kernel, what the learner would else puzzle over."""
    if _state() != _STARTED_WITH:
        _tell(
            "The lesson, or what it needs, was updated while this kernel was running: restart it "
            "(menu Kernel), then run the cells again."
        )
    if in_notebook() and not any(Path(folder, _FIGURE).exists() for folder in _FIGURES):
        _tell(
            "Are the figures missing? They are looked for in ../images, seen from the notebook: "
            "put the lesson's folder images there."
        )


_tell = cache(notice)


def _state():
    """What differs after an update: the newest file of the lesson, and the versions it runs on."""
    files = [path for path in PACKAGE.rglob("*.py") if path.is_file()]  # and no editor's dead links
    newest = max((path.stat().st_mtime_ns for path in files), default=0)
    return newest, *map(_version, ENGINE)


def pip_install(needs, *options):
    """The command that installs packages, as a line for the terminal.

    Args:
        needs: list of `Need`.
        options: strings, for pip.
    """
    wanted = (f"{need.name}{need.wanted}" for need in needs)
    return python("-m", "pip", "install", *options, *wanted)


def python(*arguments):
    """A line for the terminal that starts this very Python."""
    return shlex.join([sys.executable or "python", *arguments])


def explained(error):
    """An import that failed, in one line with what to do.

    Args:
        error: exception.

    Returns:
        `NotReady`, to be raised.
    """
    if isinstance(error, NotReady):
        return error
    if isinstance(error, ModuleNotFoundError):
        top = (error.name or "").partition(".")[0]
        if top == "packaging":  # without which no list of needs can be read
            return _lacking([Need(top, "", None, False)])
        known = [need for extra in EXTRAS for need in needs(extra)]
        found = [need for need in known if _module(need.name) == top]
        if found:
            return _lacking(found)
    return NotReady(f"{_gist(error)}; run `{python('-m', __package__, 'doctor')}`")


def _lacking(needs):
    return NotReady(f"{'; '.join(map(str, needs))}; run `{pip_install(needs)}`{_then()}")


def _gist(error):
    """One line of an error; TensorFlow packs whole tracebacks into one."""
    lines = str(error).splitlines() or [""]
    errors = [line for line in lines if re.match(r"\w+Error: ", line)]
    return errors[-1] if errors else f"{type(error).__name__}: {lines[0]}"


def _then():
    return ", then restart the kernel (menu Kernel)" if "ipykernel" in sys.modules else ""


def _requirements():
    """What the project asks for, by its own file in a checkout, else as it was installed."""
    try:
        # After a `git pull` it is newer than what pip noted when it installed the package.
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
        if project["name"] == DISTRIBUTION:
            extras = project.get("optional-dependencies", {}).items()
            marked = [f"{line}; extra == '{name}'" for name, lines in extras for line in lines]
            return project["dependencies"] + marked
    except (OSError, ValueError, KeyError):
        pass
    try:
        return importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _need(requirement):
    found = _version(requirement.name)
    fits = found == "" or (found is not None and requirement.specifier.contains(found, True))
    wanted = ",".join(sorted(map(str, requirement.specifier), reverse=True))  # >=2.20,<3
    return Need(requirement.name, wanted, found, fits)


def installed():
    """Whether the package is installed in this environment, so that notebooks anywhere find it."""
    return _version(DISTRIBUTION) is not None


def tested_versions():
    """The versions that the lesson was tested with, name → version; empty outside a checkout."""
    try:
        lines = (PROJECT / "tests" / "constraints.txt").read_text("utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.partition(" ")[0].split("==") for line in lines if "==" in line)


def _version(name):
    """The version of a package; empty if it does not say; None if it is missing."""
    for known in (name, *(_BUILDS if name == "tensorflow" else ())):
        try:
            return importlib.metadata.version(known) or ""
        except importlib.metadata.PackageNotFoundError:
            pass
    return "" if importlib.util.find_spec(_module(name)) else None


def _module(name):
    """What a package is imported as."""
    return _MODULES.get(name, name.replace("-", "_"))


_STARTED_WITH = _state()
