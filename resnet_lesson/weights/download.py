"""Downloads published files into the cache folder: resumed, checked, and whole or not at all.

The files come with the MD5 that ``keras.applications`` publishes for them, and no stronger sum is
published. MD5 finds every damage on the way; it does not protect from somebody who forges files.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from filelock import FileLock, Timeout

from resnet_lesson import settings
from resnet_lesson.errors import LessonError
from resnet_lesson.paths import cache_folder, keras_models_folder, printable, unreadable
from resnet_lesson.progress_bar import notice, progress_bar

TIMEOUT = 10  # seconds without an answer or a byte
LONGEST_WAIT = 600  # seconds for another process that is downloading
_ATTEMPTS = 3  # how often a transfer that breaks off is taken up again
_PIECE = 1 << 15  # bytes; what is missing of a piece that breaks off is fetched again


class DownloadError(LessonError, OSError):
    """A published file cannot be had."""


@dataclass(frozen=True)
class Published:
    """A file in the network: its address and its MD5 in hexadecimal."""

    url: str
    md5: str

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rpartition("/")[2]


# Addresses and sums: keras.applications.resnet and imagenet_utils, Keras 3.15.
_RESNET = "https://storage.googleapis.com/tensorflow/keras-applications/resnet/"
RESNET50 = Published(
    f"{_RESNET}resnet50_weights_tf_dim_ordering_tf_kernels.h5", "2cb95161c43110f7111970584f804107"
)
RESNET50_NOTOP = Published(
    f"{_RESNET}resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "4d473c1dd8becc155b73f8504c6f6626",
)
CLASS_INDEX = Published(
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
    "c2c37ea517e94d9795004a39431a14cb",
)


def fetch(published: Published, folder: str | Path | None = None) -> Path:
    """The path of a published file in the cache folder, downloaded if it is not there.

    What has arrived of a download that broke off lies beside it as ``.part`` and is taken up again,
    if the server still has the same file. Two processes that start at once download once.

    Args:
        published: the file.
        folder: where to look and write; None for the lesson's cache folder.

    Raises:
        DownloadError: no network, an answer other than the file, a wrong sum (what arrived is
            removed then), or a folder that cannot be written.
    """
    folder = Path(folder or cache_folder())
    path = folder / published.name
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock"), timeout=LONGEST_WAIT):
            if not (path.is_file() and md5_of(path) == published.md5):
                _download(published, part)
                _check(part, published)
                os.replace(part, path)
                _remove(part)
    except DownloadError:
        raise
    except Timeout:
        raise DownloadError(
            f"{published.name}: another process has been downloading it for {LONGEST_WAIT} "
            "seconds; wait for it, or end it"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise DownloadError(_unwritable(folder, error)) from None
    return path


def kept_by_keras(published: Published) -> Path | None:
    """The path of a published file that Keras has downloaded into its own folder; None if none.

    A file of that name and another sum is left aside, and a line says so: a download may have
    broken off, and older versions of Keras gave other weights the same name.
    """
    path = keras_models_folder() / published.name
    try:
        md5 = md5_of(path)
        if md5 == published.md5:
            return path
        notice(
            f"{printable(path)} is left aside: {_size(path)} bytes with MD5 {md5}, expected "
            f"{published.md5}; delete it, or give its path if it is a file of your own"
        )
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        notice(unreadable(path, error))
    return None


def md5_of(path: Path) -> str:
    """The MD5 of a file in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _download(published, part):
    """Fills the ``.part`` file up to its end, in several attempts if something arrives in each."""
    with progress_bar(f"Downloading {published.name}") as report, requests.Session() as session:
        for attempt in range(1, _ATTEMPTS + 1):
            before = _size(part)
            try:
                return _transfer(session, published, part, report)
            except requests.RequestException as error:
                if attempt < _ATTEMPTS and _size(part) > before:
                    continue
                raise DownloadError(
                    f"{published.name} could not be downloaded from {_host(published)}: "
                    f"{_reason(error)} ({_size(part)} bytes are kept); try again later"
                ) from None


def _transfer(session, published, part, report):
    """One request: appends what is missing, or writes from the start."""
    # Bytes are appended only to those of the same version of the file: that is what If-Range asks.
    version = _version_file(part).read_text() if _version_file(part).is_file() else ""
    start = _size(part) if version else 0
    headers = {"Accept-Encoding": "identity"}  # else the sizes would be those of packed bytes
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": version}
    with session.get(published.url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        resumed = answer.status_code == requests.codes.partial_content
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            return  # all bytes are there; the sum will tell whether they are the right ones
        if not resumed and answer.status_code != requests.codes.ok:
            raise DownloadError(
                f"{published.name} is not to be had: {_host(published)} answers "
                f"{answer.status_code} {answer.reason}; give a file of your own"
            )
        if start and not resumed:
            notice(
                f"{_host(published)} does not resume: {published.name} starts from the beginning"
            )
        total = int(answer.headers.get("Content-Length", 0)) + (start if resumed else 0)
        with open(part, "ab" if resumed else "wb") as file:
            if not resumed:
                _version_file(part).write_text(_version(answer.headers))
            for piece in answer.iter_content(_PIECE):
                file.write(piece)
                report(file.tell(), total)


def _version(headers):
    """What the server calls this version of the file; empty if it has no name that is exact."""
    tag = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")


def _version_file(part):
    return part.with_name(part.name + ".version")


def _check(part, published):
    """Raises DownloadError, and removes what arrived, unless it has the published sum."""
    md5 = md5_of(part)
    if md5 != published.md5:
        size = _size(part)
        _remove(part)
        raise DownloadError(
            f"{published.name} arrived damaged or changed ({size} bytes with MD5 {md5}, expected "
            f"{published.md5}) and was removed; try again"
        )


def _remove(part):
    for path in (part, _version_file(part)):
        path.unlink(missing_ok=True)


def _size(path):
    return path.stat().st_size if path.is_file() else 0


def _host(published):
    return urlsplit(published.url).hostname


def _reason(error):
    """In words why a request failed; the library's own texts are long and full of addresses."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate cannot be checked"
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return f"no answer within {TIMEOUT} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off"
    if isinstance(error, requests.ConnectionError):
        return "there is no network, or no server at this address"
    return type(error).__name__


def _unwritable(folder, error):
    reason = getattr(error, "strerror", None) or error
    return (
        f"{printable(folder)} cannot be written ({reason}); "
        f"make room there, or set {settings.CACHE} to a folder that can be written"
    )
