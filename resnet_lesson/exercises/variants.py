"""Variants of exercises: other constants, so that an answer to last year's does not fit."""

import ast
import importlib
import importlib.util
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from resnet_lesson.errors import LessonError
from resnet_lesson.exercises.registry import Exercise, all_exercises

PUBLISHED = 0


class VariantError(LessonError):
    """There is no such variant, or a text that it changes has changed itself."""


@cache
def variants() -> dict[int, dict[str, dict[str, Any]]]:
    """What each variant changes, by its number and the exercise's id; see ``variants.toml``."""
    text = resources.files(__package__).joinpath("variants.toml").read_text(encoding="utf-8")
    return {int(number): changes for number, changes in tomllib.loads(text).items()}


def changes_of(exercise_id: str, variant: int) -> dict[str, Any]:
    """What a variant changes of an exercise; empty if it leaves it as it is published."""
    return variants().get(variant, {}).get(exercise_id, {})


def require_variant(variant: int) -> None:
    """Raises `VariantError` for a number that no variant has."""
    known = [PUBLISHED, *variants()]
    if variant not in known:
        listed = ", ".join(map(str, known))
        raise VariantError(
            f"there is no variant {variant!r}; choose {listed} (0 is the lesson as published)"
        )


@cache
def exercises_of(variant: int) -> dict[str, Exercise]:
    """Every exercise by id, in the order of the notebooks, as a variant asks for it.

    Raises:
        VariantError: there is no such variant.
    """
    require_variant(variant)
    return {name: _varied(exercise, variant) for name, exercise in all_exercises().items()}


def _varied(exercise: Exercise, variant: int) -> Exercise:
    changes = changes_of(exercise.id, variant)
    if not changes:
        return exercise
    words = "\0".join((*exercise.hints, exercise.explanation))
    *hints, explanation = changed(words, changes["words"], f"words of {exercise.id}").split("\0")
    return replace(exercise, hints=tuple(hints), explanation=explanation, variant=variant)


def changed(text: str, pairs: list[list[str]], of: str) -> str:
    """A text with the old ones of pairs replaced by the new.

    Args:
        text: the published one.
        pairs: old and new.
        of: what the text is, for the error.

    Raises:
        VariantError: an old text is not there.
    """
    for old, new in pairs:
        if old not in text:
            raise VariantError(f"{old!r}, which a variant changes, is not in the {of}")
        text = text.replace(old, new)
    return text


def reference_source(exercise: Exercise) -> str:
    """The source of an exercise's reference: its definition, as its variant has it."""
    module, _, name = exercise.reference.partition(":")
    text = _text_of(module)
    node = next(n for n in ast.parse(text).body if getattr(n, "name", None) == name)
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    first = min(part.lineno for part in (node, *node.decorator_list))
    source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    pairs = changes_of(exercise.id, exercise.variant).get("code", [])
    return changed(source, pairs, f"reference of {exercise.id}")


def _text_of(module: str) -> str:
    """A module's source, which is not imported for it: that would load Keras."""
    specification = importlib.util.find_spec(module)
    if specification is None or specification.origin is None:
        raise VariantError(f"the module {module} cannot be found")
    return Path(specification.origin).read_text(encoding="utf-8")


def definitions(exercise: Exercise) -> list[tuple[str, str, str]]:
    """What makes the reference of a varied exercise: ``(name, module, source)`` of each definition.

    Those that it builds on and that vary too come first. Sources are plain texts: a process that
    can read no file of the lesson can still make the reference of them.
    """
    module, _, name = exercise.reference.partition(":")
    varied = [e for e in exercises_of(exercise.variant).values() if e.variant and e != exercise]
    imported = {
        alias.name
        for node in ast.parse(_text_of(module)).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    before = [
        part
        for e in varied
        if e.reference.rpartition(":")[2] in imported
        for part in definitions(e)
    ]
    return [*before, (name, module, reference_source(exercise))]


def define(parts: list[tuple[str, str, str]]) -> Any:
    """The function or class that `definitions` describe: the last one of them."""
    made: dict[str, Any] = {}
    for name, module, source in parts:
        namespace = {**vars(importlib.import_module(module)), **made}
        exec(compile(source, f"<{name}, a variant>", "exec"), namespace)
        made[name] = namespace[name]
    return made[name]


def reference_of(exercise: Exercise) -> Any:
    """The reference implementation of an exercise, as its variant has it."""
    return define(definitions(exercise)) if exercise.variant else exercise.load_reference()
