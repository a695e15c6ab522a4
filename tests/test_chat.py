"""The chat page, read in a real browser: question, answer, and the source beside it."""

import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    ENGLISH,
    HINDI,
    ROMAN,
    SEEDS,
    UNANSWERABLE,
    Open,
    finished,
    needs_chromium,
    page_over,
    put,
    served,
)
from holding import here
from playwright.sync_api import Page, expect

from index import Index
from qa import Answer, ask

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Answer]]:
    """Make an index of the seeds; say what `ask` answers from it."""
    db = tmp_path_factory.mktemp("db") / "index"
    with Index(db) as index:
        assert not index.update(SEEDS).failed
        questions = (HINDI, ENGLISH, ROMAN, UNANSWERABLE)
        answers = {question: ask(question, index, engine="extract") for question in questions}
    return db, answers


@pytest.fixture(scope="module")
def address(asked: tuple[Path, dict[str, Answer]]) -> Iterator[str]:
    with page_over(asked[0]) as url:
        yield url


@pytest.mark.parametrize("question", [HINDI, ENGLISH, ROMAN], ids=["hindi", "english", "roman"])
def test_a_question_is_answered_with_quotes_that_stand_in_their_files(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]], question: str
) -> None:
    page = tab(address)
    put(page, question)
    citations = asked[1][question].citations
    assert citations
    assert page.locator(".sources .file").all_text_contents() == [c.source for c in citations]
    assert page.locator(".sources mark").all_text_contents() == [c.quote for c in citations]
    assert page.locator(".sources cite").all_text_contents() == [c.title for c in citations]
    days = [c.date.isoformat() for c in citations if c.date]
    shown = [day.get_attribute("datetime") for day in page.locator(".sources time").all()]
    assert shown == days
    for file, quote in [(c.source, c.quote) for c in citations]:
        if not file.endswith(".html"):
            assert quote in (SEEDS / file).read_text(encoding="utf-8")


def test_a_mark_opens_the_source_beside_the_answer_with_the_quote_highlighted(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]]
) -> None:
    page = tab(address)
    put(page, HINDI)
    for citation in asked[1][HINDI].citations:
        page.locator(f"#now .answer .mark[data-number='{citation.number}']").click()
        cited = page.locator("#source mark.cited")
        expect(cited).to_have_text(citation.quote)
        expect(cited).to_be_in_viewport()
        expect(page.locator("#source .about .file")).to_have_text(citation.source)
        expect(page.locator("#source h2")).to_have_text(citation.title or "")
    answer = page.locator("#now .answer").first.bounding_box()
    source = page.locator("#source .source-view").bounding_box()
    assert answer
    assert source
    assert answer["x"] + answer["width"] <= source["x"]


def test_the_file_of_a_source_can_be_downloaded(tab: Open, address: str) -> None:
    page = tab(address)
    put(page, ENGLISH)
    page.locator("#now .mark").first.click()
    with page.expect_download() as download:
        page.locator("#source .download").click()
    source = page.locator("#source .about .file").text_content() or ""
    assert download.value.suggested_filename == source
    assert Path(download.value.path()).read_bytes() == (SEEDS / source).read_bytes()


def test_a_refusal_says_what_was_searched_and_opens_the_nearest_passages(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]]
) -> None:
    assert asked[1][UNANSWERABLE].refused
    page = tab(address)
    put(page, UNANSWERABLE)
    expect(page.locator("#now .refused")).to_have_text(asked[1][UNANSWERABLE].text)
    expect(page.locator("#now .searched")).to_contain_text(str(len(list(SEEDS.iterdir()))))
    nearest = page.locator("#now .nearest li")
    expect(nearest).to_have_count(3)
    nearest.first.locator(".open").click()
    passage = page.locator("#source mark.cited").text_content() or ""
    shown = (nearest.first.locator("blockquote").text_content() or "").removesuffix(" …")
    assert " ".join(passage.split()).startswith(" ".join(shown.split()))


def test_a_follow_up_is_asked_as_what_it_stands_for_and_a_new_question_as_it_is(
    tab: Open, address: str
) -> None:
    page = tab(address)
    put(page, ENGLISH)
    put(page, "When did he plant it?")
    expect(page.locator("#now .standalone")).to_contain_text("Lavrov")
    expect(page.locator("#now .sources li").first).to_contain_text("lavrov-qureshi-talks-en.txt")
    expect(page.locator("#before .turn h2")).to_have_text([ENGLISH])
    put(page, ROMAN)
    expect(page.locator("#now .standalone")).to_have_count(0)
    page.locator("#before .turn").last.locator(".mark").first.click()
    expect(page.locator("#source mark.cited")).to_contain_text("sapling")


