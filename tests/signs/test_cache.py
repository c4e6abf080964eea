"""The drawn default: drawn once, kept, shared, rebuilt. The drawing itself is tested elsewhere."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from support.processes import start_python

from resnet_lesson.signs import cache, check_signs, load_signs
from resnet_lesson.signs.cache import cache_file, drawn_signs
from resnet_lesson.signs.hands import parallel, render

FAKE = """
import os, sys
import numpy as np
from resnet_lesson.signs.hands import render

def draw_signs(count, seed):
    "Noise; each drawing is noted in a file that the test names, and waits where it is to."
    with open(os.environ["DRAWN"], "a") as drawn:
        drawn.write(f"{count} {seed}\\n")
    if os.environ.pop("WAIT", None):
        print("drawing", flush=True)
        sys.stdin.read()
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8), np.arange(count) % 6

render.draw_signs = draw_signs
from resnet_lesson.signs.hands import parallel
parallel.processors = lambda: 1  # other processes would draw real hands
from resnet_lesson.signs.cache import cache_file, drawn_signs
"""
SAYS_THAT_IT_WAITS = """
from resnet_lesson.signs import cache

class Lock(cache.FileLock):
    def acquire(self, *arguments, **options):
        print("waiting", flush=True)
        return super().acquire(*arguments, **options)

