"""The Models tab in a real browser: a model is fetched, used, and removed again."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_gguf
from browsing import forge, needs_chromium, opened, page_over, serious
from local_hub import COMMIT, LocalHub, Repository, only_here
from playwright.sync_api import Browser, Locator, Page, expect
from talks import indexed

pytestmark = needs_chromium
FILE = "says.gguf"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """Serve a real model, which a list of the user's own names."""
    model = tiny_gguf.write(tmp_path / FILE, says="Lavrov planted a pine. [1]").read_bytes()
    folder = only_here(monkeypatch, tmp_path)
    folder.mkdir()
    (folder / "models.txt").write_text(f"""
[llm] says
repository  someone/says
revision    {COMMIT}
file        {FILE} {len(model)} {hashlib.sha256(model).hexdigest()}
licence     MIT

[llm] nowhere
repository  someone/nowhere
revision    {COMMIT}
file        nowhere.gguf 5000000 -
licence     <b>own</b>
""")
    with LocalHub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        hub.repositories["someone/says"] = Repository({FILE: model})
        yield hub


@pytest.fixture
def address(hub: LocalHub, tmp_path: Path) -> Iterator[str]:
    with page_over(indexed(tmp_path)) as url:
        yield url


def row(page: Page, name: str) -> Locator:
    return page.locator("#models-list li", has=page.get_by_text(name, exact=True))


def test_a_model_is_fetched_used_and_removed(browser: Browser, address: str, hub: LocalHub) -> None:
    gate = hub.held[FILE] = threading.Event()
    with opened(browser, address, 3) as page:
        news, using = page.locator("#models-news"), page.locator("#models-using")
        expect(using).to_contain_text("there is no model on this machine, so answers are quotes")
        expect(row(page, "says")).to_contain_text("kB · MIT · someone/says · not fetched")
        expect(row(page, "nowhere")).to_contain_text("5.0 MB · <b>own</b> ·")
        assert serious(page) == []

        row(page, "says").get_by_role("button", name="Fetch: says").press("Enter")
        expect(news.locator("progress")).to_have_attribute("aria-label", "Fetching says")
        expect(news.locator(".counted")).to_contain_text(" MB")
        expect(row(page, "nowhere").get_by_role("button")).to_have_count(0)
        with opened(browser, address, 3, locale="hi-IN", width=360) as other:
            expect(other.locator("#models-news")).to_contain_text("says डाउनलोड हो रहा है")
            assert other.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name="Stop: says").click()
        expect(news).to_contain_text("Stopping…")
        gate.set()
        expect(news).to_contain_text("Fetching says was stopped. What has come is kept")

        row(page, "says").get_by_role("button", name="Fetch: says").click()
        expect(news).to_contain_text("says is on this machine now.")
        row(page, "says").get_by_role("button", name="Use: says").click()
        expect(news).to_contain_text("Answers come from says now.")
        expect(using).to_contain_text("says chosen on this page")
        expect(row(page, "says").locator("summary")).to_have_count(0)

        row(page, "Quotes").get_by_role("button", name="Use: Quotes").click()
        expect(using).to_contain_text("Quotes chosen on this page")
        row(page, "says").locator("summary").press("Enter")
        row(page, "says").get_by_role("button", name="Yes, remove it: says").click()
        expect(page.locator("#models-told")).to_have_text("says was removed.")
        expect(row(page, "says")).to_contain_text("not fetched")

        row(page, "nowhere").get_by_role("button", name="Fetch").click()
        expect(news.locator(".problem")).to_contain_text("There is no repository someone/nowhere")
    assert len(hub.asked(FILE)) == 2
    assert hub.asked(FILE)[1] is not None, "the second time it went on where it had stopped"


FORGED = [
    # Each is told another thing than the one before, which stands until then.
    ("fetch", "../../secret", "There is no model of that name"),
    ("remove", "..", "is not a short name"),
    ("use llm", "/etc/passwd", "There is no model of that name"),
    ("remove", "extract", "extract is in use"),
    ("use embedder", "says", "There is no model of that name"),
]


def test_only_what_is_listed_can_be_asked_for(
    browser: Browser, address: str, subtests: pytest.Subtests
) -> None:
    with opened(browser, address, 3) as page:
        for deed, name, told in FORGED:
            with subtests.test(deed=deed, name=name):
                forge(page.locator("#models-list button").first, deed, name)
                expect(page.locator("#models-told")).to_contain_text(told)
