"""What code does that no answer needs: hints for the instructor, which cost no points."""

import ast
from collections.abc import Sequence

from resnet_lesson.grading.judge.observation import Failure
from resnet_lesson.grading.submissions.statements import Piece

# Modules that no block needs, and what code that imports them is after.
MODULES = {
    "atexit": "code that runs when the process ends",
    "ctypes": "memory",
    "gc": "other objects in memory",
    "inspect": "the frames of its caller",
    "multiprocessing": "other processes",
    "pty": "other processes",
    "resource": "the limits of its process",
    "signal": "signals",
    "socket": "the network",
    "subprocess": "other processes",
    "threading": "threads",
    "_thread": "threads",
    "traceback": "the frames of its caller",
    "unittest": "patched functions",
    "urllib": "the network",
    "requests": "the network",
}
OS_CALLS = {
    *("_exit", "abort", "close", "dup", "dup2", "execv", "execve", "fork", "forkpty"),
    *("fdopen", "getppid", "kill", "killpg", "listdir", "open", "pipe", "popen", "posix_spawn"),
    *("read", "scandir", "setsid", "spawnv", "spawnl", "system", "walk", "write", "writev"),
}
SYS_CALLS = {
    *("modules", "meta_path", "path_hooks", "_getframe", "_current_frames", "settrace"),
    *("setprofile", "excepthook", "displayhook", "exit", "setrecursionlimit", "__stdout__"),
}
BUILTINS = {"open", "exec", "eval", "__import__", "__builtins__", "globals", "breakpoint"}
OLD_TYPES = {"bool", "int", "float", "complex", "object", "str"}  # once names of numpy's as well
ATTRIBUTES = {"__globals__", "__subclasses__", "__code__", "f_back", "f_locals", "f_globals"}


def remarks(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Lines that say what the statements do that no answer needs, in the order of the source."""
    lines: dict[str, None] = {}
    modules: dict[str, str] = {}
    for piece in pieces:
        try:
            tree = ast.parse(piece.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            place = f"{piece.name.strip('<>')}, line {piece.line + getattr(node, 'lineno', 1) - 1}"
            lines.update(dict.fromkeys(f"{place} {deed}" for deed in _deeds(node, modules)))
    return tuple(lines)


def _deeds(node, modules):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _deeds_of_import(node, modules)
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Delete, ast.AnnAssign)):
        targets = getattr(node, "targets", None) or [node.target]
        for target in targets:
            patches = isinstance(target, ast.Attribute) and _root(target) in modules
            if patches and not _keeps_old_code_alive(target, getattr(node, "value", None)):
                yield f"replaces `{ast.unparse(target)}`"
    elif isinstance(node, ast.Call):
        named = getattr(node.func, "id", "")
        patches = named in ("setattr", "delattr") and node.args and _root(node.args[0]) in modules
        if patches and not _keeps_old_code_alive(node.args[0], node.args[-1]):
            yield f"replaces a part of `{ast.unparse(node.args[0])}`"
    elif isinstance(node, ast.Attribute):
        yield from _deeds_of_attribute(node, modules)
    elif isinstance(node, ast.Name) and node.id in BUILTINS:
        yield f"uses `{node.id}`, which no answer needs"


def _deeds_of_import(node, modules):
    for alias in node.names:
        full = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        top = full.partition(".")[0]
        modules[alias.asname or alias.name.partition(".")[0]] = full
        if top in MODULES:
            yield f"imports `{top}`, which reaches for {MODULES[top]}"
        elif top == "os" and full.split(".")[-1] in OS_CALLS:
            yield f"imports `{full}`, which reaches out of its task"


def _deeds_of_attribute(node, modules):
    home = modules.get(getattr(node.value, "id", ""), "")
    if (home == "os" and node.attr in OS_CALLS) or (home == "sys" and node.attr in SYS_CALLS):
        yield f"uses `{home}.{node.attr}`, which reaches out of its task"
    elif node.attr in ATTRIBUTES:
        yield f"uses `{node.attr}`, which reaches into the code that calls it"
    elif node.attr in ("read_text", "read_bytes", "write_text", "write_bytes"):
        yield "reads or writes files"


def _keeps_old_code_alive(target, value):
    """True for ``numpy.bool = bool``, ``tf.Session = tf.compat.v1.Session`` and the like."""
    name = _root(value)
    return name in OLD_TYPES or (isinstance(value, ast.Attribute) and name == _root(target))


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return getattr(node, "id", "")


def hands_in_reference(
    failed_by_itself: Failure | None, suspicions: Sequence[tuple[str, str]]
) -> Failure | None:
    """The `Failure` of an attempt that failed because it asked for the lesson's own answer.

    Args:
        failed_by_itself: what stopped the attempt.
        suspicions: as in `resnet_lesson.grading.sandbox.protocol.Outcome`.
    """
    if failed_by_itself and failed_by_itself.what not in ("exception", "wrong_type", "signature"):
        return None
    return next((Failure(w, message=m) for w, m in suspicions if w == "reference"), None)
