"""The look of what stands below a cell: readable in every theme, harmless, and the same twice."""

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from support.colours import contrast
from support.pages import Page, block, network

from resnet_lesson import html as lesson_html
from resnet_lesson.figures import style, svg
from resnet_lesson.figures.diagram import diagram
from resnet_lesson.grading.judge.alignment import Difference
from resnet_lesson.grading.judge.compare import Comparison, placed
from resnet_lesson.grading.judge.judge import Deviation, Verdict
from resnet_lesson.grading.report.report import Finding
from resnet_lesson.graph.operations import Op, operations, with_places
from resnet_lesson.lab.hints import hint, solution
from resnet_lesson.lab.panel import Panel, as_html, quoted
from resnet_lesson.lab.progress import progress
from resnet_lesson.lab.questions import question
from resnet_lesson.lab.shown_report import ShownReport

THEMES = sorted(Path(sys.prefix, "share/jupyter/lab/themes").glob("*/*/index.css"))
# What a learner may write anywhere, with what it would do where it is taken for mark-up.
NASTY = (
    "</style></svg><script>alert(1)</script><img src=x onerror=alert(1)> `a` | b |\n# c\n"
    "[d](javascript:alert(1)) $e^2$ **f** &lt; \x1b[31mred\x1b[0m \x1b]8;;http://x\x07y \u202eg "
    "\u2066h \x00\ud800 ''\" {{i}} " + "x" * 10_000
)
TAGS = {"a", "br", "caption", "code", "details", "div", "em", "figure", "li", "ol", "p", "pre"}
TAGS |= {"span", "strong", "style", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"}
SHAPES = {"svg", "desc", "title", "g", "rect", "circle", "path", "text"}
ATTRIBUTES = {"class", "role", "aria-label", "style", "tabindex", "open", "scope", "viewbox"}
ATTRIBUTES |= {"fill", "stroke", "stroke-width", "stroke-dasharray", "rx", "x", "y", "d", "cx"}
ATTRIBUTES |= {"cy", "r", "font-size", "font-weight", "font-family", "text-anchor", "data-kind"}
ATTRIBUTES |= {"data-place", "width", "height", "href"}


def failed(name="identity_block", message="It has `padding` `valid`.", nasty=None):
    """A report on a block with a wrong padding; ``nasty`` is a text for wherever one can stand."""
    odd = (Op("other", {"name": nasty, nasty: nasty}, (8, 8, 16), nasty),) if nasty else ()
    attempt, expected = with_places(block(padding="valid")) + odd, with_places(block())
    differences = (
        Difference("main.2.conv", "padding", "same", "valid"),
        Difference(nasty or "output.relu", "missing", "relu", "nothing"),
    )
    values = (Deviation("main.1.conv", "exact", 0.0), Deviation("main.2.conv", "different", 0.3))
    run = SimpleNamespace(series=attempt)
    verdict = Verdict(False, differences, None, run, values, expected)
    found = [Finding(nasty or "main.2.conv", nasty or "padding", "same", "valid", message)]
    said = {"advice": nasty or "", "notes": (nasty or "",)}
    return ShownReport(name, "failed", 7.0, 10.0, found, verdict=verdict, **said)


def html_of(shown):
    return shown._repr_mimebundle_()["text/html"]


def everything():
    """One of all that stands below a cell, by name."""
    return {
        "failed": failed(),
        "passed": ShownReport("ResNet50", "passed", 15.0, 15.0, advice="Next: `ResNet34`."),
        "not attempted": ShownReport("ResNet50", "not_attempted", 0.0, 15.0, advice="Fill it in."),
        "hint": hint("identity_block"),
        "solution": solution("identity_block"),
        "question": question("relu-before-addition"),
        "answer": question("relu-before-addition", "a"),
        "error": question("nothing"),
        "text": Panel("| A |\n|:--|\n| 1 |\n\n```python\nprint('x')\n```", "T", "open"),
    }


# --- harmless ---


def assert_harmless(html):
    """Well formed, of known elements and attributes only, and nothing that loads or runs."""
    page = Page(html)
    assert set(page.elements) <= TAGS | SHAPES
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert not re.search(r"url\(|@import|expression\(", html)
    targets = [value for name, value in page.attributes if name == "href"]
    assert not [target for target in targets if ":" in target]
    html.encode("utf-8")
    return page


@pytest.mark.parametrize("name", everything())
def test_all_forms_are_harmless_and_the_same_twice(name):
    once, again = (everything()[name]._repr_mimebundle_() for _ in range(2))
    assert_harmless(once["text/html"])
    assert once["text/plain"].strip()
    assert once == again or name == "hint"  # of which each call gives one more


def test_what_a_learner_wrote_does_nothing_in_a_report():
    report = failed(NASTY, f"raised {NASTY} `{NASTY}`", NASTY)
    page = assert_harmless(html_of(report))
    assert "<script>alert(1)</script>" in page.text and "[31m" not in page.text
    assert len(html_of(report)) < 60_000
    text = repr(report)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert max(len(line) for line in text.splitlines()) < 1100


def test_what_a_learner_wrote_does_nothing_in_markdown():
    for markdown in (quoted(NASTY), f"| {quoted(NASTY)} | b |", f"[{quoted(NASTY)}](a.ipynb)"):
        page = assert_harmless(as_html(f"Said: {markdown}"))
        assert "<script>alert(1)</script>" in page.text
        assert not {"strong", "code", "h1", "img"} & set(page.elements)
    assert repr(Panel(f"Said: {quoted('a_b <c>')}")) == "Said: a_b <c>"
    panel = Panel(quoted(NASTY), NASTY, before=[(NASTY, "x")])
    assert_harmless(panel.html)
    assert_harmless(as_html(panel.markdown.replace("<details>", "").replace("</details>", "")))
    assert "\x1b" not in repr(panel) and "\u202e" not in repr(panel)


def test_a_table_of_what_learners_wrote_keeps_its_columns():
    rows = f"| A | B |\n|:--|:--|\n| {quoted('a|b')} | {quoted('`c` | d')} |"
    page = assert_harmless(as_html(rows))
    assert page.elements.count("td") == 2 and "a|b" in page.text and "`c` | d" in page.text


def test_dollars_are_left_alone():
    for shown in everything().values():
        assert html_of(shown).startswith('<div class="tex2jax_ignore mathjax_ignore"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\", "ab"),
        ("abc\u202edef", "abc\ufffddef"),
        ("a\tb\r\nc\rd", "a   b\nc\nd"),
        ("x" * 30, "x" * 15 + " … " + "x" * 5),
        ("ชั้น 層 ✓", "ชั้น 層 ✓"),
    ],
)
def test_text_from_outside_is_made_fit_to_be_shown(text, said):
    assert lesson_html.shown(text, 20) == said


