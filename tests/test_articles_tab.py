"""The Articles tab in a real browser: dropped, listed, removed, put back, read again."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import forge, go, needs_chromium, opened, page_over, serious
from playwright.sync_api import Browser, Locator, Page, expect

from index import Index

pytestmark = needs_chromium
HOSTILE = "<img src=x onerror=window.hacked=1>"
ROWS = "title,text\nFirst row,The dam of Koyna is full.\nSecond row,The dam of Tawa is empty.\n"
BAD = b"words \0\1\2 and no words"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make articles, and an index of them that is not open."""
    place = tmp_path_factory.mktemp("place")
    folder = place / "articles"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The bridge of Wardha\n\n5 May 2023\n\nIt is 300 m long.\n")
    (folder / f"{HOSTILE}.txt").write_text(f"A story {HOSTILE}\n\nIt rained in Pune.\n")
    (folder / "dams.csv").write_text(ROWS)
    with Index(place / "db") as index:
        index.update(folder)
    return place


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with page_over(place / "db") as url:
        yield url


def row(page: Page, words: str) -> Locator:
    return page.locator("#articles-list li", has_text=words)


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    given = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    page.locator("#articles-drop input").set_input_files(given)  # type: ignore[arg-type]


def test_markup_in_titles_and_names_does_not_run(browser: Browser, address: str) -> None:
    with opened(browser, address, 2) as page:
        expect(page.locator("#articles-list strong", has_text="onerror")).to_be_visible()
        assert page.locator("#articles-list img").count() == 0
        assert page.evaluate("window.hacked") is None
        expect(row(page, "onerror").locator("a")).to_have_attribute(
            "href", "files?source=%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D1%3E.txt"
        )


def test_files_are_dropped_listed_removed_and_put_back(
    browser: Browser, address: str, place: Path
) -> None:
    story = "गोवा में नाव\n\n3 जून 2021\n\nनाव मडगाँव से चली।\n"
    with opened(browser, address, 2) as page:
        expect(page.locator("#articles-list li")).to_have_count(4)
        drop(page, ("गोवा.txt", story.encode()), ("bad.txt", BAD), ("a.png", b"\x89PNG"))
        news = page.locator("#articles-news [role=status]")
        expect(news).to_contain_text("1 article was added.")
        expect(news).to_contain_text("a.png not a kind of file that Khabar reads")
        expect(news).to_contain_text("bad.txt a binary file")
        boat = row(page, "गोवा में नाव")
        expect(boat).to_contain_text("3 June 2021 · Hindi · 1 passage · गोवा.txt · searchable")
        expect(row(page, "bad.txt")).to_contain_text("could not be read: a binary file")
        uploads = Path(os.environ["GRADIO_TEMP_DIR"])
        assert uploads.is_dir()
        assert not [path for path in uploads.rglob("*") if path.is_file()]

        # With the keyboard alone.
        boat.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Yes, remove it: गोवा में नाव")).to_be_focused()
        page.keyboard.press("Enter")
        expect(news).to_contain_text("गोवा.txt was moved out of the folder.")
        expect(boat).to_have_count(0)
        assert not (place / "articles" / "गोवा.txt").exists()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Put back: गोवा.txt").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#articles-told")).to_have_text("गोवा.txt is in the folder again.")
        expect(boat).to_have_count(1)

        (place / "articles" / "bad.txt").write_text("Now it is text. It snowed in Manali.\n")
        page.get_by_role("button", name="Read again: bad.txt").click()
        expect(news).to_contain_text("1 article was added.")
    with opened(browser, address, 2, locale="hi-IN", width=360) as page:
        expect(page.locator("#articles-news")).to_contain_text("1 लेख जुड़ गया।")
        expect(row(page, "bad.txt")).to_contain_text("खोज में शामिल")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_tables_row_says_that_it_goes_with_its_whole_file(browser: Browser, address: str) -> None:
    with opened(browser, address, 2) as page:
        dam = row(page, "Second row")
        dam.locator("summary").click()
        expect(dam.locator(".asked")).to_contain_text("The whole file is moved out of the folder")
        dam.get_by_role("button", name="Yes, remove it").click()
        expect(page.locator("#articles-news")).to_contain_text("2 articles were removed.")
        expect(row(page, "row")).to_have_count(0)
        page.locator(".removed summary").click()
        expect(page.locator(".removed li")).to_contain_text("dams.csv")
        assert serious(page) == []


