"""Accessibility of every notebook, in both forms, texts and stored outputs.

The rules are those of JupyterLab's accessibility checker (``jupyterlab-a11y-checker`` 0.2.9) and
carry its names. It looks at text cells only; here they hold for outputs too. The checker itself and
axe-core, on the pages as JupyterLab shows them, run under ``pytest -m browser``
(`test_accessibility_browser`).
"""

import json
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from support.colours import contrast
from support.paths import BLANK, ROOT, SOLVED
from support.texts import TO_HTML

PICTURES = sorted((ROOT / "images").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
VAGUE = ("click", "here", "link", "more", "read")

every_notebook = pytest.mark.parametrize(
    "path", BLANK + SOLVED, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def read(text):
    """HTML as a tree of elements."""
    return BeautifulSoup(text, "html.parser")


def code_outputs(notebook):
    """The outputs of all code cells."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [output for cell in cells for output in cell["outputs"]]


def texts_of(notebook):
    """The text cells of a notebook: pairs of the HTML that each gives, and its source."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    sources = ["".join(cell["source"]) for cell in cells]
    return [(read(TO_HTML(source)), source) for source in sources]


def outputs_of(notebook):
    """The outputs that are shown as HTML, or as Markdown: pairs of their HTML and their source."""
    for data in (output.get("data", {}) for output in code_outputs(notebook)):
        for form in ("text/html", "image/svg+xml", "text/markdown"):
            if form in data:
                source = "".join(data[form])
                yield read(TO_HTML(source) if form == "text/markdown" else source), source
                break


def pictures_without_words(notebook):
    """Outputs in the picture formats: JupyterLab shows them without alternative texts (4.6)."""
    for data in (output.get("data", {}) for output in code_outputs(notebook)):
        if data.keys() & {"image/png", "image/jpeg"} and "text/html" not in data:
            yield "image-missing-alt: a picture that is no <img> of text/html"


def heading_issues(texts, starts_with_text):
    """Headings over a whole notebook, from the HTML of its text cells."""
    headings = [found for text in texts for found in text.find_all(re.compile("^h[1-6]$"))]
    levels = [int(heading.name[1]) for heading in headings]
    titles = [" ".join(heading.get_text().lower().split()) for heading in headings]
    if not starts_with_text or getattr(texts[0].find(), "name", None) != "h1":
        yield "heading-missing-h1: the first cell has to begin with the title"
    if levels.count(1) > 1:
        yield "heading-multiple-h1"
    if "" in titles:
        yield "heading-empty"
    # The checker compares levels 1 and 2; whoever jumps from heading to heading meets all of them.
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"heading-duplicate: {title}"
    for (level, next_), title in zip(pairwise(levels), titles[1:], strict=False):
        if next_ > level + 1:
            yield f"heading-wrong-order: h{next_} after h{level}, {title}"


def picture_issues(html):
    """Pictures need words that say what they show; a drawing may be hidden if text replaces it."""
    for picture in html.find_all("img"):
        said = picture.get("alt", "")
        if len(said.split()) < 3 or re.search(r"\.(png|jpe?g|svg)\b", said):
            yield f"image-missing-alt: {picture.get('src', '')[:40]} {said!r}"
    for drawing in html.find_all("svg"):
        said = drawing.get("aria-label", "").strip() or drawing.get("aria-labelledby")
        named = drawing.get("role") == "img" and said
        if not named and drawing.get("aria-hidden") != "true" and not drawing.find_parent("svg"):
            yield f"image-missing-alt: {str(drawing)[:60]}"


def table_issues(html, written_as_html):
    """Tables need header cells; what is written as HTML also a caption and the headers' scopes."""
    for table in html.find_all("table"):
        headers = table.find_all("th")
        if not any(header.get_text().strip() for header in headers):
            yield "table-missing-header"
        if written_as_html and not table.find("caption"):
            yield "table-missing-caption"
        if written_as_html and any("scope" not in header.attrs for header in headers):
            yield "table-missing-scope"


def link_issues(html):
    """Words of a link have to say where it leads; short ones made of "click here" do not."""
    for link in html.find_all("a", href=True):
        said = (link.get("aria-label") or link.get_text()).strip()
        vague = len(said) < 20 and any(word in said.lower() for word in VAGUE)
        if not said or vague or re.match(r"(https?://|www\.)", said):
            yield f"link-discernible-text: {said!r}"


def media_issues(html):
    """Sound, film and foreign frames would need captions and transcripts; the lesson has none."""
    for element in html.find_all(["audio", "video", "iframe", "object", "embed"]):
        yield f"media-without-transcript: {element.name}"


def issues_of(notebook):
    """All that the rules find in a notebook, as it is decoded from its file: list of strings."""
    texts = texts_of(notebook)
    starts_with_text = notebook["cells"][0]["cell_type"] == "markdown"
    found = list(heading_issues([html for html, _ in texts], starts_with_text))
    found += pictures_without_words(notebook)
    for html, source in (*texts, *outputs_of(notebook)):
        found += [*picture_issues(html), *table_issues(html, "<table" in source)]
        found += [*link_issues(html), *media_issues(html)]
    return found


@every_notebook
def test_a_notebook_passes_the_rules(path):
    assert issues_of(json.loads(path.read_text(encoding="utf-8"))) == []


def notebook_of(*sources, outputs=()):
    """A notebook of text cells, the first under a title, and one code cell with outputs."""
    texts = [{"cell_type": "markdown", "source": source} for source in ("# Title", *sources)]
    data = [{"data": bundle, "metadata": {}} for bundle in outputs]
    return {"cells": [*texts, {"cell_type": "code", "source": "1", "outputs": data}]}


GOOD_TABLE = '<table><caption>Sizes</caption><tr><th scope="col">n</th></tr></table>'
GOOD = [
    "## Part\n### Section\n## Next part",
    "![A chart with two lines](a.png) [the second notebook](02.ipynb)",
    "| n |\n| --- |\n| 1 |",
    GOOD_TABLE,
    '<svg aria-hidden="true"></svg>',
]
BAD = {
    "heading-multiple-h1": "# Another title",
    "heading-empty": "##",
    "heading-duplicate": "## Part\n\ntext\n\n## part",
    "heading-wrong-order": "### Section",
    "image-missing-alt": "![](a.png)",
    "table-missing-header": "<table><caption>Sizes</caption><tr><td>1</td></tr></table>",
    "table-missing-caption": GOOD_TABLE.replace("caption", "p"),
    "table-missing-scope": GOOD_TABLE.replace(' scope="col"', ""),
    "link-discernible-text": "[read more](02.ipynb)",
    "media-without-transcript": '<video src="a.mp4"></video>',
}


def rules_broken(notebook):
    return {issue.partition(":")[0] for issue in issues_of(notebook)}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_accessible_passes(text):
    assert issues_of(notebook_of(text, outputs=[{"text/markdown": text.replace("#", "")}])) == []


@pytest.mark.parametrize(("rule", "text"), BAD.items(), ids=BAD)
def test_a_rule_finds_what_it_is_there_for(rule, text):
    assert rules_broken(notebook_of(text)) == {rule}


@pytest.mark.parametrize(
    "text",
    ["[https://keras.io](a)", '<a href="a"></a>', '<img src="a">', "![plot.png](a)", "<svg/>"],
)
def test_a_rule_finds_other_forms_too(text):
    assert (
        rules_broken(notebook_of(text)) <= {"link-discernible-text", "image-missing-alt"} != set()
    )


@pytest.mark.parametrize(
    ("output", "rule"),
    [
        ({"image/png": "iVBORw0KGgo="}, "image-missing-alt"),
        ({"image/svg+xml": "<svg></svg>"}, "image-missing-alt"),
        ({"text/html": "<table><tr><th scope='col'>n</th></tr></table>"}, "table-missing-caption"),
    ],
)
def test_outputs_are_looked_at_too(output, rule):
    assert rules_broken(notebook_of(outputs=[output])) == {rule}


def test_a_notebook_begins_with_its_title_and_not_with_code():
    notebook = notebook_of()
    notebook["cells"].reverse()
    assert rules_broken(notebook) == {"heading-missing-h1"}


def painted(root):
    """The areas of a drawing, in the order in which they are painted: (x0, y0, x1, y1, colour)."""
    for shape in root.iter():
        colour = shape.get("fill")
        if shape.tag == f"{SVG}circle" and colour != "none":
            x, y, r = (float(shape.get(name)) for name in ("cx", "cy", "r"))
            yield x - r, y - r, x + r, y + r, colour
        elif shape.tag == f"{SVG}rect" and colour != "none":
            x, y, w, h = (float(shape.get(name)) for name in ("x", "y", "width", "height"))
            yield x, y, x + w, y + h, colour


def ground_of(text, areas):
    """The colour behind a text's anchor; in the drawings no text is painted over afterwards."""
    x, y = float(text.get("x")), float(text.get("y")) - 1
    return [colour for x0, y0, x1, y1, colour in areas if x0 <= x <= x1 and y0 <= y <= y1][-1]


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_texts_in_a_picture_stand_out_from_their_ground(path):
    root = ElementTree.parse(path).getroot()
    areas = list(painted(root))
    for text in root.iter(f"{SVG}text"):
        size, bold = float(text.get("font-size")), text.get("font-weight") == "bold"
        large = size >= 24 or (bold and size >= 18.66)  # pixels: 18 points, and 14 in bold type
        ratio = contrast(ground_of(text, areas), text.get("fill"))
        assert ratio >= (3 if large else 4.5), (text.text, text.get("fill"), ratio)
