"""The chat page, driven in a real browser against a real server."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TooLateError

from index import Index
from qa import Answer, ask

expect.set_options(timeout=30_000)  # milliseconds; other tests run beside
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium on this machine to open the page with"
)
SEEDS = Path(__file__).parent.parent / "seeds"
HINDI = "रूस और पाकिस्तान के राजनयिक रिश्ते कितने साल पुराने हो गए हैं?"
ENGLISH = "What kind of tree did Lavrov plant in Islamabad?"
ROMAN = "imran khan kashmir vivad ko kaise suljhana chahte the?"
UNANSWERABLE = "Who won the cricket World Cup in 2023?"
HOSTILE_QUESTION = "Who guards the Zorbani lighthouse?"
HOSTILE = (
    "<img src=x onerror=window.hacked=1> </div><script>window.hacked=1</script> "
    "[Zorbani](javascript:window.hacked=1) ![x](javascript:window.hacked=1) {{7*7}} "
    "${window.hacked=1}"
)
HOSTILE_FILE = "<img src=x onerror=window.hacked=1>[a](javascript:hacked).txt"
# Restores Ctrl-C where the tests run in the background of a shell, which turns it off.
START = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from qa.cli import main; sys.exit(main())"
)
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Answer]]:
    """Make an index of the seeds and a hostile article; say what `ask` answers from it."""
    folder = tmp_path_factory.mktemp("articles")
    for seed in SEEDS.iterdir():
        shutil.copy(seed, folder)
    story = f"Old Marek guards the Zorbani lighthouse {HOSTILE} every night of the year."
    (folder / HOSTILE_FILE).write_text(
        f"The Zorbani lighthouse {HOSTILE}\n\n5 May 2023\n\n{story}\n"
    )
    db = tmp_path_factory.mktemp("db") / "index"
    with Index(db) as index:
        assert not index.update(folder).failed
        questions = (HINDI, ENGLISH, ROMAN, UNANSWERABLE, HOSTILE_QUESTION)
        answers = {question: ask(question, index, engine="extract") for question in questions}
    return db, answers


@contextmanager
def served(*command: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server on a free port, from when it says where it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if name != "KHABAR_MODEL"}
    process = subprocess.Popen(
        [sys.executable, "-c", *command, "--port", port],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    assert process.stdout
    assert process.stderr
    with process:
        try:
            line = process.stderr.readline()
            assert f"http://127.0.0.1:{port}/" in line, line + process.stderr.read()
            yield f"http://127.0.0.1:{port}/", process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address(asked: tuple[Path, dict[str, Answer]]) -> Iterator[str]:
    with served(START, "chat", "--db", str(asked[0])) as (url, _):
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


Open = Callable[..., Page]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Open]:
    """Open tabs; see in the end that no script failed and only the server was asked."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    hosts: set[str | None] = set()

    def open_tab(url: str, *, locale: str = "en-US", width: int = 1000, dark: bool = False) -> Page:
        context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.goto(url)
        page.locator("#question textarea").wait_for()
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert complaints == []
    assert hosts <= {"127.0.0.1", None}, "None is for data: addresses"


def put(page: Page, question: str) -> None:
    """Ask, and wait until the answer is whole."""
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".turn").first.locator("h2")).to_have_text(question)
    finished(page)


def finished(page: Page) -> None:
    expect(page.locator(".turn").first.locator("[aria-busy=false]")).to_be_visible()
    expect(page.locator("#ask")).to_be_visible()


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


def test_a_mark_in_the_answer_leads_to_its_source(tab: Open, address: str) -> None:
    page = tab(address)
    put(page, HINDI)
    page.locator(".turn .mark").first.click()
    target = page.locator(".sources li:target")
    expect(target.locator(".number")).to_have_text("1")


def test_a_question_the_articles_do_not_answer_gets_what_ask_says(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]]
) -> None:
    page = tab(address)
    put(page, UNANSWERABLE)
    expected = asked[1][UNANSWERABLE]
    expect(page.locator(".refused")).to_have_count(1 if expected.refused else 0)
    expect(page.locator(".sources li")).to_have_count(len(expected.citations))


def test_a_follow_up_is_asked_as_what_it_stands_for_and_a_new_question_as_it_is(
    tab: Open, address: str
) -> None:
    page = tab(address)
    put(page, ENGLISH)
    put(page, "When did he plant it?")
    latest = page.locator(".turn").first
    expect(latest.locator(".standalone")).to_contain_text("Lavrov")
    expect(latest.locator(".sources li").first).to_contain_text("lavrov-qureshi-talks-en.txt")
    put(page, ROMAN)
    expect(page.locator(".turn").first.locator(".standalone")).to_have_count(0)