UNKNOWN = [
    ("remove", "../db/khabar.sqlite"),
    ("again", "/etc/passwd"),
    ("put back", ".."),
    ("no", ""),
]


def test_what_the_index_does_not_know_cannot_be_asked_for(
    browser: Browser, address: str, place: Path, subtests: pytest.Subtests
) -> None:
    before = sorted(place.rglob("*.*"))
    with opened(browser, address, 2) as page:
        button, told = page.locator("#articles-list button").first, page.locator("#articles-told")
        for deed, name in UNKNOWN:
            with subtests.test(deed=deed, name=name):
                forge(button, deed, name)
                expect(told).to_contain_text("not there any more")
                assert sorted(place.rglob("*.*")) == before
            forge(button, "all", "")
            expect(told).to_have_text("")


def test_many_files_go_through_and_the_long_list_is_filtered_and_turned_over(
    browser: Browser, address: str, place: Path
) -> None:
    with opened(browser, address, 2) as page:
        expect(row(page, "Wardha")).to_have_count(1)
        there = page.locator("#articles-list li").count() + 150
        files = [
            (f"boat {n:03}.txt", f"Boat {n:03}\n\nBoat {n} sailed from Goa.\n".encode())
            for n in range(150)
        ]
        drop(page, *files)
        expect(page.locator("#articles-news progress")).to_be_visible()
        expect(page.locator("#articles-news")).to_contain_text("150 articles were added.")
        assert len([*(place / "articles").glob("boat*")]) == 150
        span = page.locator("#articles-list .pages span").first
        expect(span).to_have_text(f"1–50 of {there}")
        page.get_by_role("button", name="Further in the list").first.click()
        expect(span).to_have_text(f"51–100 of {there}")
        page.get_by_label("Find by title or file name").fill("boat 11")
        expect(page.locator("#articles-list strong")).to_have_text(
            [f"Boat 11{n}" for n in range(10)]
        )
        page.get_by_label("Find by title or file name").fill("nothing like it")
        expect(page.locator("#articles-list")).to_contain_text("No title and no file's name")


def test_a_folder_that_is_gone_is_told_in_one_sentence(
    browser: Browser, address: str, place: Path
) -> None:
    (place / "articles").rename(place / "away")
    try:
        with opened(browser, address, 2) as page:
            expect(page.locator("#articles-folder .problem")).to_contain_text("is not there")
            drop(page, ("late.txt", b"It rained."))
            expect(page.locator("#articles-told")).to_contain_text("is not there")
        assert not (place / "articles").exists()
    finally:
        (place / "away").rename(place / "articles")


def test_why_a_file_was_not_read_and_a_question_not_asked_is_said_in_hindi(
    browser: Browser, address: str, place: Path
) -> None:
    name = "बुरी.txt"
    with opened(browser, address, 2, locale="hi-IN") as page:
        drop(page, (name, BAD))
        reason = "यह बाइनरी फ़ाइल है (इसमें NUL बाइट हैं); टेक्स्ट की फ़ाइल चाहिए।"
        news = page.locator("#articles-news .reason")
        expect(news).to_have_text(reason)
        expect(news).to_have_attribute("lang", "hi")
        page.get_by_label("शीर्षक या फ़ाइल के नाम से ढूँढिए").fill("बुरी")
        expect(row(page, name)).to_contain_text(f"पढ़ा नहीं जा सका: {reason}")
        assert serious(page) == []
        go(page, "सवाल")
        page.locator("#question textarea").fill("今日の天気はどうですか")
        page.locator("#question textarea").press("Enter")
        expect(page.locator("#now .problem")).to_contain_text("सवाल ऐसी लिपि में है")
    with opened(browser, address, 2) as page:
        page.get_by_label("Find by title or file name").fill("बुरी")
        expect(row(page, name)).to_contain_text("could not be read: a binary file")
    (place / "articles" / name).unlink()
