"""What the doctor finds, what it says of it, and that it ends with what to do."""

import json
import os
import subprocess
import sys

import pytest
from support.processes import run_python, start_python

from resnet_lesson import cli, environment, hardware, settings
from resnet_lesson.lab import doctor
from resnet_lesson.lab.doctor import Line, as_data, as_text

TOLD = {
    "seconds": 2.0,
    "flags": ["avx2", "amx_bf16"],
    "precision": "mixed_bfloat16",
    "cards": [],
    "onednn": "Intel AVX-512 with Intel AMX",
}


@pytest.fixture
def of_tensorflow(monkeypatch):
    """Lines on a trial that told these things."""
    for name in (*settings.INSTRUCTION_SETS, settings.ONEDNN):
        monkeypatch.delenv(name, raising=False)

    def lines(**told):
        return {line.subject: line for line in doctor._engine({**TOLD, **told})}

    return lines


def by_subject(lines):
    return {line.subject: line for line in lines}


def test_each_finding_is_a_line_and_the_fixes_are_numbered_and_said_once():
    lines = [
        Line("Python", "3.11"),
        Line("numpy", "3.0", "note"),
        Line("a", "missing", "wrong", "pip install a b"),
        Line("b", "missing", "wrong", "pip install a b"),
        Line("Cache", "cannot be written", "wrong", "set X"),
    ]
    assert as_text(lines).splitlines() == [
        "✓ Python: 3.11",
        "! numpy: 3.0",
        "✗ a: missing",
        "✗ b: missing",
        "✗ Cache: cannot be written",
        "",
        "What to fix:",
        "1. pip install a b",
        "2. set X",
    ]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "unknown"])
def test_a_terminal_without_the_marks_gets_others(encoding):
    text = as_text([Line("a", "here"), Line("b", "gone", "wrong", "get it")], encoding)
    assert text.splitlines()[:2] == ["+ a: here", "x b: gone"]


def test_where_nothing_is_wrong_it_says_so():
    lines = [Line("a", "here"), Line("b", "odd", "note")]
    assert as_text(lines).endswith("\n\nNothing to fix.")
    assert as_data(lines)["healthy"] is True and as_data(lines)["fixes"] == []


@pytest.mark.parametrize(("state", "status"), [("good", 0), ("note", 0), ("wrong", 1)])
def test_the_exit_status_tells_whether_something_is_wrong(monkeypatch, capsys, state, status):
    monkeypatch.setattr(doctor, "examine", lambda: [Line("a", "said", state)])
    assert cli.main(["doctor"]) == status
    assert capsys.readouterr().out.splitlines()[0].endswith(" a: said")
    assert cli.main(["doctor", "--json"]) == status
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == [{"subject": "a", "said": "said", "state": state, "fix": ""}]


def test_tensorflow_tells_what_it_uses(of_tensorflow):
    lines = of_tensorflow()
    assert lines["oneDNN"] == Line("oneDNN", "in use, with Intel AVX-512 with Intel AMX")
    assert "with avx2, without avx512f" in lines["Processors"].said
    assert "with amx_bf16" in lines["Processors"].said
    assert "mixed_bfloat16" in lines["Training"].said


def test_what_holds_the_processor_back_is_named(of_tensorflow, monkeypatch):
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert "held back by ONEDNN_MAX_CPU_ISA=AVX2" in of_tensorflow()["oneDNN"].said
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    line = of_tensorflow(onednn=None)["oneDNN"]
    assert line.state == "note" and "TF_ENABLE_ONEDNN_OPTS=0" in line.said


def test_a_tensorflow_that_does_not_load_is_wrong_and_to_be_installed_anew():
    (line,) = doctor._engine({"failed": "ends Python with SIGILL"})
    assert line.state == "wrong" and "--force-reinstall 'tensorflow>=" in line.fix


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_module", "does not load: ModuleNotFoundError: No module named"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "ends Python with SIGILL"),
        ("import sys; sys.exit(3)", "does not load: exit status 3"),
    ],
)
def test_a_trial_that_fails_says_how(code, said):
    assert hardware.outcome(start_python("-c", code))["failed"].startswith(said)


def test_a_computer_that_is_busy_is_not_called_broken():
    with start_python("-c", "input()", stdin=subprocess.PIPE) as process:
        told = hardware.outcome(process, patience=0.01)
        process.kill()
    (line,) = doctor._engine(told)
    assert line.state == "note" and "busy" in line.said


def test_packages_are_held_against_what_is_needed_and_what_was_tested(monkeypatch):
    needs = [
        environment.Need("keras", ">=3.10,<4", "2.15.0", False),
        environment.Need("numpy", ">=1.26,<3", "2.9.0", True),
        environment.Need("h5py", ">=3.11,<4", None, False),
        environment.Need("pillow", ">=10.3", "13.0.0", True),
    ]
    monkeypatch.setattr(doctor, "needs", lambda extra="": [] if extra else needs)
    monkeypatch.setattr(doctor, "tested_versions", lambda: {"numpy": "2.4.6", "pillow": "13.0.0"})
    keras, numpy, h5py, pillow = doctor._packages()
    assert (keras.said, keras.state) == ("2.15.0, needed is >=3.10,<4", "wrong")
    assert (numpy.said, numpy.state) == ("2.9.0, tested with 2.4.6", "note")
    assert (h5py.said, h5py.state) == ("missing, needed is >=3.11,<4", "wrong")
    assert (pillow.said, pillow.state) == ("13.0.0", "good")
    assert keras.fix == h5py.fix and keras.fix.endswith("'keras>=3.10,<4' 'h5py>=3.11,<4'")


