"""Grading on a Dask cluster on loopback: the same results, whoever of the workers ends."""

import json
import os
import signal
from importlib import metadata

import pytest
from support.dask_processes import scheduler, workers_of
from support.processes import free_port, start_python
from support.right_block import IDENTITY_BLOCK

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.sandbox import dask_cluster

pytest.importorskip("distributed", reason="the optional extra `cluster` is not installed")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


@pytest.fixture
def address():
    """A scheduler on loopback."""
    with scheduler() as address:
        yield address


@pytest.fixture
def workers(address, tmp_path):
    """Two worker processes."""
    with workers_of(address, tmp_path) as started:
        yield started


def grade(*arguments):
    return start_python("-m", "resnet_lesson", "grade", *arguments)


def without_times(path):
    data = json.loads(path.read_text())
    for result in data["results"]:
        for exercise in result["exercises"]:
            del exercise["seconds"]
    return data


@pytest.mark.slow
def test_the_same_results_as_locally_though_a_worker_is_killed(tmp_path, address, workers):
    handed_in = tmp_path / "in"
    handed_in.mkdir()
    for number in range(6):
        padding = "valid" if number % 3 == 1 else "same"
        (handed_in / f"{number:02}.py").write_text(IDENTITY_BLOCK.replace("same", padding))
    (handed_in / "loop.py").write_text("def identity_block(X, f, filters):\n    while True: pass\n")
    options = (handed_in, "--seed", "3", "--timeout", "30")
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    away = grade(*options, "--json", there, "--scheduler", address)
    for _ in range(2):
        assert away.stdout.readline()
    workers[0].send_signal(signal.SIGKILL)
    _, err = away.communicate()
    assert away.returncode == 0, err
    local = grade(*options, "--json", here)
    _, err = local.communicate()
    assert local.returncode == 0, err
    assert without_times(here) == without_times(there)
    statuses = [r["exercises"][0]["status"] for r in without_times(there)["results"]]
    assert statuses == [*["passed", "failed", "passed"] * 2, "error"]


class Late:
    """A result that is there just after the time to wait for it is over."""

    def result(self, timeout=None):
        if timeout:
            raise TimeoutError(f"timed out after {timeout} s.")
        return "an outcome"

    def done(self):
        return True


def test_a_result_counts_that_comes_as_the_patience_ends():
    assert dask_cluster.Cluster("tcp://127.0.0.1:1")._awaited(Late()) == "an outcome"


def refused(tmp_path, *arguments):
    (tmp_path / "a.py").write_text(IDENTITY_BLOCK)
    ended = grade(tmp_path / "a.py", *arguments)
    out, err = ended.communicate()
    assert ended.returncode == 2 and out == "" and "Traceback" not in err
    return err.splitlines()[-1]


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "PATIENCE", 2)
    for address in (f"tcp://127.0.0.1:{free_port()}", "nonsense", "nosuch://x:1"):
        with pytest.raises(GradingError, match="no Dask scheduler answers at") as raised:
            dask_cluster.Cluster(address).__enter__()
        assert "\n" not in str(raised.value)
    line = refused(tmp_path, "--scheduler", "nosuch://x:1")
    assert "no Dask scheduler answers at nosuch://x:1" in line


@pytest.mark.slow
def test_a_scheduler_without_workers_is_one_line(address, monkeypatch):
    monkeypatch.setattr(dask_cluster, "PATIENCE", 15)
    with pytest.raises(GradingError, match="has no workers: start some with `dask worker`"):
        dask_cluster.Cluster(address).__enter__()


@pytest.mark.slow
def test_workers_with_other_versions_are_one_line(address, workers, monkeypatch):
    version = metadata.version
    monkeypatch.setattr(
        dask_cluster.metadata, "version", lambda n: version(n) + "+x" * (n == "keras")
    )
    with pytest.raises(GradingError, match=r"has keras [\d.]+, here it is [\d.]+\+x: install"):
        dask_cluster.Cluster(address).__enter__()
