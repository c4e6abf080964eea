"""What this machine gives a process: memory, processors, and TensorFlow tried in one of its own."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from resnet_lesson import settings
from resnet_lesson.paths import module_command, search_path

FEATURES = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")  # from the slowest to the fastest
PRECISIONS = ("float32", "mixed_bfloat16")
_BFLOAT16_FLAGS = {"amx_bf16", "avx512_bf16"}
PATIENCE = 120  # seconds for TensorFlow to load
_ISA = re.compile(r"^onednn_verbose,.*info,cpu,isa:(.*)", re.MULTILINE)
_CONTROL_GROUPS = (  # the first is of version 2, the others of version 1
    ("", "memory.max"),
    ("memory", "memory.limit_in_bytes"),
)


def memory_limit(
    groups: str | Path = "/proc/self/cgroup", mounted: str | Path = "/sys/fs/cgroup"
) -> int | None:
    """How many bytes of memory this process may use by its control groups and its own limits.

    Args:
        groups: path of the list of control groups.
        mounted: path of the folder where they are mounted.
    """
    limits = []
    with contextlib.suppress(OSError):
        for line in Path(groups).read_text().splitlines():
            _, kinds, own = line.split(":", 2)
            for kind, name in _CONTROL_GROUPS:
                if kind in kinds.split(","):
                    limits += _limits_along(Path(mounted, kind), own, name)
    with contextlib.suppress(ImportError):  # there is none on Windows
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        limits += [] if soft == resource.RLIM_INFINITY else [soft]
    return min(limits, default=None)


def _limits_along(root, own, name):
    """The limits of a group and of all that it is in; in a container its own path may not show."""
    folder = root / own.lstrip("/")
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError, ValueError):  # "max" is no number
            yield int((place / name).read_text())
        if place == root:
            return


def processors() -> int:
    """How many processors this process may use."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:
        count = os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, max(1, int(quota) // int(period)))
    return count


def processor_flags() -> set[str]:
    """What Linux says that the processor can do; empty elsewhere."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("flags"):
                return set(line.partition(":")[2].split())
    return set()


def fitting_precision() -> str:
    """The precision that trains fastest here: "mixed_bfloat16" or "float32".

    bfloat16 pays on graphics cards from compute capability 8.0 on, and on processors with
    instructions for it (AMX, AVX512-BF16) that oneDNN may use. Elsewhere it is emulated, and slow.
    """
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    if cards:
        details = tf.config.experimental.get_device_details(cards[0])
        return PRECISIONS[details.get("compute_capability", (0, 0)) >= (8, 0)]
    if settings.onednn_is_off():
        return "float32"
    _, limit = settings.instruction_set() or ("", "DEFAULT")
    allowed = any(word in limit.upper() for word in ("DEFAULT", "ALL", "BF16", "AMX"))
    return PRECISIONS[allowed and bool(_BFLOAT16_FLAGS & processor_flags())]


@contextlib.contextmanager
def trial() -> Iterator[subprocess.Popen]:
    """Starts a Python that loads TensorFlow and computes; a context, giving it for `outcome`."""
    process = subprocess.Popen(
        module_command(__name__),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=settings.with_changes({"ONEDNN_VERBOSE": "1", "PYTHONPATH": search_path()}),
        text=True,
        errors="replace",
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def try_out() -> None:
    """Loads TensorFlow, lets it compute, and writes to stdout, as JSON, what it uses."""
    started = time.perf_counter()
    import tensorflow as tf

    seconds = time.perf_counter() - started
    with tf.device("CPU"):
        tf.nn.conv2d(tf.ones((1, 8, 8, 8)), tf.ones((3, 3, 8, 8)), 1, "SAME")
    details = map(tf.config.experimental.get_device_details, tf.config.list_physical_devices("GPU"))
    flags = processor_flags()
    result = {
        "seconds": seconds,
        "flags": [feature for feature in FEATURES if feature in flags],
        "precision": fitting_precision(),
        "cards": [card.get("device_name", "GPU") for card in details],
    }
    print(json.dumps(result), flush=True)
    os._exit(0)  # at once: to take TensorFlow down in order lasts seconds


def outcome(process: subprocess.Popen, patience: float = PATIENCE) -> dict:
    """What became of a trial.

    Args:
        process: from `trial`.
        patience: seconds to wait.

    Returns:
        Dictionary: ``seconds`` to load, ``flags`` of the processor, ``precision``, ``cards``, and
        ``onednn``, what it says that it uses of the processor, None if it was not used. Or only
        ``busy`` or ``failed``: in words, why nothing is known, or why it does not work.
    """
    try:
        out, errors = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        return {"busy": f"not loaded after {patience} seconds; is this computer busy?"}
    if process.returncode:
        return {"failed": _in_words(process.returncode, errors)}
    isa = _ISA.search(out) if "primitive,exec,cpu,convolution" in out else None
    result = next(line for line in reversed(out.splitlines()) if line.startswith("{"))
    return {**json.loads(result), "onednn": isa[1] if isa else None}


def _in_words(status, errors):
    if status < 0:
        name = signal.Signals(-status).name
        illegal = " (does the processor lack AVX?)" if name in ("SIGILL", "SIGABRT") else ""
        killed = " (is memory out?)" if name == "SIGKILL" else ""
        return f"ends Python with {name}{illegal}{killed}"
    lines = [line for line in errors.splitlines() if line.strip()]
    return f"does not load: {lines[-1] if lines else f'exit status {status}'}"


if __name__ == "__main__":
    try_out()
