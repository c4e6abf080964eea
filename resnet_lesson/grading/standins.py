"""Stands in for the lesson where a learner's code is graded: the real one is not there."""

import importlib.abc
import importlib.machinery
import sys

PACKAGE = "resnet_lesson"
# What holds, or leads to, a reference implementation.
SECRET = ("blocks", "networks", "layers", "weights", "exercises", "grading", "authoring")


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves ``import resnet_lesson`` and what is below it; a context manager.

    Functions of the package accept anything and return None, `trusted` what it was given. Parts
    that an exercise may build on come from their source. Everything else that leads to a reference
    implementation is not found, and noted.

    Arguments:
        parts: dictionary, name of a module → source of what may be taken from it.

    Attributes:
        asked_for: names of the secret modules that the code has asked for.
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
        if fullname not in self.parts and fullname.split(".")[1:2] and self._is_secret(fullname):
            raise ModuleNotFoundError(f"No module named {fullname!r} where submissions are graded")
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def _is_secret(self, fullname):
        secret = fullname.split(".")[1] in SECRET
        if secret and fullname not in self.asked_for:
            self.asked_for.append(fullname)
        return secret

    def exec_module(self, module):
        """Fills a module; called by Python's import."""
        source = self.parts.get(module.__name__)
        if source is None:
            module.__getattr__ = self._stand_in_of(module.__name__)
        else:
            exec(compile(source, f"<{module.__name__}>", "exec"), vars(module))
            module.__getattr__ = self._refusal_of(module.__name__)

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

    def _refusal_of(self, module):
        def __getattr__(name):
            if not name.startswith("__"):
                self.asked_for.append(f"{module}.{name}")
            raise AttributeError(f"module {module!r} has no attribute {name!r} here")

        return __getattr__

    def _solution(self, *_, **__):
        self.asked_for.append("solution")


def _is_ours(name):
    return name.partition(".")[0] == PACKAGE


def _first(value, *_, **__):
    return value


def _nothing(*_, **__):
    """Does nothing, as checks and hints do while a submission is graded."""
