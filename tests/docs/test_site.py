"""The solved lesson as a site to read: made by README's command, looked at in Chromium."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from support.paths import README, ROOT, SOLVED

pytestmark = pytest.mark.browser

NAMES = [path.stem for path in SOLVED]
BROKEN_PICTURES = "() => [...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
LINKS = "() => [...document.querySelectorAll('a[href]')].map(link => link.href)"
IDS = "() => [...document.querySelectorAll('[id]')].map(element => element.id)"
WIDTH = "() => document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the pages."""
    pytest.importorskip("myst_nb", reason="pip install -e '.[site]'")
    folder = tmp_path_factory.mktemp("site") / "html"
    program, _ = shlex.split(re.search(r"/python (\.site .*)$", README, re.MULTILINE)[1])
    command = [sys.executable, program, str(folder), "--fail-on-warning"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site, browser):
    """Each page as Chromium shows it at a width: (name, width) → what there is of it."""
    seen = {}
    for width in (1280, 420):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        for name in NAMES:
            asked = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto((site / f"{name}.html").as_uri())
            page.wait_for_load_state()
            seen[name, width] = {
                "asked": asked,
                "broken": page.evaluate(BROKEN_PICTURES),
                "links": page.evaluate(LINKS),
                "ids": page.evaluate(IDS),
                "width": page.evaluate(WIDTH),
                "text": page.inner_text("article"),
                "pictures": page.locator("article img").count(),
            }
        context.close()
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_its_notebook_and_asks_nobody_else(pages, name):
    page = pages[name, 1280]
    assert len(page["text"].split()) > 300 and page["broken"] == []
    assert [url for url in page["asked"] if not url.startswith("file:")] == []
    assert name in ("06-subclassing", "10-pretrained") or page["pictures"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_no_wider_than_a_telephone(pages, name):
    assert pages[name, 420]["width"] <= 420


def test_every_link_between_pages_leads_somewhere(site, pages):
    ids = {name: set(pages[name, 1280]["ids"]) for name in NAMES}
    wrong = []
    for name in NAMES:
        for link in pages[name, 1280]["links"]:
            target, anchor = urldefrag(urljoin((site / f"{name}.html").as_uri(), link))
            if not target.startswith("file:"):
                continue
            path = Path(unquote(target.removeprefix("file://")))
            found = path.is_file() and (not anchor or unquote(anchor) in ids.get(path.stem, ()))
            if not found:
                wrong.append((name, link))
    assert wrong == []


def test_the_start_page_leads_to_every_notebook(pages):
    linked = {Path(urldefrag(link)[0]).stem for link in pages["00-start-here", 1280]["links"]}
    assert set(NAMES) <= linked


def test_the_sidebar_has_the_numbers_that_the_texts_use_and_the_page_for_instructors(site):
    page = (site / "00-start-here.html").read_text(encoding="utf-8")
    listed = re.findall(r'reference internal" href="([\w-]+)\.html">(\d\d|For instructors)', page)
    shown = dict(listed)
    assert shown.pop("instructors") == "For instructors" and (site / "instructors.html").is_file()
    assert shown == {name: name[:2] for name in NAMES[1:]}
