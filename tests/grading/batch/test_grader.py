"""A run over many submissions: the files it writes, and that no work is lost. No TensorFlow."""

import csv
import errno
import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from support.paths import TESTS
from support.processes import run_python, start_python
from support.schemas import assert_fits
from support.stub_sandbox import StubSandbox
from support.waiting import PATIENCE

from resnet_lesson import cli
from resnet_lesson.grading.batch import command, grader, journal, tables
from resnet_lesson.grading.batch.journal import Journal, JournalError
from resnet_lesson.grading.sandbox import sandbox
from resnet_lesson.grading.sandbox.protocol import Outcome

BLOCK = "def identity_block(X, f, filters, training=True, initializer=None):\n    return {}\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in an empty folder: exit status, lines of stdout, lines of stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "Sandbox", StubSandbox)
    monkeypatch.setattr(StubSandbox, "jobs_seen", [])

    def run(*arguments):
        status = cli.main(["grade", *arguments])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err.splitlines()

    return run


def hand_in(*names, folder="in", **content):
    Path(folder).mkdir(exist_ok=True)
    for name in names:
        Path(folder, name).write_text(BLOCK.format(repr(content.get("text", name))))


def results(path="out.json"):
    return [r["submission"] for r in json.loads(Path(path).read_text())["results"]]


# ---------------------------------------------------------------------------------------- a run


def test_results_come_in_the_order_of_the_submissions_whatever_is_done_first(run):
    hand_in("a.py", text="slow")
    hand_in("b.py", "c.py")
    status, out, err = run("in", "--json", "out.json", "--jobs", "3", "--seed", "7")
    assert status == 0 and [line.split(":")[0] for line in out] == ["a.py", "b.py", "c.py"]
    assert results() == ["a.py", "b.py", "c.py"]
    data = json.loads(Path("out.json").read_text())
    assert (data["schema_version"], data["seed"]) == (1, 7)
    assert_fits(data, "grade")
    assert "Seed 7; 3 at a time." in err and sorted(os.listdir()) == ["in", "out.json"]


def test_json_on_stdout_stands_alone_and_a_seed_is_chosen(run):
    hand_in("a.py")
    seeds = set()
    for _ in range(2):
        _, out, _ = run("in", "--json", "-")
        seeds.add(json.loads("\n".join(out))["seed"])
    assert len(seeds) == 2


def test_each_exercise_is_graded_once_and_what_nobody_attempts_is_left_out(run):
    hand_in("a.py")
    Path("in/b.py").write_text("def skip_connection(X, m): return 1")
    run("in", "--json", "out.json")
    [a, b] = json.loads(Path("out.json").read_text())["results"]
    assert [e["status"] for e in a["exercises"]] == ["not_attempted", "error"]
    assert [e["status"] for e in b["exercises"]] == ["error", "not_attempted"]
    run("in", "--json", "out.json", "--exercise", "ResNet50", "--exercise", "ResNet50")
    [a, _] = json.loads(Path("out.json").read_text())["results"]
    assert [e["id"] for e in a["exercises"]] == ["ResNet50"]


