"""How the lesson reads: links, lengths of cells, and the minutes that it states.

Its English is looked at by ``tests/lint/texts.py``.
"""

import re
import statistics
from urllib.parse import unquote

import pytest
from support import reading_time
from support.paths import BLANK, README, ROOT, SOLVED
from support.texts import cells_of

from resnet_lesson.exercises import all_exercises

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob(".github/*.md"))]
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|(?:src|href)\s*=\s*\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)

each_solved = pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize(
    "path", SOLVED + BLANK, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def local_links(body):
    """Where a text leads to inside the repository: list of (file, anchor), empty where none."""
    text = re.sub(r"`[^`\n]*`", "", FENCED.sub("", body))
    links = [unquote(found[0] or found[1]) for found in LINK.findall(text)]
    parts = (link.partition("#") for link in links if not re.match(r"[a-z]+:", link))
    return [(file, anchor) for file, _, anchor in parts]


def anchors_of(path):
    """The anchors of headings, a notebook's as JupyterLab makes them, the README's as GitHub."""
    if path.suffix == ".ipynb":
        text = FENCED.sub("", "\n\n".join(cells_of(path, "markdown")))
        titles = (heading.replace("`", "") for heading in HEADING.findall(text))
        return {title.replace(" ", "-") for title in titles}
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in kept}


def broken_links(path, body):
    """Local links of a text that lead nowhere."""
    for file, anchor in local_links(body):
        target = (path.parent / file) if file else path
        if not target.exists():
            yield f"{file}: no such file"
        elif anchor and anchor not in anchors_of(target):
            yield f"{file}#{anchor}: no such heading"


@each_notebook
def test_every_link_of_a_notebook_leads_to_a_file_or_a_heading(path):
    assert list(broken_links(path, "\n\n".join(cells_of(path, "markdown")))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_link_of_a_page_leads_to_a_file_or_a_heading(path):
    assert list(broken_links(path, path.read_text(encoding="utf-8"))) == []


def test_a_link_to_nowhere_is_found():
    body = "[a](missing.ipynb) [b](#missing) [c](tests/support/texts.py) `[d](code)`"
    assert len(list(broken_links(ROOT / "README.md", body))) == 2


@each_notebook
def test_code_cells_are_short(path):
    sizes = [len(source.splitlines()) for source in cells_of(path, "code")]
    assert statistics.median(sizes) <= 6
    assert max(sizes) <= 30


@each_notebook
def test_text_cells_are_short(path):
    sizes = [len(reading_time.shown(source).split()) for source in cells_of(path, "markdown")]
    assert statistics.median(sizes) < 60
    assert max(sizes) <= 150


@each_solved
def test_the_header_states_the_minutes_that_are_counted(path):
    stated, counted = reading_time.stated_in(path), reading_time.minutes_of(path)
    assert abs(stated.reading - counted.reading) <= 5
    assert abs(stated.working - counted.working) <= 5
    waiting = re.search(r"min, (\d+) of them the computer's", "\n".join(cells_of(path, "markdown")))
    computing = reading_time.COMPUTING.get(path.stem, 0)
    assert int(waiting[1]) == computing if waiting else computing < 2


def readme_map():
    """The README's table of the notebooks."""
    return README.partition("## The notebooks")[2].partition("\n##")[0]


def test_the_map_of_the_lesson_states_the_same_minutes():
    the_map = "\n".join(cells_of(SOLVED[0], "markdown"))
    mapped = re.findall(r"^\| \[\d\d\]\(([\w-]+\.ipynb)\)", the_map, re.MULTILINE)
    assert mapped == re.findall(r"\]\(notebooks/(?!00)([\w-]+\.ipynb)\)", readme_map())
    for path in (path for path in SOLVED if path.name in mapped):
        stated = reading_time.stated_in(path)
        row = re.search(
            rf"^\| \[\d\d\]\({path.name}\).*\| (\d+) \+ (\d+) \|$", the_map, re.MULTILINE
        )
        assert (stated.reading, stated.working) == tuple(map(int, row.groups())), path.stem


@each_solved
def test_an_exercise_states_its_points_and_minutes(path):
    ours = sorted(
        (exercise for exercise in all_exercises().values() if exercise.notebook == path.stem),
        key=lambda exercise: exercise.turn,
    )
    stated = list(reading_time.exercises_in(path))
    assert [(e.points, e.minutes) for e in ours] == [row[:2] for row in stated]
    for _, minutes, lines, difficulty in stated:
        assert abs(minutes - lines * (1.5 + 0.5 * difficulty)) <= 10
