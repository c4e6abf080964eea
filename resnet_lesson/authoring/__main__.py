"""Generates the learners' notebooks from the solved ones, which it executes and stores."""

import argparse
import sys
from pathlib import Path

from resnet_lesson.authoring.colab import write_colab_forms
from resnet_lesson.authoring.learner_notebooks import author, out_of_step, write_blank
from resnet_lesson.authoring.nbgrader_source import write_nbgrader_source
from resnet_lesson.authoring.new_exercise import write_first_form
from resnet_lesson.authoring.notebook_files import AuthoringError
from resnet_lesson.authoring.sign_sheets import write_sheets
from resnet_lesson.authoring.variant_notebooks import write_variant
from resnet_lesson.errors import LessonError


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: 0 done, 1 a notebook failed, 2 bad usage."""
    parser = argparse.ArgumentParser(prog="python -m resnet_lesson.authoring", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks, such as 02; else all")
    parser.add_argument("--folder", type=Path, default=Path("notebooks"), help="default: notebooks")
    parser.add_argument("--full", action="store_true", help="long experiments at their real length")
    parser.add_argument("--check", action="store_true", help="compare the two forms; run nothing")
    parser.add_argument(
        "--blank", action="store_true", help="write the learner's forms; run nothing"
    )
    parser.add_argument(
        "--signs", action="store_true", help="draw the images that come with the package"
    )
    parser.add_argument("--new", metavar="EXERCISE", help="write the first form of its notebook")
    parser.add_argument("--colab", type=Path, metavar="DIR", help="write the forms for Colab there")
    parser.add_argument(
        "--repository", default="", metavar="OWNER/NAME", help="on GitHub, for Colab"
    )
    parser.add_argument(
        "--release", default="main", metavar="TAG", help="what Colab installs (main)"
    )
    parser.add_argument(
        "--variant", type=int, default=0, metavar="N", help="of --colab and --output (0: published)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="write the variant's notebooks and figures there"
    )
    parser.add_argument(
        "--nbgrader", type=Path, metavar="DIR", help="write the source of nbgrader's assignment DIR"
    )
    options = parser.parse_args(arguments)
    try:
        if options.signs:
            print("wrote", *(path.name for path in write_sheets()))
            return 0
        if options.variant and not (options.colab or options.output):
            raise AuthoringError("--variant goes with --output DIR or --colab DIR")
        if options.colab or options.output:
            _release(options)
            return 0
        if options.new:
            print("wrote", write_first_form(options.folder, options.new))
            return 0
        paths = _chosen(options.folder, options.names)
        if options.nbgrader:
            write_nbgrader_source(options.nbgrader, paths)
            return 0
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    failures = list(out_of_step(options.folder)) if options.check else []
    for path in [] if options.check else paths:
        try:
            changed = write_blank(path) if options.blank else author(path, options.full)
            print(path.stem, "changed" if changed else "unchanged", flush=True)
        except AuthoringError as error:
            failures.append(str(error))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _release(options):
    """Writes the notebooks as they are handed out: for Colab, or of a variant."""
    solutions = options.folder / "solutions"
    _chosen(options.folder, ())  # there are some
    if options.output:
        paths = write_variant(options.output, solutions, options.variant)
        print(f"wrote {len(paths)} notebooks of variant {options.variant} to {options.output}")
    if options.colab:
        source = options.repository, options.release, options.variant
        write_colab_forms(options.colab, solutions, *source)


def _chosen(folder, names):
    """The solved notebooks that are meant by names such as ``02`` or ``02-identity-block``."""
    paths = sorted((folder / "solutions").glob("*.ipynb"))
    if not paths:
        raise AuthoringError(
            f"no notebooks in {folder / 'solutions'}: "
            "run this at the root of the repository or give --folder"
        )
    for name in names:
        if not any(path.name.startswith(Path(name).name) for path in paths):
            known = ", ".join(path.stem for path in paths)
            raise AuthoringError(f"no solved notebook {name}; there are: {known}")
    stems = tuple(Path(name).name for name in names) or ("",)
    return [path for path in paths if path.name.startswith(stems)]


if __name__ == "__main__":
    sys.exit(main())