# --- readable ---


def test_nothing_is_as_wide_as_a_screen_or_sized_in_pixels():
    for shown in everything().values():
        looks = " ".join(re.findall(r'style="([^"]*)"', html_of(shown)))
        assert not re.search(r"(?<!max-)(?<!min-)\bwidth:\d+px", looks)
        assert not re.search(r"font(-size)?:[^;]*px", looks)


def test_drawings_are_named_with_their_marks_and_repeated_as_a_table():
    page = assert_harmless(html_of(failed()))
    names = [value for name, value in page.attributes if name == "aria-label"]
    assert any(n.startswith("Yours. Marked: the second convolution") for n in names)
    assert any(n.startswith("Expected. Marked:") and "✓ padding" in n for n in names)
    assert "✗ padding" in page.text and "✓ padding" in page.text
    assert "✗ main.2.conv" in page.text and "different (0.3)" in page.text
    scopes = [value for name, value in page.attributes if name == "scope"]
    assert {"col", "row"} == set(scopes) and page.elements.count("th") == len(scopes)
    assert "caption" in page.elements


def test_a_value_that_is_exact_is_called_so_without_a_number():
    assert "exact main.1.bn" in Page(html_of(failed())).text
    [line] = [line for line in repr(failed()).splitlines() if "main.1.conv" in line]
    assert line.endswith("  exact")


def test_the_legend_of_the_table_wraps_in_a_narrow_window_and_marks_stay_with_their_places():
    html = html_of(failed())
    legend, table = html.index("✗ marks what differs"), html.index("<table")
    assert legend < table and "✗&nbsp;<code>main.2.conv</code>" in html
    assert len(re.search("<caption[^>]*>(.*?)</caption>", html)[1]) <= 32


def test_all_differences_of_a_place_are_marked_there():
    report = failed()
    both = (*report.verdict.differences, Difference("main.2.conv", "kernel_size", 3, 1))
    page = Page(html_of(replace(report, verdict=replace(report.verdict, differences=both))))
    badges = ("✗ padding", "✗ kernel size", "✓ padding", "✓ kernel size")
    assert [badge for badge in badges if badge not in page.text] == []


