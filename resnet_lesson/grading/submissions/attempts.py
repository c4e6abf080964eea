"""Picks from a submission the one attempt at an exercise that counts, and what it needs."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from resnet_lesson.exercises import all_exercises
from resnet_lesson.grading.submissions.source import Source
from resnet_lesson.grading.submissions.statements import Piece, needed

CHAPTER = re.compile(r"\d\d-[a-z0-9-]+")  # the stem of a notebook of the lesson
PLAIN_VALUES = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Lambda, ast.Name)
MODULE = """
import sys, types
name = {name!r}
module = types.ModuleType(name)
parts = name.split(".")
for end in range(1, len(parts)):
    package = sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(parts[end - 1]))
    package.__path__ = []
for text, source, line in {pieces!r}:
    try:
        exec(compile("\\n" * (line - 1) + text, source, "exec"), module.__dict__)
    except Exception:
        pass  # who needs the name misses it
sys.modules[name] = module
"""


@dataclass(frozen=True)
class Attempt:
    """What a submission holds for one exercise.

    Attributes:
        pieces: to be run in order.
        written: those that the learner wrote; of their own modules too.
        notes: lines that say which of several definitions counts.
    """

    pieces: tuple[Piece, ...]
    written: tuple[Piece, ...]
    notes: tuple[str, ...] = ()


def attempt(sources: Sequence[Source], name: str) -> Attempt | None:
    """The attempt at the exercise ``name`` in one learner's files; None if no file defines it."""
    defining = [source for source in sources if name in source.defined_names()]
    if not defining:
        defining = [source for source in sources if _hands_in_import(source, name)]
    if not defining:
        return None
    chosen = max(defining, key=lambda source: _rank(source, name))
    own, all_notes = _without_replaced(chosen.statements)
    notes = [note for known, note in all_notes if known == name]
    if len(defining) > 1:
        names = ", ".join(source.name for source in defining)
        notes.insert(0, f"{name} is defined in {names}: that of {chosen.name} counts.")
    bound = {n for s in own for n in s.binds}
    others = [
        statement
        for source in sources
        if source is not chosen
        for statement in _without_replaced(source.statements)[0]
        if statement.is_import or not statement.binds & bound
    ]
    run = needed([*others, *own], {name}, own)
    modules, pieces = _own_modules(run, sources, {}), [s.piece for s in run]
    module_pieces = [_module_piece(name, content) for name, content in modules.items()]
    written = [piece for content in modules.values() for piece in content]
    return Attempt((*module_pieces, *pieces), (*written, *pieces), tuple(notes))


def _hands_in_import(source, name):
    """True if a file offers for an exercise an import under its name, and nothing else.

    The lesson's own notebooks import the blocks of earlier chapters: these are no answers.
    """
    stem = PurePosixPath(source.name).stem
    imported = any(s.is_import and name in s.binds for s in source.statements)
    if CHAPTER.fullmatch(stem):
        return imported and stem == all_exercises()[name].notebook
    return imported and not source.defined_names() & all_exercises().keys()


def _rank(source, name):
    """Of files that define an exercise: a filled one, the chapter's own, the last by name."""
    blank = all(_is_blank(s.node) for s in source.statements if s.is_definition and name in s.binds)
    own = PurePosixPath(source.name).stem == all_exercises()[name].notebook
    return (not blank, own, source.name)


def _is_blank(node):
    """True for a function whose body does nothing but raise NotImplementedError."""
    body = getattr(node, "body", [])
    body = body[1:] if body and isinstance(body[0], ast.Expr) else body
    return (
        len(body) == 1
        and isinstance(body[0], ast.Raise)
        and "NotImplementedError" in ast.dump(body[0])
    )


def _without_replaced(statements):
    """Leaves out definitions that another one of the same name has replaced.

    Of several the one that ran last counts; where no cell ran, the last one.

    Returns:
        ``(statements, notes)``: notes are ``(name, line)``.
    """
    dropped, notes, definitions = set(), [], {}
    for place, statement in enumerate(statements):
        if statement.is_definition:
            definitions.setdefault(statement.node.name, []).append(place)
    for name, places in definitions.items():
        if len(places) < 2:
            continue
        winner = max(places, key=lambda place: (statements[place].ran or 0, place))
        ran, piece = statements[winner].ran, statements[winner].piece
        how = "which ran last" if ran is not None else "the last one"
        where = f"{piece.name.strip('<>')}, line {piece.line}"
        notes.append((name, f"{name} is defined {len(places)} times: {where} counts, {how}."))
        dropped |= {place for place in places if place != winner}
        if ran is not None:  # so is what was put in its place before it ran
            dropped |= {
                place
                for place, s in enumerate(statements)
                if place > winner and s.binds == {name} and (s.ran or 0) < ran
            }
    return [s for place, s in enumerate(statements) if place not in dropped], notes


def _own_modules(statements, sources, modules, above=()):
    """Adds to ``modules`` the learner's own that statements import, those they import first.

    Returns:
        ``modules``: name → list of `Piece`.
    """
    own = _by_module_name(sources)
    for node in (statement.node for statement in statements if statement.is_import):
        package, names = getattr(node, "module", None), [alias.name for alias in node.names]
        for name in [package, *(f"{package}.{n}" for n in names)] if package else names:
            if name in own and name not in modules and name not in above:
                content = _module_content(own[name])
                _own_modules(content, sources, modules, (*above, name))
                modules[name] = [s.piece for s in content]
    return modules


def _module_content(source):
    """The statements of a module that define something."""
    own, _ = _without_replaced(source.statements)
    defined = {name for s in own if s.is_definition or _is_constant(s) for name in s.binds}
    return needed(own, defined)


def _is_constant(statement):
    node = statement.node
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, PLAIN_VALUES)


def _by_module_name(sources):
    """A learner's ``.py`` files by the names under which one of them may import another."""
    modules = {}
    for source in sources:
        if source.name.endswith(".py"):
            parts = PurePosixPath(source.name).with_suffix("").parts
            for start in range(len(parts)):
                modules.setdefault(".".join(parts[start:]), source)
    return modules


def _module_piece(name, pieces):
    code = MODULE.format(name=name, pieces=[(p.text, p.name, p.line) for p in pieces])
    return Piece(f"exec({code!r}, {{}})", f"<{name}>", 1)
