"""The learner's record: points, kept in a small file that several notebooks may write at once."""

import json
import math
from contextlib import suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from resnet_lesson import settings
from resnet_lesson.lab.backup import keep
from resnet_lesson.paths import user_data_folder, write_atomically
from resnet_lesson.progress_bar import notice

_tell = cache(notice)  # once a session
_in_memory: dict = {}
_texts_in_memory: dict[str, dict[str, str]] = {}  # the file's name → what it should hold
ANSWERS, CODE = "answers.json", "passed.json"


def record_path():
    """The record's file: ``RESNET_LESSON_PROGRESS``, or one in the user's data folder.

    Returns:
        A path, or None if the record is kept in this process alone.
    """
    chosen = settings.value(settings.PROGRESS)
    if chosen == settings.IN_MEMORY:
        return None
    if chosen:
        return Path(chosen)
    folder = user_data_folder()
    return folder and folder / "progress.json"


def read():
    """What is recorded: a dictionary of exercise id → ``{"points": float, "attempts": int}``."""
    return load()[0]


def load():
    """What is recorded, and what ails the record's file.

    Returns:
        The dictionary of `read`, with what could be read, and one line on what could not; the line
        is empty if all is well.
    """
    path = record_path()
    if path is None:
        return dict(_in_memory), ""
    kept, problem = {}, ""
    try:
        entries = json.loads(path.read_bytes())
        if not isinstance(entries, dict):
            raise ValueError("a record is a dictionary")
        kept = {name: entry for name in entries if (entry := _entry(entries[name]))}
        if len(kept) < len(entries):
            problem = _damaged(path, f"{len(kept)} of {len(entries)} entries")
    except FileNotFoundError:
        pass  # nothing is recorded yet
    except OSError as error:
        problem = f"The record {path} cannot be read ({error.strerror})."
    except (ValueError, RecursionError):
        problem = _damaged(path, "nothing")
    return {name: _better(name, kept, _in_memory) for name in {**_in_memory, **kept}}, problem


def _better(name, *records):
    """The entry with the most points where several records have one."""
    found = [record[name] for record in records if name in record]
    return max(found, key=lambda entry: (entry["points"], entry["attempts"]))


def _entry(found):
    """An entry as `add` writes it, or None if it is none."""
    try:
        points, attempts = float(found["points"]), int(found["attempts"])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return {"points": points, "attempts": attempts} if math.isfinite(points) else None


def _damaged(path, readable):
    return (
        f"The record {path} is damaged: {readable} could be read. The next check begins it anew "
        "and keeps the damaged file beside it."
    )


def add(exercise_id, points):
    """Records an attempt; the best points count.

    Returns:
        True if the record was kept in its file, False if only in this process (a read-only folder,
        say).
    """
    return _change(lambda kept: _with_attempt(kept, exercise_id, points))


def remove(exercise_id):
    """Takes an exercise's points, attempts and code out of the record; returns as `add` does."""
    keep_code(exercise_id, "")
    return _change(lambda kept: {name: kept[name] for name in kept if name != exercise_id})


def _change(changed):
    """Replaces what is recorded by ``changed`` of it."""
    path = record_path()
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock", timeout=5):
                kept, problem = load()
                if problem:
                    keep(path.read_bytes(), path.parent, f"{path.name}.damaged-{{}}")
                write_atomically(path, json.dumps(changed(kept), indent=1).encode())
            _in_memory.clear()  # all of it is in the file now
            return True
        except (OSError, Timeout, NotImplementedError) as error:  # or a file system without locks
            reason = getattr(error, "strerror", None) or error
            _tell_kept_here(f"{path} cannot be written ({reason})")
    elif settings.value(settings.PROGRESS) != settings.IN_MEMORY:
        _tell_kept_here("there is no home folder")
    kept = changed(_in_memory)
    _in_memory.clear()
    _in_memory.update(kept)
    return path is None


def _tell_kept_here(why):
    _tell(
        f"Your points are kept until this session ends: {why}; set {settings.PROGRESS} to a "
        "file in a folder that can be written to."
    )


def _with_attempt(kept, exercise_id, points):
    before = kept.get(exercise_id, {"points": 0.0, "attempts": 0})
    entry = {"points": max(points, before["points"]), "attempts": before["attempts"] + 1}
    return {**kept, exercise_id: entry}


def answers() -> dict[str, str]:
    """The option that was chosen last for each question: name of the question → letter."""
    return _texts(ANSWERS)


def add_answer(question: str, letter: str) -> None:
    """Notes which option was chosen, so that it is shown again after a restart."""
    _add_text(ANSWERS, question, letter)


def code() -> dict[str, str]:
    """The text of each answer that has passed: the exercise's id → Python."""
    return _texts(CODE)


def keep_code(exercise_id: str, text: str) -> None:
    """Keeps the text of an answer that has passed, for other notebooks; "" forgets it."""
    if text or code().get(exercise_id):
        _add_text(CODE, exercise_id, text)


def _texts(name):
    """What a file beside the record holds: texts by name."""
    path = _beside(name)
    try:
        entries = json.loads(path.read_bytes()) if path else {}
        kept = {key: text for key, text in entries.items() if isinstance(text, str)}
    except (OSError, ValueError, AttributeError, RecursionError):
        kept = {}  # no points are lost with it
    return kept | _texts_in_memory.get(name, {})


def _add_text(name, key, text):
    in_memory = _texts_in_memory.setdefault(name, {})
    in_memory[key] = text
    path = _beside(name)
    if path is None:
        return
    with suppress(OSError, Timeout, NotImplementedError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=5):
            write_atomically(path, json.dumps(_texts(name), indent=1).encode())
            in_memory.clear()


def _beside(name):
    """A file beside the record of points; None without one."""
    path = record_path()
    return path and path.with_name(name)
