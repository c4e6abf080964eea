"""The rules for the lesson's English find what they are there for."""

from datetime import date

import pytest
from lint import texts
from lint.texts import Text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("A convolutonal block.", {"convolutonal"}),
        ("It doesn't. `recieve` is code, as is resnet_lesson/recieve.py.", set()),
        ("Keras's recieving end.", {"recieving"}),
    ],
)
def test_a_slip_of_the_pen_is_found(body, words):
    pytest.importorskip("spellchecker", reason="pip install -e '.[dev]'")
    known = {"convolutional", "keras"}
    assert {word for _, word in texts.misspelt([Text("here", body)], known)} == words


def test_our_list_of_words_has_to_be_sorted_and_none_of_a_dictionary_s():
    pytest.importorskip("spellchecker", reason="pip install -e '.[dev]'")
    assert list(texts.misplaced(["keras", "resnet"])) == []
    assert len(list(texts.misplaced(["resnet", "keras", "house"]))) == 2


@pytest.mark.parametrize(
    "body",
    ["the conv block", "Batch Normalization helps", "ResNet50 learns", "a gray hand", "Two photos"],
)
def test_another_name_is_found(body):
    assert texts.wrong_terms([Text("here", body)]) != []


@pytest.mark.parametrize(
    "body", ["`ResNet50` is ours", "[Batch Normalization](https://arxiv.org/abs/1)", "photography"]
)
def test_code_and_cited_titles_keep_their_names(body):
    assert texts.wrong_terms([Text("here", body)]) == []


def test_what_code_and_pages_say_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr(texts, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text('"""One."""\n# Two\nx = "three small words", "no words"\n')
    (tmp_path / "b.html").write_text("<style>no</style><p>{# no #}Four {{ no }}</p>")
    read = texts.texts_in(sorted(tmp_path.iterdir()))
    assert sorted(text.body.strip() for text in read if text.body) == [
        *("# Two", "Four", "One.", "three small words")
    ]


@pytest.mark.parametrize(
    ("entry", "used", "fault"),
    [
        ({"what": "a page", "listed": date(2026, 11, 2)}, True, None),
        ({"what": "a page", "listed": date(2026, 11, 2)}, False, "used nowhere"),
        ({"what": "page", "listed": date(2026, 11, 2)}, True, "wants what"),
        ({"what": "a page", "listed": date(2026, 11, 2), "by": 1}, True, "wants what"),
        (
            {"what": "a page", "listed": date(2026, 11, 2), "opened": date(2026, 11, 1)},
            *(True, "opened before"),
        ),
        (None, True, "is not listed"),
    ],
)
def test_the_list_of_links_is_that_of_the_links_used(entry, used, fault):
    address = "https://a.b/c"
    listed = {address: entry} if entry else {}
    faults = list(texts.wrong_links(listed, {address} if used else set()))
    assert len(faults) == bool(fault) and (not fault or fault in faults[0])
    assert texts.used_addresses([Text("here", f"[x]({address}).")]) >= {address}