cache.FileLock = Lock
"""


@pytest.fixture(autouse=True)
def drawn(tmp_path, monkeypatch):
    """Draws noise in place of hands. Calling it tells how often training images were drawn."""
    monkeypatch.setenv("RESNET_LESSON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DRAWN", str(tmp_path / "drawn"))
    monkeypatch.setattr(render, "draw_signs", None)
    monkeypatch.setattr(parallel, "processors", None)
    monkeypatch.setattr(cache, "_in_memory", {})
    exec(FAKE, {})
    return lambda: (tmp_path / "drawn").read_text().count("12 ")


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_draws_once_and_then_reads(drawn):
    first = drawn_signs(12)
    assert [len(array) for array in first] == [12, 12, 6, 6, 6]
    assert same(drawn_signs(12), first) and drawn() == 1
    assert "good, 12 train images" in check_signs(cache_file(12))
    assert not np.array_equal(first.train_images[:6], first.test_images)


def test_the_default_has_1080_and_120_images(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    signs = load_signs()
    assert (len(signs.train_labels), len(signs.test_labels)) == (1080, 120)
    assert same(load_signs(), signs)
    counts = [int(line.split()[0]) for line in (tmp_path / "drawn").read_text().splitlines()]
    assert sum(counts) == 1200


def test_what_a_caller_changes_does_not_come_back():
    first = drawn_signs(12)
    first.train_images[:] = 0
    assert drawn_signs(12).train_images.any()


@pytest.mark.parametrize("part", ["start", "tables", "images", "end"])
@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_damaged_cache_is_rebuilt(drawn, part, how):
    first = drawn_signs(12)
    path = cache_file(12)
    whole = path.read_bytes()
    place = {"start": 3, "tables": 900, "images": len(whole) // 2, "end": len(whole) - 1}[part]
    tail = bytes([whole[place] ^ 4]) + whole[place + 1 :] if how == "flipped" else b""
    path.write_bytes(whole[:place] + tail)
    assert same(drawn_signs(12), first) and drawn() == 2
    assert path.read_bytes() == whole


def test_no_flipped_byte_gets_through():
    drawn_signs(12)
    path = cache_file(12)
    whole = path.read_bytes()
    for place in range(0, len(whole), len(whole) // 200):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert cache._read(path, 12) is None


def test_a_folder_in_the_place_of_the_cache_file_is_survived(capsys):
    cache_file(12).mkdir(parents=True)
    assert len(drawn_signs(12).train_labels) == 12
    assert "cannot be written" in capsys.readouterr().err


def test_new_drawings_replace_old_ones(drawn, tmp_path):
    drawn_signs(12)
    other = drawn_signs(13)
    old = cache_file(12).with_name("signs-12-0-0123456789ab.h5")
    os.rename(cache_file(12), old)
    draft = cache_file(12).with_name(f"{old.name}.9876.tmp")
    draft.touch()
    drawn_signs(12)
    assert drawn() == 2 and not old.exists() and not draft.exists()
    assert same(drawn_signs(13), other)
    assert (tmp_path / "drawn").read_text().count("13 ") == 1


def test_the_name_follows_the_code_that_draws(monkeypatch):
    before = cache_file()
    read = Path.read_bytes
    for changed in ("render.py", "skeleton.py", "parallel.py"):
        edited = lambda path, changed=changed: read(path) + b"#" * (path.name == changed)  # noqa: E731
        monkeypatch.setattr(Path, "read_bytes", edited)
        assert cache_file() != before


def run(code, **environment):
    pipe = {"stdin": subprocess.PIPE}
    return start_python("-c", FAKE + code, env=os.environ | environment, **pipe)


def test_two_processes_at_once_draw_once(drawn):
    code = "print(drawn_signs(12)[0].sum())"
    first = run(code, WAIT="yes")
    assert first.stdout.readline() == "drawing\n"
    others = [run(SAYS_THAT_IT_WAITS + code) for _ in range(2)]
    assert [other.stdout.readline() for other in others] == ["waiting\n"] * 2
    ended = [(*process.communicate(), process.returncode) for process in (first, *others)]
    assert ended == [(f"{drawn_signs(12).train_images.sum()}\n", "", 0)] * 3
    assert drawn() == 1


def test_a_process_that_dies_while_drawing_leaves_nothing_in_the_way(drawn):
    dying = run("drawn_signs(12)", WAIT="yes")
    assert dying.stdout.readline() == "drawing\n"
    dying.kill()
    dying.communicate()
    assert len(drawn_signs(12).train_labels) == 12 and drawn() == 2
    assert cache_file(12).exists()


def test_without_a_folder_to_write_it_draws_in_memory_and_says_so_once(
    drawn, tmp_path, monkeypatch, capsys
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RESNET_LESSON_CACHE", str(tmp_path / "file"))
    first = drawn_signs(12)
    output = capsys.readouterr()
    assert output.out == "" and output.err.count("\n") == 1
    assert f"{tmp_path / 'file'} cannot be written" in output.err
    first.train_images[:] = 0
    assert drawn_signs(12).train_images.any()
    assert drawn() == 1 and capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_without_permission(drawn, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o555)
    code = "print(len(drawn_signs(12)[0]))"
    if os.geteuid() == 0:
        Path(os.environ["DRAWN"]).touch()
        Path(os.environ["DRAWN"]).chmod(0o666)
        # With several processes, pytest's folders lie one deeper.
        for folder in (tmp_path, *tmp_path.parents):
            if folder != Path(tempfile.gettempdir()) and tempfile.gettempdir() in str(folder):
                folder.chmod(0o755)
        code = "os.setuid(65534)\n" + code
    out, err = run(code).communicate()
    assert out == "12\n" and "cannot be written (Permission denied)" in err
    assert err.count("\n") == 1


def test_interrupting_leaves_no_file(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(render, "draw_signs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        drawn_signs(12)
    assert not cache_file(12).exists()


# ------------------------------------------------------------------------------------- what is seen


def test_a_terminal_sees_a_bar_that_is_wiped(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    drawn_signs(12)
    shown = capsys.readouterr()
    assert shown.out == "" and "\n" not in shown.err
    *_, full, wiped, end = shown.err.split("\r")
    assert full == f"Drawing hand signs [{'#' * 30}] 18 of 18"
    assert wiped == " " * len(full) and end == ""


def test_elsewhere_nothing_is_printed(capsys):
    drawn_signs(12)
    assert capsys.readouterr() == ("", "")


def test_a_notebook_stores_the_same_output_whether_or_not_it_had_to_draw(drawn, tmp_path):
    source = "print('before'); a = drawn_signs(12); print('after')"
    kinds = []
    for _ in range(2):
        cells = [nbformat.v4.new_code_cell(code) for code in (FAKE, source)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(notebook, timeout=None).execute()
        kinds.append([dict(output) for output in notebook.cells[1].outputs])
    assert drawn() == 1
    cold, warm = kinds
    assert warm == [{"output_type": "stream", "name": "stdout", "text": "before\nafter\n"}]
    assert [output for output in cold if output["output_type"] == "display_data"] == [
        {"output_type": "display_data", "data": {}, "metadata": {}}
    ]
    assert "".join(output.get("text", "") for output in cold) == "before\nafter\n"


def test_a_notebook_stores_no_text_about_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RESNET_LESSON_CACHE", str(tmp_path / "file"))
    cells = [nbformat.v4.new_code_cell(FAKE + "drawn_signs(12);")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=None).execute()
    bar, line = notebook.cells[0].outputs
    assert bar.data == {} and list(line.data) == ["application/vnd.jupyter.widget-view+json"]
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert "cannot be written" in states[line.data.popitem()[1]["model_id"]]["state"]["value"]