def test_every_example_comes_from_the_articles_and_is_answered(tab: Open, address: str) -> None:
    page = tab(address)
    expect(page.locator("#examples button")).to_have_count(6)
    for number in range(6):
        example = page.locator("#examples button").nth(number)
        question = example.text_content() or ""
        example.click()
        expect(page.locator("#now .turn h2")).to_have_text(question)
        finished(page)
        expect(page.locator("#now .sources:not(.nearest) li").first).to_be_visible()
        page.locator("#new").click()
        expect(page.locator(".turn")).to_have_count(0)


def test_a_question_can_be_asked_of_some_of_the_articles(tab: Open, address: str) -> None:
    page = tab(address)
    page.locator("#filters > button").click()
    page.locator("#until input").fill("2023-05-04")
    page.locator("#languages").get_by_label("English").check()
    # As if pasted: no key is pressed.
    page.get_by_label("Files").click()
    page.keyboard.insert_text("goa")
    expect(page.get_by_role("option")).to_have_count(3)
    page.get_by_role("option").filter(has_text="jaishankar").click()
    page.keyboard.press("Escape")
    put(page, "What did Lavrov talk about?")
    expect(page.locator("#now .searched")).to_have_text(
        "only articles in English; up to 4 May 2023; without articles that have no date; "
        "only these files: jaishankar-qin-lavrov-goa-en.txt"
    )
    files = set(page.locator("#now .sources .file").all_text_contents())
    assert files == {"jaishankar-qin-lavrov-goa-en.txt"}


def test_an_example_is_asked_of_the_chosen_articles_too(tab: Open, address: str) -> None:
    page = tab(address)
    page.locator("#filters > button").click()
    page.locator("#since input").fill("2050-01-01")
    page.locator(".example").first.click()
    expect(page.locator("#now .searched")).to_contain_text("2050")
    expect(page.locator("#now .refused")).to_be_visible()


def test_a_day_that_is_not_whole_or_does_not_exist_says_so(tab: Open, address: str) -> None:
    page = tab(address, locale="hi-IN")
    page.locator("#filters > button").click()
    said = "label => getComputedStyle(label, '::after').content"
    for field, typed in (("#since", "02312023"), ("#until", "0205")):
        label = page.locator(f"{field} label")
        assert label.evaluate(said) == "none"
        page.locator(f"{field} input").focus()
        page.keyboard.type(typed)
        assert label.evaluate(said) == "none"  # the rest may still come
        page.locator("#question textarea").focus()
        assert "अधूरी या ग़लत" in label.evaluate(said)
        page.locator(f"{field} input").fill("2023-02-05")
        assert label.evaluate(said) == "none"


def test_a_question_that_cannot_be_asked_stays_in_the_box(tab: Open, address: str) -> None:
    page = tab(address)
    box = page.locator("#question textarea")
    for question in ("why " * 600, "谁"):
        box.fill(question)
        page.locator("#ask").click()
        expect(page.locator("#now .problem")).to_be_in_viewport()
        finished(page)
        expect(box).to_have_value(question)


@pytest.mark.parametrize(("locale", "word"), [("en-GB", "question"), ("hi-IN", "सवाल")])
def test_an_empty_question_gets_one_sentence(
    tab: Open, address: str, locale: str, word: str
) -> None:
    page = tab(address, locale=locale)
    page.locator("#ask").click()
    expect(page.locator("#now .problem")).to_contain_text(word)
    put(page, ENGLISH)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_question_that_cannot_be_asked_gets_one_sentence(tab: Open, address: str) -> None:
    page = tab(address)
    put(page, "ما هي الأخبار اليوم")
    expect(page.locator("#now .problem")).to_contain_text("script")


def test_questions_from_several_tabs_get_their_own_answers(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]]
) -> None:
    pages = {question: tab(address) for question in (HINDI, ENGLISH, ROMAN)}
    for question, page in pages.items():
        page.locator("#question textarea").fill(question)
        page.locator("#question textarea").press("Enter")
    for question, page in pages.items():
        finished(page)
        expect(page.locator(".turn h2")).to_have_text([question])
        quotes = [citation.quote for citation in asked[1][question].citations]
        assert page.locator(".sources mark").all_text_contents() == quotes


# Every other answer of this engine goes on for ever; like llama.cpp, it writes one at a time.
ENDLESS = """
import itertools, signal, sys, threading
import qa.llm
from qa.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)

class Endless:
    name = "endless"
    room = 10_000
    lock = threading.Lock()
    asked = itertools.count()

    def count(self, messages):
        return sum(len(message["content"]) for message in messages)

    def write(self, prompt, deadline=None):
        with self.lock:
            if next(self.asked) % 2:
                first = prompt.messages[1]["content"].split("\\n")[3]
                yield first.strip("… ").split(".")[0] + ". [1] The moon is made of cheese. [1]"
                return
            for number in itertools.count():
                yield f"word{number} "
                threading.Event().wait(0.02)

qa.llm.choose_or_quote = lambda choice: Endless()
sys.exit(main())
"""


