"""The report of a class: what is counted, what is drawn, how it looks, how much it keeps."""

import pickle
import re

import pytest
from support.colours import contrast
from support.pages import (
    NASTY,
    Page,
    assert_stands_alone,
    block,
    exercise,
    finding,
    network,
    result,
)

from resnet_lesson.figures import style
from resnet_lesson.grading.report import page as pages
from resnet_lesson.grading.report import teaching
from resnet_lesson.grading.report.class_page import class_page
from resnet_lesson.grading.report.class_statistics import MOST_NAMES, ClassStatistics

PLACES = ("main.2.conv", "main.1.bn", "add", "output.relu", "main.3.conv", "shortcut.conv")


def of(results):
    report = ClassStatistics()
    for one in results:
        report.add(one)
    return report


def a_class(size):
    """Results in which a mistake is the rarer the later it stands in `PLACES`."""
    for i in range(size):
        place = PLACES[min((i * 7919) % 16 // 3, 5)] if i % 3 else None
        wrong = finding(place, "missing" if place != "main.2.conv" else "padding")
        answers = [exercise(points=7.0 if place else 10.0, findings=[wrong] if place else [])]
        stage = finding(f"stage{2 + i % 2}.block1.main.1.conv", "strides", "(2, 2)", "(1, 1)")
        answers.append(exercise("ResNet50", 7.0, [stage] if i % 4 else []))
        yield result(f"student{i}.ipynb", *answers)


GRAPHS = {"identity_block": block(), "ResNet50": network()}


@pytest.mark.parametrize("size", [0, 1, 60])
def test_a_class_of_any_size_has_a_page(size):
    page = assert_stands_alone(class_page(of(a_class(size)), GRAPHS))
    assert ("No submissions" in page.text) == (size == 0)


def test_a_large_class_leaves_nothing_out():
    report = of(a_class(5000))
    html = class_page(report, GRAPHS)
    assert "5,000" in html
    counted = sum(m.count for m in report.exercises["identity_block"].in_code())
    assert counted == sum(i % 3 > 0 for i in range(5000))
    assert len(html) < 2_000_000


def test_what_is_kept_does_not_grow_with_the_class():
    def kept(size):
        odd = finding("main.2.conv", "padding", "same", "x" * 50)
        extra = (
            result(f"odd{i:05}", exercise(findings=[{**odd, "where": f"main.{i}.conv"}]))
            for i in range(size)
        )
        values = (
            result(f"val{i:05}", exercise(findings=[{**odd, "got": f"{i:05}"}], seconds=i))
            for i in range(size)
        )
        return len(pickle.dumps(of([*extra, *values])))

    assert kept(4000) < 1.02 * kept(2000)


def test_mistakes_come_most_frequent_first():
    often, seldom = finding("main.1.bn", "missing"), finding("add", "merge")
    results = [result(f"s{i}", exercise(findings=[seldom if i < 2 else often])) for i in range(7)]
    text = Page(class_page(of(results), GRAPHS)).text
    assert "1. The first BatchNorm of the main path is missing" in text
    assert "2. The two paths are joined otherwise than by an addition" in text
    assert "5 of 7 answers" in text and "2 of 7 answers" in text


def test_the_root_cause_counts_and_its_consequences_do_not():
    root, follows = finding("main.2.conv", "padding"), finding("main.3.bn", "axis")
    report = of([result("a", exercise(findings=[root, follows]))])
    counted = [(m.where, m.count) for m in report.exercises["identity_block"].in_code()]
    assert counted == [("main.2.conv", 1)]


def test_a_layer_used_twice_is_not_told_as_one_that_is_missing():
    twice = finding("main.3.conv", "shared_layer", "a layer of its own", "the layer of main.1.conv")
    gone = finding("main.3.conv", "missing", "conv", "nothing")
    text = Page(
        class_page(of(result("a", exercise(findings=[f])) for f in (twice, gone)), GRAPHS)
    ).text
    assert "uses weights that belong to another place" in text
    assert "The third convolution of the main path is missing" in text


def boxes(html, place):
    return re.findall(rf'data-place="{re.escape(place)}".*?</g>', html, re.S)


def test_places_are_coloured_and_numbered_by_how_many_went_wrong_there():
    results = [result(f"s{i}", exercise(findings=[finding()])) for i in range(8)]
    results.append(result("t", exercise(findings=[finding("main.1.bn", "missing")])))
    html = class_page(of(results), GRAPHS)
    (often,), (seldom,) = boxes(html, "main.2.conv"), boxes(html, "main.1.bn")
    assert style.HEAT[-1] in often and "✗ 8" in often
    assert style.HEAT[0] in seldom and "✗ 1" in seldom
    assert not any(colour in boxes(html, "main.3.bn")[0] for colour in style.HEAT)


def test_what_is_too_many_is_drawn_where_it_stands():
    extras = [finding(where, "extra") for where in ("main.3.relu", "shortcut.relu")]
    html = class_page(of(result("s", exercise(findings=[f])) for f in extras), GRAPHS)
    for extra in extras:
        (box,) = boxes(html, extra["where"])
        assert "too many" in box and "✗ 1" in box


def test_a_network_is_counted_by_block_and_drawn_from_inside():
    where = "stage3.block1.shortcut.conv"
    found = [finding(where, "strides"), finding("stage2", "block_count"), finding("head.dense")]
    html = class_page(of(result("s", exercise("ResNet50", findings=[f])) for f in found), GRAPHS)
    assert "✗ 1" in boxes(html, "stage3.block1")[0]
    assert "✗ 1" in boxes(html, "head.dense")[0]
    assert "✗ 1" in boxes(html, where)[0]
    assert "Inside stage 3, block 1" in html and "Inside stage 2" not in html


def test_who_could_not_be_graded_is_told_with_the_reason():
    broken = finding("submission", "timeout", "", "", "Was not done after 120 seconds.")
    results = [result("slow.py", exercise(points=0, findings=[broken], status="error"))]
    text = Page(class_page(of(results), GRAPHS)).text
    assert "identity_block: timeout" in text
    assert "slow.py: Was not done after 120 seconds." in text


def test_an_exercise_without_a_graph_is_reported_without_a_drawing():
    page = Page(class_page(of([result("a", exercise("ResNet34", findings=[finding()]))]), {}))
    assert "ResNet34" in page.text and "figure" not in page.elements


def test_what_a_learner_wrote_is_text():
    odd = finding(f"main.{NASTY}", NASTY, NASTY, NASTY, f"`{NASTY}`")
    broken = finding("submission", NASTY, NASTY, NASTY, NASTY)
    results = [result(NASTY, exercise(NASTY, findings=[f])) for f in (odd, broken)]
    graphs = {NASTY: block()}
    assert "alert(1)" in assert_stands_alone(class_page(of(results), graphs, NASTY)).text


def test_more_students_than_are_named_are_counted():
    results = [result(f"s{i}", exercise(findings=[finding()])) for i in range(MOST_NAMES + 5)]
    assert "and 5 more" in Page(class_page(of(results), GRAPHS)).text


def test_the_median_of_the_points():
    for points, median in (([4], 4), ([1, 2], 1.5), ([9, 1, 5], 5), ([0, 0, 10, 10], 5)):
        report = of(result(str(p), exercise(points=p)) for p in points)
        assert report.median_points() == median


def test_every_kind_of_finding_is_explained():
    in_code = (
        "missing extra order filters kernel_size strides padding activation initializer axis "
        "training operands merge pool_size pool_kind units block_kind block_count shape values "
        "shared_layer reused_layer unkept_layer"
    )
    for what in in_code.split():
        assert teaching.tomorrow("main.1.conv", what), what
        assert "_" not in teaching.title("main.1.conv", what, "One ReLU. Why")
    outside = (
        "syntax import exception signature wrong_type timeout memory crashed reference tampering "
        "unrecognised config"
    )
    for what in outside.split():
        assert teaching.tomorrow("submission", what), what


def test_texts_in_drawings_stand_out_on_dark_screens_and_light_ones():
    for dark in (False, True):
        shown = pages.DARK if dark else {colour: colour for colour in pages.DARK}
        fills = [style.PAPER, style.LANE, *style.HEAT]
        fills += [fill for kind, (fill, _) in style.KINDS.items() if kind != "tensor"]
        for fill in fills:
            assert contrast(shown[style.INK], shown[fill]) > 4.5, (dark, fill)
        for _, fill, ink in (style.WRONG, style.RIGHT):
            assert contrast(shown[ink], shown[fill]) > 4.5, (dark, fill)


@pytest.mark.browser
def test_the_page_fits_phones_and_screens_and_asks_for_nothing(tmp_path, browser):
    path = tmp_path / "class.html"
    path.write_text(class_page(of(a_class(60)), GRAPHS), encoding="utf-8")
    for width in (420, 1280):
        for scheme in ("light", "dark"):
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            asked, said = [], []
            tab.on("request", lambda request, asked=asked: asked.append(request.url))
            tab.on("console", lambda message, said=said: said.append(message.text))
            tab.goto(path.as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            smallest = tab.evaluate(
                "Math.min(...[...document.querySelectorAll('figure > svg')].map("
                "s => 12 * s.getBoundingClientRect().width / s.viewBox.baseVal.width))"
            )
            assert smallest > 10.5, "the text in the drawings is too small to read"
            tab.screenshot(path=tmp_path / f"class-{width}-{scheme}.png", full_page=True)
            assert asked == [path.as_uri()] and said == []
            tab.close()
