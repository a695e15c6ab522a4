"""The page with hostile articles: what they say is shown, and nothing of it runs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import SEEDS, Open, go, needs_chromium, page_over, put
from playwright.sync_api import expect

from index import Index
from qa import ask

pytestmark = needs_chromium
QUESTION = "Who guards the Zorbani lighthouse?"
HOSTILE = (
    "<img src=x onerror=window.hacked=1> </div><script>window.hacked=1</script> "
    "[Zorbani](javascript:window.hacked=1) ![x](javascript:window.hacked=1) {{7*7}} "
    "${window.hacked=1}"
)
FILE = "<img src=x onerror=window.hacked=1>[a](javascript:hacked).txt"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for seed in SEEDS.iterdir():
        shutil.copy(seed, folder)
    story = f"Old Marek guards the Zorbani lighthouse {HOSTILE} every night of the year."
    (folder / FILE).write_text(f"The Zorbani lighthouse {HOSTILE}\n\n5 May 2023\n\n{story}\n")
    db = tmp_path_factory.mktemp("db") / "index"
    with Index(db) as index:
        assert not index.update(folder).failed
        sources = [each.source for each in ask(QUESTION, index, engine="extract").citations]
    assert FILE in sources
    return db


@pytest.fixture(scope="module")
def address(db: Path) -> Iterator[str]:
    with page_over(db) as url:
        yield url


def test_markup_in_a_question_an_article_or_its_name_does_not_run(tab: Open, address: str) -> None:
    page = tab(address)
    put(page, QUESTION)
    expect(page.locator(".sources .file").get_by_text(FILE)).to_be_visible()
    expect(page.locator(".sources cite").get_by_text("onerror").first).to_be_visible()
    page.locator("#now .mark").first.click()
    expect(page.locator("#source h2")).to_contain_text("onerror")
    expect(page.locator("#source .text")).to_contain_text("<script>")
    put(page, f"{QUESTION} {HOSTILE}")
    go(page, "Conversations")
    expect(page.locator("#conversations .title")).to_have_count(1)
    page.locator("#conversations li").get_by_text("Rename").click()
    page.get_by_label("New name").fill(HOSTILE)
    page.get_by_label("New name").press("Enter")
    expect(page.locator("#conversations .title")).to_have_text(HOSTILE)
    for area in ("#conversation", "#source", "#conversations"):
        assert page.locator(f"{area} img, {area} script").count() == 0
        for link in page.locator(f"{area} a").all():
            assert (link.get_attribute("href") or "").startswith(("files?", "conversations/"))
    assert page.evaluate("window.hacked") is None


def test_markup_that_came_into_the_page_would_still_not_run(tab: Open, address: str) -> None:
    page = tab(address, may_complain=True)
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            const blocked = [];
            document.addEventListener("securitypolicyviolation", event => {
                blocked.push(event.violatedDirective);
                if (blocked.length === 2) resolve(blocked);
            });
            const element = document.createElement("div");
            element.innerHTML = "<img src='data:,' onerror='window.hacked = 1'>";
            document.body.append(element);
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
        })"""
    )
    assert {each.split("-")[0] for each in blocked} == {"script"}
    assert page.evaluate("window.hacked") is None


def test_the_page_may_load_nothing_from_another_address(tab: Open, address: str) -> None:
    page = tab(address, may_complain=True)
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener("securitypolicyviolation", e => resolve(e.blockedURI));
            fetch("http://127.0.0.2:9/").catch(() => {});
        })"""
    )
    assert blocked.startswith("http://127.0.0.2:9")


def test_no_file_of_the_machine_can_be_fetched(tab: Open, address: str, db: Path) -> None:
    page = tab(address, may_complain=True)
    seed = SEEDS / "lavrov-qureshi-talks-en.txt"
    for file in (seed, *db.iterdir()):
        for path in (f"gradio_api/file={file}", f"files?source={file}", f"files?source=../{file}"):
            assert page.request.get(f"{address}{path}").status in (403, 404), path
