"""The files that a run of ``grade`` writes."""

import hashlib
import json
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from resnet_lesson.errors import GradingError
from resnet_lesson.grading.batch import canvas, moodle
from resnet_lesson.grading.batch.gradebook import Gradebook
from resnet_lesson.grading.batch.gradescope import gradescope_results
from resnet_lesson.grading.batch.tables import write_csv, write_json
from resnet_lesson.grading.report.class_page import class_page
from resnet_lesson.grading.report.class_statistics import ClassStatistics
from resnet_lesson.grading.report.feedback_page import feedback_page
from resnet_lesson.grading.submissions.exports import Origin
from resnet_lesson.paths import replacing, write_atomically

SYSTEMS = {"canvas": canvas, "moodle": moodle}
Results = Callable[[], Iterable[tuple[Origin, dict]]]


class Outputs:
    """The files that a run is asked to write.

    Args:
        options: of the command line: paths or None; "-" of ``json`` is stdout.

    Raises:
        GradingError: the gradebook cannot be read.
    """

    def __init__(self, options):
        self.json, self.csv = options.json, options.csv
        self.gradescope, self.html = options.gradescope, options.html
        self.gradebook = (
            Gradebook(options.gradebook, options.column or "") if options.gradebook else None
        )
        self.system, self.visibility = options.feedback_zip, options.visibility
        named = {
            "--json": None if self.json == "-" else self.json,
            "--csv": self.csv,
            "--html": self.html,
            "--gradescope": self.gradescope,
            "--gradebook": options.gradebook,
            "--feedback-zip": self._feedback_zip() if self.system else None,
        }
        self.named = {option: path for option, path in named.items() if path}
        self._pages, self._temporary = self.html, None
        if self.system and not self.html:
            self._temporary = tempfile.TemporaryDirectory(prefix="resnet-lesson-feedback-")
            self._pages = self._temporary.name

    def close(self) -> None:
        """Removes pages that were asked for in a zip alone."""
        if self._temporary:
            self._temporary.cleanup()

    def _feedback_zip(self):
        return os.path.join(self.html or "", f"feedback-{self.system}.zip")

    def journal(self) -> Path | None:
        """Where to keep results while they come: beside the first output; None if there is none."""
        for path in self.named.values():
            path = Path(os.path.realpath(path))
            if not path.exists() or path.is_file() or path.is_dir():
                return path.with_name(f"{path.name[:200]}.journal")
        return None

    def require_writable(self) -> None:
        """Raises before the grading, not after it: tries to write to each target.

        Raises:
            GradingError: one of them cannot be written.
        """
        for option, path in self.named.items():
            try:
                if option == "--html":
                    os.makedirs(path, exist_ok=True)
                    _try(Path(path))
                elif os.path.isdir(path):
                    raise IsADirectoryError(21, "it is a folder")
                elif not os.path.exists(path) or os.path.isfile(path):
                    _try(Path(os.path.realpath(path)).parent)
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                raise GradingError(f"{option} {path} cannot be written: {why}") from None

    def page(self, name: str) -> Path | None:
        """The path of a submission's page; None if there are to be none."""
        if not self._pages:
            return None
        plain = re.sub(r"[^\w.() -]", "_", name)[:80].strip(". ")
        if plain != name or plain.lower() == "index":  # two names must not share a page
            plain += "-" + hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:8]
        return Path(self._pages, f"{plain}.html")

    def write_page(self, result: dict, reports) -> None:
        """Writes a submission's page, if there are to be any."""
        if path := self.page(result["submission"]):
            with replacing(path) as file:
                file.write(feedback_page(result, reports))

    def write(
        self, results: Results, exercise_ids: list[str], seed: int, graphs: dict
    ) -> list[str]:
        """Writes all but the pages.

        Args:
            results: gives each submission's origin and result, anew at each call.
            exercise_ids: of the exercises that were graded.
            seed: of the probes.
            graphs: from an exercise's id to the series of its reference, for the class's page.

        Returns:
            Lines for the instructor.
        """
        for path in self.named.values():  # its folder may have been removed under way
            os.makedirs(os.path.dirname(os.path.realpath(path)), exist_ok=True)
        plain = (result for _, result in results())
        if self.json == "-":
            write_json(sys.stdout, plain, seed)
        elif self.json:
            with replacing(self.json) as file:
                write_json(file, plain, seed)
        if self.csv:
            with replacing(self.csv) as file:
                write_csv(file, (result for _, result in results()), exercise_ids)
        if self.gradescope:
            for _, result in results():  # there is one
                with replacing(self.gradescope) as file:
                    file.write(
                        json.dumps(gradescope_results(result, self.visibility), indent=2) + "\n"
                    )
        if self.html:
            self._write_class(results, graphs)
        notes = self._write_feedback(results) if self.system else []
        if self.gradebook:
            content, further = self.gradebook.filled(results())
            write_atomically(self.gradebook.path, content)
            notes += further
        return notes

    def _write_class(self, results, graphs):
        statistics = ClassStatistics()
        for _, result in results():
            statistics.add(result)
        learners = (result for _, result in results())
        page = class_page(statistics, graphs, learners=learners, page_of=self._link)
        with replacing(Path(self.html, "index.html")) as file:
            file.write(page)

    def _link(self, name):
        path = self.page(name)
        return path.name if path.exists() else ""

    def _write_feedback(self, results):
        """The zip of pages that the course system imports."""
        system, left_out = SYSTEMS[self.system], []
        with (
            replacing(self._feedback_zip(), binary=True) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for origin, result in results():
                name, page = system.feedback_name(origin), self.page(result["submission"])
                if name and page.exists():
                    archive.writestr(name, page.read_bytes())
                else:
                    left_out.append(result["submission"])
        if not left_out:
            return []
        names = ", ".join(left_out)
        return [f"--feedback-zip {self.system}: not of its export, and left out: {names}"]


def _try(folder):
    test = folder / f".resnet-lesson.{os.getpid()}.tmp"
    try:
        test.write_bytes(b"\0" * 4096)
    finally:
        test.unlink(missing_ok=True)
