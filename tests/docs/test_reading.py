"""How the lesson reads: spelling, terms, links, lengths of cells, and the minutes that it states.

What the rules need to know is in ``tests/reading``: the words that no dictionary has, one name for
one thing, and the addresses of other people's pages.
"""

import re
import statistics
import tomllib
from datetime import date
from functools import cache
from urllib.parse import unquote

import pytest
from support import reading_time
from support.paths import BLANK, README, ROOT, SOLVED
from support.texts import (
    ADDRESS,
    Text,
    cells_of,
    code_texts,
    lesson_texts,
    prose,
)

from resnet_lesson.exercises import all_exercises

FOLDER = ROOT / "tests/reading"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob(".github/*.md"))]
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|(?:src|href)\s*=\s*\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
NOT_PUBLISHED = re.compile(r"127\.0\.0\.1|localhost|www\.w3\.org/\d{4}/|[{\\]")

each_solved = pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize(
    "path", SOLVED + BLANK, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


@cache
def all_texts():
    """The lesson's texts and what its code says: a tuple of `Text`."""
    return (*lesson_texts(), *code_texts())


@cache
def dictionary():
    """English as pyspellchecker knows it, mostly in American spelling."""
    return pytest.importorskip("spellchecker").SpellChecker()


def listed_words():
    """The words of our own list, in lower case."""
    lines = (FOLDER / "words.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def words_of(text):
    """The words of a text as a dictionary has them: in lower case, no abbreviations, no ’s."""
    for word in WORD.findall(prose(text.body)):
        word = re.sub(r"['’]s$", "", word)
        if len(word) > 1 and (word.islower() or word.istitle()):
            yield word.lower()


def misspelt(texts, known):
    """Words that neither the dictionary has nor our list: a set of (place, word)."""
    found = {(text.where, word) for text in texts for word in words_of(text)}
    return {
        (where, word) for where, word in found if word not in known and word not in dictionary()
    }


def terms():
    """The table of terms: for each what to say, and a pattern of what not to say."""
    table = tomllib.loads((FOLDER / "terms.toml").read_text(encoding="utf-8"))["term"]
    for row in table:
        yield row["say"], re.compile(rf"(?i)(?<![\w-])(?:{'|'.join(row['not'])})(?![\w-])")


def wrong_terms(texts):
    """What the table of terms forbids: list of (place, found, what to say instead)."""
    plain = [(text.where, " ".join(prose(text.body).split())) for text in texts]
    return [
        (where, found[0], say)
        for say, pattern in terms()
        for where, body in plain
        for found in pattern.finditer(body)
    ]


def listed_links():
    """The list of external links: from address to a dict with what it is and when it was seen."""
    return tomllib.loads((FOLDER / "links.toml").read_text(encoding="utf-8"))["link"]


def used_addresses():
    """The addresses in all texts and in the code: a set."""
    texts = list(all_texts())
    texts += [Text("", path.read_text("utf-8")) for path in ROOT.glob("resnet_lesson/**/*.py")]
    found = {address for text in texts for address in ADDRESS.findall(text.body)}
    return {address for address in found if not NOT_PUBLISHED.search(address)}


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


def test_every_word_is_in_a_dictionary_or_in_our_list():
    assert misspelt(all_texts(), set(listed_words())) == set()


def test_our_list_of_words_is_sorted_and_has_none_that_the_dictionary_has():
    listed = listed_words()
    assert listed == sorted(set(listed))
    assert [word for word in listed if word in dictionary()] == []


def test_one_thing_has_one_name():
    assert wrong_terms(lesson_texts()) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("A convolutonal block.", {"convolutonal"}),
        ("It doesn't. `recieve` is code, as is resnet_lesson/recieve.py.", set()),
        ("Keras's recieving end.", {"recieving"}),
    ],
)
def test_a_slip_of_the_pen_is_found(body, found):
    known = {"convolutional", "keras"}
    assert {word for _, word in misspelt([Text("here", body)], known)} == found


@pytest.mark.parametrize(
    "body",
    ["the conv block", "Batch Normalization helps", "ResNet50 learns", "a gray hand", "Two photos"],
)
def test_another_name_is_found(body):
    assert wrong_terms([Text("here", body)]) != []


@pytest.mark.parametrize(
    "body", ["`ResNet50` is ours", "[Batch Normalization](https://arxiv.org/abs/1)", "photography"]
)
def test_code_and_cited_titles_keep_their_names(body):
    assert wrong_terms([Text("here", body)]) == []


@each_notebook
def test_every_link_of_a_notebook_leads_to_a_file_or_a_heading(path):
    assert list(broken_links(path, "\n\n".join(cells_of(path, "markdown")))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_link_of_a_page_leads_to_a_file_or_a_heading(path):
    assert list(broken_links(path, path.read_text(encoding="utf-8"))) == []


def test_a_link_to_nowhere_is_found():
    body = "[a](missing.ipynb) [b](#missing) [c](tests/support/texts.py) `[d](code)`"
    assert len(list(broken_links(ROOT / "README.md", body))) == 2


def test_every_external_link_is_listed_and_none_that_is_gone():
    assert sorted(listed_links()) == sorted(used_addresses())


@pytest.mark.parametrize("address", listed_links())
def test_a_listed_link_says_what_it_is_and_when_somebody_opened_it(address):
    entry = listed_links()[address]
    assert set(entry) <= {"what", "listed", "opened"}
    assert len(entry["what"].split()) >= 2
    assert date(2026, 11, 1) <= entry["listed"] <= entry.get("opened", entry["listed"])


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
