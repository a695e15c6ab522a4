"""The page for everybody: in both languages, narrow and dark, by keyboard and by ear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    ENGLISH,
    HINDI,
    SEEDS,
    UNANSWERABLE,
    Open,
    needs_chromium,
    page_over,
    put,
    serious,
)
from playwright.sync_api import expect

from index import Index

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    db: Path = tmp_path_factory.mktemp("db") / "index"
    with Index(db) as index:
        index.update(SEEDS)
    with page_over(db) as url:
        yield url


@pytest.mark.parametrize(
    ("locale", "label", "lang"),
    [
        ("hi-IN", "आपका सवाल", "hi"),
        ("en-US", "Your question", "en"),
        ("de-DE", "Your question", "en"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    tab: Open, address: str, locale: str, label: str, lang: str
) -> None:
    page = tab(address, locale=locale)
    expect(page.get_by_label(label)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", lang)
    assert page.get_by_text("__i18n__").count() == 0


def test_another_language_can_be_chosen_and_stays_chosen(tab: Open, address: str) -> None:
    # Gradio complains of what it was doing when the page is loaded again.
    page = tab(address, locale="en-US", may_complain=True)
    put(page, ENGLISH)
    page.get_by_role("button", name="हिंदी").click()
    expect(page.get_by_label("आपका सवाल")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page.locator("#now .turn h2")).to_have_text(ENGLISH)
    page.locator("#now .mark").first.click()
    expect(page.locator("#source .close")).to_have_text("बंद कीजिए")
    again = tab(address, context=page.context, may_complain=True)
    expect(again.get_by_label("आपका सवाल")).to_be_visible()
    again.get_by_role("button", name="English").click()
    expect(again.get_by_label("Your question")).to_be_visible()


def test_devanagari_is_set_in_the_font_that_comes_along(tab: Open, address: str) -> None:
    page = tab(address, locale="hi-IN")
    put(page, HINDI)
    page.evaluate("document.fonts.ready.then(() => null)")
    loaded = page.evaluate("[...document.fonts].map(face => [face.family, face.status])")
    assert loaded == [["Khabar Devanagari", "loaded"]]
    used = page.locator(".turn h2").evaluate("element => getComputedStyle(element).fontFamily")
    assert "Khabar Devanagari" in used
    # A conjunct is one sign; a joiner that forbids it makes two, and the word longer.
    joined, apart = page.evaluate(
        r"""() => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = '40px "Khabar Devanagari"';
            return ["क्षत्रज्ञ", "क्\u200cषत्\u200cरज्\u200cञ"].map(word => pen.measureText(word).width);
        }"""
    )
    assert joined < 0.8 * apart


@pytest.mark.parametrize(("locale", "dark"), [("hi-IN", True), ("en-US", False)])
def test_axe_finds_nothing_serious(tab: Open, address: str, locale: str, dark: bool) -> None:
    page = tab(address, locale=locale, dark=dark)
    found = {"start": serious(page)}
    page.locator("#filters > button").click()
    found["filters"] = serious(page)
    put(page, HINDI)
    page.locator("#now .mark").first.click()
    expect(page.locator("#source mark.cited")).to_be_visible()
    found["answer and source"] = serious(page)
    put(page, UNANSWERABLE)
    found["refusal"] = serious(page)
    for number in range(1, page.get_by_role("tab").count()):
        page.get_by_role("tab").nth(number).click()
        page.wait_for_timeout(300)
        found[f"tab {number}"] = serious(page)
    assert found == {where: [] for where in found}


def test_a_narrow_screen_needs_no_sideways_scrolling(tab: Open, address: str) -> None:
    # Gradio complains of what it was doing when another language is chosen.
    page = tab(address, width=360, locale="hi-IN", may_complain=True)
    width = "document.documentElement.scrollWidth"
    put(page, HINDI)
    assert page.evaluate(width) <= 360
    page.locator("#filters > button").click()
    assert page.evaluate(width) <= 360
    page.locator("#now .mark").first.click()
    expect(page.locator("#source mark.cited")).to_be_in_viewport()
    assert page.evaluate(width) <= 360
    page.locator("#source h2").evaluate("heading => { heading.textContent = 'भ'.repeat(400) }")
    expect(page.locator("#source .close")).to_be_in_viewport(ratio=1)
    # It is over the page: nothing under it is reached, and a phone's way back closes it.
    assert page.get_by_role("tab").count() == 0
    page.go_back()
    expect(page.locator("#source .source-view")).to_have_count(0)
    page.wait_for_function("document.activeElement.matches('#now .mark')")
    page.locator("#now .mark").first.click()
    page.locator("#source .close").click()
    expect(page.locator("#source .source-view")).to_have_count(0)
    assert page.get_by_role("tab").count() == 4
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="English", pressed=True)).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(4)
    for tab_ in page.get_by_role("tab").all():
        tab_.click()
        page.wait_for_timeout(200)
        assert page.evaluate(width) <= 360


def test_all_can_be_done_by_keyboard(tab: Open, address: str) -> None:
    page = tab(address)
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(ENGLISH)
    page.keyboard.press("Enter")
    expect(page.locator("#now [aria-busy=false]")).to_be_visible()
    mark = page.locator("#now .mark").first
    for _ in range(20):
        page.keyboard.press("Tab")
        if mark.evaluate("element => element === document.activeElement"):
            break
    expect(mark).to_be_focused()
    filters = page.get_by_role("button", name="Only some of the articles", exact=True)
    expect(filters).to_have_attribute("aria-expanded", "false")
    filters.press("Enter")
    expect(filters).to_have_attribute("aria-expanded", "true")
    mark.press("Enter")
    expect(page.locator("#source mark.cited")).to_be_visible()
    expect(page.locator("#source h2")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#source .close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#source .source-view")).to_have_count(0)
    expect(mark).to_be_focused()


def test_answers_are_read_out_once_they_are_whole(tab: Open, address: str) -> None:
    page = tab(address)
    live = page.locator("[aria-live=polite]", has=page.locator(".turn"))
    put(page, ENGLISH)
    expect(live).to_have_count(1)
    expect(live.locator("[aria-busy=false]")).to_have_count(1)


def test_enter_takes_what_an_input_method_offers_and_sends_nothing(tab: Open, address: str) -> None:
    page = tab(address)
    box = page.locator("#question textarea")
    box.fill("")
    protocol = page.context.new_cdp_session(page)
    protocol.send(
        "Input.imeSetComposition", {"text": "लावरोव", "selectionStart": 6, "selectionEnd": 6}
    )
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    protocol.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
    # As a browser that tells a page of the key while it composes.
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    box.dispatch_event("keypress", {"key": "Enter", "isComposing": True, "bubbles": True})
    protocol.send("Input.insertText", {"text": "लावरोव"})
    expect(box).to_have_value("लावरोव")
    page.wait_for_timeout(500)
    expect(page.locator(".turn")).to_have_count(0)
    box.press("Enter")
    expect(page.locator("#now .turn h2")).to_have_text("लावरोव")
