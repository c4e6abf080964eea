"""Reads files, and what lies in zips and tars, without unpacking anything to disk."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from resnet_lesson.errors import LessonError

# How a tar is compressed.
COMPRESSED = {
    **dict.fromkeys((".tar.gz", ".tgz"), gzip.open),
    **dict.fromkeys((".tar.bz2", ".tbz2", ".tbz"), bz2.open),
    **dict.fromkeys((".tar.xz", ".txz"), lzma.open),
}
ARCHIVES = (".zip", ".tar", *COMPRESSED)
LARGEST_ARCHIVE = 256 << 20  # bytes of an archive within an archive, or of an unpacked tar
MOST_MEMBERS = 100_000
UNREADABLE = (
    *(OSError, RuntimeError, NotImplementedError, ValueError, EOFError),
    *(zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError),
)


class TooLargeError(LessonError):
    """More than is read; the message says how much that is."""


def reason(error: Exception) -> str:
    """Why a file or an archive cannot be read, in words."""
    if isinstance(error, RuntimeError) and "password" in str(error):
        return "it is encrypted; hand it in without a password"
    if isinstance(error, zipfile.BadZipFile):
        return "it is no zip, or a damaged one"
    unpacking = isinstance(error, OSError) and error.errno is None  # what unpacks raises these
    if unpacking or isinstance(error, (tarfile.TarError, lzma.LZMAError)):
        return "it is no tar, or a damaged one"
    if isinstance(error, EOFError):
        return "it ends too early: it may not have been uploaded whole"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def read(path: Path, members: Sequence[str], most: int) -> bytes:
    """A file's bytes, or those of a member of an archive, or of an archive within it.

    Raises:
        TooLargeError: there are more than `most`.
        UNREADABLE: it cannot be read.
    """
    if members:
        *outer, name = members
        return _open(path, outer).read(name, most)
    _require_ordinary(path)
    with open(path, "rb") as file:
        return _limited(file.read(most + 1), most)


def names_in(path: Path, members: Sequence[str]) -> list[tuple[str, str]]:
    """``(name, the name as a reader writes it)`` of each file in an archive, sorted.

    Raises:
        TooLargeError: it holds too many.
        UNREADABLE: it cannot be read.
    """
    names = _open(path, members).names()
    if len(names) > MOST_MEMBERS:
        raise TooLargeError(f"more than {MOST_MEMBERS} files")
    return sorted(names)


def _require_ordinary(path):
    if not path.is_file() and path.exists():
        raise ValueError("it is no ordinary file")  # to open a pipe would not end


def _open(path, members):
    _require_ordinary(path)
    archive = _archive(path, path.name)
    for name in members:
        archive = _archive(io.BytesIO(archive.read(name, LARGEST_ARCHIVE)), name)
    return archive


def _archive(file, name):
    return _Zip(file) if name.lower().endswith(".zip") else _Tar(file, name)


class _Zip:
    def __init__(self, file):
        self.zip = zipfile.ZipFile(file)

    def names(self):
        return [(i.filename, _in_utf_8(i)) for i in self.zip.infolist() if not i.is_dir()]

    def read(self, name, most):
        """A member's bytes; what a zip says of its sizes is not believed."""
        try:
            with self.zip.open(name) as file:
                return _limited(file.read(most + 1), most)
        except (TooLargeError, *UNREADABLE):
            raise
        except Exception as error:  # zlib, lzma and bz2 have errors of their own
            raise zipfile.BadZipFile(str(error)) from None


class _Tar:
    def __init__(self, file, name):
        opened = [open for suffix, open in COMPRESSED.items() if name.lower().endswith(suffix)]
        if opened:
            with opened[0](file) as unpacked:
                file = io.BytesIO(_limited(unpacked.read(LARGEST_ARCHIVE + 1), LARGEST_ARCHIVE))
        elif isinstance(file, Path):
            file = io.BytesIO(_limited(file.read_bytes(), LARGEST_ARCHIVE))
        self.tar = tarfile.TarFile(fileobj=file)

    def names(self):
        return [(name, name) for name in self.tar.getnames() if self.tar.getmember(name).isfile()]

    def read(self, name, most):
        file = self.tar.extractfile(name)
        return _limited(file.read(most + 1) if file else b"", most)


def _in_utf_8(info):
    """A member's name; macOS writes it in UTF-8 without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _limited(data, most):
    if len(data) > most:
        raise TooLargeError(f"more than {most >> 20} MiB")
    return data