@pytest.mark.parametrize(("release", "states"), [("", ["note"]), ("release-colab", [])])
def test_what_opens_notebooks_is_not_asked_for_where_colab_does(monkeypatch, release, states):
    lab = environment.Need("jupyterlab", ">=4.2,<5", None, False)
    monkeypatch.setattr(doctor, "needs", lambda extra="": [lab] if extra else [])
    monkeypatch.setenv(settings.COLAB, release)
    lines = list(doctor._packages())
    assert [line.state for line in lines] == states
    assert all(line.fix.endswith("pip install 'jupyterlab>=4.2,<5'") for line in lines)


def test_colab_is_known_by_name(monkeypatch):
    monkeypatch.setenv(settings.COLAB, "release-colab")
    assert (
        "Google Colab" in next(line for line in doctor._system() if line.subject == "System").said
    )


def test_the_tested_versions_are_those_of_the_tests():
    assert environment.tested_versions()["keras"].startswith("3.")


@pytest.mark.parametrize(
    ("files", "groups", "limit"),
    [
        ({"memory.max": "max"}, "0::/\n", None),
        ({"memory.max": "4000\n"}, "0::/\n", 4000),
        ({"memory.max": "max", "a/memory.max": "3000", "a/b/memory.max": "max"}, "0::/a/b\n", 3000),
        ({"memory.max": "5000"}, "0::/not/shown/inside\n", 5000),
        ({"memory/x/memory.limit_in_bytes": "2000"}, "4:cpu,memory:/x\n0::/\n", 2000),
    ],
)
def test_a_containers_limit_of_memory_is_seen(tmp_path, monkeypatch, files, groups, limit):
    import resource

    unlimited = (resource.RLIM_INFINITY,) * 2
    monkeypatch.setattr(resource, "getrlimit", lambda kind: unlimited)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "groups").write_text(groups)
    assert hardware.memory_limit(tmp_path / "groups", tmp_path) == limit


def test_little_memory_is_a_note_with_advice(monkeypatch):
    monkeypatch.setattr(hardware, "memory_limit", lambda: 2_000_000_000)
    (line,) = doctor._memory()
    assert line.state == "note" and "this process may use 2.0 GB" in line.said and line.fix


def test_folders_that_cannot_be_written_are_wrong_and_the_home_folder_is_fixed_first(
    tmp_path, monkeypatch
):
    home = tmp_path / "file"
    home.write_text("no folder")
    monkeypatch.setenv("HOME", str(home))
    for name in ("RESNET_LESSON_CACHE", "RESNET_LESSON_PROGRESS", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    lines = by_subject(doctor._folders())
    assert lines["Home folder"].state == lines["Cache"].state == "wrong"
    assert lines["Home folder"].fix == lines["Cache"].fix
    assert lines["Progress"].state == lines["Temporary files"].state == "good"


def test_progress_in_memory_is_a_note(monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_PROGRESS", ":memory:")
    assert by_subject(doctor._folders())["Progress"].state == "note"


def test_a_full_disk_is_seen(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_CACHE", str(tmp_path))
    monkeypatch.setattr(doctor, "DISK", 1e18)
    assert "are needed" in by_subject(doctor._folders())["Cache"].said


def test_images_that_cannot_be_used_are_wrong(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_SIGNS", str(tmp_path / "none"))
    (line,) = doctor._signs()
    assert line.state == "wrong" and "RESNET_LESSON_SIGNS" in line.fix


@pytest.mark.parametrize(
    ("program", "state"),
    [("python", "good"), ("python3.11", "good"), (sys.executable, "good"), ("/else/py", "wrong")],
)
def test_the_kernel_must_be_of_this_environment(tmp_path, monkeypatch, program, state):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {
        "argv": [program, "-m", "ipykernel_launcher"],
        "display_name": "x",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert by_subject(doctor._jupyter())["Kernel"].state == state


def test_what_guards_a_grader_is_named_and_what_does_not(monkeypatch):
    lines = list(doctor._grading())
    assert "wall clock" in lines[0].said
    monkeypatch.delattr(os, "fork")
    without = list(doctor._grading())
    assert "loads TensorFlow anew" in without[0].said
    assert any("no network" in line.said for line in without[2:])


def test_a_look_that_fails_leaves_the_others(monkeypatch):
    def _broken():
        yield Line("first", "seen")
        raise OSError("no luck")

    lines = doctor._found(_broken, lambda: [Line("last", "seen")])
    assert [line.subject for line in lines] == ["first", "Broken", "last"]
    assert lines[1].state == "note" and "no luck" in lines[1].said


@pytest.mark.slow
def test_the_command_looks_at_everything(tmp_path):
    done = run_python("-m", "resnet_lesson", "doctor", "--json", tmp_path / "told")
    told = json.loads((tmp_path / "told").read_text())
    assert done.returncode == (0 if told["healthy"] else 1), told
    subjects = {finding["subject"] for finding in told["findings"]}
    assert subjects >= {"Python", "tensorflow", "TensorFlow", "oneDNN", "Memory", "Kernel", "Cache"}
    assert (done.stdout, done.stderr) == ("", "")
