"""Every page in a real Chromium: phone and desktop, light and dark, hostile strings."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("datasette")
playwright = pytest.importorskip("playwright.sync_api")

from axe_playwright_python.base import AXE_SCRIPT
from inspect_newsroom import article, build

from storage.store import Store

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
PAGES = (
    *("/-/today", "/-/stories", "/-/story/1", "/-/story/2", "/-/article/1"),
    *("/-/article/4", "/-/outlets", "/-/outlet/2", "/-/agencies", "/-/review"),
    *(
        "/-/search?q=harbour",
        "",
        "/articles?_facet=outlet&_size=20",
        "/copies",
        "/articles/1",
    ),
)
HOSTILE = (
    "<script>window.hit = 1</script>",
    "\"><img src=x onerror='window.hit=1'>",
    "'><svg onload=window.hit=1>",
    "javascript:window.hit=1",
    "</title><script>window.hit=1</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eesrever\u2066 <b>x",
    "</bdi></del></div></main><h1>out</h1>",
    "a\x00b\x08c\ufffe",
    "=HYPERLINK(1)",
    "--><!-- <style>*{display:none}</style>",
    "&lt;script&gt;&amp;",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Serve the newsroom and hostile articles; yields the addresses it printed."""
    path = build(tmp_path_factory.mktemp("browser") / "news.db")
    add_hostile(path)
    command = str(Path(sys.executable).with_name("wirecopy"))
    with subprocess.Popen(
        [command, "serve", str(path), "--port", "0", "--json", "--review", "anna"],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield json.loads(server.stdout.readline())
        server.terminate()


def add_hostile(path):
    """Store every hostile string in every text field, in many combinations."""
    with Store.open(path) as store:
        for number in range(200):
            texts = HOSTILE[number % len(HOSTILE) :] + HOSTILE
            one = article(
                f"{texts[0]} {number}",
                f"{texts[1]} {number}",
                tuple(f"{text} {number}" for text in texts[:4]),
                hours=40,
                url=f"https://hostile.example/{number}",
                agency=texts[2],
                language=texts[3][:20],
                byline=texts[4],
                authors=(texts[5],),
                subheadline=texts[6],
                section=texts[7],
                tags=(texts[8],),
                dateline=texts[9],
                canonical_url=texts[3],
                image=HOSTILE[3],
                field_sources={texts[4]: texts[5]},
            )
            store.add(one)
        store.db.execute("UPDATE outlets SET home = 'javascript:window.hit=1'")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def cookies(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address["sign_in"]["anna"])
        return context.cookies()


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_and_say_no_error(browser, address, cookies, width):
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        context.add_cookies(cookies)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in PAGES:
            page.goto(f"{address['address']}news{path}")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                over = page.evaluate(
                    "document.documentElement.scrollWidth - innerWidth"
                )
                assert (path, over <= 0, said) == (path, True, [])


def test_hostile_strings_neither_run_nor_break_out(browser, address, cookies):
    with browser.new_context() as context:
        context.add_cookies(cookies)
        page = context.new_page()
        paths = [f"/-/article/{n}" for n in range(11, 31)]
        paths += ["/-/today", "/-/stories", "/-/outlets", "/-/agencies", "/articles"]
        paths += ["/clean_articles?_size=200", "/-/outlet/20", "/-/search?q=window"]
        for path in paths:
            page.goto(f"{address['address']}news{path}")
            assert page.evaluate("window.hit") is None
            assert page.locator("h1").count() == 1, path
            assert page.locator("[onerror], [onload], main script").count() == 0, path
            assert page.locator("a[href^='javascript' i]").count() == 0, path


def test_a_key_answers_a_review(browser, address, cookies):
    with browser.new_context() as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"{address['address']}news/-/review")
        page.keyboard.press("n")
        page.wait_for_url("**/review?kept=different*")
        assert "Kept: not the same." in page.locator("[role=status]").inner_text()
        page.get_by_text("Answer it anew").click()
        page.wait_for_url("**/review?a=*")
        page.keyboard.press("s")
        page.wait_for_url("**/review?kept=same*")
        assert "Kept: same story." in page.locator("[role=status]").inner_text()


def test_axe_finds_nothing(browser, address, cookies):
    with browser.new_context(color_scheme="light") as context:
        context.add_cookies(cookies)
        page = context.new_page()
        for path in PAGES:
            page.goto(f"{address['address']}news{path}")
            page.evaluate(AXE_SCRIPT)
            assert (path, violations(page)) == (path, [])
            page.emulate_media(color_scheme="dark")
            # Nothing but its colours is another in the dark.
            assert (path, violations(page, "color-contrast")) == (path, [])
            page.emulate_media(color_scheme="light")


def violations(page, *rules):
    """What axe finds against *rules*, or against all that it knows: (id, help) pairs."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)
    return [(one["id"], one["help"]) for one in found["violations"]]
