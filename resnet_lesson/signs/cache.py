"""The embedded default: hand signs that are drawn once and kept in the user's cache folder."""

import contextlib
import hashlib
from pathlib import Path

from filelock import FileLock

from resnet_lesson import settings
from resnet_lesson.paths import cache_folder, printable, write_atomically
from resnet_lesson.progress_bar import notice, progress_bar
from resnet_lesson.signs.files import encode, read_part
from resnet_lesson.signs.hands.parallel import COUNT, SEED, count_for_test, draw_reporting
from resnet_lesson.signs.schema import Signs, SignsError, all_classes

_LONGEST_WAIT = 300  # seconds for another process that is drawing
_DIGEST_SIZE = hashlib.sha256().digest_size
_in_memory: dict = {}  # what was drawn while the cache folder could not be written


def drawn_signs(count: int = COUNT, seed: int = SEED) -> Signs:
    """The drawn signs, from the cache if they are there, else drawn and put there.

    Two processes that start at once draw once: the second waits for the first. A damaged file and
    one from another version of the drawing are replaced. Where the folder cannot be written the
    signs are kept in memory, and one line says so.

    Arguments and returns as for `resnet_lesson.signs.hands.parallel.draw`.
    """
    path = cache_file(count, seed)
    signs = _read(path, count)
    if signs is None and path in _in_memory:
        signs = Signs(*(array.copy() for array in _in_memory[path]))
    if signs is not None:
        return signs
    with progress_bar("Drawing hand signs") as report:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.parent / "signs.lock", timeout=_LONGEST_WAIT):
                signs = _read(path, count)
                if signs is None:
                    signs = draw_reporting(count, seed, report)
                    _store(path, signs)
            return signs
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            signs = signs or draw_reporting(count, seed, report)
    _in_memory[path] = Signs(*(array.copy() for array in signs))
    notice(
        f"{printable(path.parent)} cannot be written ({reason}), so each session draws its "
        f"hand signs anew; set {settings.CACHE} to a folder that can be written"
    )
    return signs


def cache_file(count: int = COUNT, seed: int = SEED) -> Path:
    """Where signs drawn by the present code are kept.

    The name carries the version of the drawing: a digest of the code that draws, which no one can
    forget to count up.
    """
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("hands/*.py")):
        digest.update(source.read_bytes())
    return cache_folder() / f"signs-{count}-{seed}-{digest.hexdigest()[:12]}.h5"


def _read(path, count):
    """The signs of a cache file, or None if it is not there or is not exactly as it was written."""
    try:
        data = path.read_bytes()
        if _digest(data[:-_DIGEST_SIZE]) != data[-_DIGEST_SIZE:]:
            return None
        train, test = read_part(path, "train"), read_part(path, "test")
    except (OSError, SignsError):
        return None
    if (len(train[0]), len(test[0])) != (count, count_for_test(count)):
        return None
    return Signs(*train, *test, all_classes())


def _store(path, signs):
    """Writes the cache file and removes what it replaces; to be called with the lock held."""
    data = encode(train=signs[:2], test=signs[2:4])
    # HDF5 alone does not notice every damage to its tables, and allows for bytes after its end.
    write_atomically(path, data + _digest(data))
    family = path.name.rpartition("-")[0]
    for old in path.parent.glob(f"{family}-*"):
        if old != path:
            with contextlib.suppress(OSError):  # Windows keeps a file that is open elsewhere
                old.unlink()


def _digest(data):
    return hashlib.sha256(data).digest()