def test_cells_of_tables_have_room_whatever_the_page_around_them_says():
    for html in (html_of(everything()["text"]), html_of(failed()), progress().html):
        cells = re.findall(r"<t[hd]\b[^>]*>", html)
        assert cells and all("padding:" in cell for cell in cells)


def test_what_comes_too_late_is_marked_in_both_drawings():
    branch, last = block()
    *before, relu, conv, bn = branch.main
    attempt = (replace(branch, main=tuple(map(replace, (*before, conv, bn, relu)))), replace(last))
    expected = with_places(block())
    wanted = [op for op in operations(expected) if op.place != "main.2.relu"]
    found = [op for op in operations(attempt) if op is not attempt[0].main[-1]]
    difference = Difference("main.2.relu", "order", "in its turn", "too late")
    comparison = Comparison((difference,), tuple(zip(wanted, found, strict=True)))
    run = SimpleNamespace(series=placed(attempt, comparison))
    verdict = Verdict(False, (difference,), None, run, (), expected)
    page = Page(html_of(ShownReport("x", "failed", 0.0, 1.0, verdict=verdict)))
    assert page.text.count("✗ order") == 2  # in the wide drawing and in the narrow one
    assert "✓ order" in page.text
    assert "✗ main.2.relu ReLU ReLU, too late" in page.text


def test_an_addition_that_joins_wrongly_is_marked_though_it_stands_for_none_of_ours():
    (branch, last), expected = with_places(block()), with_places(block())
    attempt = (replace(branch, merge=replace(branch.merge, place="")), last)
    difference = Difference("add", "operands", "the block's input", "the main path twice")
    run = SimpleNamespace(series=attempt)
    verdict = Verdict(False, (difference,), None, run, (), expected)
    page = Page(html_of(ShownReport("x", "failed", 0.0, 1.0, verdict=verdict)))
    assert "✗ operands" in page.text and "✓ operands" in page.text
    assert "✗ add Add Add, the main path twice" in page.text


def test_a_narrow_window_gets_a_drawing_of_its_own_which_no_other_viewer_shows():
    shown = html_of(failed())
    wide, narrow = re.findall(r'<div class="(?:wide|narrow)"([^>]*)><svg', shown)[:2]
    assert wide == "" and "display:none" in narrow
    widths = [float(width) for width in re.findall(r'viewBox="0 0 (\S+)', shown)]
    assert widths[0] == widths[2] > 1.5 * widths[1] and widths[1] == widths[3]


def test_without_styles_and_drawings_the_words_are_in_order():
    html = re.sub(r"<svg.*?</svg>|style=\"[^\"]*\"", "", html_of(failed()), flags=re.DOTALL)
    words = Page(html).text
    order = [
        "not right yet, 7 of 10 points",
        "Second convolution of the main path · padding",
        "It has padding",
        "expected",
    ]
    assert sorted(order, key=words.index) == order


def test_earlier_hints_are_folded_and_can_be_opened():
    first, second = (hint("bottleneck_block") for _ in range(2))
    assert "<details" not in html_of(first) and "Hint 1 of" in first.title
    assert "<summary" in html_of(second) and first.text.split("\n")[0] in second.markdown
    assert second.title.startswith("Hint 2 of")


def test_code_and_tables_scroll_by_themselves_with_the_keyboard():
    page = Page(html_of(everything()["text"]))
    assert page.attributes.count(("tabindex", "0")) == 2
    assert page.attributes.count(("role", "group")) == 3


# --- in every theme ---


@cache
def variables(path):
    """A theme's variables; those of the palette have their values where they are first used."""
    given = {}
    for file in (*THEMES, path):
        text = file.read_text(encoding="utf-8")
        given |= dict(re.findall(r"var\((--md-[\w-]+),([^()]+)\)", text))
    return given | dict(re.findall(r"(--jp-[\w-]+):([^;}]+)", path.read_text(encoding="utf-8")))


