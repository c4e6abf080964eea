"""The command line, ``python -m resnet_lesson``.

What a command needs is imported when it runs, so that ``--help`` answers at once. Bad input is one
line on stderr and exit status 2; Ctrl-C is 130.
"""

import argparse
import contextlib
import json
import os
import sys

from resnet_lesson.errors import LessonError

SICK = 1
BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
PROGRAM = "python -m resnet_lesson"


class CommandError(LessonError):
    """A command cannot do what it was asked to."""


def main(arguments=None):
    """Runs one command.

    Args:
        arguments: list of strings; those of the process if None.

    Returns:
        Exit status: 0 done, 1 something to fix (`doctor`), 2 bad usage or input, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that a caller has put there
            stream.reconfigure(errors="backslashreplace")  # paths hold more than some terminals
    try:
        options = _parser().parse_args(arguments)
        status = options.run(options)
        sys.stdout.flush()
        return status
    except LessonError as error:
        return _failed(str(error), BAD_INPUT)
    except BrokenPipeError:
        # The reader of our output has left (`| head`); Python must not flush to it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
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


def _failed(line, status):
    print(f"{PROGRAM}: {line}", file=sys.stderr)
    return status


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message):
        raise CommandError(f"{message}; see `{self.prog} --help`")


def _parser():
    parser = _Parser(prog=PROGRAM, description="A graded lesson on residual networks.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_grade(commands)
    _add_autograder(commands)
    _add_signs(commands)
    _add_train(commands)
    _add_progress(commands)
    _add_reset(commands)
    _add_doctor(commands)
    return parser


def _whole_number(least):
    def convert(text):
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least}")
        return number

    return convert


_COUNT, _SEED = _whole_number(1), _whole_number(0)


def _share(text):
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 1, such as 0.97")
    return number


def _path(text):
    if not text:
        raise argparse.ArgumentTypeError("expected a path, not nothing")
    return text


def _add_options(parser, *options):
    """Adds options that take one value: a row for each, ``(name, metavar, type, help)``."""
    for name, metavar, kind, said in options:
        parser.add_argument(name, metavar=metavar, type=kind, help=said)


def _add_grade(commands):
    parser = commands.add_parser(
        "grade",
        help="grade submissions",
        description="Grades notebooks and .py files. In a folder or zip each file is a submission, "
        "each subfolder or zip one learner's; exports of Moodle, Canvas, Gradescope and nbgrader "
        "are known. Exit status 0 says that all were graded, whatever the marks.",
    )
    parser.add_argument("paths", metavar="PATH", type=_path, nargs="+")
    parser.add_argument(
        "--exercise",
        metavar="ID",
        action="append",
        help="grade this exercise (may be repeated); else all that any submission defines",
    )
    _add_options(
        parser,
        ("--json", "FILE", _path, "write results as JSON; - writes it to stdout"),
        ("--csv", "FILE", _path, "write a table, one row a submission"),
        ("--html", "DIR", _path, "write a page for each learner, and index.html on the class"),
        ("--gradescope", "FILE", _path, "all as one submission: write Gradescope's results.json"),
        ("--scheduler", "ADDRESS", _path, "grade on a Dask cluster, such as tcp://10.0.0.1:8786"),
        ("--jobs", "N", _COUNT, "submissions at a time (as many as there are processors)"),
        ("--seed", "N", _SEED, "choose inputs and weights by it (else by a new one each time)"),
        ("--timeout", "S", _COUNT, "most seconds for one exercise (120)"),
        ("--memory", "MB", _whole_number(512), "most memory for an exercise (6144)"),
    )
    parser.set_defaults(run=_grade)


def _grade(options):
    if not hasattr(os, "fork"):
        raise CommandError("grade needs a system with fork: Linux, macOS, or WSL on Windows")
    from resnet_lesson.environment import require

    require()
    from resnet_lesson.grading.batch import command

    command.grade(options)
    return 0


def _add_autograder(commands):
    parser = commands.add_parser(
        "autograder",
        help="write an autograder for Gradescope",
        description="Writes a new folder with what Gradescope's autograder needs, and its zip.",
    )
    parser.add_argument("folder", metavar="DIR", type=_path)
    parser.add_argument(
        "--exercise", metavar="ID", action="append", required=True, help="grade this exercise"
    )
    parser.set_defaults(run=_autograder)


def _autograder(options):
    from resnet_lesson.grading.batch.gradescope import write_autograder

    print(f"Wrote {write_autograder(options.folder, options.exercise)}.")
    return 0


def _write_json(data, path):
    """Writes data as JSON to a file, to stdout for "-", or nowhere."""
    text = json.dumps(data, indent=2) + "\n"
    if path == "-":
        sys.stdout.write(text)
    elif path:
        from resnet_lesson.paths import write_atomically

        write_atomically(path, text.encode())


def _add_signs(commands):
    parser = commands.add_parser(
        "signs",
        help="draw, convert or check images of hand signs",
        description="Writes or checks train_signs.h5 and test_signs.h5. With --output it draws "
        "hand signs; with --from-folder it converts your images: DIR/0 ... DIR/5, or DIR/train and "
        "DIR/test with these six in each.",
    )
    _add_options(
        parser,
        ("--output", "DIR", _path, "folder to write (with --from-folder: datasets/ if not given)"),
        ("--count", "M", _whole_number(6), "training images to draw (1080), a ninth more to test"),
        ("--seed", "N", _SEED, "seed to draw from (0)"),
        ("--from-folder", "DIR", _path, "convert the images of this folder"),
    )
    parser.add_argument(
        "--check", metavar="FILE", type=_path, nargs="+", help="check HDF5 files; one line for each"
    )
    parser.set_defaults(run=_signs, parser=parser)


def _signs(options):
    drawing = [name for name in ("count", "seed") if getattr(options, name) is not None]
    if options.check and (options.output or options.from_folder or drawing):
        options.parser.error("--check goes with no other option")
    if options.from_folder and drawing:
        options.parser.error(f"--{drawing[0]} is for drawing; it does not go with --from-folder")
    if not (options.check or options.from_folder or options.output):
        options.parser.error("give --output DIR, --from-folder DIR or --check FILE")
    return _check(options.check) if options.check else _write(options)


def _check(paths):
    from resnet_lesson.signs import SignsError, check_signs

    status = 0
    for path in paths:
        try:
            print(check_signs(path))
        except SignsError as error:
            status = _failed(str(error), BAD_INPUT)
    return status


def _write(options):
    from resnet_lesson.signs import FOLDER, write_signs

    if options.from_folder:
        from resnet_lesson.signs.folders import convert_folder

        signs, skipped = convert_folder(options.from_folder)
        if skipped:
            kinds = ", ".join(f"{kind}: {count}" for kind, count in sorted(skipped.items()))
            print(f"Skipped {skipped.total()} files that are hidden or not images ({kinds}).")
    else:
        from resnet_lesson.signs.files import make_folder
        from resnet_lesson.signs.hands.parallel import COUNT, SEED, draw

        make_folder(options.output)  # to fail before the drawing, not after it
        signs = draw(options.count or COUNT, SEED if options.seed is None else options.seed)
    train, test = write_signs(options.output or FOLDER, signs)
    counts = len(signs.train_labels), len(signs.test_labels)
    print(f"Wrote {train} ({counts[0]} images) and {test} ({counts[1]} images).")
    return 0


def _add_train(commands):
    parser = commands.add_parser(
        "train",
        help="train a ResNet-50 on the signs and measure it",
        description="Trains a ResNet-50 and measures its accuracy in inference mode.",
    )
    _add_options(
        parser,
        ("--data", "DIR", _path, "folder with the two HDF5 files (else as in the notebooks)"),
        ("--epochs", "N", _COUNT, "passes over the data (10)"),
        ("--json", "FILE", _path, "write what was measured as JSON; - writes it to stdout"),
        ("--seed", "N", _SEED, "order and moves by it (0)"),
        ("--target", "A", _share, "end once this share of the test set is right"),
        ("--checkpoint", "FILE", _path, "keep each epoch's state; go on from it if it is there"),
        ("--devices", "N", _COUNT, "train on N GPUs (else on all), or on N parts of a processor"),
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "mixed_bfloat16"),
        help="compute in this precision (else in what is faster here)",
    )
    parser.set_defaults(run=_train, epochs=10, seed=0)


def _train(options):
    to_stdout = options.json == "-"
    if options.json and not to_stdout:
        _require_writable(options.json)
    from resnet_lesson.lab.tensorflow_log import load_tensorflow

    load_tensorflow()
    from resnet_lesson.training import run

    # JSON on stdout stands alone: what the training shows goes to stderr then.
    with contextlib.redirect_stdout(sys.stderr) if to_stdout else contextlib.nullcontext():
        names = ("seed", "precision", "target", "checkpoint", "devices")
        chosen = {name: getattr(options, name) for name in names}
        measured = run(options.data, options.epochs, **chosen)
    if measured is None:  # the first of several workers speaks for all
        return 0
    _write_json(measured, options.json)
    print(
        f"{measured['epochs']} epochs in {measured['seconds']:.0f} s "
        f"({measured['images_per_second']:.0f} images a second): accuracy "
        f"{measured['train_accuracy']:.1%} on the training images, "
        f"{measured['test_accuracy']:.1%} on the test images, in {measured['precision']}",
        file=sys.stderr if to_stdout else sys.stdout,
    )
    return 0


def _require_writable(path):
    """Raises before minutes of training, not after."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path) or not os.access(folder, os.W_OK):
        raise CommandError(f"--json {path} cannot be written; give a file in a folder that can be")


