"""Observes submissions on a Dask cluster; finding, judging and writing stay where they are.

Each worker process starts one sandbox of its own, and that the confined children, so a
submission can do no more on the cluster than at home.
"""

import atexit
import platform
import threading
from importlib import metadata

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.sandbox.confinement import Protection
from resnet_lesson.grading.sandbox.protocol import CRASHED, Outcome
from resnet_lesson.grading.sandbox.sandbox import Sandbox

PATIENCE = 15  # seconds to wait for the scheduler, and for a first worker
MOST_IN_FLIGHT = 256
ALIKE = ("resnet-lesson", "tensorflow", "keras", "numpy")  # results could differ with them

_sandbox = None
_lock = threading.Lock()


class Cluster:
    """A Dask cluster in place of a `Sandbox` of this machine; a context manager.

    Args:
        address: of the scheduler, such as ``"tcp://10.0.0.1:8786"``.
        jobs: how many submissions are under way at a time; None for as many as keep it busy.

    Attributes:
        jobs: the same, known once the context was entered.
        protections: list of `resnet_lesson.grading.sandbox.confinement.Protection`; active are
            those that are so on every worker.
    """

    def __init__(self, address, jobs=None):
        self.address = address
        self.jobs = jobs
        self.protections = []
        self._client = None

    def __enter__(self):
        try:
            from distributed import Client
            from distributed.comm.addressing import parse_address, parse_host_port
            from distributed.comm.registry import get_backend
        except ImportError:
            message = "--scheduler needs dask.distributed: pip install 'resnet-lesson[cluster]'"
            raise GradingError(message) from None
        _log_nothing()
        try:
            scheme, place = parse_address(self.address)  # a Client would not fail here cleanly
            get_backend(scheme)
            if scheme in ("tcp", "tls"):
                parse_host_port(place)
            self._client = Client(self.address, timeout=PATIENCE, set_as_default=False)
        except Exception as error:
            message = f"no Dask scheduler answers at {self.address}: {_first_line(error)}"
            raise GradingError(message) from None
        try:
            self._prepare()
        except BaseException:
            self._client.close(timeout=1)
            raise
        return self

    def __exit__(self, *_):
        self._client.close(timeout=5)

    def _prepare(self):
        """Waits for a worker, compares versions, and has every worker start its sandbox."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except Exception:
            message = (
                f"the scheduler at {self.address} has no workers: start some with `dask worker`"
            )
            raise GradingError(message) from None
        try:
            self._client.get_versions(check=True)
            on_workers = self._client.run(_introduction)
        except Exception as error:
            message = f"the workers at {self.address} do not fit: {_first_line(error)}"
            raise GradingError(message) from None
        here = versions()
        for worker, (there, _) in on_workers.items():
            _require_alike(here, there, worker)
        lists = [protections for _, protections in on_workers.values()]
        self.protections = [
            Protection(
                same[0].name,
                all(p.active for p in same),
                next((p.why for p in same if not p.active), ""),
            )
            for same in zip(*lists, strict=True)
        ]
        if self.jobs is None:
            threads = sum(self._client.nthreads().values())
            self.jobs = min(max(2 * threads, 4), MOST_IN_FLIGHT)

    def observe(self, job, timeout, memory):
        """Runs one job on some worker; one whose worker ends is run on another.

        Args:
            job: `resnet_lesson.grading.sandbox.protocol.Job`.
            timeout: most seconds of wall clock.
            memory: most address space, in MiB.

        Returns:
            An `Outcome`.

        Raises:
            GradingError: the cluster has gone.
        """
        from distributed import KilledWorker

        try:
            future = self._client.submit(
                _observe, job, timeout, memory, versions(), pure=False, retries=3
            )
            return self._awaited(future)
        except KilledWorker:
            return Outcome(CRASHED, message="several workers ended while they ran it")
        except (GradingError, KeyboardInterrupt):
            raise
        except Exception as error:
            message = f"the cluster at {self.address} has failed: {_first_line(error)}"
            raise GradingError(message) from None

    def _awaited(self, future):
        without_workers = 0
        while True:
            try:
                return future.result(timeout=PATIENCE)
            except TimeoutError:
                if future.done():  # just now, or by raising this
                    return future.result()
                workers = self._client.scheduler_info(n_workers=-1)["workers"]
                without_workers = 0 if workers else without_workers + 1
            if without_workers == 4:
                raise GradingError(f"the scheduler at {self.address} has no workers any more")


def versions():
    """What must be the same at home and on the workers, by name."""
    return {name: metadata.version(name) for name in ALIKE} | {"Python": platform.python_version()}


def _require_alike(here, there, worker):
    for name, version in here.items():
        if there.get(name) != version:
            raise GradingError(
                f"the worker {worker} has {name} {there.get(name)}, here it is {version}: "
                "install the same on both"
            )


def _introduction():
    """What a worker tells of itself: versions and protections."""
    return versions(), _own_sandbox().protections


def _observe(job, timeout, memory, wanted):
    """Runs one job; on a worker, which may have come later than the others."""
    _require_alike(wanted, versions(), platform.node())
    return _own_sandbox().observe(job, timeout, memory)


def _own_sandbox():
    """This worker process's sandbox."""
    global _sandbox
    with _lock:
        if _sandbox is None:
            sandbox = Sandbox()
            sandbox.__enter__()
            atexit.register(sandbox.__exit__)
            _sandbox = sandbox
        return _sandbox


def _log_nothing():
    """Keeps to one line what goes wrong: Dask would log a traceback beside it."""
    import logging

    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _first_line(error):
    lines = [line for line in str(error).splitlines() if line.strip(" +-|")]
    return lines[0].strip() if lines else type(error).__name__
