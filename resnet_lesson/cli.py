"""The command line: ``resnet-lesson``, or ``python -m resnet_lesson``.

What a command needs is imported when it runs, so that ``--help`` answers at once. Bad input is one
line on stderr and exit status 2; Ctrl-C is 130.
"""

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from resnet_lesson import __version__
from resnet_lesson.errors import LessonError
from resnet_lesson.paths import on_one_line
from resnet_lesson.progress_bar import passing_line

TO_FIX = 1
BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
SCRIPT = "resnet-lesson"
PROGRAM = SCRIPT if Path(sys.argv[0]).stem == SCRIPT else "python -m resnet_lesson"


class CommandError(LessonError):
    """A command cannot do what it was asked to."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: those of the process if None.

    Returns:
        Exit status: 0 done, 1 something to fix (`doctor`), 2 bad usage or input, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # and none that a caller has put there
            stream.reconfigure(errors="backslashreplace")  # paths hold more than some terminals
    try:
        if sys.stdout is None:
            raise CommandError("the standard output is closed; send it to a file or a terminal")
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return status
    except LessonError as error:
        return _failed(str(error), BAD_INPUT)
    except BrokenPipeError:
        _discard_stdout()  # its reader has left (`| head`)
        return 0
    except ImportError as error:
        from resnet_lesson.environment import explained

        return _failed(str(explained(error)), BAD_INPUT)
    except MemoryError as error:
        about = f" ({error})" if str(error) else ""
        return _failed(f"memory is out{about}; close other programs, or ask for less", BAD_INPUT)
    except OSError as error:
        about = f"{error.filename}: " if error.filename else ""
        return _failed(f"{about}{error.strerror or error}", BAD_INPUT)
    except KeyboardInterrupt as interruption:
        return _failed(str(interruption) or "interrupted", INTERRUPTED)


def _discard_stdout():
    """Keeps Python from writing at its end to a stdout that can take nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(line, status):
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _discard_stdout()
    print(on_one_line(f"{PROGRAM}: {line}"), file=sys.stderr)
    return status


COMMANDS: dict[str, tuple[str, Callable, tuple]] = {}
PROGRAMS = {"authoring", "figures"}  # they read their arguments themselves
LEARNERS, INSTRUCTORS = "for learners", "for instructors"
DATA, MAINTAINERS = "data and training", "for maintainers"
PRECISIONS = ("float32", "mixed_bfloat16")


def _command(group: str, *arguments: tuple[str, dict]) -> Callable:
    """Adds a command: the function, which bears its name and whose docstring is its help.

    Args:
        group: the heading under which ``--help`` lists it.
        arguments: a row for each, by `_argument`.
    """

    def add(run):
        COMMANDS[run.__name__.strip("_")] = (group, run, arguments)
        return run

    return add


def _argument(names: str, convert: Callable | None, text: str, **settings) -> tuple[str, dict]:
    """The row of an argument, such as "--json FILE": what argparse's `add_argument` takes."""
    name, _, metavar = names.partition(" ")
    if convert is not None:
        settings |= {"type": convert, "metavar": metavar}
    return name, {"help": text, **settings}


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message):
        raise CommandError(f"{message}; see `{self.prog} --help`")


def _run(arguments):
    if arguments[:1] and arguments[0] in PROGRAMS:
        return COMMANDS[arguments[0]][1](arguments[1:])
    parser = _parser()
    options, further = parser.parse_known_args(arguments)
    options.further = further
    if further and options.run is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    return options.run(options) or 0


