"""Writes images/*.svg: ``python -m resnet_lesson.figures [--check] [--output DIR]``."""

import argparse
import sys
from pathlib import Path

from resnet_lesson.paths import IMAGES


def main(arguments=None):
    """Writes the lesson's pictures, or with ``--check`` compares them with the files.

    Args:
        arguments: list of text, the command line's by default.

    Returns:
        Exit status: 0 written or fresh, 1 stale, 2 the folder cannot be used.
    """
    parser = argparse.ArgumentParser(prog="python -m resnet_lesson.figures", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if stale")
    parser.add_argument("--output", type=Path, default=IMAGES, help="folder of the pictures")
    options = parser.parse_args(arguments)
    if not options.output.is_dir():
        print(
            f"{options.output}: no such folder; give an existing one by --output", file=sys.stderr
        )
        return 2
    from resnet_lesson.figures.gallery import PICTURES

    if options.check:
        return _check(PICTURES, options.output)
    for name, draw in PICTURES.items():
        (options.output / f"{name}.svg").write_text(draw(), encoding="utf-8", newline="\n")
        print(f"{name}.svg")
    return 0


def _check(pictures, folder):
    from resnet_lesson.figures.gallery import same

    stale = []
    for name, draw in pictures.items():
        path = folder / f"{name}.svg"
        if not path.is_file() or not same(draw(), path.read_text(encoding="utf-8")):
            stale.append(path.name)
    for name in stale:
        print(f"{name} is stale: run python -m resnet_lesson.figures", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
