"""Stands in for the lesson where a learner's code is graded: the real one is not there."""

import importlib.abc
import importlib.machinery
import sys

PACKAGE = "resnet_lesson"
# What holds, or leads to, a reference implementation.
SECRET = ("blocks", "networks", "layers", "weights", "exercises", "grading", "authoring")


class Absent:
    """Stands for a name of the lesson that leads to a reference implementation.

    To import it proves nothing, as chapters import the blocks of earlier ones. To use it is noted.

    Args:
        name: of what it stands for, with its module.
        asked_for: list that takes the name.
    """

    def __init__(self, name, asked_for):
        self._name, self._asked_for = name, asked_for

    def note(self):
        """Notes a use."""
        if self._name not in self._asked_for:
            self._asked_for.append(self._name)

    def __call__(self, *_, **__):
        self.note()
        raise NameError(f"{self._name} is not there where submissions are graded")

    __mro_entries__ = __call__  # a class is derived from it

    def __getattr__(self, name):
        if not name.startswith("__"):
            self.note()
        raise AttributeError(f"{self._name} is not there where submissions are graded")


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves ``import resnet_lesson`` and what is below it; a context manager.

    Functions of the package accept anything and return None, `trusted` what it was given. Parts
    that an exercise may build on come from their source. Everything else that leads to a reference
    implementation is `Absent`.

    Args:
        parts: dictionary, name of a module → source of what may be taken from it.

    Attributes:
        asked_for: names of the lesson's that the code has used and may not.
    """

    def __init__(self, parts):
        self.parts = parts
        self.asked_for = []

    def __enter__(self):
        self._real = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_):
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(self._real)
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, fullname, path=None, target=None):
        """Finds a module of the package; called by Python's import."""
        if not _is_ours(fullname):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module):
        """Fills a module; called by Python's import."""
        name = module.__name__
        exec(compile(self.parts.get(name, ""), f"<{name}>", "exec"), vars(module))
        secret = name.split(".")[1:2] and name.split(".")[1] in SECRET
        module.__getattr__ = self._absences_of(name) if secret else self._stand_in_of(name)

    def _stand_in_of(self, module):
        def __getattr__(name):
            if name.startswith("__"):
                raise AttributeError(name)
            if name in SECRET:
                return importlib.import_module(f"{module}.{name}")
            if name == "solution":
                return self._solution
            return _first if name == "trusted" else _nothing

        return __getattr__

    def _absences_of(self, module):
        def __getattr__(name):
            if name.startswith("__"):
                raise AttributeError(name)
            return Absent(f"{module}.{name}", self.asked_for)

        return __getattr__

    def _solution(self, *_, **__):
        self.asked_for.append("solution")


def _is_ours(name):
    return name.partition(".")[0] == PACKAGE


def _first(value, *_, **__):
    return value


def _nothing(*_, **__):
    """Does nothing, as checks and hints do while a submission is graded."""
