"""The command line: what it writes, and one line with exit status 2 for everything bad."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.paths import PROJECT
from support.processes import loaded_by, start_python

from resnet_lesson import PYTHONS, __version__, cli
from resnet_lesson.signs import SignsError, load_signs
from resnet_lesson.signs.hands import parallel, render
from resnet_lesson.signs.hands.variety import PLAIN, VARIED

MEASURED = {
    "epochs": 3,
    "seconds": 9.5,
    "images_per_second": 100.0,
    "train_accuracy": 0.99,
    "test_accuracy": 0.955,
    "precision": "float32",
}


def noise(count, seed, variety=PLAIN):
    rng = np.random.default_rng([seed, variety is VARIED])
    return rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8), np.arange(count) % 6


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder: exit status, lines of stdout, lines of stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(render, "draw_signs", noise)
    monkeypatch.setattr(parallel, "processors", lambda: 1)

    def run(*arguments):
        status = cli.main(list(arguments))
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err.splitlines()

    return run


def refused(outcome):
    """The one line of a refusal."""
    status, out, err = outcome
    assert status == 2 and out == [] and len(err) == 1, outcome
    assert err[0].startswith("python -m resnet_lesson: ")
    return err[0]


def photos(folder, count=2):
    for digit in range(6):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (90, 70), (40 * digit, 0, 0)).save(folder / f"{digit}/{number}.jpg")


# ---------------------------------------------------------------------------------------- drawing


def test_draws_and_writes(run):
    assert run("signs", "--output", "here", "--count", "54") == (
        0,
        ["Wrote here/train_signs.h5 (54 images) and here/test_signs.h5 (6 images)."],
        [],
    )
    assert np.array_equal(
        load_signs("here").train_images, np.concatenate([noise(30, 0)[0], noise(24, 1)[0]])
    )


def test_draws_the_classic_number_by_default(run):
    assert run("signs", "--output", "here")[0] == 0
    drawn = load_signs("here")
    assert (len(drawn.train_labels), len(drawn.test_labels)) == (1080, 120)


def test_the_seed_decides(run):
    for folder, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        run("signs", "--output", folder, "--count", "12", "--seed", seed)
    a, b, c = (Path(folder, "train_signs.h5").read_bytes() for folder in "abc")
    assert a == b != c


def test_varied_hands_are_drawn_if_they_are_wanted(run):
    run("signs", "--output", "plain", "--count", "12")
    run("signs", "--output", "varied", "--count", "12", "--varied")
    assert np.array_equal(load_signs("plain").train_images, noise(12, 0)[0])
    assert np.array_equal(load_signs("varied").train_images, noise(12, 0, VARIED)[0])
    assert "--varied is for drawing" in refused(run("signs", "--from-folder", "x", "--varied"))


def test_what_was_written_is_found_beside_the_notebook_and_checks(run, monkeypatch):
    run("signs", "--output", "datasets", "--count", "12")
    assert len(load_signs().train_labels) == 12
    status, out, err = run("signs", "--check", "datasets/train_signs.h5", "datasets/test_signs.h5")
    assert (status, err) == (0, []) and len(out) == 2 and all(": good, " in line for line in out)


def test_an_output_that_cannot_be_written_is_told_before_drawing(run, monkeypatch):
    monkeypatch.setattr(render, "draw_signs", lambda *_, **__: pytest.fail("has drawn"))
    Path("file").touch()
    for path in ("file", "file/below", "a\0b", "/proc/nowhere"):
        assert "cannot be written" in refused(run("signs", "--output", path))


# ------------------------------------------------------------------------------------- converting


def test_converts_to_datasets_or_where_told(run):
    photos(Path("mine"))
    Path("mine/0/.hidden").touch()
    Path("mine/0/notes.txt").touch()
    status, out, err = run("signs", "--from-folder", "mine")
    assert (status, err) == (0, [])
    assert out == [
        "Skipped 2 files, hidden, in a subfolder or not an image (.txt: 1, hidden: 1).",
        "Wrote datasets/train_signs.h5 (6 images) and datasets/test_signs.h5 (6 images).",
        "Copies of other images: 6; test images among them that were trained on: 6.",
    ]
    assert run("signs", "--from-folder", "mine", "--output", "there")[0] == 0
    assert np.array_equal(load_signs("there").train_images, load_signs("datasets").train_images)


def test_images_in_subfolders_and_copies_are_counted(run):
    photos(Path("mine"))
    Path("mine/3/older").mkdir()
    for copy in ("older/a.jpg", "older/b.jpg", "x.jpg"):
        Path("mine/3", copy).write_bytes(Path("mine/3/0.jpg").read_bytes())
    status, out, _ = run("signs", "--from-folder", "mine")
    assert status == 0 and "in subfolders: 2" in out[0] and "Copies of other images: " in out[-1]


def test_nothing_is_written_if_an_image_cannot_be_read(run):
    photos(Path("mine"))
    Path("mine/5/1.jpg").write_text("no image")
    assert "mine/5/1.jpg cannot be read" in refused(run("signs", "--from-folder", "mine"))
    assert not Path("datasets").exists()


# --------------------------------------------------------------------------------------- checking


def test_check_says_one_line_for_each_file_and_2_if_any_is_bad(run):
    run("signs", "--output", "here", "--count", "12")
    Path("notes.h5").write_text("none")
    status, out, err = run(
        "signs", "--check", "here/train_signs.h5", "notes.h5", "here", "nothing.h5"
    )
    assert status == 2 and len(out) == 1
    assert [line.split()[3] for line in err] == ["notes.h5", "here", "nothing.h5"]


# ------------------------------------------------------------------------------------------ usage


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "COMMAND"),
        (["nothing"], "invalid choice"),
        (["signs"], "give --output DIR, --from-folder DIR or --check FILE"),
        (["signs", "--count", "12"], "give --output DIR"),
        (["signs", "--check"], "expected at least one argument"),
        (["signs", "--check", "a", "--output", "b"], "--check goes with no other"),
        (["signs", "--check", "a", "--seed", "0"], "--check goes with no other"),
        (["signs", "--from-folder", "a", "--count", "12"], "--count is for drawing"),
        (["signs", "--from-folder", "a", "--seed", "0"], "--seed is for drawing"),
        (["signs", "--from-folder", "a"], "a does not exist"),
        (["signs", "--from-folder", ""], "--from-folder: expected a path, not nothing"),
        (["signs", "--output", ""], "--output: expected a path, not nothing"),
        (["signs", "--check", ""], "--check: expected a path, not nothing"),
        (["signs", "--output", "a", "--count", "5"], "'5' is not a whole number from 6"),
        (["signs", "--output", "a", "--count", "many"], "'many' is not a whole number"),
        (["signs", "--output", "a", "--count", "1e3"], "'1e3' is not a whole number"),
        (["signs", "--output", "a", "--count", "1000000000"], "expected 6 to 100000"),
        (["signs", "--output", "a", "--count", "9" * 5000], "is not a whole number"),
        (["signs", "--output", "a", "--seed", "-1"], "'-1' is not a whole number from 0"),
        (["signs", "--output", "a", "--seed", "9" * 30], "expected 0 to 4294967295"),
        (["signs", "--output", "a", "more"], "unrecognized arguments"),
        (["train", "--data", ""], "--data: expected a path, not nothing"),
        (["train", "--epochs", "0"], "'0' is not a whole number from 1"),
        (["train", "--json", "no/such/folder.json"], "--json no/such/folder.json cannot"),
        (["train", "--json", "."], "--json . cannot be written"),
        (["train", "--checkpoint", "no/such/folder.h5"], "--checkpoint no/such/folder.h5 cannot"),
    ],
)
def test_bad_usage_is_one_line(run, arguments, words):
    assert words in refused(run(*arguments))


def test_help_loads_nothing_large():
    code = (
        "from resnet_lesson import cli\n"
        "try: cli.main(['signs', '--help'])\n"
        "except SystemExit: pass\n"
    )
    loaded = loaded_by(code)
    assert "argparse" in loaded
    assert not {"tensorflow", "keras", "numpy", "h5py", "PIL", "IPython"} & loaded


def test_help_lists_every_command_once_under_the_heading_of_who_needs_it(run, capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    printed = capsys.readouterr().out
    groups = re.findall(r"^([a-z ]+):\n((?:  \w+ +[A-Z].*\n)+)", printed, re.MULTILINE)
    listed = {group: re.findall(r"^  (\w+)", rows, re.MULTILINE) for group, rows in groups}
    assert sorted(itertools.chain(*listed.values())) == sorted(cli.COMMANDS)
    assert listed["for maintainers"] == ["authoring", "figures"]


@pytest.mark.parametrize("command", ["authoring", "figures"])
def test_a_maintainers_program_reads_its_own_arguments(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0 and "--check" in capsys.readouterr().out


def test_both_forms_say_the_version(tmp_path):
    script = tmp_path / "resnet-lesson"  # as pip writes it
    script.write_text("import sys\nfrom resnet_lesson.cli import main\nsys.exit(main())\n")
    for form in (["-m", "resnet_lesson"], [str(script)]):
        out, err = start_python(*form, "--version").communicate()
        assert (out, err) == (f"resnet-lesson {__version__}\n", "")
    assert "resnet-lesson: " in start_python(str(script), "nothing").communicate()[1]


def test_the_script_and_the_classifiers_are_those_of_the_package():
    """What pyproject.toml has to say twice."""
    assert PROJECT["scripts"] == {"resnet-lesson": "resnet_lesson.cli:main"}
    named = [line.rpartition(" :: ")[2] for line in PROJECT["classifiers"] if " :: 3." in line]
    assert tuple(named) == PYTHONS


@pytest.mark.skipif(os.name == "nt", reason="POSIX shells and devices")
@pytest.mark.parametrize(
    ("target", "words"),
    [(">&-", "the standard output is closed"), (">/dev/full", "No space left on device")],
)
def test_a_stdout_that_can_take_nothing_is_one_line(run, tmp_path, target, words):
    run("signs", "--output", "here", "--count", "12")
    code = f"exec '{sys.executable}' -m resnet_lesson signs --check here/test_signs.h5 {target}"
    ended = subprocess.run(["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr == f"python -m resnet_lesson: {ended.stderr.partition(': ')[2]}"
    assert words in ended.stderr and ended.stderr.count("\n") == 1


def test_progress_as_json_goes_to_stdout_without_a_file(run):
    status, out, err = run("progress", "--json")
    assert (status, err) == (0, []) and json.loads("\n".join(out))["max_points"] == 162


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_is_one_line_and_130(tmp_path):
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background
        "from resnet_lesson import cli\nfrom resnet_lesson.signs.hands import parallel, render\n"
        "parallel.processors = lambda: 1\n"
        "def slow(*_, **__): print('drawing', flush=True); time.sleep(60)\n"
        "render.draw_signs = slow\n"
        "sys.exit(cli.main(['signs', '--output', 'here']))"
    )
    started = start_python("-c", code, cwd=tmp_path)
    assert started.stdout.readline() == "drawing\n"
    started.send_signal(signal.SIGINT)
    out, err = started.communicate()
    assert (started.returncode, out, err) == (130, "", "python -m resnet_lesson: interrupted\n")


def test_a_reader_that_leaves_is_no_error(run, tmp_path):
    run("signs", "--output", "here", "--count", "12")
    started = start_python(
        "-m", "resnet_lesson", "signs", "--check", "here/test_signs.h5", cwd=tmp_path
    )
    started.stdout.close()
    assert started.stderr.read() == "" and started.wait() == 0


def test_paths_beyond_the_terminal_s_alphabet(run, tmp_path):
    run("signs", "--output", "été", "--count", "12")
    ended = start_python(
        *("-m", "resnet_lesson", "signs", "--check", "été/test_signs.h5"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    out, err = ended.communicate()
    assert (ended.returncode, err) == (0, "") and "good, 6 test images" in out


# --------------------------------------------------------------------------------------- training


@pytest.fixture
def training(monkeypatch):
    """Stands in for the training; `.run` may be replaced, and `.calls` lists what it was given."""
    module = types.ModuleType("resnet_lesson.training")
    module.calls = []

    def train(data, epochs, **options):
        module.calls.append((data, epochs))
        module.options = options
        print("epoch 1")
        return MEASURED

    module.run = train
    monkeypatch.setitem(sys.modules, "resnet_lesson.training", module)
    monkeypatch.setattr("resnet_lesson.lab.tensorflow_log.load_tensorflow", lambda: None)
    monkeypatch.setattr("resnet_lesson.training", module, raising=False)
    return module


SUMMARY = (
    "3 epochs in 10 s (100 images a second): accuracy 99.0% on the training images, "
    "95.5% on the test images, in float32"
)


def test_train_hands_its_options_on(run, training):
    asked = [
        "--seed",
        "3",
        "--precision",
        "float32",
        "--target",
        "0.97",
        "--checkpoint",
        "signs.h5",
        "--devices",
        "2",
    ]
    assert run("train", *asked)[0] == 0
    expected = {"seed": 3, "precision": "float32", "target": 0.97, "checkpoint": "signs.h5"}
    assert training.options == expected | {"devices": 2}


def test_a_worker_that_is_not_the_first_says_and_writes_nothing(run, training):
    training.run = lambda *asked, **options: None
    assert run("train", "--json", "a.json") == (0, [], [])
    assert not os.path.exists("a.json")


def test_one_epoch_is_not_epochs(run, training):
    training.run = lambda *_, **__: MEASURED | {"epochs": 1}
    assert run("train", "--epochs", "1")[1][-1].startswith("1 epoch in 10 s")


@pytest.mark.parametrize("share", ["97", "-1", "most", "nan"])
def test_a_target_that_is_no_share_is_refused(run, training, share):
    status, _, err = run("train", "--target", share)
    assert status == 2 and len(err) == 1 and share in err[0] and "from 0 to 1" in err[0]


def test_train_writes_json_and_a_line(run, training):
    assert run("train", "--data", "d", "--epochs", "3", "--json", "a.json") == (
        0,
        ["epoch 1", SUMMARY],
        [],
    )
    assert training.calls == [("d", 3)]
    assert json.loads(Path("a.json").read_text()) == MEASURED
    assert os.listdir() == ["a.json"]


def test_json_on_stdout_stands_alone(run, training):
    status, out, err = run("train", "--json", "-")
    assert status == 0 and json.loads("\n".join(out)) == MEASURED
    assert err == ["epoch 1", SUMMARY]
    assert training.calls == [(None, 10)]


def test_train_without_json(run, training):
    assert run("train") == (0, ["epoch 1", SUMMARY], [])
    assert os.listdir() == []


def test_json_to_a_device_does_not_replace_it(run, training, tmp_path):
    os.mkfifo("pipe")
    reader = start_python("-c", "print(open('pipe').read())", cwd=tmp_path)
    assert run("train", "--json", "pipe")[0] == 0
    assert json.loads(reader.communicate()[0]) == MEASURED
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize(
    "error",
    [
        SignsError("no data; bring some"),
        OSError("no data; bring some"),
        OSError(2, "bring some", "no data;"),
        KeyboardInterrupt(),
    ],
)
def test_train_fails_in_one_line(run, training, error):
    def fail(data, epochs, **options):
        raise error

    training.run = fail
    status, out, err = run("train", "--json", "a.json")
    assert out == [] and len(err) == 1 and not Path("a.json").exists()
    if isinstance(error, KeyboardInterrupt):
        assert status == 130
    else:
        assert status == 2 and "no data;" in err[0] and "bring some" in err[0]


def test_mistakes_in_the_code_itself_are_not_hidden(run, monkeypatch):
    def wrong(path):
        raise ZeroDivisionError

    monkeypatch.setattr("resnet_lesson.signs.command.check_signs", wrong)
    with pytest.raises(ZeroDivisionError):
        run("signs", "--check", "a.h5")
