"""Executes a notebook in a fresh kernel and stores what is the same in every run."""

import copy
import subprocess
import tempfile
from pathlib import Path

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from resnet_lesson import settings
from resnet_lesson.authoring.notebook_environment import isolate
from resnet_lesson.authoring.notebook_files import (
    METADATA,
    UNCOMPARED,
    AuthoringError,
    has_picture,
    place_of,
)
from resnet_lesson.progress_bar import WIDGET_VIEW

CELL_SECONDS = 3600


class _RunningPython(KernelSpecManager):
    """Starts the Python that runs this module, whatever kernels the user has registered."""

    def get_kernel_spec(self, kernel_name):
        return self.kernel_spec_class(resource_dir=RESOURCES, **get_kernel_dict())


def execute(notebook: nbformat.NotebookNode, folder: Path, name: str, quick: bool = True) -> None:
    """Runs all cells in a fresh kernel and leaves their outputs in the notebook, made comparable.

    Args:
        notebook: changed in place.
        folder: the kernel's working folder.
        name: what to call the notebook in an error.
        quick: True shortens long experiments and trainings.

    Raises:
        AuthoringError: a cell raised, wrote to stderr, or took too long, or the kernel died.
    """
    with tempfile.TemporaryDirectory(prefix="resnet-lesson-authoring-") as scratch:
        environment = settings.with_changes({})
        isolate(environment, scratch, quick)
        client = NotebookClient(
            notebook,
            km=AsyncKernelManager(kernel_spec_manager=_RunningPython()),
            resources={"metadata": {"path": str(folder)}},
            timeout=CELL_SECONDS,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            shutdown_kernel="immediate",
        )
        outputs = {}
        starting = {"env": environment, "stderr": subprocess.DEVNULL}
        # nbclient leaves a kernel running whose manager it was given, for as long as this process.
        with client.setup_kernel(cleanup_kc=True, **starting):
            for number, cell in enumerate(notebook.cells):
                place = place_of(cell, number, name)
                try:
                    client.execute_cell(cell, number)
                except (CellTimeoutError, DeadKernelError) as error:
                    reason = str(error).partition("\n")[0]
                    raise AuthoringError(f"{place}: {reason}") from error
                _refuse_faults(cell, place)
                outputs[cell.id] = copy.deepcopy(cell.get("outputs"))
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what later cells have changed is not what nbval compares
            cell.outputs = outputs[cell.id]
    normalise(notebook)


def _refuse_faults(cell, place):
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            reason = " ".join(output.evalue.split())
            raise AuthoringError(f"{place} raised {output.ename}: {reason}")
        if output.output_type == "stream" and output.name == "stderr":
            raise AuthoringError(f"{place} wrote to stderr: {' '.join(output.text.split())}")


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Makes metadata, counts and outputs what they are in every run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
            # A view without its model is an error message in JupyterLab; the other forms remain.
            output.get("data", {}).pop(WIDGET_VIEW, None)
        # Nothing is left of a bar, which only slow machines show.
        cell.outputs = [o for o in cell.outputs if o.output_type != "display_data" or o.data]
        if UNCOMPARED in cell.metadata.get("tags", ()):
            cell.outputs = [output for output in cell.outputs if has_picture(output)]


def keep_uncompared(notebook: nbformat.NotebookNode, earlier: nbformat.NotebookNode) -> set[str]:
    """Takes the pictures of uncompared cells from an earlier form; returns the ids of all these."""
    pictures = {cell.id: cell.outputs for cell in earlier.cells if cell.get("outputs")}
    uncompared = [x for x in notebook.cells if UNCOMPARED in x.metadata.get("tags", ())]
    for cell in uncompared:
        cell.outputs = copy.deepcopy(pictures.get(cell.id, cell.outputs))
    return {cell.id for cell in uncompared}
