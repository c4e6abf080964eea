"""What is promised of the child that runs a learner's code, and what keeps it on this system."""

import contextlib
import importlib
import os
import shutil
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from functools import cache

from resnet_lesson import settings
from resnet_lesson.paths import PACKAGE

MECHANISMS = ("limits", "namespaces", "mounts", "privileges", "landlock", "seccomp")
FILE_SIZE = 64  # MiB, of one file and of all in the temporary folder
FILES = 1000
OPEN_FILES = 256
THREADS = 512
CLOCK = "clock"  # the wall clock, of the process that watches the child: on every system

# Each promise, and the mechanisms of which one keeps it.
PROMISES = {
    "wall clock": (CLOCK,),
    "processor time": ("limits",),
    "memory": ("limits",),
    "file size": ("limits",),
    "number of files": ("mounts", "landlock"),
    "number of processes": ("seccomp", "limits of the user"),
    "no network": ("namespaces", "seccomp"),
    "no other submissions, results, home folder or solutions": ("mounts", "landlock"),
    "temporary folder of its own": (CLOCK,),
    "no signals to other processes, no reading of their memory": ("namespaces", "seccomp"),
    "all descendants ended": ("namespaces", "orphans"),
}


@dataclass(frozen=True)
class Protection:
    """One promise.

    Attributes:
        name: what is promised.
        active: True if it is kept on this system.
        why: by which mechanisms it is kept, or why it is not.
    """

    name: str
    active: bool
    why: str

    def __str__(self):
        return f"{self.name}: {'active' if self.active else 'not on this system'} ({self.why})"


def promises(missing):
    """What is kept, given which mechanisms could not be had.

    Args:
        missing: dictionary, mechanism → why it is not to be had.

    Returns:
        List of `Protection`.
    """
    protections = []
    for name, mechanisms in PROMISES.items():
        active = ", ".join(m for m in mechanisms if m not in missing)
        reasons = "; ".join(f"{m}: {missing[m]}" for m in mechanisms if m in missing)
        protections.append(Protection(name, bool(active), active or reasons))
    return protections


class Confinement:
    """The mechanisms that work here, to be put around one child.

    Args:
        active: names out of `MECHANISMS`.
        scratch: an empty folder, where the child's own is made.
        hidden: paths that it must not read.
    """

    def __init__(self, active, scratch, hidden=()):
        self.active = active
        self.scratch = str(scratch)
        self.readable, self.links = _readable()  # found before the child is confined
        hidden = {os.path.realpath(path) for path in (PACKAGE, *hidden)}
        # A folder around an environment: of what is in it, only that is readable anyway.
        around = {os.path.dirname(path) for path in self.readable}
        self.hidden = tuple(p for p in sorted(hidden) if not any(_is_below(a, [p]) for a in around))
        self.folder = None

    def around(self):
        """Prepares the process that will fork the child; call `inside` in the child."""
        self.folder = os.path.join(self.scratch, f"job-{os.getpid()}")
        os.mkdir(self.folder, 0o700)
        if sys.platform == "linux":
            from resnet_lesson.grading.sandbox import linux

            linux.adopt_orphans()
            if "namespaces" in self.active:
                linux.unshare()

    def inside(self, seconds, memory):
        """Confines this process, which must have one thread.

        Args:
            seconds: most processor time.
            memory: most address space, in MiB.
        """
        active = self.active
        if sys.platform == "linux":
            from resnet_lesson.grading.sandbox import linux
        folder = self.folder
        if "mounts" in active:
            inside = [path for path in self.hidden if _is_below(path, self.readable)]
            linux.new_root(self.scratch, self.readable, self.links, inside, FILE_SIZE, FILES)
            folder = "/own"
        os.chdir(folder)
        settings.confine(folder)
        tempfile.tempdir = None  # else it is where it was before
        if "privileges" in active:
            linux.drop_privileges()
        if "landlock" in active:
            allowed = list(_uncovered(self.readable, self.hidden))
            listed = [path for path in self.readable if os.path.isdir(path)]
            linux.allow_paths(allowed, listed, [folder])
        if "limits" in active:
            limit(seconds, memory)
        if "seccomp" in active:
            linux.forbid_calls()

    def overfull(self):
        """Whether the child has written more files than it may, where no mount limits it."""
        if "mounts" in self.active:
            return False
        files = size = 0
        with contextlib.suppress(OSError):
            for folder, folders, names in os.walk(self.folder):
                files += len(folders) + len(names)
                for name in names:
                    with contextlib.suppress(OSError):
                        size += os.lstat(os.path.join(folder, name)).st_size
                if files > FILES or size > FILE_SIZE << 20:
                    return True
        return False

    def clear(self):
        """Removes the child's folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def load_optional_libraries():
    """Imports what the protections need and may lack; a confined process could not load it."""
    for name in ("landlock", "pyseccomp"):
        with contextlib.suppress(ImportError, OSError, RuntimeError):
            importlib.import_module(name)


def limit(seconds, memory):
    """Limits what this process may use, by setrlimit(2).

    Args:
        seconds: most processor time.
        memory: most address space, in MiB.
    """
    import resource

    limits = {
        "AS": memory << 20,
        "CPU": seconds,
        "FSIZE": FILE_SIZE << 20,
        "NOFILE": OPEN_FILES,
        "CORE": 0,
        "NPROC": _own_threads() + THREADS,
    }
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))


def _own_threads():
    """How many threads this user has already, all of which count; 0 where that is not told."""
    threads = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir("/proc"):
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                    threads += len(os.listdir(f"/proc/{entry.name}/task"))
    return threads


@cache
def _readable():
    """What Python and its libraries need: the interpreter, the site's packages, the system's.

    Returns:
        ``(paths, links)``: real paths, and a dictionary from other names that they go by, such as
        of an environment behind a symbolic link, to the real ones.
    """
    wanted = [sys.executable, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime"]
    wanted += [f"/dev/{name}" for name in ("null", "zero", "urandom", "random")]
    known = sysconfig.get_paths()
    wanted += [known["stdlib"], known["platstdlib"], *_libraries(), os.path.dirname(os.__file__)]
    wanted += [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    wanted = filter(os.path.exists, map(os.path.abspath, wanted))
    real = {p: os.path.realpath(p) if p[:5] != "/dev/" else p for p in wanted}
    paths = _topmost(real.values())
    named = [path for path in real if path != real[path] and not _is_below(path, paths)]
    return paths, {path: real[path] for path in _topmost(named)}


def _topmost(paths):
    """These paths, sorted, without those that lie in others of them."""
    found = sorted(set(paths))
    return [path for path in found if not _is_below(os.path.dirname(path), found)]


def _libraries():
    for prefix in {sys.prefix, sys.base_prefix}:
        yield os.path.join(prefix, "lib")


def _is_below(path, folders):
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _uncovered(paths, hidden):
    """These paths, with a folder that contains something hidden replaced by what else is in it."""
    for path in paths:
        if _is_below(path, hidden):
            continue
        if any(_is_below(secret, [path]) for secret in hidden):
            yield from _uncovered(sorted(entry.path for entry in os.scandir(path)), hidden)
        else:
            yield path
