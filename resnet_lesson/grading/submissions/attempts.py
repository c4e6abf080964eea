"""Picks from a submission the one attempt at an exercise that counts, and what it needs."""

import ast
import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.submissions.source import Source
from resnet_lesson.grading.submissions.statements import DEFINITIONS, NOTEBOOKS, Piece, needed

PLAIN_VALUES = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Lambda, ast.Name)
CHAPTER = re.compile(r"\d\d-[a-z0-9-]+")  # how notebooks of the lesson are called
STALE = 20  # executions between one cell and all others
LIBRARIES = ("keras", "tensorflow", "numpy")


@dataclass(frozen=True)
class Attempt:
    """What a submission holds for one exercise.

    Attributes:
        pieces: to be run in order, those of the learner's own modules among them.
        notes: lines that say which of several definitions counts.
    """

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()


def attempt(sources: Sequence[Source], name: str) -> Attempt | None:
    """The attempt at the exercise ``name`` in one learner's files; None if no file defines it."""
    defining = [source for source in sources if name in source.defined_names()]
    if not defining:
        own = _by_module_name(sources)
        defining = [source for source in sources if _hands_in_import(source, name, own)]
    if not defining:
        return None
    *others_defining, chosen = sorted(defining, key=lambda source: _rank(source, name))
    own, notes = _that_count(chosen.statements, name)
    if others_defining:
        names = ", ".join(source.name for source in defining)
        reason = _reason(others_defining[-1], chosen, name)
        notes.insert(0, f"{name} is defined in {names}: that of {chosen.name} counts, {reason}.")
    bound = {n for s in own for n in s.binds}
    others = [
        statement
        for source in sources
        if source is not chosen
        for statement in _that_count(source.statements)[0]
        if statement.is_import or not statement.binds & bound
    ]
    run = needed([*others, *own], {name}, own)
    modules = _own_modules(run, sources, {})
    pieces = [replace(s.piece, module=module) for module in modules for s in modules[module]]
    return Attempt((*pieces, *(s.piece for s in run)), tuple(notes))


def _hands_in_import(source, name, own):
    """True if a file offers for an exercise an import under its name, and nothing else.

    The lesson's own notebooks import the blocks of earlier chapters: these are no answers, but in
    the notebook that checks them. Nor is what cannot be imported.
    """
    imports = [s for s in source.statements if s.is_import]
    if not any(name in s.binds and _is_there(s.node, own) for s in imports):
        return False
    stem = PurePosixPath(source.name).stem
    if CHAPTER.match(stem) or any("progress" in s.binds for s in imports):  # as in all of them
        checked = any({"check", name} <= s.reads for s in source.statements)
        return checked or stem.startswith(all_exercises()[name].notebook)
    return not source.defined_names() & all_exercises().keys()


def _is_there(node, own):
    """Whether what an import names is in the learner's files, or installed."""
    for name in _imported_names(node, ""):
        if name in own or importlib.util.find_spec(name.partition(".")[0]):
            return True
    return False


def _rank(source, name):
    """Of files that define an exercise: filled, no checkpoint, named after it, the last by name."""
    blank = all(_is_blank(s.node) for s in source.statements if s.is_definition and name in s.binds)
    path = PurePosixPath(source.name)
    plain = re.sub(r"[\W_]", "", path.stem).lower()
    own = path.stem.startswith(all_exercises()[name].notebook)
    own = own or plain.startswith(name.replace("_", "").lower())
    is_checkpoint = path.stem.endswith("-checkpoint")
    numbers = [int(part) if part.isdigit() else 0 for part in re.split(r"(\d+)", path.stem)]
    words = re.split(r"\d+", path.stem)
    return (not blank, not is_checkpoint, own, -len(path.parts), words, numbers, source.name)


def _reason(other, chosen, name):
    """Why one of two files counts, in words."""
    reasons = (
        "where it is written out",
        "which is no checkpoint",
        "named after it",
        "the uppermost",
    )
    ranks = zip(reasons, _rank(other, name), _rank(chosen, name), strict=False)
    return next((reason for reason, low, high in ranks if low != high), "the last by name")


def _is_blank(node):
    """True for a function, or a class with a method, in which a blank is still to be filled."""
    return any(
        isinstance(statement, ast.Raise) and "NotImplementedError" in ast.dump(statement)
        for function in (node, *(n for n in node.body if isinstance(n, DEFINITIONS)))
        for statement in function.body
    )


