"""The learner's record: points, kept in a small file that several notebooks may write at once."""

import json
import os
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from resnet_lesson.atomic import write_atomically

MEMORY = ":memory:"
_in_memory = {}


def record_path():
    """The record's file: ``RESNET_LESSON_PROGRESS``, or one in the user's data folder.

    Returns:
        A path, or None if the record is kept in this process alone.
    """
    chosen = os.environ.get("RESNET_LESSON_PROGRESS")
    if chosen == MEMORY:
        return None
    return Path(chosen) if chosen else user_data_path("resnet-lesson") / "progress.json"


def read():
    """What is recorded: a dictionary of exercise id → ``{"points": float, "attempts": int}``."""
    path = record_path()
    if path is None:
        return dict(_in_memory)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept = {
            key: {"points": float(entry["points"]), "attempts": int(entry["attempts"])}
            for key, entry in kept.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        kept = {}  # none yet, or damaged: it is written anew with the next check
    return {**_in_memory, **kept}


def add(exercise_id, points):
    """Records an attempt; the best points count.

    Returns:
        True if the record was kept in its file, False if only in this process (a read-only folder,
        say).
    """
    path = record_path()
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock", timeout=5):
                kept = _with_attempt(read(), exercise_id, points)
                write_atomically(path, json.dumps(kept, indent=1).encode())
            return True
        except (OSError, Timeout):
            pass
    _in_memory.update(_with_attempt(_in_memory, exercise_id, points))
    return path is None


def _with_attempt(kept, exercise_id, points):
    before = kept.get(exercise_id, {"points": 0.0, "attempts": 0})
    entry = {"points": max(points, before["points"]), "attempts": before["attempts"] + 1}
    return {**kept, exercise_id: entry}
