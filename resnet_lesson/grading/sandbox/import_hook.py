"""Import hook that replaces `resnet_lesson` inside the sandbox: the real one is not there."""

import importlib.abc
import importlib.machinery
import sys

PACKAGE = "resnet_lesson"
# What holds, or leads to, a reference implementation.
SECRET = ("blocks", "networks", "layers", "weights", "exercises", "grading", "authoring")


class MissingDefinition:
    """A name of the lesson that leads to a reference implementation.

    To import it proves nothing, as chapters import the blocks of earlier ones. To use it is noted.

    Args:
        name: with its module.
        used: list that takes the name.
    """

    def __init__(self, name: str, used: list[str]):
        self._name, self._used = name, used

    def note(self):
        """Notes a use."""
        if self._name not in self._used:
            self._used.append(self._name)

    def __call__(self, *_, **__):
        self.note()
        raise NameError(f"{self._name} is not there where submissions are graded")

    __mro_entries__ = __call__  # a class is derived from it

    def __getattr__(self, name):
        if not name.startswith("__"):
            self.note()
        raise AttributeError(f"{self._name} is not there where submissions are graded")


class LessonImportHook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves ``import resnet_lesson`` and what is below it; a context manager.

    Functions of the package accept anything and return None, `trusted` and `passed` what they were
    given. Modules that an exercise may build on come from their source. Everything else that leads
    to a reference implementation is a `MissingDefinition`.

    Args:
        sources: name of a module → source of what may be taken from it.

    Attributes:
        used: names of the lesson's that the code has used and may not.
    """

    def __init__(self, sources: dict[str, str]):
        self.sources = sources
        self.used: list[str] = []

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
        exec(compile(self.sources.get(name, ""), f"<{name}>", "exec"), vars(module))
        secret = name.split(".")[1:2] and name.split(".")[1] in SECRET

        def __getattr__(attribute):
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            if secret:
                return MissingDefinition(f"{name}.{attribute}", self.used)
            if attribute in SECRET:
                return importlib.import_module(f"{name}.{attribute}")
            own = {"solution": self._solution, "trusted": _first, "passed": _first}
            return own.get(attribute, _nothing)

        module.__getattr__ = __getattr__

    def _solution(self, *_, **__):
        self.used.append("solution")


def _is_ours(name):
    return name.partition(".")[0] == PACKAGE


def _first(value, *_, **__):
    return value


def _nothing(*_, **__):
    """Does nothing, as checks and hints do while a submission is graded."""
