"""What ``python -m resnet_lesson grade`` does, from paths to files."""

import sys
import time
from array import array
from contextlib import closing

from resnet_lesson.errors import GradingError
from resnet_lesson.exercises import all_exercises, no_such
from resnet_lesson.exercises.variants import require_variant
from resnet_lesson.grading.batch.grader import (
    MEMORY,
    TIMEOUT,
    Grader,
)
from resnet_lesson.grading.batch.journal import Journal, JournalError
from resnet_lesson.grading.batch.outputs import Outputs
from resnet_lesson.grading.batch.overrides import Overrides, read_overrides
from resnet_lesson.grading.sandbox.sandbox import Sandbox, SandboxError
from resnet_lesson.grading.submissions.collect import find_submissions
from resnet_lesson.grading.submissions.exports import origin
from resnet_lesson.grading.submissions.reader import Reader
from resnet_lesson.grading.submissions.reading import exercises_defined
from resnet_lesson.hardware import processors
from resnet_lesson.paths import counted, on_one_line
from resnet_lesson.progress_bar import TerminalLine, drawn

AGAIN = "give the same command again to go on"


def grade(options) -> int:
    """Grades what the options name, and writes what they ask for.

    Args:
        options: namespace of the command line's options.

    Returns:
        Exit status: 1 if a submission has fewer points than ``fail_under``, else 0.

    Raises:
        GradingError: one line that says why it could not be done, or not to the end.
        KeyboardInterrupt: interrupted; its message is one line.
    """
    unknown = set(options.exercise or ()) - set(all_exercises())
    if unknown:
        raise GradingError(no_such(min(unknown)))
    require_variant(options.variant)
    overrides = read_overrides(options.overrides) if options.overrides else Overrides()
    together = bool(options.gradescope or options.together)
    with closing(Outputs(options)) as outputs:
        submissions = find_submissions(options.paths, together)
        outputs.require_writable()
        with Journal(outputs.journal(), options.seed) as journal:
            return _Run(options, outputs, overrides, submissions, journal).go()


class _Run:
    """One run of the command."""

    def __init__(self, options, outputs, overrides, submissions, journal):
        self.options, self.outputs, self.overrides = options, outputs, overrides
        self.submissions, self.journal = submissions, journal
        self.origins = [origin(submission) for submission in submissions]
        self.exercise_ids = options.exercise and list(dict.fromkeys(options.exercise))
        self.offsets = array("q", [-1]) * len(submissions)  # in the journal, -1 while not done
        self.printed = self.done = 0

    def go(self) -> int:
        """Grades all, or what is left of an interrupted run; returns the exit status."""
        display = _Display(len(self.submissions))
        try:
            if self.exercise_ids is None:
                display.say("Looking for the exercises that are handed in ...")
                self.exercise_ids = self._exercises_defined(display)
            with self._observer() as observer:
                self._introduce(observer, display)
                grader = Grader(
                    observer,
                    self.exercise_ids,
                    self.journal.seed,
                    self.options.timeout or TIMEOUT,
                    self.options.memory or MEMORY,
                    variant=self.options.variant,
                )
                self._grade_all(grader, getattr(observer, "jobs", self.options.jobs), display)
                for line in [*self._write(grader), *self._without_result()]:
                    display.say(line)
                status = self._status(display)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._left_off("interrupted", display)) from None
        except BrokenPipeError:
            raise  # nobody reads what is printed
        except (GradingError, SandboxError, OSError) as error:
            raise GradingError(self._left_off(_in_words(error), display)) from None
        finally:
            display.close()
        self.journal.remove()
        return status

    def _without_result(self):
        """The overrides that no submission was for."""
        unused = ", ".join(self.overrides.unused())
        return [f"--overrides {self.options.overrides}: no result for {unused}"] if unused else []

    def _status(self, display):
        if self.options.fail_under is None:
            return 0
        results = [result for _, result in self._results()]
        below = [r["submission"] for r in results if r["points"] < self.options.fail_under]
        if below:
            points = f"{self.options.fail_under:g} points"
            display.say(f"Fewer than {points}: {len(below)} of {len(results)}: {', '.join(below)}")
        return 1 if below else 0

    def _observer(self):
        if self.options.scheduler:
            from resnet_lesson.grading.sandbox.dask_cluster import Cluster

            return Cluster(self.options.scheduler, self.options.jobs)
        self.options.jobs = self.options.jobs or processors()
        hidden = [*self.options.paths, *self.outputs.named.values()]
        if self.journal.path:
            hidden.append(self.journal.path)
        return Sandbox(hidden=hidden)

    def _exercises_defined(self, display):
        """The exercises that most hand in, after a word on each and on what is left out."""
        with Reader() as reader:
            usual, left_out = exercises_defined(self.submissions, reader.read)
        number = len(self.submissions)
        names = ", ".join(f"{name} ({count} of {number})" for name, count in usual.items())
        if usual:
            display.say(f"Graded is what most hand in: {names}. --exercise NAME grades others.")
        for name, count in left_out.items():
            display.say(
                f"Not graded: {name}, which {count} of {number} define, as a helper it seems; "
                f"--exercise {name} grades it."
            )
        return list(usual)

    def _introduce(self, observer, display):
        for line in protection_lines(observer.protections):
            display.say(line)
        jobs = getattr(observer, "jobs", self.options.jobs)
        display.say(f"Seed {self.journal.seed}; {jobs} at a time.")

    def _grade_all(self, grader, jobs, display):
        known = _Known(self.journal, self.outputs)
        reused = 0
        for place, key, graded in grader.grade(self.submissions, jobs, known):
            if graded is None:
                reused += 1
            else:
                result = self._completed(place, graded.result)
                self.outputs.write_page(result, graded.reports)
                self.journal.add(key, graded.result)
            self.offsets[place] = self.journal.offsets[key]
            self.done += 1
            self._print_ready(display)
            display.show(self.done, reused)
        if reused:
            display.say(f"Kept {counted(reused, 'result')} of the run that was interrupted.")

    def _print_ready(self, display):
        """Prints results in the order of the submissions, as far as they have come."""
        while self.printed < len(self.submissions) and self.offsets[self.printed] >= 0:
            if self.outputs.json != "-":
                display.print(summary(self._result(self.printed)))
            self.printed += 1

    def _completed(self, place, result):
        """A result with what the grader does not know: overrides, and what an export says."""
        source = self.origins[place]
        if source.system:
            result = {**result, "late": source.late, "learner_id": source.id}
        return self.overrides.apply(result)

    def _result(self, place):
        return self._completed(place, self.journal.result_at(self.offsets[place]))

    def _results(self):
        """Origin and result of what is done, in the order of the submissions."""
        for place, offset in enumerate(self.offsets):
            if offset >= 0:
                yield self.origins[place], self._result(place)

    def _write(self, grader=None):
        """Writes the files; without a grader, as after an interruption, without drawings."""
        graphs = {name: _graph(grader, name) for name in self.exercise_ids} if grader else {}
        return self.outputs.write(self._results, self.exercise_ids, self.journal.seed, graphs)

    def _left_off(self, why, display):
        """Writes what is done, and says in one line why there is no more, and how to go on."""
        display.close()
        self.journal.restore()
        if not self.journal.offsets:
            self.journal.remove()
            return why
        done = f"{self.done} of {len(self.submissions)} submissions are graded"
        if self.done and not self.journal.path:
            done += " and lost for want of an output file"
        try:
            if self.done:
                self._write()
        except OSError as error:
            why = why if _in_words(error) == why else f"{why}; {_in_words(error)}"
        return f"{why}; {done}" + (f"; {AGAIN}" if self.journal.path else "")


