"""Kernels for notebooks that need not import TensorFlow each: see `support.forked_python`."""

import contextlib
import json
from pathlib import Path

from support.forked_python import forked_python

NAME = "forked"


def address_in(folder):
    """The address of what forks them; a file is there while it does."""
    return Path(folder, f"{NAME}.socket")


@contextlib.contextmanager
def forked_kernels(folder, modules):
    """Registers such kernels with Jupyter, for the time of a test run.

    Args:
        folder: path of Jupyter's data, ``JUPYTER_DATA_DIR``.
        modules: names of what to import once for all kernels.
    """
    with forked_python(address_in(folder), modules) as command:
        specification = {
            "argv": [*command, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": NAME,
            "language": "python",
        }
        place = Path(folder, "kernels", NAME)
        place.mkdir(parents=True)
        (place / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
        yield
