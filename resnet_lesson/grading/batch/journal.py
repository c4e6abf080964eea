"""Keeps results as they come, so that a run that was interrupted goes on where it ended."""

import io
import json
import os
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from resnet_lesson.errors import LessonError

try:
    import fcntl
except ImportError:  # Windows: two runs with one target are not told apart
    fcntl = None  # type: ignore[assignment]


class JournalError(LessonError, OSError):
    """The journal cannot be used; the message is one line."""


class Journal:
    """A file of JSON lines: first the run's seed, then a line for each result.

    A line that was not written whole is ignored and overwritten. Use it as a context manager; what
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
        self._file = None
        self._end = 0
        self._lock = threading.Lock()

    def __enter__(self):
        try:
            self._file = self._locked() if self.path else _nameless()
            self._load()
        except JournalError:
            raise
        except OSError as error:
            raise JournalError(f"{self._name()} cannot be written: {error.strerror}") from None
        return self

    def __exit__(self, *_):
        self._file.close()

    def _name(self):
        return str(self.path or tempfile.gettempdir())

    def _locked(self):
        """Opens the file for this process alone."""
        while True:
            file = io.FileIO(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
            if fcntl is None:
                return file
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                said = f"another run is writing to {self.path}: wait for it, or give another file"
                raise JournalError(said) from None
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), os.stat(self.path)):
                    return file
            file.close()  # the run that had it has ended and removed it

    def _load(self):
        reader = io.BufferedReader(self._file)
        for line in reader:
            if not line.endswith(b"\n"):
                break  # torn
            try:
                entry = json.loads(line)
                if "seed" in entry:
                    self.seed = entry["seed"] if self.seed is None else self.seed
                else:
                    self.offsets[entry["key"]] = self._end
            except (ValueError, TypeError, KeyError):
                pass
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

    def remove(self):
        """Removes the file: all that is in it has been written elsewhere."""
        if self.path:
            self.path.unlink(missing_ok=True)


def _nameless():
    return tempfile.TemporaryFile("w+b", buffering=0)