def _in_words(error):
    if isinstance(error, OSError) and not isinstance(error, JournalError):
        about = error.filename or "the results"
        return f"{about} cannot be written: {error.strerror or error}"
    return str(error)


def _graph(grader, name):
    """The series of an exercise's reference, as the drawings take it."""
    runs = grader.reference(name).runs
    return next((run.series for run in runs if run.series), ())


class _Known:
    """The keys of results that need not be made again."""

    def __init__(self, journal, outputs):
        self.journal, self.outputs = journal, outputs
        self.keys = frozenset(journal.offsets)

    def __contains__(self, key):
        if key not in self.keys:
            return False
        page = self.outputs.page(self.journal.result(key)["submission"])
        return page is None or page.exists()


class _Display:
    """Tells on stderr how far the work is: a bar on a terminal, single lines elsewhere."""

    def __init__(self, total):
        self.total = total
        self.line = TerminalLine() if sys.stderr is not None and sys.stderr.isatty() else None
        self.started = self.shown = time.monotonic()
        self.text = ""

    def show(self, done, reused):
        """Draws counts and the time left, ten times a second at most."""
        now = time.monotonic()
        if self.line is None or (now - self.shown < 0.1 and done < self.total):
            return
        self.shown = now
        self.text = f"Grading {drawn(done, self.total)} {done} of {self.total}"
        if done - reused > 0 and done < self.total:
            left = (now - self.started) / (done - reused) * (self.total - done)
            self.text += f", {time_left(left)} left"
        self.line.write(self.text)

    def print(self, line):
        """Prints a line on stdout, past the bar."""
        self._wipe()
        print(on_one_line(line), flush=True)
        if self.line and self.text:
            self.line.write(self.text)

    def say(self, line):
        """Prints a line on stderr, past the bar."""
        self._wipe()
        print(on_one_line(line), file=sys.stderr, flush=True)

    def _wipe(self):
        if self.line and self.line.width:
            self.line.write("")

    def close(self):
        """Leaves nothing of the bar."""
        self._wipe()
        self.text = ""


def time_left(seconds):
    """Seconds in words, such as "3 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def summary(result):
    """A result in one line."""
    marks = []
    for exercise in result["exercises"]:
        first = exercise["findings"][0] if exercise["findings"] else None
        why = f" ({first['where']}: {first['what']})" if first else ""
        why += " (points set by the instructor)" if "override" in exercise else ""
        marks.append(f"{exercise['id']} {exercise['status'].replace('_', ' ')}{why}")
    total = f"{result['points']:g}/{result['max_points']:g}"
    marks = marks or [f"no exercise{': ' if result.get('problem') else ''}"]
    problem = "" if result["exercises"] else result.get("problem", "")
    return on_one_line(f"{result['submission']}: {total}  {'; '.join(marks)}{problem}")


def protection_lines(protections):
    """What guards this system against the learners' code, and what does not, as lines."""
    active = [p.name for p in protections if p.active]
    lines = [f"Protected by: {', '.join(active)}."] if active else []
    return lines + [f"NOT protected: {p.name} ({p.why})." for p in protections if not p.active]