def _that_count(statements, name=""):
    """Leaves out what another statement has replaced: of several definitions one counts.

    It is the one that ran last; where no cell ran, the last one. A helper, and a value, count as
    they stood when the attempt ``name`` was defined.

    Returns:
        ``(statements, notes)``.
    """
    dropped, notes = set(), []
    definitions = {}
    for place, statement in enumerate(statements):
        if statement.is_definition:
            definitions.setdefault(statement.node.name, []).append(place)
    answer = _last(definitions.get(name, []), statements)
    for known, places in definitions.items():
        if len(places) < 2:
            continue
        before = [p for p in places if answer is not None and _is_before(p, answer, statements)]
        winner = _last(places, statements)
        if known != name and before:
            winner = _last(before, statements)
        ran, piece = statements[winner].ran, statements[winner].piece
        if known == name or winner != _last(places, statements):
            how = "which ran last" if ran is not None else "the last one"
            how = how if known == name else f"as it stood when {name} was defined"
            where = f"{piece.name.strip('<>')}, line {piece.line}"
            notes.append(f"{known} is defined {len(places)} times: {where} counts, {how}.")
        dropped |= {place for place in places if place != winner}
        if ran is not None:  # so is what was put in its place before it ran
            dropped |= {
                place
                for place, s in enumerate(statements)
                if place > winner and s.binds == {known} and (s.ran or 0) < ran
            }
    dropped |= _values_set_later(statements, answer, name)
    return [s for place, s in enumerate(statements) if place not in dropped], notes


def _last(places, statements):
    """Of the places of definitions the one that ran last; None of none."""
    counts = sorted(s.ran for s in statements if s.ran is not None)

    def turn(place):
        ran = statements[place].ran or 0
        # Far above all others: a count that an earlier session left behind.
        stale = len(counts) > 1 and ran == counts[-1] and ran > counts[-2] + STALE
        return (0 if stale else ran, place)

    return max(places, key=turn, default=None)


def _is_before(place, answer, statements):
    ran, its = statements[place].ran, statements[answer].ran
    return (place < answer) if None in (ran, its) else (ran, place) < (its, answer)


def _values_set_later(statements, answer, name):
    """The places of assignments after the answer's that give a value to what had one before."""
    if answer is None:
        return set()
    assigned = [
        place
        for place, s in enumerate(statements)
        if isinstance(s.node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and name not in s.binds
    ]
    before = {n for p in assigned if _is_before(p, answer, statements) for n in statements[p].binds}
    later = [p for p in assigned if not _is_before(p, answer, statements)]
    return {p for p in later if statements[p].binds <= before}


def _own_modules(statements, sources, modules, package=""):
    """Adds to ``modules`` the learner's own that statements import: name → list of `Statement`."""
    own = _by_module_name(sources)
    for name in [n for s in statements for n in _imported_names(s.node, package)]:
        if name in own and name not in modules:
            source = own[name]
            is_package = PurePosixPath(source.name).stem == "__init__"
            inside = name if is_package else name.rpartition(".")[0]
            modules[name] = _module_content(source, own)
            _own_modules(modules[name], sources, modules, inside)
    return modules


def _imported_names(node, package):
    """The modules that a statement may import, wherever in it that stands."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (NOTEBOOKS.sub("", alias.name) for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - part.level] if part.level else []
            home = NOTEBOOKS.sub("", part.module or "")
            path = [name for name in (*above, *home.split(".")) if name]
            yield from (".".join(path[: end + 1]) for end in range(len(path)))
            yield from (".".join([*path, alias.name]) for alias in part.names)
        elif isinstance(part, ast.Call):
            given = [getattr(argument, "value", None) for argument in part.args]
            yield from (_module_of_file(path) for path in given if str(path).endswith(".py"))
            if _is_import_call(part):
                yield part.args[0].value


def _module_of_file(path):
    """The name of the module in a file that is given by its path, as to ``runpy.run_path``."""
    return ".".join(PurePosixPath(path).with_suffix("").parts)


def _is_import_call(call):
    """True for ``__import__("2-block")`` and ``importlib.import_module("2-block")``."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given = getattr(call.args[0], "value", None) if call.args else None
    return name in ("__import__", "import_module") and isinstance(given, str)


def _module_content(source, own):
    """The statements of a module that define something, and what it hands on of others."""
    statements, _ = _that_count(source.statements)
    defined = {
        name
        for s in statements
        if s.is_definition or _is_constant(s) or _hands_on(s, own)
        for name in s.binds
    }
    return needed(statements, defined)


def _hands_on(statement, own):
    """True for an import of a library or of the learner's own, which others may take from here."""
    if not statement.is_import:
        return False
    if getattr(statement.node, "level", 0):
        return True
    names = list(_imported_names(statement.node, ""))
    return any(name in own or name.partition(".")[0] in LIBRARIES for name in names)


def _is_constant(statement):
    node = statement.node
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, PLAIN_VALUES)


def _by_module_name(sources):
    """A learner's files by the names under which one of them may import another."""
    modules = {}
    for source in sources:
        parts = PurePosixPath(source.name).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        for start in range(len(parts)):
            if parts[start] not in (*LIBRARIES, "resnet_lesson"):
                modules.setdefault(".".join(parts[start:]), source)
    return modules
