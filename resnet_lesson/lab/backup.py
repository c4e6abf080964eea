"""Keeping what is about to be replaced."""

from itertools import count

from resnet_lesson.paths import write_atomically


def keep(data, folder, name):
    """Writes bytes to a new file, never over another one.

    Args:
        data: the bytes.
        folder: path of the folder, made if it is not there.
        name: of the file, with ``{}`` in the place of a number; the first free one is taken.

    Returns:
        The file's path.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = folder / name.format(number)
        try:
            path.touch(exist_ok=False)  # the name is taken from here on
        except FileExistsError:
            continue
        try:
            write_atomically(path, data)
        except BaseException:
            path.unlink(missing_ok=True)  # an empty file would look like what was kept
            raise
        return path
