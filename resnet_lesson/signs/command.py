"""What the command ``signs`` does: draws, converts and checks the files of images."""

from collections.abc import Iterable
from pathlib import Path

from resnet_lesson.paths import counted
from resnet_lesson.signs import FOLDER, SignsError, check_signs, write_signs
from resnet_lesson.signs.files import make_folder
from resnet_lesson.signs.folders import convert_folder
from resnet_lesson.signs.hands import parallel
from resnet_lesson.signs.hands.variety import PLAIN, VARIED


def check_files(paths: Iterable[str]) -> list[str]:
    """Prints a line for each good file; returns a line for each of the others."""
    failures = []
    for path in paths:
        try:
            print(check_signs(path))
        except SignsError as error:
            failures.append(str(error))
    return failures


def write_files(
    folder: str | Path | None,
    source: str | None,
    count: int | None,
    seed: int | None,
    varied: bool = False,
) -> None:
    """Writes the two files of images, and prints what was written.

    Args:
        folder: where to; ``datasets`` if None.
        source: a folder of photographs to convert; if None, hands are drawn.
        count: training images to draw; if None, as many as the classic files have.
        seed: what to draw from; if None, that of the lesson's own images.
        varied: whether the hands that are drawn differ more from each other.
    """
    if source:
        signs, skipped = convert_folder(source)
        if skipped:
            kinds = ", ".join(f"{kind}: {number}" for kind, number in sorted(skipped.items()))
            files = counted(skipped.total(), "file")
            print(f"Skipped {files}, hidden, in a subfolder or not an image ({kinds}).")
    else:
        make_folder(folder or FOLDER)  # to fail before the drawing, not after it
        seed = parallel.SEED if seed is None else seed
        signs = parallel.draw(count or parallel.COUNT, seed, VARIED if varied else PLAIN)
    train, test = write_signs(folder or FOLDER, signs)
    counts = len(signs.train_labels), len(signs.test_labels)
    images = [counted(count, "image") for count in counts]
    print(f"Wrote {train} ({images[0]}) and {test} ({images[1]}).")
    if source:
        _report_copies(signs)


def _report_copies(signs):
    """Says how many images are there more than once: a test on images of the training is none."""
    train = {image.tobytes() for image in signs.train_images}
    test = [image.tobytes() for image in signs.test_images]
    copies = len(signs.train_images) + len(test) - len(train | set(test))
    if copies:
        known = sum(image in train for image in test)
        tested = f"; test images among them that were trained on: {known}" if known else ""
        print(f"Copies of other images: {copies}{tested}.")