def _parser():
    parser = _Parser(prog=PROGRAM, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=f"{SCRIPT} {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    lists: dict[str, str] = {}
    for name, (group, run, arguments) in COMMANDS.items():
        text = " ".join(run.__doc__.split())
        lists[group] = f"{lists.get(group, group + ':')}\n  {name:<12}{text.partition('.')[0]}"
        subparser = subparsers.add_parser(name, description=text)
        subparser.set_defaults(run=run)
        for argument, settings in arguments:
            subparser.add_argument(argument, **settings)
    parser.description = "\n\n".join(["A graded lesson on residual networks.", *lists.values()])
    return parser


def _number(convert: Callable, least: float, most: float, expected: str) -> Callable:
    """What reads a number and refuses all others."""

    def read(text):
        with contextlib.suppress(ValueError):
            if least <= (number := convert(text)) <= most:
                return number
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")

    return read


def _whole(least: int) -> Callable:
    return _number(int, least, float("inf"), f"a whole number from {least}")


_POINTS = _number(float, 0, float("inf"), "a number of points")
_SHARE = _number(float, 0, 1, "a share from 0 to 1, such as 0.97")


def _path(text):
    if not text:
        raise argparse.ArgumentTypeError("expected a path, not nothing")
    return text


_JSON = _argument(
    *("--json FILE", _path, "write JSON, to stdout if no FILE is given"), nargs="?", const="-"
)


@_command(
    LEARNERS,
    _argument("folder DIR", _path, "where to; it is made if it is missing"),
    _argument("--update", None, "replace files that you have not changed", action="store_true"),
    _argument("--solutions", None, "the solved notebooks too", action="store_true"),
)
def _get(options):
    """Put the notebooks and figures of the lesson into a folder.

    What you have changed there stays as it is. With --update it names the files that are newer in
    the lesson, and brings those that you have not changed.
    """
    from resnet_lesson.lab.lesson_files import lay

    print(*lay(Path(options.folder), options.update, options.solutions), sep="\n")


@_command(
    LEARNERS,
    _argument("folder DIR", _path, "that `get` has filled (this one)", nargs="?", default="."),
    _argument("--no-browser", None, "print the address only", action="store_true"),
    _argument("--port N", str, "of the address; another one if it is taken (8888)"),
    _argument("--ip ADDRESS", str, "to be reached from other computers too"),
)
def _lab(options):
    """Open the lesson in JupyterLab, in your browser. Its other options are handed on to it.

    Give these in the form `--ServerApp.root_dir=DIR`, with an equals sign.
    """
    from resnet_lesson.lab.open_lab import open_lab

    own = [f"--{name}={getattr(options, name)}" for name in ("port", "ip") if vars(options)[name]]
    own += ["--no-browser"][: options.no_browser]
    return open_lab(Path(options.folder), *own, *options.further)


@_command(LEARNERS, _JSON)
def _progress(options):
    """Show the points of all exercises, and what comes next."""
    from resnet_lesson.lab.progress import progress

    panel = progress()
    _write_json(panel.to_dict(), options.json)
    if options.json != "-":
        print(panel)
    return 0


@_command(
    LEARNERS,
    _argument("exercise EXERCISE", str, "such as identity_block"),
    _argument("--notebook PATH", _path, "yours, or its folder (else this one, or notebooks in it)"),
    _argument("--points", None, "take its points back too", action="store_true"),
)
def _reset(options):
    """Make an exercise of your notebook blank again, and keep your code aside.

    Your code is kept in the folder kept beside the notebook. Save the notebook first, and reload
    it from disk afterwards.
    """
    from resnet_lesson.lab.reset import reset_exercise

    print(reset_exercise(options.exercise, options.notebook, options.points))


@_command(LEARNERS, _JSON)
def _doctor(options):
    """Look at this computer, and say what to fix.

    Prints versions, what TensorFlow uses of the processor, memory, folders, and what protects this
    computer when submissions are graded; at the end, what to fix. Exit status 0 says that nothing
    is wrong, 1 that something is.
    """
    from resnet_lesson.lab import doctor

    lines = doctor.examine()
    if options.json:
        _write_json(doctor.as_data(lines), options.json)
    else:
        print(doctor.as_text(lines, sys.stdout.encoding))
    return 0 if doctor.healthy(lines) else TO_FIX


@_command(
    DATA,
    _argument("--output DIR", _path, "folder to write (else, with --from-folder, datasets/)"),
    _argument("--count M", _whole(6), "training images to draw (1080), a ninth more to test"),
    _argument("--seed N", _whole(0), "seed to draw from (0)"),
    _argument("--varied", None, "draw hands that differ more from each other", action="store_true"),
    _argument("--from-folder DIR", _path, "convert the images of this folder"),
    _argument("--check FILE", _path, "check HDF5 files; one line for each", nargs="+"),
)
def _signs(options):
    """Draw, convert or check images of hand signs.

    Writes or checks train_signs.h5 and test_signs.h5. With --output it draws hand signs; with
    --from-folder it converts your images: DIR/0 ... DIR/5, or DIR/train and DIR/test with these
    six in each.
    """
    drawing = [name for name in ("count", "seed") if getattr(options, name) is not None]
    drawing += ["varied"] if options.varied else []
    if options.check and (options.output or options.from_folder or drawing):
        raise CommandError("--check goes with no other option")
    if options.from_folder and drawing:
        raise CommandError(f"--{drawing[0]} is for drawing; it does not go with --from-folder")
    if not (options.check or options.from_folder or options.output):
        raise CommandError("give --output DIR, --from-folder DIR or --check FILE")
    from resnet_lesson.signs import command

    if options.check:
        return max([0, *(_failed(line, BAD_INPUT) for line in command.check_files(options.check))])
    command.write_files(
        options.output, options.from_folder, options.count, options.seed, options.varied
    )


@_command(
    DATA,
    _argument("--data DIR", _path, "folder with the two HDF5 files (else as in the notebooks)"),
    _argument("--epochs N", _whole(1), "passes over the data (10)", default=10),
    _argument("--json FILE", _path, "write what was measured as JSON; - writes it to stdout"),
    _argument("--seed N", _whole(0), "order and moves by it (0)", default=0),
    _argument("--target A", _SHARE, "end once this share of the test set is right"),
    _argument("--checkpoint FILE", _path, "keep each epoch's state; go on from it if it is there"),
    _argument("--devices N", _whole(1), "train on N GPUs (else all), or N parts of a processor"),
    _argument("--precision P", str, "compute in it (else in what is faster)", choices=PRECISIONS),
)
def _train(options):
    """Train a ResNet-50 on the signs and measure its accuracy in inference mode."""
    to_stdout = options.json == "-"
    _require_writable("--json", None if to_stdout else options.json)
    _require_writable("--checkpoint", options.checkpoint)
    from resnet_lesson.lab.tensorflow_log import load_tensorflow

    with passing_line("starting TensorFlow …"):
        load_tensorflow()
        from resnet_lesson.training import run

    # JSON on stdout stands alone: what the training shows goes to stderr then.
    with contextlib.redirect_stdout(sys.stderr) if to_stdout else contextlib.nullcontext():
        names = ("seed", "precision", "target", "checkpoint", "devices")
        chosen = {name: getattr(options, name) for name in names}
        measured = run(options.data, options.epochs, **chosen)
    if measured is None:  # the first of several workers speaks for all
        return
    epochs = measured["epochs"]
    print(
        f"{epochs} epoch{'s' * (epochs != 1)} in {measured['seconds']:.0f} s "
        f"({measured['images_per_second']:.0f} images a second): accuracy "
        f"{measured['train_accuracy']:.1%} on the training images, "
        f"{measured['test_accuracy']:.1%} on the test images, in {measured['precision']}",
        file=sys.stderr if to_stdout else sys.stdout,
    )
    _write_json(measured, options.json)  # behind it: a full disk takes the file alone


def _require_writable(option, path):
    """Raises before minutes of training, not after."""
    if not path:
        return
    try:
        is_device = os.path.lexists(path) and not os.path.isfile(path)
        if os.path.isdir(path) or (is_device and not os.access(path, os.W_OK)):
            raise OSError
        if not is_device:
            if not os.path.lexists(path):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
                os.remove(path)
            with tempfile.TemporaryFile(dir=os.path.dirname(os.path.abspath(path))):
                pass  # rights alone do not say it: /proc has them, and takes no files
    except (OSError, ValueError) as error:
        why = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
        message = f"{option} {path} cannot be written{why}; give a file in a writable folder"
        raise CommandError(message) from None


_VARIANT = _argument(
    *("--variant N", _whole(0), "the variant that was handed out (0: as published)"), default=0
)
_VISIBILITY = _argument(
    *("--visibility", None, "when Gradescope's learners see results (visible)"),
    choices=("visible", "after_due_date", "after_published", "hidden"),
    default="visible",
)


@_command(
    INSTRUCTORS,
    _argument("paths PATH", _path, "notebook, .py file, folder or zip", nargs="+"),
    _argument("--exercise ID", str, "grade this one (may be repeated); else all", action="append"),
    _VARIANT,
    _argument("--json FILE", _path, "write results as JSON; - writes it to stdout"),
    _argument("--csv FILE", _path, "write a table, one row a submission"),
    _argument("--html DIR", _path, "write a page for each learner, and index.html on the class"),
    _argument("--gradescope FILE", _path, "all as one submission: write Gradescope's results.json"),
    _VISIBILITY,
    _argument("--gradebook FILE", _path, "fill in this export of the course's gradebook"),
    _argument("--column NAME", _path, "the gradebook's column, if there is more than one"),
    _argument(
        *("--feedback-zip", None, "write the pages as a zip that this system imports"),
        choices=("moodle", "canvas"),
    ),
    _argument("--overrides FILE", _path, "points that win: learner, exercise, points, reason"),
    _argument("--fail-under POINTS", _POINTS, "exit status 1 if a submission has fewer points"),
    _argument("--together", None, "all that is found is one submission", action="store_true"),
    _argument("--scheduler ADDRESS", _path, "grade on a Dask cluster, such as tcp://10.0.0.1:8786"),
    _argument("--jobs N", _whole(1), "submissions at a time (as many as there are processors)"),
    _argument("--seed N", _whole(0), "choose inputs and weights by it (else by a new one)"),
    _argument("--timeout S", _whole(1), "most seconds for one exercise (120)"),
    _argument("--memory MB", _whole(512), "most memory for an exercise (6144)"),
)
def _grade(options):
    """Grade submissions.

    In a folder or zip each file is a submission, each subfolder or zip one learner's; exports of
    Moodle, Canvas, Gradescope and nbgrader are known. Exit status 0 says that all were graded,
    whatever the marks, unless --fail-under says otherwise.
    """
    from resnet_lesson.environment import require

    require()
    from resnet_lesson.grading.batch import command

    return command.grade(options)


@_command(
    INSTRUCTORS,
    _argument("folder DIR", _path, "the new folder"),
    _argument("--exercise ID", str, "grade this exercise", action="append", required=True),
    _VARIANT,
    _VISIBILITY,
)
def _autograder(options):
    """Write a folder with an autograder for Gradescope, and its zip."""
    from resnet_lesson.grading.batch.gradescope import write_autograder

    chosen = options.exercise, options.visibility, options.variant
    path = write_autograder(options.folder, *chosen)
    print(f"Wrote {path}.")


@_command(MAINTAINERS)
def _authoring(arguments):
    """Make the learners' notebooks from the solved ones."""
    from resnet_lesson.authoring.__main__ import main

    return main(arguments)


@_command(MAINTAINERS)
def _figures(arguments):
    """Draw the figures of the notebooks."""
    from resnet_lesson.figures.__main__ import main

    return main(arguments)


def _write_json(data, path):
    """Writes data as JSON to a file, to stdout for "-", or nowhere."""
    text = json.dumps(data, indent=2) + "\n"
    if path == "-":
        sys.stdout.write(text)
    elif path:
        from resnet_lesson.paths import write_atomically

        write_atomically(path, text.encode())
