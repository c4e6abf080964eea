"""Keeps results as they come, so that a run that was interrupted goes on where it ended."""

import io
import json
import os
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from resnet_lesson.errors import LessonError
from resnet_lesson.paths import printable

SEED_LINE = b'{"seed"'  # how a journal begins


class JournalError(LessonError, OSError):
    """The journal cannot be used; the message is one line."""


class Journal:
    """A file of JSON lines: first the run's seed, then a line for each result.

    A last line that was not written whole is overwritten. Use it as a context manager; what
    it holds may be read by several threads.

    Args:
        path: of the file, which may be there from an interrupted run; None for one without a name.
        seed: of the probes; None for the file's, or for a new one.

    Attributes:
        seed: integer.
        offsets: dictionary from a result's key to its place in the file.
    """

    def __init__(self, path, seed=None):
        self.path = Path(path) if path else None
        self.seed = seed
        self.offsets = {}
        self._file: Any = None
        self._lock_file = FileLock(f"{path}.lock", timeout=0) if path else None
        self._end = 0
        self._lock = threading.Lock()

    def __enter__(self):
        try:
            self._file = self._open() if self.path else tempfile.TemporaryFile("w+b", buffering=0)
            self._load()
        except JournalError:
            self.__exit__()
            raise
        except OSError as error:
            raise JournalError(f"{self._name()} cannot be written: {error.strerror}") from None
        return self

    def __exit__(self, *_):
        if self._file is not None:
            self._file.close()
        if self._lock_file is not None:
            Path(self._lock_file.lock_file).unlink(missing_ok=True)
            self._lock_file.release()

    def _name(self):
        return printable(self.path or tempfile.gettempdir())

    def _open(self):
        """Opens the file for this process alone."""
        try:
            self._lock_file.acquire()
        except Timeout:
            message = f"another run is writing to {self._name()}: wait for it, or give another file"
            raise JournalError(message) from None
        return io.FileIO(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")

    def _load(self):
        reader = io.BufferedReader(self._file)
        for line in reader:
            if not line.endswith(b"\n") and (
                self._end or SEED_LINE.startswith(line[: len(SEED_LINE)])
            ):
                break  # torn
            try:
                entry = json.loads(line)
                if self._end:
                    self.offsets[entry["key"]] = self._end
                else:
                    self.seed = int(entry["seed"]) if self.seed is None else self.seed
            except (ValueError, TypeError, KeyError, RecursionError):
                message = f"{self._name()} is no journal of a run, or a damaged one: remove it"
                raise JournalError(message) from None
            self._end += len(line)
        reader.detach()
        if self.seed is None:
            self.seed = int.from_bytes(os.urandom(4)) or 1
        if not self._end:
            self._append({"seed": self.seed})

    def add(self, key, result):
        """Keeps a result; it is on the disk when this returns.

        Raises:
            JournalError: it could not be written; what was kept before still is.
        """
        self.offsets[key] = self._append({"key": key, "result": result})

    def _append(self, entry):
        line, place = json.dumps(entry).encode() + b"\n", self._end
        try:
            with self._lock:
                self._file.seek(place)
                written = 0
                while written < len(line):
                    written += self._file.write(line[written:])
                os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(place)
            raise JournalError(f"{self._name()} cannot be written: {error.strerror}") from None
        self._end += len(line)
        return place

    def result(self, key):
        """The result that was kept under a key."""
        return self.result_at(self.offsets[key])

    def result_at(self, offset):
        """The result whose line begins at a place in the file."""
        with self._lock:
            self._file.seek(offset)
            reader = io.BufferedReader(self._file)
            line = reader.readline()
            reader.detach()
        return json.loads(line)["result"]

    def restore(self) -> None:
        """Writes the file anew where it, or its folder, was removed under way."""
        if self.path and not self.path.exists():
            with suppress(OSError):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file.seek(0)
                self.path.write_bytes(self._file.read(self._end))

    def remove(self) -> None:
        """Removes the file: all that is in it has been written elsewhere."""
        if self.path:
            self.path.unlink(missing_ok=True)