def _add_progress(commands):
    parser = commands.add_parser(
        "progress",
        help="show the points of all exercises, and what comes next",
        description="Shows the points that the checks in the notebooks have recorded.",
    )
    _add_options(parser, ("--json", "FILE", _path, "write them as JSON; - writes it to stdout"))
    parser.set_defaults(run=_progress)


def _progress(options):
    from resnet_lesson.lab.progress import progress

    found = progress()
    _write_json(found.to_dict(), options.json)
    if options.json != "-":
        print(found)
    return 0


def _add_doctor(commands):
    parser = commands.add_parser(
        "doctor",
        help="look at this computer, and say what to fix",
        description="Prints versions, what TensorFlow uses of the processor, memory, folders, and "
        "what protects this computer when submissions are graded; at the end, what to fix. Exit "
        "status 0 says that nothing is wrong, 1 that something is.",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        type=_path,
        nargs="?",
        const="-",
        help="write it as JSON, to stdout if no FILE is given",
    )
    parser.set_defaults(run=_doctor)


def _doctor(options):
    from resnet_lesson.lab import doctor

    lines = doctor.examine()
    if options.json:
        _write_json(doctor.as_data(lines), options.json)
    else:
        print(doctor.as_text(lines, sys.stdout.encoding))
    return 0 if doctor.healthy(lines) else SICK


def _add_reset(commands):
    parser = commands.add_parser(
        "reset",
        help="make an exercise of your notebook blank again, and keep your code aside",
        description="Puts the blank back where an exercise was. The code that stood there is kept "
        "in the folder kept beside the notebook. Save the notebook first, and reload it from disk "
        "afterwards.",
    )
    parser.add_argument("exercise", metavar="EXERCISE", help="such as identity_block")
    where = "your notebook, or its folder (else this folder, or its folder notebooks)"
    _add_options(parser, ("--notebook", "PATH", _path, where))
    parser.add_argument("--points", action="store_true", help="take its points back too")
    parser.set_defaults(run=_reset)


def _reset(options):
    from resnet_lesson.lab.reset import reset_exercise

    print(reset_exercise(options.exercise, options.notebook, options.points))
    return 0
