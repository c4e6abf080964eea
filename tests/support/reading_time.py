"""How long a notebook takes: ``python tests/support/reading_time.py [--run]`` prints it.

Nobody has timed learners with a watch: the minutes are counted, by these rules.

- *Reading*: the words of the text cells and questions at 238 a minute, which is what adults read of
  English non-fiction (Brysbaert, 2019, "How many words do we read per minute?", Journal of Memory
  and Language 109); given code at 500 lines an hour, above which reviewers begin to overlook things
  (Cohen, 2006, "Best Kept Secrets of Peer Code Review").
- *Working*: a minute for each prediction, question, picture and closing question, the minutes that
  each exercise states, and the time that the cells compute (`COMPUTING`, measured by ``--run``).
- The minutes of an exercise are the author's; for each line of our solution they come to 2, 2.5 or
  3, by its difficulty.

Sources at the end of a notebook, hints and solutions are left out.
"""

import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.paths import SOLVED
from support.texts import TO_HTML, cells_of

from resnet_lesson.authoring.execution import execute
from resnet_lesson.authoring.notebook_files import has_picture, read_notebook
from resnet_lesson.exercises.blanks import REGION, blank_source
from resnet_lesson.lab.questions import all_questions

WORDS_A_MINUTE = 238
CODE_LINES_A_MINUTE = 500 / 60
# Minutes that the cells of a notebook compute on two cores, where these are one or more.
COMPUTING = {
    "01-skip-connection": 1,
    "05-train-on-signs": 2,
    "09-why-it-works": 2,
    "10-pretrained": 1,
    "11-capstone": 2,
}
PREDICTION = re.compile(r"\*\*(?:Predict|Task|Try it)\.?\*\*")
EXERCISE = re.compile(r"\*\*(\d+) points? · (\d+) minutes · difficulty (\d) of 3\*\*")
STATED = re.compile(r"^\| (\d+) min \| (\d+) min", re.MULTILINE)


@dataclass(frozen=True)
class Minutes:
    """Minutes that a notebook takes."""

    reading: float
    working: float


def shown(source):
    """The words of a text cell as a reader sees them; what is folded in counts too."""
    return BeautifulSoup(TO_HTML(source), "html.parser").get_text(" ")


def minutes_of(path):
    """The minutes for a solved notebook: `Minutes`."""
    words = lines = tasks = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            words += 0 if source.startswith("## Sources") else len(shown(source).split())
            tasks += _tasks_in(source)
        else:
            lines += _lines_to_read(blank_source(source))
            asked = [all_questions()[name] for name in re.findall(r'^question\("([^"]+)', source)]
            words += sum(_words_of(question) for question in asked)
            tasks += len(asked) + sum(map(has_picture, cell["outputs"]))
    reading = words / WORDS_A_MINUTE + lines / CODE_LINES_A_MINUTE
    return Minutes(reading, tasks + COMPUTING.get(path.stem, 0))


def _tasks_in(source):
    tasks = len(PREDICTION.findall(source)) + source.count("![")
    tasks += sum(int(minutes) for _, minutes, _ in EXERCISE.findall(source))
    if "You can move on once you can answer" in source:
        tasks += len(re.findall(r"^\d+\. ", source, re.MULTILINE))
    return tasks


def _lines_to_read(source):
    return sum(bool(line.strip()) for line in source.splitlines())


def _words_of(question):
    return len(" ".join([question.prompt, *question.options, *question.why]).split())


def stated_in(path):
    """The minutes that a notebook's header states: `Minutes`."""
    return Minutes(*map(int, STATED.search("\n".join(cells_of(path, "markdown"))).groups()))


def exercises_in(path):
    """What a notebook says of its exercises: tuples (points, minutes, lines, difficulty)."""
    texts, code = cells_of(path, "markdown"), cells_of(path, "code")
    stated = EXERCISE.findall("\n".join(texts))
    graded = [source for source in code if REGION.search(source)]
    for (points, minutes, difficulty), source in zip(stated, graded, strict=True):
        lines = sum(_lines_to_read(region[0]) - 2 for region in REGION.finditer(source))
        yield int(points), int(minutes), lines, int(difficulty)


def computing(path):
    """The minutes that a solved notebook's cells compute, at their full length."""
    notebook = read_notebook(path)
    start = time.monotonic()
    execute(notebook, path.parent, path.name, quick=False)
    return (time.monotonic() - start) / 60


def main():
    for path in SOLVED:
        minutes = minutes_of(path)
        line = f"{path.stem:24} reading {minutes.reading:5.1f}  working {minutes.working:5.1f}"
        if "--run" in sys.argv[1:]:
            line += f"  of these computing {computing(path):5.1f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