def test_names_of_any_kind(run):
    names = ["=cmd().py", 'a b\'s "x".py', "new\nline.py", "ümläut.py", "\x1b[2J.py"]
    hand_in(*names)
    _, out, _ = run("in", "--json", "out.json", "--csv", "out.csv", "--html", "pages")
    assert sorted(results()) == sorted(names) and len(out) == 5 and "\x1b" not in "".join(out)
    with open("out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    written = {row["submission"].removeprefix("'") for row in rows}
    assert written == {name.replace("\x1b", "\\x1b") for name in names}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert len(list(Path("pages").iterdir())) == 6


def test_the_table_has_a_row_a_student_and_no_formula_in_it(tmp_path):
    finding = {"where": "submission", "what": "exception", "message": "=cmd|'/c calc'!A1"}
    exercise = {"id": "e", "points": 0.0, "status": "error", "findings": [finding]}
    result = {"submission": "@me", "points": 0.0, "max_points": 10.0, "exercises": [exercise]}
    with open(tmp_path / "t.csv", "w", newline="") as file:
        tables.write_csv(file, [result], ["e"])
    with open(tmp_path / "t.csv", newline="") as file:
        head, row = csv.reader(file)
    assert head == ["submission", "points", "max_points",
                    "e_points", "e_status", "e_finding", "e_message", *tables.LAST]  # fmt: skip
    assert row == ["'@me", "0.0", "10.0", "0.0", "error", "submission: exception",
                   "'=cmd|'/c calc'!A1", "", "", "", "", ""]  # fmt: skip


def test_gradescope_takes_all_for_one_submission(run):
    hand_in("a.py", "b.py")
    assert run("in", "--gradescope", "results.json")[0] == 0
    written = json.loads(Path("results.json").read_text())
    assert [test["name"] for test in written["tests"]] == ["identity_block"]


def test_what_the_children_may_not_read_is_told_to_the_sandbox(run, monkeypatch):
    told = []
    monkeypatch.setattr(StubSandbox, "__enter__", lambda self: told.extend(self.hidden) or self)
    hand_in("a.py")
    run("in", "--csv", "out.csv")
    assert [Path(path).name for path in told] == ["in", "out.csv", "out.csv.journal"]


def test_a_failure_of_the_confinement_is_tried_again(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    outcomes = [Outcome("unprotected", b"", 0.0, "no"), Outcome("answered", b"x", 0.0)]
    observer = StubSandbox()
    observer.observe = lambda *_: outcomes.pop(0)
    one = grader.Grader(observer, ["identity_block"])
    assert one._observe(None, 1, 1).answer == b"x"


# ------------------------------------------------------------------------------- never lose work


def test_a_sandbox_in_which_nothing_runs_is_one_line_and_blames_no_submission(run, monkeypatch):
    monkeypatch.setattr(command, "Sandbox", lambda hidden: sandbox.Sandbox(hidden, fork=True))
    monkeypatch.setattr(sandbox.Sandbox, "_start", lambda self: None)
    crashed = Outcome("crashed", b"", 0.0, "ended by signal SIGSYS")
    monkeypatch.setattr(sandbox.Sandbox, "_observe_once", lambda *_: crashed)
    hand_in("a.py")
    status, out, err = run("in", "--json", "out.json")
    assert status == 2 and out == [] and not Path("out.json").exists()
    assert err[-1].endswith("does not run in the sandbox here: ended by signal SIGSYS")


def test_a_learner_s_file_in_the_folder_of_the_command_is_no_module_of_ours(tmp_path):
    for name in ("numpy", "argparse", "json", "keras"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('it was run')")
    (tmp_path / "a.py").write_text("x = 1")
    command = ("-m", "resnet_lesson", "grade", "a.py", "--exercise", "nothing")
    done = run_python(*command, cwd=tmp_path)
    assert done.returncode == 2 and "no exercise 'nothing'" in done.stderr


def test_an_interrupted_run_leaves_valid_files_and_goes_on(run):
    hand_in("a.py", "b.py", "z.py")
    hand_in("c.py", text="stop")
    status, out, err = run("in", "--json", "out.json", "--csv", "out.csv", "--jobs", "1")
    assert status == 130
    assert err[-1] == (
        "python -m resnet_lesson: interrupted; 2 of 4 submissions are graded; "
        "give the same command again to go on"
    )
    assert results() == ["a.py", "b.py"] and len(Path("out.csv").read_text().splitlines()) == 3
    seed = json.loads(Path("out.json").read_text())["seed"]
    hand_in("c.py")
    StubSandbox.jobs_seen.clear()
    status, out, err = run("in", "--json", "out.json", "--csv", "out.csv", "--jobs", "1")
    assert status == 0 and "Kept 2 results of the run that was interrupted." in err
    assert len(StubSandbox.jobs_seen) == 2 and len(out) == 4
    assert results() == ["a.py", "b.py", "c.py", "z.py"]
    assert json.loads(Path("out.json").read_text())["seed"] == seed
    assert sorted(os.listdir()) == ["in", "out.csv", "out.json"]


@pytest.mark.parametrize("change", ["content", "seed", "exercise"])
def test_a_result_of_something_else_is_not_kept(run, change):
    hand_in("a.py")
    hand_in("b.py", text="stop")
    run("in", "--json", "out.json", "--seed", "1", "--jobs", "1")
    if change == "content":
        hand_in("a.py", text="new")
    hand_in("b.py")
    more = ["--exercise", "ResNet50"] if change == "exercise" else []
    StubSandbox.jobs_seen.clear()
    _, _, err = run("in", "--json", "out.json", "--seed", "2" if change == "seed" else "1", *more)
    assert not any("Kept" in line for line in err)
    assert len(StubSandbox.jobs_seen) == (0 if more else 2)


def test_a_page_that_was_not_written_is_made_again(run):
    hand_in("a.py", "b.py")
    hand_in("c.py", text="stop")
    run("in", "--html", "pages", "--jobs", "1")
    Path("pages/a.py.html").unlink()
    hand_in("c.py")
    assert "Kept 1 result of" in " ".join(run("in", "--html", "pages", "--jobs", "1")[2])
    assert len(os.listdir("pages")) == 4


def started(folder):
    """The command, in a process of its own in which Ctrl-C works also in the background."""
    code = (
        f"import signal, sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from resnet_lesson import cli\nfrom resnet_lesson.grading.batch import command\n"
        "from support.stub_sandbox import StubSandbox\n"
        "command.Sandbox = StubSandbox\n"
        "sys.exit(cli.main(['grade', 'in', '--json', 'out.json', '--jobs', '1']))\n"
    )
    return start_python("-c", code, cwd=folder)


def test_killed_in_the_middle_and_resumed(tmp_path):
    hand_in(*(f"{n:02}.py" for n in range(30)), folder=tmp_path / "in")
    hand_in("03.py", folder=tmp_path / "in", text="endless")
    first = started(tmp_path)
    for _ in range(3):
        first.stdout.readline()
    first.kill()
    first.communicate()
    kept = Path(tmp_path, "out.json.journal")
    with open(kept, "ab") as file:
        file.write(b'{"key": "torn')
    hand_in("03.py", folder=tmp_path / "in")
    second = started(tmp_path)
    _, err = second.communicate()
    assert second.returncode == 0, err
    assert "results of the run that was interrupted" in err
    assert len(results(tmp_path / "out.json")) == 30 and not kept.exists()


def test_ctrl_c_is_answered_at_once_though_a_child_still_runs(tmp_path):
    hand_in("a.py", folder=tmp_path / "in")
    hand_in("b.py", folder=tmp_path / "in", text="endless")
    running = started(tmp_path)
    assert running.stdout.readline().startswith("a.py")
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130 and "1 of 2 submissions are graded" in err
    assert results(tmp_path / "out.json") == ["a.py"]


def test_two_runs_with_one_target_are_told_apart(run):
    hand_in("a.py")
    with Journal("out.json.journal"):
        status, out, err = run("in", "--json", "out.json")
    assert (status, out) == (2, []) and "another run is writing to" in err[-1]
    assert run("in", "--json", "out.json")[0] == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json", "no/such.json"], "--json no/such.json cannot be written"),
        (["--csv", "."], "--csv . cannot be written: it is a folder"),
        (["--html", "in/a.py"], "--html in/a.py cannot be written"),
        (["--gradescope", "/proc/x"], "--gradescope /proc/x cannot be written"),
        (["--jobs", "0"], "'0' is not a whole number from 1"),
        (["--seed", "-1"], "'-1' is not a whole number from 0"),
        (["--exercise", "no"], "no exercise 'no'"),
    ],
)
def test_what_cannot_be_is_one_line_before_the_grading(run, options, said):
    hand_in("a.py")
    status, out, err = run("in", *options)
    assert (status, out, len(err)) == (2, [], 1) and said in err[0]
    assert StubSandbox.jobs_seen == [] and os.listdir() == ["in"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX limits")
def test_a_disk_that_is_full_is_one_line_and_loses_nothing(run, monkeypatch):
    hand_in(*"abc")
    for name in "abc":
        Path("in", name).rename(Path("in", f"{name}.py"))
    write, calls = Journal._append, []

    def full(self, entry):
        calls.append(entry)
        if len(calls) == 4:
            self._file.write(b'{"half')
            raise JournalError("out.json.journal cannot be written: No space left on device")
        return write(self, entry)

    monkeypatch.setattr(Journal, "_append", full)
    status, _, err = run("in", "--json", "out.json", "--jobs", "1")
    assert status == 2 and "No space left on device; 2 of 3 submissions are graded" in err[-1]
    monkeypatch.setattr(Journal, "_append", write)
    status, _, err = run("in", "--json", "out.json")
    assert status == 0 and any("Kept 2" in line for line in err) and len(results()) == 3


def test_outputs_that_cannot_be_replaced_at_the_end_are_one_line_and_the_results_are_kept(
    run, monkeypatch
):
    hand_in("a.py")

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "out.json")

    monkeypatch.setattr(journal.os, "replace", fail)
    status, _, err = run("in", "--json", "out.json")
    assert status == 2 and "out.json cannot be written: No space left on device" in err[-1]
    assert sorted(os.listdir()) == ["in", "out.json.journal"]


def test_a_file_of_limited_size_ends_the_journal_cleanly(tmp_path):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "j"
    try:
        with Journal(path) as kept:
            kept.add("a", {"text": "x" * 100})
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
            with pytest.raises(JournalError, match="cannot be written"):
                kept.add("b", {"text": "x" * 5000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with Journal(path) as kept:
        assert list(kept.offsets) == ["a"] and kept.result("a") == {"text": "x" * 100}


@pytest.mark.parametrize("torn", [b"", b'{"seed', b'{"seed": 3}\n{"k', b'{"seed": 3}\n'])
def test_a_journal_that_ends_in_the_middle_is_gone_on_with(tmp_path, torn):
    path = tmp_path / "j"
    path.write_bytes(torn)
    with Journal(path) as journal:
        journal.add("a", {"n": 1})
        assert journal.seed == 3 if b"\n" in torn else journal.seed > 0
    with Journal(path) as again:
        assert again.result("a") == {"n": 1}


@pytest.mark.parametrize(
    "junk", [b"\xff\xfe\0", b"my notes", b"{}\n", b'{"seed": 3}\n[]\n', b'{"seed": 3}\n{"k": 1}\n']
)
def test_what_is_no_journal_is_refused_by_its_name_and_left_as_it_is(tmp_path, junk, run):
    hand_in("a.py")
    path = Path("out.json.journal")
    path.write_bytes(junk)
    status, out, err = run("in", "--json", "out.json")
    assert (status, out) == (2, []) and "out.json.journal is no journal of a run" in err[-1]
    assert path.read_bytes() == junk


def test_an_output_folder_that_is_removed_under_way_loses_nothing(run, monkeypatch):
    hand_in("a.py", "b.py")
    hand_in("c.py", text="stop")
    Path("out").mkdir()
    observe = StubSandbox.observe

    def removes(self, job, timeout, memory):
        if job.pieces and "'stop'" in job.pieces[-1].text:
            shutil.rmtree("out", ignore_errors=True)
        return observe(self, job, timeout, memory)

    monkeypatch.setattr(StubSandbox, "observe", removes)
    status, _, err = run("in", "--json", "out/out.json", "--jobs", "1")
    assert status == 130 and "2 of 3 submissions are graded" in err[-1]
    hand_in("c.py")
    status, _, err = run("in", "--json", "out/out.json", "--jobs", "1")
    assert status == 0 and any("Kept 2" in line for line in err)
    assert len(results("out/out.json")) == 3


def test_memory_does_not_grow_with_the_class(run, monkeypatch):
    """No more than twice as many threads as jobs, and no result held, whatever the number."""
    alive = []
    grade_one = grader.Grader.grade_one

    def counted(self, reading):
        alive.append(threading.active_count())
        return grade_one(self, reading)

    monkeypatch.setattr(grader.Grader, "grade_one", counted)
    before = threading.active_count()
    hand_in(*(f"{n}.py" for n in range(50)))
    run("in", "--json", "out.json", "--jobs", "4")
    assert max(alive) <= before + 2 * 4


# ------------------------------------------------------------------------------------ in a terminal


def test_a_bar_with_counts_and_time_left_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    display = command._Display(40)
    display.started -= 60
    display.show(10, 0)  # too soon to be drawn
    display.shown -= 1
    display.show(10, 0)
    display.print("a.py: 3/10")
    display.close()
    printed = capsys.readouterr()
    assert printed.out == "a.py: 3/10\n"
    assert "Grading [#######.......................] 10 of 40, 3 min left" in printed.err
    assert printed.err.endswith("\r")


@pytest.mark.parametrize(("seconds", "words"), [(5, "5 s"), (600, "10 min"), (7200, "2.0 h")])
def test_time_left_in_words(seconds, words):
    assert command.time_left(seconds) == words
