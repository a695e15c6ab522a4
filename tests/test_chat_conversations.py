"""Conversations on the page: kept over a restart, opened, renamed, taken along, deleted."""

from pathlib import Path

import pytest
from browsing import ENGLISH, HINDI, SEEDS, Open, go, needs_chromium, page_over, put
from playwright.sync_api import expect

from index import Index
from qa.conversations import FILE_NAME, Conversations
from qa.turn import Turn

pytestmark = needs_chromium
# Pages may complain that the server has gone.


@pytest.fixture
def db(tmp_path: Path) -> Path:
    db = tmp_path / "index"
    with Index(db) as index:
        index.update(SEEDS)
    return db


def test_a_conversation_is_found_again_after_a_reload_and_after_a_restart(
    tab: Open, db: Path
) -> None:
    with page_over(db) as url:
        page = tab(url, may_complain=True)
        put(page, ENGLISH)
        put(page, "When did he plant it?")
        page.reload()
        expect(page.locator("#now .turn h2")).to_have_text("When did he plant it?")
        expect(page.locator("#before .turn h2")).to_have_text(ENGLISH)
        # The thread goes on, and sources open.
        put(page, "Where did he plant it?")
        expect(page.locator("#now .standalone")).to_be_visible()
        page.locator("#before .mark").first.click()
        expect(page.locator("#source mark.cited")).to_be_visible()
    with page_over(db) as url:
        page = tab(url, may_complain=True)
        go(page, "Conversations")
        page.locator("#conversations .title").click()
        expect(page.locator("#now .turn h2")).to_have_text("Where did he plant it?")
        expect(page.locator("#before .turn h2")).to_have_text(["When did he plant it?", ENGLISH])


def test_conversations_are_listed_renamed_exported_and_deleted(tab: Open, db: Path) -> None:
    with page_over(db) as url:
        page = tab(url, may_complain=True)
        put(page, ENGLISH)
        page.locator("#new").click()
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.locator("#examples button").first).to_be_visible()
        put(page, HINDI)
        go(page, "Conversations")
        titles = page.locator("#conversations .title")
        expect(titles).to_have_count(2)
        expect(titles.last).to_have_text(ENGLISH)

        last = page.locator("#conversations li").last
        last.get_by_text("Rename").click()
        last.get_by_label("New name").fill("पेड़ <b>")
        last.get_by_label("New name").press("Enter")
        expect(titles.last).to_have_text("पेड़ <b>")
        expect(titles.last).to_be_focused()

        with page.expect_download() as download:
            page.locator("#conversations li").last.get_by_text("Download").click()
        assert download.value.suggested_filename == "पेड़-b.md"
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert ENGLISH in text
        assert "lavrov-qureshi-talks-en.txt" in text

        first = page.locator("#conversations li").first
        first.get_by_text("Delete", exact=True).click()
        first.get_by_text("Yes, delete it for good").click()
        expect(titles).to_have_count(1)
        # The one that was open is gone from the other tab, too.
        go(page, "Ask")
        expect(page.locator(".turn")).to_have_count(0)
        page.reload()
        expect(page.locator("#examples button").first).to_be_visible()


def test_where_they_are_damaged_the_page_says_so_and_answers_all_the_same(
    tab: Open, db: Path
) -> None:
    with Conversations(db) as kept:
        for _ in range(20):
            kept.begin("", Turn(ENGLISH + "x" * 3000))
    file = db / FILE_NAME
    first = file.read_bytes()[:8192]  # says what tables there are, and is what opening reads
    file.write_bytes(first + b"damaged!" * (file.stat().st_size - len(first) >> 3))
    with page_over(db) as url:
        page = tab(url, may_complain=True)
        put(page, ENGLISH)
        expect(page.locator("#now .mark").first).to_be_visible()
        go(page, "Conversations")
        expect(page.locator("#conversations .problem")).to_contain_text("are damaged")