def test_every_example_is_answered(tab: Open, address: str) -> None:
    page = tab(address)
    examples = page.locator("#examples button")
    expect(examples).to_have_count(6)
    for number, example in enumerate(examples.all(), start=1):
        turn = page.locator(".turn").nth(number - 1)
        example.click()
        try:
            turn.wait_for(timeout=5_000)
        except TooLateError:
            # It came while Gradio was still closing the last answer, and a reader clicks again.
            example.click()
        expect(page.locator(".turn")).to_have_count(number)
        finished(page)
        latest = page.locator(".turn").first
        expect(latest.locator("h2")).to_have_text(example.text_content() or "")
        expect(latest.locator(".sources li").first).to_be_visible()


@pytest.mark.parametrize(("locale", "word"), [("en-GB", "question"), ("hi-IN", "सवाल")])
def test_an_empty_question_gets_one_sentence(
    tab: Open, address: str, locale: str, word: str
) -> None:
    page = tab(address, locale=locale)
    page.locator("#ask").click()
    expect(page.locator(".problem")).to_contain_text(word)
    put(page, ENGLISH)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_question_that_cannot_be_asked_gets_one_sentence(tab: Open, address: str) -> None:
    page = tab(address)
    put(page, "ما هي الأخبار اليوم")
    expect(page.locator(".problem")).to_contain_text("script")
    expect(page.locator(".toast-wrap .error")).to_have_count(0)


def test_markup_in_an_article_does_not_run(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]]
) -> None:
    assert HOSTILE_FILE in [c.source for c in asked[1][HOSTILE_QUESTION].citations]
    page = tab(address)
    put(page, HOSTILE_QUESTION)
    expect(page.locator(".sources .file").get_by_text(HOSTILE_FILE)).to_be_visible()
    expect(page.locator(".sources cite").get_by_text("onerror").first).to_be_visible()
    put(page, f"{HOSTILE_QUESTION} {HOSTILE}")
    assert page.locator("#conversation img, #conversation script").count() == 0
    links = page.locator("#conversation a").all()
    assert all((link.get_attribute("href") or "").startswith("#turn") for link in links)
    assert page.evaluate("window.hacked") is None


def test_the_page_may_load_nothing_from_another_address(tab: Open, address: str) -> None:
    page = tab(address)
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener("securitypolicyviolation", e => resolve(e.blockedURI));
            fetch("http://127.0.0.2:9/").catch(() => {});
        })"""
    )
    assert blocked.startswith("http://127.0.0.2:9")


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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(tab: Open, address: str, dark: bool) -> None:
    page = tab(address, width=360, dark=dark)
    put(page, HINDI)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


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


def test_no_file_of_the_machine_can_be_fetched(
    tab: Open, address: str, asked: tuple[Path, dict[str, Answer]]
) -> None:
    page = tab(address)
    for file in (SEEDS / "lavrov-qureshi-talks-en.txt", *asked[0].iterdir()):
        reply = page.request.get(f"{address}gradio_api/file={file}")
        assert reply.status in (403, 404), file


# Every other answer of this engine goes on for ever; like llama.cpp, it writes one at a time.
ENDLESS = """
import itertools, signal, sys, threading
from index import Index
from qa import chat

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
                yield first.strip("… ").split(".")[0] + ". [1]"
                return
            for number in itertools.count():
                yield f"word{number} "
                threading.Event().wait(0.02)

with Index(sys.argv[1]) as index:
    chat.serve(index, Endless(), "127.0.0.1", int(sys.argv[3]))
"""


def test_an_answer_can_be_stopped_and_so_can_the_page(
    tab: Open, asked: tuple[Path, dict[str, Answer]], tmp_path: Path
) -> None:
    db = tmp_path / "index"
    shutil.copytree(asked[0], db)
    with served(ENDLESS, str(db)) as (url, process):
        page = tab(url)
        box, latest = page.locator("#question textarea"), page.locator(".turn").first
        box.fill(ENGLISH)
        page.locator("#ask").click()
        expect(latest.locator("p.answer")).to_contain_text("word1 ")
        # What is typed meanwhile stays in the box, and waits.
        box.fill(HINDI)
        box.press("Enter")
        page.locator("#stop").click()
        expect(latest.locator(".status")).to_have_text("The answer was stopped.")
        expect(page.locator(".turn")).to_have_count(1)
        expect(box).to_have_value(HINDI)

        put(page, ENGLISH)
        expect(latest.locator(".sources li")).not_to_have_count(0)
        expect(page.locator(".turn").last.locator(".status")).to_be_visible()

        box.fill(HINDI)
        box.press("Enter")
        expect(latest.locator("p.answer")).to_contain_text("word1 ")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        assert (process.returncode, output, errors) == (0, "", "")


def test_a_taken_port_is_one_sentence(
    asked: tuple[Path, dict[str, Answer]], tmp_path: Path
) -> None:
    db = tmp_path / "index"
    shutil.copytree(asked[0], db)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-c", START, "chat", "--db", str(db), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"qa: Nothing can listen at 127.0.0.1:{port};")
    assert done.stderr.count("\n") == 1