def colour(css, path, below="#ffffff", opacity=1.0):
    """A colour of a theme on another one, as ``#rrggbb``."""
    while found := re.match(r"var\((--[\w-]+)(?:,(.*))?\)$", css):
        css = variables(path).get(found[1], found[2]).strip()
    named = {"white": "#ffffff", "black": "#000000", "green": "#008000"}
    css = named.get(css, css)
    if css.startswith("rgba"):
        *parts, alpha = (float(part) for part in css[5:-1].split(","))
        opacity *= alpha
    else:
        digits = css[1:] if len(css) == 7 else "".join(2 * digit for digit in css[1:])
        parts = [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
    ground = [int(below[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = (opacity * p + (1 - opacity) * g for p, g in zip(parts, ground, strict=True))
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


every_theme = pytest.mark.parametrize("path", THEMES, ids=lambda path: path.parent.name)


def test_there_are_light_dark_and_high_contrast_themes():
    names = {path.parent.name for path in THEMES}
    assert {"theme-light-extension", "theme-dark-extension"} <= names
    assert any("high-contrast" in name for name in names)


@every_theme
def test_text_and_bars_stand_out_in_the_theme(path):
    back = colour("var(--jp-layout-color0)", path)
    looks = html_of(failed())
    [text] = set(re.findall(r"[;\"]color:(var\(--jp-content[^;]*?\))[;\"]", looks))
    assert contrast(colour(text.replace("inherit", ""), path, back), back) >= 4.5
    for bar in lesson_html.KINDS.values():
        assert contrast(colour(bar, path, back), back) >= 3, bar
    code = colour("var(--jp-cell-editor-background)", path, back)
    coloured = html_of(solution_shown())
    shades = set(re.findall(r"color:(var\(--jp-mirror-editor-[\w-]+),inherit\)", coloured))
    assert len(shades) == 2
    for shade in shades:
        assert contrast(colour(f"{shade})", path, code), code) >= 4.5, shade


@pytest.mark.parametrize("back", ["#ffffff", "#1e1e1e"])
def test_bars_stand_out_where_there_is_no_theme(back):
    for bar in lesson_html.KINDS.values():
        assert contrast(re.search("#[0-9a-f]{6}", bar)[0], back) >= 3, bar


def solution_shown():
    return Panel('```python\ndef f():\n    return "x"\n```')


@every_theme
def test_every_text_in_a_drawing_stands_out_in_the_theme(path):
    kinds = [Op(kind, {}, (8, 8, 4)) for kind in style.KINDS if kind != "block"]
    kinds += [Op("conv", {"ghost": True})]
    marks = {"main.1.conv": "wrong", "main.2.bn": "✓ right", "nowhere": "x", "add": "y"}
    marks |= {"stage2.block1.main.1.conv": "wrong", "stage3": "✓ right"}
    checked = 0
    for series in (with_places(block(shortcut=True)), kinds, network()):
        root = ElementTree.fromstring(svg.themed(diagram(series, "T", "d", marks)))
        for text, looks, below in texts_with_ground(root, path):
            ink = colour(looks["fill"], path, below, float(looks.get("fill-opacity", 1)))
            assert contrast(ink, below) >= 4.5, (text, ink, below)
            checked += 1
    assert checked > 60


def texts_with_ground(root, path):
    """Every text of a drawing, its looks, and the colour that is below it."""
    areas = []
    for element in root.iter():
        looks = dict(part.split(":", 1) for part in element.get("style", "").split(";") if part)
        if element.tag in ("rect", "circle"):
            areas.append((extent(element), looks))
        if element.tag == "text":
            x, y = float(element.get("x")), float(element.get("y")) - 1
            yield element.text, looks, ground(areas, x, y, path)


def extent(shape):
    if shape.tag == "circle":
        x, y, r = (float(shape.get(name)) for name in ("cx", "cy", "r"))
        return x - r, y - r, x + r, y + r
    x, y, width, height = (float(shape.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def ground(areas, x, y, path):
    """What is below a point: all areas that it lies in, one on the other."""
    below = colour("var(--jp-layout-color0)", path)
    for (x0, y0, x1, y1), looks in areas:
        if x0 <= x <= x1 and y0 <= y <= y1:
            below = colour(looks["fill"], path, below, float(looks.get("fill-opacity", 1)))
    return below


@every_theme
def test_marks_stand_out_in_the_theme_and_differ_in_more_than_colour(path):
    paper = colour(style.THEMED[style.PAPER][0], path)
    for edge in (style.WRONG[0], style.RIGHT[0], style.BLUE):
        css, _ = style.THEMED.get(edge, (edge, 1))
        assert contrast(colour(css, path, paper), paper) >= 3, edge
    drawn = diagram(with_places(block()), "T", "d", {"main.1.conv": "wrong", "add": "✓ right"})
    assert "✗ wrong" in drawn and "✓ right" in drawn
    dashed = [line for line in drawn.splitlines() if "stroke-dasharray" in line]
    assert len(dashed) == 1 and style.WRONG[0] in dashed[0]