def test_who_begins_anew_in_the_moment_after_asking_has_begun_anew(tab: Open, address: str) -> None:
    # Gradio's script may tell the server to cancel what has no number yet, and be refused.
    page = tab(address, may_complain=True)
    box = page.locator("#question textarea")
    for milliseconds in (0, 5, 10, 20, 40):
        put(page, ENGLISH)
        box.fill(HINDI)
        box.evaluate(
            """(box, milliseconds) => {
                box.dispatchEvent(new KeyboardEvent("keypress", {key: "Enter", bubbles: true}));
                setTimeout(() => document.querySelector("#new").click(), milliseconds);
            }""",
            milliseconds,
        )
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.locator("#ask")).to_be_visible()  # until then the next question would wait
        put(page, ROMAN)
        expect(page.locator(".turn")).to_have_count(1)
        page.locator("#new").click()
        expect(page.locator(".turn")).to_have_count(0)


def test_the_focus_goes_to_what_takes_the_place_of_what_was_pressed(
    tab: Open, address: str
) -> None:
    page = tab(address)
    page.locator(".example").first.press("Enter")
    finished(page)
    expect(page.locator("#ask")).to_be_focused()
    page.locator("#question textarea").fill(ENGLISH)
    page.locator("#ask").press("Enter")
    expect(page.locator("#now .turn h2")).to_have_text(ENGLISH)
    finished(page)
    expect(page.locator("#ask")).to_be_focused()
    page.locator("#new").press("Enter")
    expect(page.locator("#question textarea")).to_be_focused()


def stopped(page: Page) -> None:
    page.locator("#stop").click()
    expect(page.locator("#now .status")).to_have_text("The answer was stopped.")
    expect(page.locator("#ask")).to_be_visible()


def test_an_answer_streams_and_can_be_stopped_and_so_can_the_page(
    tab: Open, asked: tuple[Path, dict[str, Answer]], tmp_path: Path
) -> None:
    db = tmp_path / "index"
    shutil.copytree(asked[0], db)
    with served(ENDLESS, "chat", "--db", str(db)) as (url, process):
        page = tab(url, locale="hi-IN", may_complain=True)  # that the server has gone, in the end
        box = page.locator("#question textarea")
        box.fill(ENGLISH)
        page.locator("#ask").click()
        expect(page.locator("#now p.answer")).to_contain_text("word1 ")
        # What is typed meanwhile stays in the box, and waits.
        box.fill(HINDI)
        box.press("Enter")
        stopped(page)
        expect(page.locator(".turn")).to_have_count(1)
        expect(box).to_have_value(HINDI)

        put(page, ENGLISH)
        expect(page.locator(".turn")).to_have_count(2)
        expect(page.locator("#now .sources li")).not_to_have_count(0)
        expect(page.locator("#now .unsupported")).to_contain_text("The moon is made of cheese.")
        supported = page.locator("#now p.answer").first
        unsupported = page.locator("#now .unsupported")
        style = "element => getComputedStyle(element).fontStyle"
        assert supported.evaluate(style) != unsupported.evaluate(style)
        expect(page.locator("#before .status")).to_be_visible()

        box.fill(HINDI)
        box.press("Enter")
        expect(page.locator("#now p.answer")).to_contain_text("word1 ")
        page.reload()
        expect(page.locator("#now .turn h2")).to_have_text(HINDI)
        expect(page.locator("#now .status")).to_have_text("जवाब बीच में रोक दिया गया।")

        # Who begins anew while an answer is written is not taken back to it.
        put(page, ENGLISH)
        box.fill(ENGLISH)
        box.press("Enter")
        expect(page.locator("#now p.answer")).to_contain_text("word1 ")
        page.locator("#new").click()
        expect(page.locator("#ask")).to_be_visible()
        expect(page.locator(".turn")).to_have_count(0)

        put(page, ENGLISH)
        box.fill(HINDI)
        box.press("Enter")
        expect(page.locator("#now p.answer")).to_contain_text("word1 ")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        assert (process.returncode, output, errors) == (0, "", "")
        box.press("Enter")
        box.fill(ENGLISH)
        box.press("Enter")
        expect(page.get_by_text("सर्वर से संपर्क टूट गया है")).to_be_visible()


def test_a_taken_port_is_one_sentence(
    asked: tuple[Path, dict[str, Answer]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = tmp_path / "index"
    shutil.copytree(asked[0], db)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, complaint = here(capsys, "chat", "--db", db, "--port", port)
    assert code == 1
    assert complaint.startswith(f"qa: Nothing can listen at 127.0.0.1:{port};")
    assert complaint.count("\n") == 1
