"""Downloads from a server on this machine that breaks off, lies, stalls, or cannot resume."""

import hashlib
import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.waiting import PATIENCE

from resnet_lesson.paths import keras_models_folder
from resnet_lesson.weights import WeightsError, download, imagenet
from resnet_lesson.weights.download import DownloadError, Published, fetch

CONTENT = bytes(range(256)) * 4096  # 1 MiB
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `content` as the attributes say; `requested` has the range of each request."""

    daemon_threads = True
    content, tag, status = CONTENT, '"one"', 200
    break_off_after = ()  # bytes to send in the first answers, all in later ones
    ranges, stall = True, 0.0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requested, self.done, self.stalled = [], threading.Event(), threading.Event()

    def published(self, md5=MD5):
        return Published(f"http://127.0.0.1:{self.server_port}/file.h5", md5)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.requested.append(wanted)
        if server.status != 200:
            return self.send_error(server.status)
        same = self.headers.get("If-Range") == server.tag
        start = int(wanted[6:-1]) if wanted and same and server.ranges else 0
        if start >= len(server.content):
            return self.send_error(416)
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if server.tag:
            self.send_header("ETag", server.tag)
        self.end_headers()
        answers = len(server.requested) - 1
        ends = server.break_off_after
        self.wfile.write(body[: ends[answers]] if answers < len(ends) else body)
        if server.stall:
            self.wfile.flush()
            server.done.wait(server.stall)
            server.stalled.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.done.set()
        running.shutdown()
        thread.join()


def refusal(published, folder):
    with pytest.raises(DownloadError) as caught:
        fetch(published, folder)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
    return str(caught.value)


def left_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_file_is_fetched_once_and_nothing_is_left_beside_it(server, tmp_path):
    folder = tmp_path / "new" / "cache"
    path = fetch(server.published(), folder)
    assert path.read_bytes() == CONTENT and left_in(folder) == ["file.h5"]
    assert fetch(server.published(), folder) == path and server.requested == [None]


def test_the_lessons_cache_folder_is_the_default(server, tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_CACHE", str(tmp_path))
    assert fetch(server.published()) == tmp_path / "file.h5"


def test_a_transfer_that_breaks_off_is_taken_up_where_it_ended(server, tmp_path):
    server.break_off_after = (300_000, 200_000)
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT
    assert server.requested[0] is None and len(server.requested) == 3
    starts = [int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) for wanted in server.requested[1:]]
    assert 0 < starts[0] <= 300_000 and starts[0] < starts[1] <= 500_000


def test_what_had_arrived_serves_the_next_call(server, tmp_path):
    server.break_off_after = (300_000, 0, 0, 0)
    line = refusal(server.published(), tmp_path)
    arrived = int(re.search(r"\((\d+) bytes are kept\)", line)[1])
    assert "broke off" in line and 0 < arrived <= 300_000
    server.break_off_after = ()
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT
    assert server.requested[-1] == f"bytes={arrived}-" and left_in(tmp_path) == ["file.h5"]


def test_nothing_is_appended_to_another_version_of_the_file(server, tmp_path):
    server.content = b"old" * 300_000
    server.break_off_after = (300_000, 0, 0, 0)
    refusal(server.published(), tmp_path)
    server.content, server.tag, server.break_off_after = CONTENT, '"two"', ()
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_an_exact_name_of_the_version_it_starts_anew(server, tmp_path, tag):
    server.tag, server.break_off_after = tag, (300_000, 0, 0, 0)
    refusal(server.published(), tmp_path)
    server.break_off_after = ()
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT
    assert set(server.requested) == {None}


def test_a_server_without_ranges_sends_all_again_and_a_line_says_so(server, tmp_path, capsys):
    server.ranges, server.break_off_after = False, (300_000,)
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT
    assert "127.0.0.1 does not resume" in capsys.readouterr().err


def test_a_whole_part_that_was_never_checked_is_checked(server, tmp_path):
    (tmp_path / "file.h5.part").write_bytes(CONTENT)
    (tmp_path / "file.h5.part.version").write_text(server.tag)
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT


def test_a_wrong_sum_is_named_and_what_arrived_is_removed(server, tmp_path):
    line = refusal(server.published(md5="0" * 32), tmp_path)
    assert MD5 in line and "0" * 32 in line and "removed" in line
    assert left_in(tmp_path) == []


def test_a_damaged_file_in_the_cache_is_replaced(server, tmp_path):
    (tmp_path / "file.h5").write_bytes(CONTENT[:-1] + b"x")
    assert fetch(server.published(), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_answer_other_than_the_file_is_named(server, tmp_path, status):
    server.status = status
    assert f"127.0.0.1 answers {status} " in refusal(server.published(), tmp_path)
    assert left_in(tmp_path) == []


def test_without_a_network_it_says_so_at_once(server, tmp_path):
    published = server.published()
    server.socket.close()
    assert "no network, or no server" in refusal(published, tmp_path)


def test_a_server_that_stalls_is_not_waited_for(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    monkeypatch.setattr(download, "_ATTEMPTS", 1)
    server.stall, server.break_off_after = PATIENCE, (300_000,)
    assert "no answer within 0.2 seconds" in refusal(server.published(), tmp_path)
    assert not server.stalled.is_set()


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "file").touch()
    line = refusal(server.published(), tmp_path / "file" / "cache")
    assert str(tmp_path) in line and "cannot be written" in line and "RESNET_LESSON_CACHE" in line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_named(server, tmp_path):
    (tmp_path / "file.h5.part").symlink_to("/dev/full")
    assert "No space left" in refusal(server.published(), tmp_path)


def test_two_that_start_at_once_download_once(server, tmp_path):
    server.stall = 0.2
    with ThreadPoolExecutor(2) as pool:  # a lock of its own for each, as for two processes
        paths = list(pool.map(fetch, [server.published()] * 2, [tmp_path] * 2))
    assert paths == [tmp_path / "file.h5"] * 2 and len(server.requested) == 1


def served(server, monkeypatch, folder, name, md5=MD5):
    """Puts the server in the place of a published file, and the caches into a folder."""
    monkeypatch.delenv("RESNET_LESSON_QUICK", raising=False)
    monkeypatch.setenv("RESNET_LESSON_CACHE", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.setattr(imagenet, name, server.published(md5))


def test_weights_are_downloaded_where_none_are_named(server, tmp_path, monkeypatch):
    served(server, monkeypatch, tmp_path, "RESNET50")
    assert imagenet.find_weights() == tmp_path / "file.h5"


def test_a_file_of_ones_own_comes_first(server, tmp_path, monkeypatch):
    served(server, monkeypatch, tmp_path, "RESNET50")
    chosen, named = tmp_path / "given.h5", tmp_path / "named.h5"
    for file in (chosen, named):
        file.touch()
    monkeypatch.setenv("RESNET_LESSON_WEIGHTS", str(named))
    assert imagenet.find_weights(chosen) == chosen and imagenet.find_weights() == named
    named.unlink()
    with pytest.raises(WeightsError, match=r"RESNET_LESSON_WEIGHTS: .* is no file"):
        imagenet.find_weights()
    assert server.requested == []


def test_when_things_are_to_be_quick_the_network_is_not_tried(server, tmp_path, monkeypatch):
    served(server, monkeypatch, tmp_path, "RESNET50")
    monkeypatch.setattr(imagenet, "CLASS_INDEX", server.published())
    monkeypatch.setenv("RESNET_LESSON_QUICK", "1")
    assert imagenet.find_weights() is None and imagenet.class_names() is None
    assert server.requested == []


def test_without_weights_one_line_says_so(server, tmp_path, monkeypatch, capsys):
    served(server, monkeypatch, tmp_path, "RESNET50")
    server.status = 404
    assert imagenet.find_weights() is None
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "answers 404" in message and "without them" in message


def put_into_keras_folder(folder, name, content):
    """A file where Keras keeps its downloads, below the folder of `served`."""
    path = folder / "keras" / "models" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_weights_that_keras_has_downloaded_are_found_there(server, tmp_path, monkeypatch):
    served(server, monkeypatch, tmp_path, "RESNET50")
    path = put_into_keras_folder(tmp_path, "file.h5", CONTENT)
    assert imagenet.find_weights() == path and server.requested == []


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[::-1], b""], ids=["cut", "other", "no"])
def test_a_damaged_or_strange_file_there_is_left_aside_in_a_line(
    server, tmp_path, monkeypatch, capsys, content
):
    served(server, monkeypatch, tmp_path, "RESNET50")
    path = put_into_keras_folder(tmp_path, "file.h5", content)
    assert imagenet.find_weights() == tmp_path / "file.h5"
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and str(path) in message
    assert f"{len(content)} bytes with MD5" in message and MD5 in message
    assert path.read_bytes() == content and imagenet.find_weights(path) == path


def test_a_folder_in_the_place_of_the_file_is_named(server, tmp_path, monkeypatch, capsys):
    served(server, monkeypatch, tmp_path, "RESNET50")
    put_into_keras_folder(tmp_path, "file.h5/inside", b"")
    assert imagenet.find_weights() == tmp_path / "file.h5"
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "keras/models/file.h5" in message.replace(os.sep, "/")


def test_without_a_network_the_file_without_classifier_serves(
    server, tmp_path, monkeypatch, capsys
):
    served(server, monkeypatch, tmp_path, "RESNET50")
    server.status = 404
    name = imagenet.RESNET50_NOTOP.name
    path = put_into_keras_folder(tmp_path, name, b"notop")
    assert imagenet.find_weights() is None and str(path) in capsys.readouterr().err
    sum_of_ours = hashlib.md5(b"notop").hexdigest()
    monkeypatch.setattr(
        imagenet, "RESNET50_NOTOP", Published(f"http://127.0.0.1/{name}", sum_of_ours)
    )
    assert imagenet.find_weights() == path and capsys.readouterr().err == ""


def test_the_names_and_sums_are_those_of_this_keras():
    from keras.src.applications.resnet import BASE_WEIGHTS_PATH, WEIGHTS_HASHES

    files = imagenet.RESNET50, imagenet.RESNET50_NOTOP
    assert tuple(file.md5 for file in files) == WEIGHTS_HASHES["resnet50"]
    assert {file.url.rpartition("/")[0] + "/" for file in files} == {BASE_WEIGHTS_PATH}
    ends = "tf_kernels.h5", "tf_kernels_notop.h5"
    assert [file.name for file in files] == [f"resnet50_weights_tf_dim_ordering_{e}" for e in ends]


def test_keras_folder_is_where_keras_looks(tmp_path, monkeypatch):
    from keras.src.backend.config import keras_home

    assert keras_models_folder() == Path(keras_home()) / "models"
    monkeypatch.delenv("KERAS_HOME", raising=False)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert keras_models_folder() == tmp_path / ".keras" / "models"


def test_the_names_of_the_classes_are_in_their_order(server, tmp_path, monkeypatch):
    names = {str(n): [f"n{n:08}", f"name {n}"] for n in reversed(range(1000))}
    server.content = json.dumps(names).encode()
    md5 = hashlib.md5(server.content).hexdigest()
    served(server, monkeypatch, tmp_path, "CLASS_INDEX", md5)
    names = imagenet.class_names()
    assert len(names) == 1000 and names[7] == "name 7"
